"""What the labelling page takes for a check, a mark and a draft: `python -m tests.benchmarks.labelling 7000 20000`.

The numbers are the bytes of the articles, which hold the shipped articles one after another with the spans of the gold.
A server of its own is started for them.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

from playwright.sync_api import Response

from annotation.embedded.server import Server
from annotation.labelstudio.seats import seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects
from annotation.rounds.restore import restore
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import GOLD, make_layer, read_layer
from dataset.storage.atomic import sha256
from tests.benchmarks import results
from tests.browser import Annotator, log_in
from tests.corpora import REPOSITORY
from tests.dataset.layers import write_layer
from tests.dataset.tiny import put_jsonl
from tests.pictures import a_browser

LAYER: Final = "r1/a1"
TIMES: Final = 10
WORDS: Final = "North Korea"
# Milliseconds for the answer of the checks to the work on the page, which they are asked for 60 ms after a change.
_ANSWER: Final = """async () => {
    const body = JSON.stringify(Htx.annotationStore.selected.serializeAnnotation({fast: true}));
    const began = performance.now();
    await (await fetch(`/hedgerow/tasks/${Htx.task.id}/findings`, {method: 'POST', body})).text();
    return performance.now() - began;
}"""


def made(folder: Path, sizes: list[int]) -> Corpus:
    """A corpus with an article of each size, in bytes, and a layer with the gold's spans in it."""
    own = open_corpus(REPOSITORY)
    gold = read_layer(own.layer_path(GOLD), GOLD)
    (folder / "seeds" / "text").mkdir(parents=True)
    (folder / "hedgerow.toml").write_text('format = 1\nname = "page"\n', encoding="utf-8")
    (folder / "seeds" / "entities.jsonl").write_bytes((own.seeds / "entities.jsonl").read_bytes())
    articles, spans, tasks = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    event = next(iter(own.by_id.values()))["event_id"]
    for size in sizes:
        article, text = f"of-{size}-bytes", ""
        key = {"article_id": article, "round": "r1", "annotator": "a1"}
        for turn, source in enumerate(cycle(own.by_id)):
            at, text = len(text), text + own.text(source) + "\n\n"
            for span in gold.spans.filter(article_id=source).iter_rows(named=True):
                place = {"span_id": f"{turn}-{span['span_id']}", "start": span["start"] + at, "end": span["end"] + at}
                spans.append(span | key | place)
            if len(text.encode()) >= size:
                break
        (folder / "seeds" / "text" / f"{article}.txt").write_bytes(text.encode())
        articles.append({"article_id": article, "event_id": event, "text_sha256": sha256(text.encode())})
        tasks.append({**key, "status": "submitted"})
    put_jsonl(folder / "seeds" / "articles.jsonl", articles)
    corpus = open_corpus(folder)
    write_layer(corpus.layer_path(LAYER), make_layer(LAYER, tasks=tasks, spans=spans))
    return corpus


def seconds_of_mark(annotator: Annotator) -> float:
    """Marks words that are not marked yet, from the drag to the span that is selected; it is taken back after that."""
    annotator.press("Escape")
    annotator.press("3")
    before = annotator.regions()
    began = perf_counter()
    annotator.select(WORDS)
    seconds = perf_counter() - began
    annotator.press("Backspace")
    annotator.page.wait_for_function("n => document.querySelectorAll('[data-start]').length === n", arg=before)
    return seconds


def is_draft(answer: Response) -> bool:
    return "/drafts" in answer.url and answer.request.method in ("POST", "PATCH")


def seconds_of_draft(annotator: Annotator) -> float:
    """Marks words, from the end of the drag until the server has taken the draft; they are unmarked after that."""
    annotator.press("Escape")
    annotator.press("3")
    before = annotator.regions()
    with annotator.page.expect_response(is_draft) as saved:
        annotator.drag_over(WORDS)
        began = perf_counter()
    seconds = perf_counter() - began
    assert saved.value.ok
    annotator.page.wait_for_function("document.querySelector('.htx-highlight.__active')")
    with annotator.page.expect_response(is_draft):
        annotator.press("Backspace")
    annotator.page.wait_for_function("n => document.querySelectorAll('[data-start]').length === n", arg=before)
    return seconds


def measured(sizes: list[int]) -> Iterator[list[str]]:
    """A row of the table for each size."""
    with tempfile.TemporaryDirectory() as scratch:
        corpus = made(Path(scratch), sizes)
        server = Server(corpus.state)
        known = server.up(["a1"], None, print)
        try:
            who = seat(corpus, "a1")
            restore(corpus, "r1", who)
            project = projects.existing(corpus, "r1", who)
            with a_browser() as browser:
                annotator = log_in(browser, who.studio.url, known.annotators["a1"])
                for task in map(read_task, who.studio.tasks(project)):
                    began = perf_counter()
                    annotator.open_task(project, task.id)
                    opened = perf_counter() - began
                    annotator.page.locator(".hedgerow-findings .summary", has_text="to ").wait_for()
                    size = f"{len((task.text or '').encode()):,} bytes, {annotator.regions()} spans"
                    answers = [annotator.page.evaluate(_ANSWER) / 1000 for _ in range(TIMES)]
                    marks = [seconds_of_mark(annotator) for _ in range(TIMES)]
                    drafts = [seconds_of_draft(annotator) for _ in range(TIMES)]
                    times = (*map(median, (answers, marks, drafts)), max(drafts))
                    yield [size, f"{opened:.1f}", *(f"{seconds:.2f}" for seconds in times)]
        finally:
            server.down()


if __name__ == "__main__":
    head = ("an article of", "opened, s", "checks answer, s", "mark, s", "draft saved, s", "slowest, s")
    rows = list(measured([*map(int, sys.argv[1:])]))
    results.put("The labelling page", f"{results.machine()} Medians of {TIMES}.\n\n{results.table(head, rows)}")
    print(results.table(head, rows))
