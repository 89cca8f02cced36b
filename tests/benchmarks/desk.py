"""How long the desk takes to open, and each key on it: `python -m tests.benchmarks.desk 20 40 80`.

The numbers are the articles of one event, each with twelve quotes. Every second quote stands sorted when the event is
opened, so that there are statements to rank. A server of its own is started.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from playwright.sync_api import Browser

from annotation.aligning import sorting_rounds
from annotation.embedded.accounts import Account
from annotation.embedded.server import Server
from annotation.labelstudio.seats import seat
from annotation.labelstudio.tasks import read_task
from dataset.record.corpus import Corpus
from dataset.statements.sorted_events import SortedBy, sorted_by
from dataset.statements.tables import gold_sorting
from tests.benchmarks import results
from tests.benchmarks.report_page import EVENT, made
from tests.browser import Annotator, log_in
from tests.corpora import put_on_server
from tests.pictures import a_browser

QUOTES: Final = 12
STATEMENTS: Final = 80
PRESSED: Final = 8
KEYS: Final = {"next quote": "ArrowDown", "a statement of its own": "n", "the first offered": "1"}
NOW: Final = "Htx.annotationStore.selected.highlightedNode?.cleanId"
HEAD: Final = ("quotes", "sent, s", "opened, s", *(f"{name}, s a key" for name in KEYS))


def measured(corpus: Corpus, account: Account, browser: Browser) -> list[str]:
    """The seconds that opening takes, and the median (and the longest) of each key: a row of the table."""
    who = seat(corpus, "a1")
    gold = sorted_by(gold_sorting(corpus), EVENT)
    stood = SortedBy({item: gold.tells[item] for item in sorted(gold.tells)[::2]})
    sorting_rounds.deal_events(corpus, "e1", ["a1"], [])
    began = perf_counter()
    opened = sorting_rounds.open_events(corpus, "e1", who, stood={EVENT: stood})
    sent = perf_counter() - began
    (task,) = map(read_task, who.studio.tasks(opened.project))
    desk = log_in(browser, who.studio.url, account)
    began = perf_counter()
    desk.open_task(opened.project, task.id)
    desk.page.locator(".desk-head").wait_for()
    shown = perf_counter() - began
    _seconds_of_key(desk, "ArrowDown")
    cells = []
    for key in KEYS.values():
        times = [_seconds_of_key(desk, key) for _ in range(PRESSED)]
        cells.append(f"{median(times):.2f} ({max(times):.2f})")
    row = [f"{desk.regions():,}", f"{sent:.1f}", f"{shown:.1f}", *cells]
    desk.page.context.close()
    return row


def _seconds_of_key(desk: Annotator, key: str) -> float:
    """Presses a key, and waits until another quote is the selected one and is drawn."""
    before = desk.page.evaluate(NOW)
    began = perf_counter()
    desk.press(key)
    desk.page.wait_for_function(f"before => {NOW} !== before", arg=before)
    desk.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return perf_counter() - began


def put(machine: str, rows: list[list[str]], page: Path = results.RESULTS) -> None:
    """Puts the table on the page."""
    body = f"{machine}\n\nOf a key: the median, and the longest of {PRESSED}.\n\n{results.table(HEAD, rows)}"
    results.put(f"The desk: an event of articles of {QUOTES} quotes, half of them sorted", body, page)


def main(sizes: list[int]) -> None:
    """Measures, prints, and puts the table on the page."""
    machine, rows = results.machine(), list[list[str]]()
    with tempfile.TemporaryDirectory() as scratch, a_browser() as browser:
        server = Server(Path(scratch) / "state")
        known = server.up(["a1"], None, print)
        try:
            for size in sizes:
                event = made(Path(scratch) / str(size), size, STATEMENTS, QUOTES)
                corpus = put_on_server(event, server.state, f"desk-{size}")
                rows.append(measured(corpus, known.annotators["a1"], browser))
                print(results.table(HEAD, rows), flush=True)
        finally:
            server.down()
    put(machine, rows)


if __name__ == "__main__":
    main([*map(int, sys.argv[1:])])
