from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.storage.repository import head, tree, uncommitted, write_tree
from tests.corpora import REPOSITORY
from tests.dataset.release_setup import git


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("dist/\n")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "x", day="2026-02-03T23:30:00-05:00")
    return tmp_path


def test_the_date_is_the_commits_in_utc(folder: Path) -> None:
    assert head(folder).hash == git(folder, "rev-parse", "HEAD")
    assert head(folder).date == "2026-02-04"


def test_new_and_changed_files_are_not_committed_and_ignored_ones_do_not_count(folder: Path) -> None:
    assert uncommitted(folder) == []
    (folder / "dist").mkdir()
    (folder / "dist" / "x").write_text("x")
    assert uncommitted(folder) == []
    (folder / "new").mkdir()
    (folder / "new" / "file.txt").write_text("x")
    (folder / ".gitignore").write_text("dist/\n#\n")
    assert sorted(uncommitted(folder)) == [".gitignore", "new/file.txt"]


def test_a_file_that_git_takes_for_unchanged_or_does_not_look_for_is_compared_all_the_same(folder: Path) -> None:
    for name, mark in (("a.txt", "--assume-unchanged"), ("b.txt", "--skip-worktree"), ("c.txt", "--assume-unchanged")):
        (folder / name).write_text("x")
        git(folder, "add", name)
        git(folder, "commit", "--quiet", "--message", "x")
        git(folder, "update-index", mark, name)
    assert uncommitted(folder) == []
    (folder / "a.txt").write_text("y")
    (folder / "b.txt").write_text("y")
    (folder / "c.txt").unlink()
    assert git(folder, "status", "--porcelain") == ""
    assert uncommitted(folder) == ["a.txt", "b.txt", "c.txt"]


def test_in_a_folder_of_a_repository_names_are_the_folders_and_the_rest_does_not_count(folder: Path) -> None:
    below = folder / "näws"
    below.mkdir()
    (below / "a b.txt").write_text("x")
    (folder / "beside.txt").write_text("x")
    assert uncommitted(below) == ["a b.txt"]
    git(folder, "add", "--all")
    assert uncommitted(below) == ["a b.txt"]
    git(folder, "commit", "--quiet", "--message", "x")
    assert (uncommitted(below), list(tree(below, "HEAD"))) == ([], ["a b.txt"])


def test_line_ends_that_a_checkout_changed_are_no_change(folder: Path) -> None:
    (folder / ".gitattributes").write_text("*.txt text eol=crlf\n")
    (folder / "a.txt").write_bytes(b"one\r\ntwo\r\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")
    assert uncommitted(folder) == []


def test_what_is_written_is_what_was_committed_and_no_attribute_changes_it(folder: Path, tmp_path: Path) -> None:
    contents = {"a.txt": b"$Format:%H$ $Id$\n", "deep/b": b"\r\n\0\xff", "c": b""}
    for name, content in contents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / ".gitattributes").write_text("a.txt export-subst ident\nc export-ignore\n")
    (folder / "link").symlink_to("a.txt")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")
    target = tmp_path / "dist" / "written"
    write_tree(folder, "HEAD", target)
    assert {name: (target / name).read_bytes() for name in contents} == contents
    assert (target / "link").readlink() == Path("a.txt")
    assert sorted(path.name for path in target.iterdir()) == [
        ".gitattributes",
        ".gitignore",
        "a.txt",
        "c",
        "deep",
        "link",
    ]


def test_no_file_of_a_commit_is_written_outside_or_through_a_link(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "dist" / "outside"
    out.mkdir(parents=True)
    link, blob = (put_blob(folder, content) for content in (str(out), "x"))
    inner = put_tree(folder, f"100644 blob {blob}\tx")
    for number, names in enumerate([("..",), ("seeds", "seeds")]):
        lines = [f"040000 tree {inner}\t{names[-1]}", *(f"120000 blob {link}\t{name}" for name in names[:-1])]
        made = git(folder, "commit-tree", put_tree(folder, *lines), "-m", "x")
        with pytest.raises((Problem, OSError)):
            write_tree(folder, made, tmp_path / "dist" / f"target{number}")
    assert not list(out.iterdir())
    assert not (tmp_path / "dist" / "x").exists()


def put_blob(folder: Path, content: str) -> str:
    command = ["git", "-C", str(folder), "hash-object", "-w", "--stdin"]
    return subprocess.run(command, input=content.encode(), capture_output=True, check=True).stdout.decode().strip()


def put_tree(folder: Path, *lines: str) -> str:
    """A tree as nobody's `git add` would make it: the names as they come, twice if they come twice."""
    entries = b""
    for line in lines:
        about, name = line.split("\t")
        mode, _, made = about.split()
        entries += f"{mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(made)
    command = ["git", "-C", str(folder), "hash-object", "-t", "tree", "-w", "--stdin", "--literally"]
    return subprocess.run(command, input=entries, capture_output=True, check=True).stdout.decode().strip()


def test_a_commit_that_is_not_all_here_is_a_problem(folder: Path, tmp_path: Path) -> None:
    blob = git(folder, "rev-parse", "HEAD:.gitignore")
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(Problem, match="git cannot read"):
        write_tree(folder, "HEAD", tmp_path / "dist" / "written")


def test_a_hook_does_not_lead_to_another_repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = head(folder)
    monkeypatch.setenv("GIT_DIR", str(REPOSITORY / ".git"))
    assert head(folder) == here


def test_a_folder_without_git_or_commits_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="commit the corpus with git"):
        head(tmp_path)
    git(tmp_path, "init", "--quiet")
    with pytest.raises(Problem, match="commit the corpus with git"):
        head(tmp_path)
