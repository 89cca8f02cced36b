from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from dataset.record import doctor
from dataset.record.doctor import DoctorLine
from tests.disks import small_disk, unwritable

IGNORED = ".hedgerow/\npulls/\nbackups/\nannotators.toml\n"


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    return tmp_path


def test_a_repository_that_ignores_secrets_is_well(repository: Path) -> None:
    (repository / ".gitignore").write_text(IGNORED, encoding="utf-8")
    (line,) = doctor.git(repository)
    assert line.mark == "ok"


@pytest.mark.parametrize("name", IGNORED.split())
def test_each_name_that_git_would_see_is_told(repository: Path, name: str) -> None:
    (repository / ".gitignore").write_text(IGNORED.replace(f"{name}\n", ""), encoding="utf-8")
    (line,) = doctor.git(repository)
    assert (line.mark, line.message) == ("fail", f".gitignore does not cover {name}")


def test_a_secret_that_git_holds_is_told(repository: Path) -> None:
    (repository / ".hedgerow").mkdir()
    (repository / ".hedgerow" / "secrets.json").write_text("{}", encoding="utf-8")
    git(repository, "add", "--force", ".hedgerow/secrets.json")
    (repository / ".gitignore").write_text(IGNORED, encoding="utf-8")
    (line,) = doctor.git(repository)
    assert line.mark == "fail"
    assert "git holds .hedgerow/secrets.json" in line.message


def test_a_corpus_below_a_repository_goes_by_its_rules(repository: Path) -> None:
    below = repository / "news"
    below.mkdir()
    (repository / ".gitignore").write_text(IGNORED, encoding="utf-8")
    (line,) = doctor.git(below)
    assert line.mark == "ok"


def test_a_corpus_without_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = doctor.git(tmp_path)
    assert (line.mark, "is not under git" in line.message) == ("warn", True)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(doctor.git(tmp_path)) == [
        DoctorLine("git", "warn", "git is not installed", "install git; the record belongs in it")
    ]


def test_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = doctor.disk(tmp_path)
    assert line.message == f"{shutil.disk_usage(tmp_path).free / 1e9:.1f} GB free where the corpus is"
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        (line,) = doctor.disk(disk)
    assert (line.mark, line.message, line.next_step) == (
        "warn",
        "0.0 GB free where the corpus is",
        "make room: at least 2 GB",
    )


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (line,) = doctor.folder(tmp_path)
    assert line.mark == "ok"
    with unwritable(tmp_path):
        (line,) = doctor.folder(tmp_path)
    assert (line.mark, "cannot be written" in line.message) == ("fail", True)


def test_an_older_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = doctor.python()
    assert line.mark == "ok"
    monkeypatch.setattr("sys.version_info", (3, 10, 4))
    assert list(doctor.python()) == [DoctorLine("python", "fail", "Python 3.10.4", "install Python 3.11 or newer")]
