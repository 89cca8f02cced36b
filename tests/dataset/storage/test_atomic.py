from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dataset.record.corpus import open_corpus
from dataset.storage.asides import note_target
from dataset.storage.atomic import aside, asides, folder_aside, put_folder, remove_stale, sha256, write_bytes
from tests.dataset.tiny import put_corpus
from tests.disks import small_disk


class Interrupted(Exception):
    pass


@pytest.fixture
def open_to_the_group() -> Iterator[None]:
    before = os.umask(0o002)
    yield
    os.umask(before)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_written_aside_takes_the_place_of_the_old(tmp_path: Path) -> None:
    target = tmp_path / "table.jsonl"
    target.write_text("old")
    with aside(target) as new:
        new.write_text("new")
        assert target.read_text() == "old"
        assert new.parent.parent == tmp_path
    assert target.read_text() == "new"
    assert names(tmp_path) == ["table.jsonl"]


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    with aside(tmp_path / "deep" / "down" / "file") as new:
        new.write_text("new")
    assert (tmp_path / "deep" / "down" / "file").read_text() == "new"


@pytest.mark.parametrize("failure", [Interrupted, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_the_old_content_and_no_stray_file(tmp_path: Path, failure: type[BaseException]) -> None:
    target = tmp_path / "table.jsonl"
    target.write_text("old")
    with pytest.raises(failure), aside(target) as new:
        new.write_text("half of the n")
        raise failure
    assert target.read_text() == "old"
    assert names(tmp_path) == ["table.jsonl"]


def test_a_failure_leaves_nothing_where_nothing_was(tmp_path: Path) -> None:
    with pytest.raises(Interrupted), aside(tmp_path / "table.jsonl") as new:
        new.write_text("half")
        raise Interrupted
    assert names(tmp_path) == []


def test_a_folder_in_the_way_is_an_error_and_leaves_no_stray_file(tmp_path: Path) -> None:
    (tmp_path / "table.jsonl").mkdir()
    with pytest.raises(OSError), aside(tmp_path / "table.jsonl") as new:
        new.write_text("new")
    assert names(tmp_path) == ["table.jsonl"]


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o755])
def test_the_mode_of_a_replaced_file_is_kept(tmp_path: Path, kept: int) -> None:
    target = tmp_path / "secrets"
    target.write_text("old")
    target.chmod(kept)
    with aside(target) as new:
        new.write_text("new")
    assert mode(target) == kept


@pytest.mark.usefixtures("open_to_the_group")
def test_a_new_file_has_the_mode_that_the_umask_gives(tmp_path: Path) -> None:
    with aside(tmp_path / "file") as new:
        new.write_text("new")
    assert mode(tmp_path / "file") == 0o664


@pytest.mark.usefixtures("open_to_the_group")
def test_the_umask_is_never_changed_not_even_for_a_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setattr(os, "umask", None)
        write_bytes(tmp_path / "file", b"new")
        with folder_aside(tmp_path / "out") as folder:
            put_folder(folder, tmp_path / "out")
    assert [mode(tmp_path / name) for name in ("file", "out")] == [0o664, 0o775]


def test_content_that_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    target = tmp_path / "file"
    assert write_bytes(target, b"same")
    before = target.stat()
    assert not write_bytes(target, b"same")
    assert (target.stat().st_ino, target.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert write_bytes(target, b"other")
    assert target.read_bytes() == b"other"


MISSPELT = b'{"event_id":"e","splitt":"test"}\n'


def test_the_hash_is_lower_case_hex() -> None:
    assert sha256(b"hedgerow") == hashlib.sha256(b"hedgerow").hexdigest()
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


LEFT = ".table.jsonl.abcdefgh.aside"


def test_what_is_being_written_aside_is_not_removed_and_what_was_left_is(tmp_path: Path) -> None:
    with aside(tmp_path / "table") as new:
        assert not remove_stale(new.parent)
        assert new.exists()
    assert not remove_stale(tmp_path / "table")
    (tmp_path / LEFT).write_bytes(b"half")
    assert remove_stale(tmp_path / LEFT)
    assert names(tmp_path) == ["table"]


def test_a_file_of_a_persons_is_not_taken_for_one_that_was_left(tmp_path: Path) -> None:
    for name in (".aside", ".notes.aside", "abcdefgh.aside", ".table.ABCDEFGH.aside", ".table.abcdefgh.aside.txt"):
        (tmp_path / name).touch()
        assert not remove_stale(tmp_path / name)


def left_folder(place: Path, target: str) -> Path:
    """A lease whose command was killed as it had moved an old folder away."""
    held = place / ".hedgerow.abcdefgh.aside"
    for name in ("new", "old"):
        (held / name).mkdir(parents=True)
        (held / name / name).touch()
    (held / "target").write_text(target, encoding="utf-8")
    return held


def test_a_folder_that_a_killed_command_left_aside_is_removed_by_the_next(tmp_path: Path) -> None:
    for name in (".out.abcdefgh.aside", ".out.hgfedcba.aside.old", "out"):
        (tmp_path / name).mkdir()
    with folder_aside(tmp_path / "out") as first, folder_aside(tmp_path / "out") as second:
        assert sorted(tmp_path.iterdir()) == sorted([first.parent, second.parent, tmp_path / "out"])
    assert names(tmp_path) == ["out"]


def test_the_old_folder_comes_back_if_a_killed_command_put_none_in_its_place(tmp_path: Path) -> None:
    left_folder(tmp_path, "out")
    with folder_aside(tmp_path / "other"):
        assert (tmp_path / "out" / "old").exists()
    assert names(tmp_path) == ["out"]


def test_the_old_folder_that_an_earlier_version_left_comes_back(tmp_path: Path) -> None:
    (tmp_path / ".out.abcdefgh.aside").mkdir()
    (tmp_path / ".out.abcdefgh.aside.old").mkdir()
    (tmp_path / ".out.abcdefgh.aside.old" / "kept").touch()
    with folder_aside(tmp_path / "out"):
        assert (tmp_path / "out" / "kept").exists()
    assert names(tmp_path) == ["out"]


def test_half_an_old_folder_whose_place_was_taken_never_comes_back(tmp_path: Path) -> None:
    held = left_folder(tmp_path, "out")
    (held / "target").unlink()
    assert remove_stale(held)
    assert names(tmp_path) == []


@pytest.mark.parametrize("target", ["../elsewhere", "/tmp/elsewhere", "link/elsewhere"])
def test_an_old_folder_never_goes_out_of_the_corpus(tmp_path: Path, target: str) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    (corpus.root / "link").symlink_to(tmp_path)
    left_folder(corpus.root / ".hedgerow" / "aside", target)
    open_corpus(corpus.root)
    assert names(tmp_path) == ["corpus"]
    assert not list(corpus.root.rglob("*.aside"))
    assert not Path("/tmp/elsewhere").exists()


def test_the_old_folder_of_a_command_at_work_stays(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with folder_aside(tmp_path / "out") as working:
        (tmp_path / "out").rename(note_target(working.parent, tmp_path / "out"))
        with folder_aside(tmp_path / "out"):
            assert (working.parent / "old").exists()
            assert not (tmp_path / "out").exists()


def test_within_a_corpus_all_is_written_in_a_folder_that_git_ignores(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    subprocess.run(["git", "init", "--quiet", str(corpus.root)], check=True)
    with aside(corpus.text_path("new")) as file, folder_aside(corpus.root / "dist" / "new") as folder:
        file.write_text("new")
        (folder / "new").touch()
        assert not [path for path in seen_by_git(corpus.root) if "aside" in path]
        assert {file.parents[1], folder.parents[1]} == {corpus.root / ".hedgerow" / "aside"}
    assert corpus.text_path("new").read_text() == "new"


def test_on_another_disk_it_is_written_beside_its_place_out_of_gits_sight(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    subprocess.run(["git", "init", "--quiet", str(corpus.root)], check=True)
    with small_disk(corpus.root / "dist", 1 << 20) as disk:
        with aside(disk / "new") as file, folder_aside(disk / "out") as folder:
            (folder / "new").touch()
            assert {file.parent.parent, folder.parent.parent} == {disk}
            assert not [path for path in seen_by_git(corpus.root) if "aside" in path]
            put_folder(folder, disk / "out")
        assert names(disk) == ["new", "out"]


def test_a_link_does_not_lead_what_is_written_out_of_a_corpus(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    (tmp_path / "elsewhere").mkdir()
    (corpus.root / ".hedgerow").symlink_to(tmp_path / "elsewhere")
    with aside(corpus.root / "file"):
        assert names(tmp_path / "elsewhere") == []


@pytest.mark.parametrize("place", ["seeds/text", "seeds", "annotations/r1/a1", "releases", "dist", "backups", "."])
def test_what_earlier_versions_left_in_a_corpus_goes_when_it_is_opened(tmp_path: Path, place: str) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    left, held = corpus.root / place / LEFT, corpus.root / place / ".held.abcdefgh.aside"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_text("an article")
    held.write_text("an article")
    with held.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        open_corpus(corpus.root)
        assert held.exists()
        assert not left.exists()
    open_corpus(corpus.root)
    assert not held.exists()


def test_the_texts_are_looked_through_only_when_something_was_put_among_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    write_bytes(corpus.text_path("new"), b"new")
    looked: list[Path] = []
    real, texts, counts = os.scandir, corpus.seeds / "text", []

    def looking(folder: Path) -> Iterator[os.DirEntry[str]]:
        looked.append(Path(folder))
        return real(folder)

    monkeypatch.setattr(os, "scandir", looking)
    for name in (None, None, "more.txt", None):
        if name:
            (texts / name).touch()
        looked.clear()
        open_corpus(corpus.root)
        counts.append(looked.count(texts) - 1)  # links out of the corpus are looked for each time
    assert counts == [1, 0, 1, 0]


def seen_by_git(root: Path) -> list[str]:
    command = ["git", "-C", str(root), "status", "--porcelain", "--untracked-files=all"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What is asked of the disk, in order: the inode that is synced, and the inode that is renamed."""
    asked: list[tuple[str, int]] = []
    sync, replace, rename = os.fsync, Path.replace, Path.rename

    def synced(handle: int) -> None:
        asked.append(("sync", os.fstat(handle).st_ino))
        sync(handle)

    def renamed(real: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def noting(path: Path, target: Path) -> Path:
            inode = path.stat().st_ino
            done = real(path, target)
            asked.append(("rename", inode))
            return done

        return noting

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed(replace))
    monkeypatch.setattr(Path, "rename", renamed(rename))
    return asked


def test_files_are_on_the_disk_before_they_are_in_place_and_then_their_folders(
    tmp_path: Path, disk: list[tuple[str, int]]
) -> None:
    targets = [tmp_path / name / "file" for name in ("a", "b")]
    with asides() as several:
        for target in targets:
            several.of(target).write_bytes(b"new")
    files, folders = ([path.stat().st_ino for path in paths] for paths in (targets, [file.parent for file in targets]))
    assert set(disk[:2]) == {("sync", inode) for inode in files}
    assert disk[2:4] == [("rename", inode) for inode in files]
    assert {("sync", inode) for inode in (*folders, tmp_path.stat().st_ino)} == set(disk[4:])


def test_a_folder_is_on_the_disk_with_all_in_it_before_it_is_in_place(
    tmp_path: Path, disk: list[tuple[str, int]]
) -> None:
    with folder_aside(tmp_path / "out") as folder:
        (folder / "below").mkdir()
        (folder / "below" / "file").write_bytes(b"new")
        put_folder(folder, tmp_path / "out")
    whole = [tmp_path / "out", tmp_path / "out" / "below", tmp_path / "out" / "below" / "file"]
    assert {("sync", path.stat().st_ino) for path in whole} == set(disk[:3])
    assert disk[3:] == [("rename", whole[0].stat().st_ino), ("sync", tmp_path.stat().st_ino)]
