from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from annotation import doctor
from annotation.embedded.backup import restore
from annotation.embedded.exchange import is_cut_off
from annotation.embedded.server import Server
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.doctor import problem_line
from tests.annotation.embedded.test_backup import archive, empty, put_data, secrets_of, small, word_in

__all__ = ["archive", "empty", "small"]
CHANGES = ("rename", "mkdir", "rmdir", "unlink", "write_text")


class Killed(BaseException):
    pass


@contextmanager
def killed(at: int) -> Iterator[None]:
    """Lets this process change nothing from the change of that number on, as if it were killed there."""
    calls = itertools.count(1)

    def until(real: Callable[..., Any]) -> Callable[..., Any]:
        def change(*words: Any, **named: Any) -> Any:
            if next(calls) >= at:
                raise Killed
            return real(*words, **named)

        return change

    with pytest.MonkeyPatch.context() as patch:
        for name in CHANGES:
            patch.setattr(Path, name, until(getattr(Path, name)))
        yield


def whole(corpus: Corpus) -> str:
    """Whose server is there, all of it."""
    data, accounts = word_in(corpus), secrets_of(corpus).admin.token
    assert data == accounts
    return data


@pytest.fixture
def cut_off(empty: Corpus, archive: Path, tmp_path: Path) -> Iterator[Iterator[Corpus]]:
    """Corpora whose server was being replaced by the archive's, each cut off at a later change."""

    def each() -> Iterator[Corpus]:
        for at in itertools.count(1):
            (tmp_path / str(at)).mkdir()
            (tmp_path / str(at) / "small").mkdir()
            (tmp_path / str(at) / "small" / "hedgerow.toml").write_text('name = "small"\n', encoding="utf-8")
            corpus = open_corpus(tmp_path / str(at) / "small")
            put_data(corpus, "second")
            with killed(at):
                try:
                    restore(corpus, archive, replace=True)
                    return
                except Killed:
                    pass
            yield open_corpus(corpus.root)

    yield each()


def test_a_restore_cut_off_anywhere_leaves_the_old_server_the_new_or_a_sentence(cut_off: Iterator[Corpus]) -> None:
    seen = set()
    for corpus in cut_off:
        lines = list(problem_line("server", partial(doctor.server, corpus)))
        if is_cut_off(corpus.state):
            assert [line.mark for line in lines] == ["fail"]
            with pytest.raises(Problem, match="was cut off"):
                Server(corpus.state).secrets()
            seen.add("between")
        else:
            assert "fail" not in {line.mark for line in lines}
            seen.add(whole(corpus))
    assert seen == {"first", "second", "between"}


def test_the_same_restore_ends_what_was_cut_off_and_keeps_what_was_there(
    cut_off: Iterator[Corpus], archive: Path
) -> None:
    for corpus in cut_off:
        restore(corpus, archive, replace=True)
        assert whole(corpus) == "first"
        assert not is_cut_off(corpus.state)
        assert not list(corpus.state.rglob("*.aside"))
        kept = [path / "label-studio" / "media" / "upload" / "1" for path in corpus.state.glob("kept-*")]
        assert "second" in {file.stem for folder in kept for file in folder.iterdir()}


def test_up_ends_what_was_cut_off(cut_off: Iterator[Corpus], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_start", "_wait", "provision"):
        monkeypatch.setattr(Server, name, lambda *_, **__: None)
    for corpus in cut_off:
        between, before = is_cut_off(corpus.state), not is_cut_off(corpus.state) and whole(corpus)
        Server(corpus.state).up([], None, print)
        assert whole(corpus) == ("first" if between else before)


def test_accounts_without_their_database_are_told(small: Corpus) -> None:
    for path in Server(small.state).data_path.glob("*.sqlite3"):
        path.unlink()
    assert [line.mark for line in doctor.server(small)] == ["fail"]


def test_a_server_that_is_only_kept_is_told(small: Corpus) -> None:
    (small.state / "kept-20310502T101500Z").mkdir()
    (small.state / "label-studio").rename(small.state / "kept-20310502T101500Z" / "label-studio")
    (small.state / "secrets.json").rename(small.state / "kept-20310502T101500Z" / "secrets.json")
    assert [line.mark for line in doctor.server(small)] == ["fail"]


def test_a_restore_that_came_with_a_corpus_is_not_finished(small: Corpus) -> None:
    server = Server(small.state)
    planted = small.state / "restoring"
    (planted / "label-studio").mkdir(parents=True)
    (planted / "kept-x").mkdir()
    for note in (None, "{}", '{"note": "x", "mark": "00"}'):
        if note is not None:
            (planted / "note").write_text(note, encoding="utf-8")
        with pytest.raises(Problem, match="was not begun by this account"):
            server.up([], None, print)
    assert (planted / "label-studio").exists()
