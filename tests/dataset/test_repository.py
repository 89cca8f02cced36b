from __future__ import annotations

from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.repository import head, uncommitted
from tests.dataset.releasing import git


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


def test_a_folder_without_git_or_commits_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="a release is made from a commit"):
        head(tmp_path)
    git(tmp_path, "init", "--quiet")
    with pytest.raises(Problem, match="a release is made from a commit"):
        head(tmp_path)
