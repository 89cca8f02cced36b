"""How long the desk takes to open, and each key on it: `python -m tests.benchmarks.desk 20 12`.

The numbers are the articles of one event and the quotes of each. A server of its own is started for it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from annotation.aligning import sorting_rounds
from annotation.embedded.server import Server
from annotation.labelstudio.seats import seat
from annotation.labelstudio.tasks import read_task
from tests.benchmarks.report_page import made
from tests.browser import Annotator, log_in
from tests.pictures import a_browser

STATEMENTS: Final = 80
KEYS: Final = 8
NOW: Final = "Htx.annotationStore.selected.highlightedNode?.cleanId"


def seconds_of_key(desk: Annotator, key: str) -> float:
    """Presses a key, and waits until another quote is the selected one and is drawn."""
    before = desk.page.evaluate(NOW)
    began = perf_counter()
    desk.press(key)
    desk.page.wait_for_function(f"before => {NOW} !== before", arg=before)
    desk.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return perf_counter() - began


def measured(articles: int, quotes: int) -> Iterator[str]:
    """Lines that say what was measured."""
    with tempfile.TemporaryDirectory() as scratch:
        corpus = made(Path(scratch), articles, STATEMENTS, quotes)
        server = Server(corpus.state)
        known = server.up(["a1"], None, print)
        try:
            who = seat(corpus, "a1")
            sorting_rounds.deal_events(corpus, "e1", ["a1"], [])
            began = perf_counter()
            opened = sorting_rounds.open_events(corpus, "e1", who, stood={})
            yield f"sent in {perf_counter() - began:.1f} s"
            (task,) = map(read_task, who.studio.tasks(opened.project))
            with a_browser() as browser:
                desk = log_in(browser, who.studio.url, known.annotators["a1"])
                began = perf_counter()
                desk.open_task(opened.project, task.id)
                desk.page.locator(".desk-head").wait_for()
                yield f"opened in {perf_counter() - began:.1f} s, {desk.regions()} quotes"
                seconds_of_key(desk, "ArrowDown")
                for name, key in (
                    ("next quote", "ArrowDown"),
                    ("a statement of its own", "n"),
                    ("the first offered", "1"),
                ):
                    times = [seconds_of_key(desk, key) for _ in range(KEYS)]
                    yield f"{name}: median {median(times):.2f} s, slowest {max(times):.2f} s a key"
        finally:
            server.down()


if __name__ == "__main__":
    for line in measured(*map(int, sys.argv[1:3])):
        print(line, flush=True)
