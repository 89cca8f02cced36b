"""What scoring costs: `python -m tests.benchmarks.scoring 1000 10000`.

Articles have 25 spans and 2 kB. Predictions are an annotator's layer, the same as JSON Lines, and a thousand spans an
article that were thrown at random. Beside it stands nervaluate, on what both can do: exact matches of spans by label,
without intervals and without a ceiling.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from dataset.agreement.figures import Draws
from dataset.record.corpus import open_corpus
from dataset.record.layer import GOLD
from dataset.scheme import vocabulary
from dataset.scoring.score import score
from tests.benchmarks import results
from tests.benchmarks.corpora import ROUND, write_round
from tests.benchmarks.measure import Measured, exponent, measure

LAYER: Final = ROUND[1]
FILE: Final = "predictions.jsonl"
THROWN: Final = "thrown.jsonl"
EACH: Final = 1_000
LONGEST: Final = 80
_COLUMNS: Final = ("article_id", "span_id", "label", "start", "end", *vocabulary.ATTRIBUTES["quote"])


def write_predictions(root: Path) -> None:
    """The layer's spans as JSON Lines."""
    corpus = open_corpus(root)
    with (corpus.layer_path(LAYER) / "spans.jsonl").open(encoding="utf-8") as spans:
        rows = map(json.loads, spans)
        lines = (json.dumps({name: row[name] for name in _COLUMNS}) + "\n" for row in rows)
        (root / FILE).write_text("".join(lines), encoding="utf-8")


def write_thrown(root: Path, each: int = EACH) -> None:
    """So many spans an article, anywhere in it."""
    drawn, corpus = random.Random(7), open_corpus(root)
    with (root / THROWN).open("w", encoding="utf-8") as out:
        for article in corpus.articles["article_id"]:
            length = len(corpus.text(article))
            for _ in range(each):
                start = drawn.randrange(length - LONGEST)
                place = {"start": start, "end": start + drawn.randint(1, LONGEST)}
                out.write(json.dumps({"article_id": article, "label": drawn.choice(vocabulary.LABELS), **place}) + "\n")


def layer_step(root: Path) -> int:
    """Scores the layer. Returns how many spans of it and of the gold were compared."""
    return _spans(root, LAYER)


def file_step(root: Path) -> int:
    """Scores the same as JSON Lines."""
    return _spans(root, str(root / FILE))


def thrown_step(root: Path) -> int:
    """Scores what was thrown at random."""
    return _spans(root, str(root / THROWN))


def _spans(root: Path, predictions: str) -> int:
    return int(score(predictions, corpus=root).row("all", "exact")["count"])


STEPS: Final[dict[str, Callable[[Path], int]]] = {
    "a layer": layer_step,
    "JSON Lines": file_step,
    "a thousand spans an article": thrown_step,
}


def plain_step(root: Path) -> tuple[int, float | None]:
    """Scores the JSON Lines without intervals and ceiling. Returns how many spans there are on both sides, exact F1."""
    exact = score(str(root / FILE), corpus=root, ceiling=(), draws=Draws(1)).row("all", "exact")
    return int(exact["count"]), exact["value"]


def nervaluate_step(root: Path) -> tuple[int, float | None]:
    """The same by nervaluate."""
    from nervaluate.evaluator import Evaluator

    gold, predicted = open_corpus(root).layer_path(GOLD) / "spans.jsonl", root / FILE
    by_article: dict[str, tuple[list[Any], list[Any]]] = {}
    for side, path in enumerate((gold, predicted)):
        with path.open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                place = {"label": row["label"], "start": row["start"], "end": row["end"]}
                by_article.setdefault(row["article_id"], ([], []))[side].append(place)
    both = [list(documents) for documents in zip(*by_article.values(), strict=True)]
    strict = Evaluator(*both, tags=list(vocabulary.LABELS), loader="dict").evaluate()["overall"]["strict"]
    return sum(len(spans) for documents in both for spans in documents), strict.f1


BESIDE: Final[dict[str, Callable[[Path], tuple[int, float | None]]]] = {
    "hedgerow": plain_step,
    "nervaluate": nervaluate_step,
}


def beside_rows(root: Path, size: int) -> Iterator[list[str]]:
    """What each takes for the same; `ratio` is the seconds of each by ours."""
    ours: float | None = None
    for name, step in BESIDE.items():
        measured = measure(step, root)
        spans, exact = measured.result
        ours = ours or measured.seconds
        counts = [f"{size:,}", f"{spans:,}", f"{exact:.4f}", f"{measured.seconds:.1f}", f"{measured.megabytes:,.0f}"]
        yield [name, *counts, f"{measured.seconds / ours:.2f}"]


MOST_THROWN: Final = 1_000
"""Articles for which spans are thrown: a million predictions."""


def main(sizes: list[int], page: Path = results.RESULTS, each: int = EACH) -> None:
    """Measures, prints, and puts the table on the page."""
    machine, rows, before = results.machine(), list[list[str]](), dict[str, tuple[int, Measured]]()
    beside = list[list[str]]()
    with tempfile.TemporaryDirectory() as scratch:
        for size in sizes:
            root = write_round(Path(scratch) / str(size), size).root
            write_predictions(root)
            if size <= MOST_THROWN:
                write_thrown(root, each)
            for name, step in STEPS.items():
                if step is thrown_step and size > MOST_THROWN:
                    continue
                measured = measure(step, root)
                grown = f"{exponent(*_first(before[name]), size, measured.seconds):.2f}" if name in before else ""
                counts = [f"{size:,}", f"{measured.result:,}", f"{measured.seconds:.1f}", f"{measured.megabytes:,.0f}"]
                rows.append([name, *counts, grown])
                before[name] = size, measured
            beside += beside_rows(root, size)
    head = ("predictions", "articles", "spans of both", "seconds", "peak MB", "exponent of time")
    table = results.table(head, rows)
    print(table)
    results.put("Scoring: three annotators, their gold and 1,000 draws", f"{machine}\n\n{table}", page)
    table = results.table(("by", "articles", "spans of both", "exact F1", "seconds", "peak MB", "ratio"), beside)
    print(table)
    results.put("Scoring beside nervaluate: exact spans, without intervals", f"{machine}\n\n{table}", page)


def _first(measured: tuple[int, Measured]) -> tuple[int, float]:
    return measured[0], measured[1].seconds


if __name__ == "__main__":
    main([*map(int, sys.argv[1:])])
