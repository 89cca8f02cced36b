"""What suggesting costs: `python -m tests.benchmarks.suggesting 100 400`.

Articles are two of those that the suggesters were developed on, one after the other: about 450 words. Checks and the
writing of the layers are within the time, and so is loading the model.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from annotation.suggesting.layers import articles_of, suggest, write_suggestions
from dataset.parallel import local_map
from dataset.record.corpus import open_corpus
from tests.annotation.suggesting.measured import DEVELOPMENT, written
from tests.benchmarks import results
from tests.benchmarks.measure import Measured, exponent, measure
from tests.corpora import make_corpus

SUGGESTERS: Final = (("rules",), ("spacy",), ("rules", "spacy"))
ROUND: Final = "r1"


def write_articles(root: Path, size: int) -> Path:
    """A corpus of so many articles."""
    texts = [article.text for article in written(DEVELOPMENT)]
    articles = {
        f"a{at:06}": f"{texts[at % len(texts)]}\n\n{texts[(at + 1 + at // len(texts)) % len(texts)]}\n"
        for at in range(size)
    }
    return make_corpus(root, articles).root


def suggest_step(root: Path, names: tuple[str, ...]) -> int:
    """Suggests and writes the layers. Returns the spans in the last of them."""
    corpus = open_corpus(root)
    layers = suggest(corpus, ROUND, names, articles_of(corpus, ROUND), local_map)
    for layer in layers:
        write_suggestions(corpus, layer)
    return layers[-1].layer.spans.height


def main(sizes: list[int], page: Path = results.RESULTS) -> None:
    """Measures, prints, and puts the table on the page."""
    machine, rows, before = results.machine(), list[list[str]](), dict[tuple[str, ...], tuple[int, Measured]]()
    with tempfile.TemporaryDirectory() as scratch:
        for size in sizes:
            root = write_articles(Path(scratch) / str(size), size)
            for names in SUGGESTERS:
                measured = measure(suggest_step, root, names)
                grown = ""
                if names in before:
                    small, earlier = before[names]
                    grown = f"{exponent(small, earlier.seconds, size, measured.seconds):.2f}"
                counts = [f"{size:,}", f"{measured.result:,}", f"{measured.seconds:.1f}"]
                speed = [f"{size / measured.seconds:,.0f}", f"{measured.megabytes:,.0f}", grown]
                rows.append([" and ".join(names), *counts, *speed])
                before[names] = size, measured
    head = ("suggesters", "articles", "spans", "seconds", "articles a second", "peak MB", "exponent of time")
    table = results.table(head, rows)
    print(table)
    results.put("Suggesting, articles of 450 words", f"{machine}\n\n{table}", page)


if __name__ == "__main__":
    main([*map(int, sys.argv[1:])])
