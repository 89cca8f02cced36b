"""Which code a manifest names."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from dataset.folder.tool import Tool, tool, tool_in
from tests.dataset.release_setup import git


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A package under git, in a folder of a repository."""
    folder = tmp_path / "package"
    (folder / "inner").mkdir(parents=True)
    for name in ("__init__.py", "inner/a.py", "page.j2", "data.jsonl"):
        (folder / name).write_text(name)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "x")
    return folder


def test_code_in_a_checkout_is_named_by_the_commit_that_changed_it_last(code: Path) -> None:
    tool = tool_in(code)
    assert (tool.version, tool.commit, tool.changed) == (version("hedgerow"), git(code, "rev-parse", "HEAD"), False)
    (code / "data.jsonl").write_text("more")
    git(code, "commit", "--all", "--quiet", "--message", "data")
    assert tool_in(code) == tool
    (code / "page.j2").write_text("more")
    git(code, "commit", "--all", "--quiet", "--message", "code")
    assert tool_in(code).commit == git(code, "rev-parse", "HEAD")
    assert tool_in(code).sha256 != tool.sha256


@pytest.mark.parametrize("change", ["edited", "hidden", "new", "gone"])
def test_code_that_is_not_its_commits_is_marked(code: Path, change: str) -> None:
    before = tool_in(code)
    if change == "hidden":
        git(code, "update-index", "--assume-unchanged", "inner/a.py")
    if change == "gone":
        (code / "inner" / "a.py").unlink()
    else:
        (code / ("new.py" if change == "new" else "inner/a.py")).write_text("changed")
    tool = tool_in(code)
    assert (tool.changed, tool.commit) == (True, before.commit)
    assert tool.sha256 != before.sha256


def test_gits_settings_in_the_environment_do_not_change_the_commit(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tool_in(code)
    for name in ("GIT_LITERAL_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_NOGLOB_PATHSPECS"):
        monkeypatch.setenv(name, "1")
    assert tool_in(code) == before


def test_code_outside_a_checkout_is_named_by_its_files(code: Path, tmp_path: Path) -> None:
    whole = tool_in(code).sha256
    (tmp_path / ".git").rename(tmp_path / "git")
    tool = tool_in(code)
    assert (tool.sha256, tool.commit, tool.changed) == (whole, None, False)


def test_installed_code_below_somebody_elses_repository_has_no_commit(code: Path) -> None:
    git(code, "rm", "--cached", "--quiet", "-r", ".")
    git(code, "commit", "--quiet", "--message", "x")
    tool = tool_in(code)
    assert (tool.commit, tool.changed) == (None, False)


def test_the_code_that_runs_names_its_version_and_files() -> None:
    assert tool().version == version("hedgerow")
    assert len(tool().sha256) == 64


def test_code_is_named_by_its_commit_or_else_by_its_files() -> None:
    assert str(Tool("0.1.0", "a" * 64, "b" * 40)) == "Hedgerow 0.1.0 of commit bbbbbbbbbbbb"
    assert "aaaaaaaaaaaa" in str(Tool("0.1.0", "a" * 64))
    changed = str(Tool("0.1.0", "a" * 64, "b" * 40, changed=True))
    assert "aaaaaaaaaaaa" in changed
    assert "bbbbbbbbbbbb" in changed
