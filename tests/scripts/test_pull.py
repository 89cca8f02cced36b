from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from annotation.labelstudio.seats import Seat
from annotation.rounds import pull as pulling
from annotation.rounds.pull import PullResult
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from scripts.pull import _watch
from tests.annotation.conftest import tasks
from tests.annotation.rounds.test_changes import submit
from tests.commands import HEDGEROW
from tests.corpora import REPOSITORY

__all__ = ["tasks"]


@pytest.fixture
def watching(corpus: Corpus, tasks: dict[str, int]) -> Iterator[subprocess.Popen[bytes]]:
    words = ["pull", "--round", "r1", "--watch", "--every", "0.2", "--corpus", str(corpus.root)]
    running = subprocess.Popen([*HEDGEROW, *words], cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    yield running
    running.kill()
    running.wait()


@retry(retry=retry_if_result(lambda done: not done), stop=stop_after_delay(60), wait=wait_fixed(0.2))
def soon(done: Callable[[], bool]) -> bool:
    return done()


def test_a_watch_keeps_record_and_report_current_until_it_is_stopped(
    corpus: Corpus, a1: Seat, tasks: dict[str, int], watching: subprocess.Popen[bytes]
) -> None:
    def labelled() -> set[str]:
        return set(read_layer(corpus.layer_path("r1/a1"), "r1/a1").spans["article_id"])

    report = corpus.root / "dist" / "report.html"
    submit(a1, tasks["one"])
    assert soon(lambda: labelled() == {"one"} and report.exists())
    submit(a1, tasks["two"])
    assert soon(lambda: labelled() == {"one", "two"} and "Nothing was said" in report.read_text(encoding="utf-8"))
    a1.studio.delete_task(tasks["one"])
    submit(a1, tasks["three"])
    assert soon(lambda: labelled() == {"one", "two", "three"})  # what is gone holds nothing else back
    watching.send_signal(signal.SIGINT)
    assert watching.wait(30) == 130


def test_a_watch_that_is_asked_for_everything_asks_once(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def pulled(*_: object, full: bool, **__: object) -> PullResult:
        asked.append(full)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return PullResult("0", "r1")

    monkeypatch.setattr(pulling, "pull", pulled)
    with pytest.raises(KeyboardInterrupt):
        _watch(corpus, "r1", [], accept_removals=False, every=0, full=True)
    assert asked == [True, False, False]
