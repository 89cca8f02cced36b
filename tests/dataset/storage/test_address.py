"""Addresses of the record."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.record.corpus import open_corpus
from dataset.storage.address import location
from tests.dataset.tiny import put_corpus

WHERE = "hedgerow.toml: address in [record]"


def test_a_path_is_below_the_corpus_and_an_address_of_this_machine_is_a_path(tmp_path: Path) -> None:
    assert location(tmp_path, "some/where", WHERE) == tmp_path / "some/where"
    for url in (f"file://{tmp_path}/a b", f"local://{tmp_path}/a b", f"{tmp_path}/a b"):
        assert location(Path("/else"), url, WHERE) == tmp_path / "a b"


@pytest.mark.parametrize("url", ["memory://one/two", "simplecache::memory://one"])
def test_an_address_that_lasts_no_longer_than_the_command_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(Problem, match="gone when the command ends"):
        location(tmp_path, url, WHERE)


@pytest.mark.parametrize(
    "url", ["s3://key:secret@bucket/folder", "sftp://who:secret@host/folder", "simplecache::ftp://a:secret@host/x"]
)
def test_an_address_that_holds_a_password_is_refused_and_not_shown(tmp_path: Path, url: str) -> None:
    with pytest.raises(Problem, match="has a user's name or password in it") as refused:
        location(tmp_path, url, WHERE)
    assert "cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "step"),
    [
        ("gs://bucket/folder", "pip install gcsfs"),
        ("abfs://container/folder", "pip install adlfs"),
        ("nope://host/folder", "see fsspec's list of file systems"),
    ],
)
def test_a_driver_that_is_missing_is_named(
    tmp_path: Path, url: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("gcsfs", "adlfs"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(Problem) as refused:
        location(tmp_path, url, WHERE)
    assert str(refused.value).count("\n") == 0
    assert refused.value.next_step == step


def test_an_address_that_does_not_answer_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"ftp://127\.0\.0\.1:1/record cannot be reached: .*refused"):
        location(tmp_path, "ftp://127.0.0.1:1/record", WHERE)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('format = "csv"', "may say format and address"),
        ('form = "parquet"', "did you mean format"),
        ("format = 1", "may say format and address"),
    ],
)
def test_settings_that_say_something_else_are_refused(tmp_path: Path, line: str, words: str) -> None:
    corpus = put_corpus(tmp_path)
    with (corpus.root / "hedgerow.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"[record]\n{line}\n")
    with pytest.raises(Problem, match=words):
        open_corpus(corpus.root)
