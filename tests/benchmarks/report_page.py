"""How long the report takes to open and to filter: `python -m tests.benchmarks.report_page 60 400 20`.

The numbers are the articles of one event, its statements, and the quotes of each article. With one number,
`python -m tests.benchmarks.report_page 300`, it is so many articles of three annotators and gold, five of an event: how
long the report takes to open all at once, event by event, and from the index of a folder.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final
from unittest.mock import patch

from playwright.sync_api import Page, sync_playwright

from annotation.report import report
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from tests.benchmarks.corpora import write_round
from tests.benchmarks.statements import WORDS
from tests.browser import CHROMIUM, FLAGS
from tests.dataset.tiny import BLANK, Row, key, put_corpus, put_jsonl, put_layer, task

EVENT: Final = "harbour"
SPEAKERS: Final = {"Mayor": "City", "Spokeswoman": "City", "City": None, "Union": None, "Port": None}
HEDGES: Final = ("", "may ", "could ", "reportedly ")
# Sets a field, waits until the page has drawn itself anew, and returns the milliseconds.
FILTER: Final = """([name, value]) => new Promise((done) => {
    const field = document.querySelector(`.event form [name="${name}"]`), began = performance.now();
    if (field.type === 'checkbox') field.checked = value === 'on'; else field.value = value;
    field.dispatchEvent(new Event('input', {bubbles: true}));
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
})"""
OPENING: Final = """new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
    const [at] = performance.getEntriesByType('navigation');
    done({'first paint': performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
        'DOMContentLoaded': at.domContentLoadedEventEnd, 'load': at.loadEventEnd,
        'height': document.documentElement.scrollHeight});
})))"""
STEPS: Final = (
    *(("speaker", "City"), ("speaker", "Union"), ("speaker", "")),
    *(("article", "a7"), ("part", "left-out"), ("part", ""), ("article", "")),
    *(("in", "one"), ("in", "several"), ("in", ""), ("differs", "on"), ("differs", "off")),
)


def made(folder: Path, articles: int, statements: int, quotes: int) -> Corpus:
    """A corpus of one event whose articles tell so many quotes each, drawn from the statements."""
    drawn = random.Random(1)
    gists = [drawn.choices(WORDS, k=12) for _ in range(statements)]
    texts: dict[str, str] = {}
    rows: dict[str, list[Row]] = {"tasks": [], "spans": [], "relations": []}
    tellings: list[Row] = []
    for at in range(articles):
        name, text = f"a{at}", ""
        rows["tasks"].append(task(name) | key(name, GOLD))
        for number, statement in enumerate(sorted(drawn.sample(range(statements), quotes))):
            text, spans, links = _sentence(text, name, number, gists[statement], drawn)
            rows["spans"] += spans
            rows["relations"] += links
            tellings.append(_telling(name, f"q{number}", f"s{statement + 1}"))
        texts[name] = text
    corpus = put_corpus(folder, texts, dict.fromkeys(texts, EVENT))
    put_jsonl(
        corpus.seeds / "entities.jsonl",
        [
            {"event_id": EVENT, "entity": name, "kind": "group", "aliases": [], "speaks_for": whom}
            for name, whom in SPEAKERS.items()
        ],
    )
    put_layer(corpus, rows, GOLD)
    put_jsonl(corpus.layer_path(GOLD) / "tellings.jsonl", tellings)
    kept = [{"event_id": EVENT, "kind": "statement", "gist": " ".join(gist)} for gist in gists]
    put_jsonl(
        corpus.layer_path(GOLD) / "statements.jsonl",
        [row | {"statement_id": f"s{at}"} for at, row in enumerate(kept, 1)],
    )
    return corpus


def _sentence(
    text: str, article: str, number: int, gist: list[str], drawn: random.Random
) -> tuple[str, list[Row], list[Row]]:
    """The text with one more sentence, its spans and its links."""
    speaker, hedge, words = drawn.choice([*SPEAKERS]), drawn.choice(HEDGES), list(gist)
    words[drawn.randrange(len(words))] = drawn.choice(WORDS)
    quote = f"that it {hedge}{' '.join(words)}"
    begin = len(text) + len(f"{speaker} says ")
    spans = [
        _span(article, f"s{number}", "speaker", len(text), speaker, speaker_entities=[speaker]),
        _span(article, f"q{number}", "quote", begin, quote, quote_form="indirect", quote_source="linked"),
    ]
    links = [_link(article, "said_by", f"q{number}", f"s{number}")]
    if hedge:
        place = begin + len("that it ")
        spans.append(_span(article, f"h{number}", "hedge", place, hedge.strip(), hedge_kind="modal"))
        links.append(_link(article, "hedges", f"h{number}", f"q{number}"))
    return f"{text}{speaker} says {quote}. ", spans, links


def _span(article: str, span_id: str, label: str, start: int, words: str, **attributes: Any) -> Row:
    place = {"span_id": span_id, "label": label, "start": start, "end": start + len(words), "text": words}
    return key(article, GOLD) | place | BLANK | attributes


def _link(article: str, relation: str, start: str, end: str) -> Row:
    return key(article, GOLD) | {"type": relation, "from_span": start, "to_span": end, "derived": False}


def _telling(article: str, span_id: str, statement: str) -> Row:
    whose = {"event_id": EVENT, "round": GOLD, "annotator": "judge", "degree": "whole"}
    return whose | {"article_id": article, "span_id": span_id, "statement": statement}


def filtered(page: Page) -> Iterator[tuple[str, float]]:
    """Each step of filtering, with its milliseconds: the median of five."""
    for name, value in STEPS:
        yield f"{name}={value or 'any'}", median(page.evaluate(FILTER, [name, value]) for _ in range(5))


def measured(articles: int, statements: int, quotes: int) -> Iterator[str]:
    """Lines that say what was measured."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        corpus, out = made(Path(scratch), articles, statements, quotes), Path(scratch) / "report.html"
        began = perf_counter()
        size = report.write(report.report(corpus), out)
        yield f"made in {perf_counter() - began:.1f} s, {size / 1e6:.1f} MB"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        began = perf_counter()
        page.goto(out.as_uri())
        page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        yield f"opened in {perf_counter() - began:.2f} s"
        for step, milliseconds in filtered(page):
            yield f"{step}: {milliseconds:.0f} ms, {page.locator('.event output').inner_text()}"
        browser.close()


def opened(articles: int) -> Iterator[str]:
    """Lines that say how each form of the report of so many articles opens, and then an event of it."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        shown = report.report(write_round(Path(scratch) / "corpus", articles))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        folder = Path(scratch) / "folder"
        with patch.object(report, "WHOLE", articles):
            report.write(shown, Path(scratch) / "whole.html")
        report.write(shown, Path(scratch) / "paged.html")
        report.write_folder(shown, folder)
        for path in (Path(scratch) / "whole.html", Path(scratch) / "paged.html", folder / report.INDEX):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(path.as_uri(), wait_until="load")
            times = page.evaluate(OPENING)
            yield f"{path.name}: {path.stat().st_size / 1e6:.1f} MB, {_written(times)}"
            link = page.locator(".events a").nth(30)
            if link.count():
                began = perf_counter()
                link.click()
                page.locator("article").first.wait_for()
                height = page.evaluate("document.documentElement.scrollHeight")
                yield f"  an event of it in {perf_counter() - began:.2f} s, {height:,} px"
            page.close()
        browser.close()


def _written(times: dict[str, float]) -> str:
    milliseconds = ", ".join(f"{name} {times[name]:,.0f} ms" for name in ("first paint", "DOMContentLoaded", "load"))
    return f"{milliseconds}, {times['height']:,.0f} px"


if __name__ == "__main__":
    numbers = [*map(int, sys.argv[1:4])]
    for line in opened(*numbers) if len(numbers) == 1 else measured(*numbers):
        print(line, flush=True)
