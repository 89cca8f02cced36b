from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from annotation.rounds.locks import one_at_a_time
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.locks import changing, reading
from tests.dataset.tiny import put_corpus

HOW = {"read": reading, "change": changing}
_processes = multiprocessing.get_context("forkserver")


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return put_corpus(tmp_path / "corpus")


def hold(root: Path, how: str, pipe: Any) -> None:
    """Holds the lock in another process, tells when it has it or waits for it, and gives it up when it is told to."""
    with HOW[how](open_corpus(root), lambda line: pipe.send(line)):
        pipe.send("held")
        pipe.recv()
    pipe.send("given up")


class Holder:
    def __init__(self, corpus: Corpus, how: str) -> None:
        self._pipe, far_end = _processes.Pipe()
        self.process = _processes.Process(target=hold, args=(corpus.root, how, far_end))
        self.process.start()

    def says(self) -> str:
        return str(self._pipe.recv())

    def end(self) -> None:
        self._pipe.send("end")
        assert self.says() == "given up"
        self.process.join()


@contextmanager
def holder(corpus: Corpus, how: str) -> Iterator[Holder]:
    holding = Holder(corpus, how)
    try:
        yield holding
    finally:
        holding.process.kill()
        holding.process.join()


def test_several_read_at_once(corpus: Corpus) -> None:
    with holder(corpus, "read") as reader, reading(corpus):
        assert reader.says() == "held"
        reader.end()


@pytest.mark.parametrize(("first", "second"), [("read", "change"), ("change", "read"), ("change", "change")])
def test_who_changes_the_record_is_alone_and_who_waits_says_so(corpus: Corpus, first: str, second: str) -> None:
    with holder(corpus, first) as first_holder:
        assert first_holder.says() == "held"
        with holder(corpus, second) as second_holder:
            assert "another command is" in second_holder.says()
            first_holder.end()
            assert second_holder.says() == "held"
            second_holder.end()


def test_readers_who_come_later_do_not_pass_by_who_waits_to_change(corpus: Corpus) -> None:
    with holder(corpus, "read") as reader:
        assert reader.says() == "held"
        with holder(corpus, "change") as writer:
            assert "waits" in writer.says()
            with holder(corpus, "read") as late:
                assert "waits" in late.says()
                reader.end()
                assert writer.says() == "held"
                writer.end()
                assert late.says() == "held"
                late.end()


@pytest.mark.parametrize("how", HOW)
def test_a_process_that_was_killed_holds_nothing(corpus: Corpus, how: str) -> None:
    with holder(corpus, how) as killed:
        assert killed.says() == "held"
        os.kill(killed.process.pid or 0, signal.SIGKILL)
        killed.process.join()
        messages: list[str] = []
        with changing(corpus, messages.append):
            assert messages == []


def test_a_block_within_another_of_its_kind_does_not_wait_for_itself(corpus: Corpus) -> None:
    with changing(corpus), changing(corpus), reading(corpus):
        pass
    with reading(corpus), reading(corpus):
        pass
    with holder(corpus, "change") as writer:
        assert writer.says() == "held"
        writer.end()


def test_what_would_wait_for_ever_is_refused(corpus: Corpus) -> None:
    with reading(corpus), pytest.raises(RuntimeError), changing(corpus):
        pass
    with changing(corpus), pytest.raises(RuntimeError), one_at_a_time(corpus, "r1", ["a1"]):
        pass


def test_a_block_that_fails_gives_the_lock_up(corpus: Corpus) -> None:
    with pytest.raises(KeyError), changing(corpus):
        raise KeyError
    with holder(corpus, "change") as writer:
        assert writer.says() == "held"
        writer.end()


def test_git_does_not_see_the_lock_whatever_the_corpus_ignores(corpus: Corpus) -> None:
    subprocess.run(["git", "-C", str(corpus.root), "init", "--quiet"], check=True)
    with reading(corpus):
        pass
    status = subprocess.run(
        ["git", "-C", str(corpus.root), "status", "--porcelain", "--untracked-files=all"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ".hedgerow" not in status.stdout


def test_a_reader_who_may_not_write_there_is_told_and_reads(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("dataset.record.locks.make_private", refused)
    messages: list[str] = []
    with reading(corpus, messages.append), reading(corpus, messages.append):
        assert len(messages) == 1
    with pytest.raises(PermissionError), changing(corpus):
        pass
