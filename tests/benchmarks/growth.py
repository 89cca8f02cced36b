"""How time and memory grow with the number of articles: `python -m tests.benchmarks.growth 1000 10000 100000`."""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from dataset.files import aside
from tests.benchmarks import results
from tests.benchmarks.corpora import write_export, write_round
from tests.benchmarks.measure import Measured, measure
from tests.benchmarks.steps import LAYER, agree_step, build_step, diff_step, pull_step, validate_step

SIZES = (1_000, 10_000, 100_000)
TITLE = "Growth: articles of 25 spans and 2 kB"
HEAD = ("step", "articles", "seconds", "peak MB, all processes", "exponent of time")
Step = Callable[[], Measured]


def exponent(small: int, seconds: float, large: int, more_seconds: float) -> float:
    """e in time ~ articles^e, from two sizes."""
    return math.log(more_seconds / seconds) / math.log(large / small)


def measured(folder: Path, articles: int) -> dict[str, Measured]:
    """Every file step on generated corpora of that many articles."""
    corpus, export, _ = write_export(folder / "export", articles)
    found = {
        "pull --from-file": measure(pull_step, corpus.root, export),
        "validate": measure(validate_step, corpus.root),
        "build": measure(build_step, corpus.root),
    }
    (corpus.root / "built").rename(folder / "old")
    correct(corpus.annotations / LAYER / "spans.jsonl")
    build_step(corpus.root)
    found["diff, 1 % edited"] = measure(diff_step, folder / "old", corpus.root / "built")
    found["agree, 3 annotators"] = measure(agree_step, write_round(folder / "round", articles).root)
    return found


def correct(spans: Path) -> None:
    """Gives one number of ten another unit, so that about a hundredth of the spans are edited."""
    seen = 0
    with aside(spans) as new, new.open("wb") as out, spans.open("rb") as lines:
        for line in lines:
            seen += b'"label":"number"' in line
            edited = b'"label":"number"' in line and seen % 10 == 0
            out.write(line.replace(b'"number_unit":"', b'"number_unit":"old ') if edited else line)


def rows(found: dict[int, dict[str, Measured]]) -> list[list[str]]:
    """A row a step and size; with the exponent from the size before."""
    told = []
    for step in next(iter(found.values())):
        before: int | None = None
        for size, steps in found.items():
            one = steps[step]
            grown = exponent(before, found[before][step].seconds, size, one.seconds) if before else None
            told.append(
                [step, f"{size:,}", f"{one.seconds:.1f}", f"{one.megabytes:,.0f}", f"{grown:.2f}" if grown else ""]
            )
            before = size
    return told


def main(sizes: list[int]) -> None:
    """Measures and writes the section; prints each size as it is done."""
    machine, found = results.machine(), {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            found[size] = measured(Path(folder), size)
        print(results.table(HEAD, rows(found)), flush=True)
    results.put(TITLE, f"{machine}\n\n{results.table(HEAD, rows(found))}")


if __name__ == "__main__":
    main(list(map(int, sys.argv[1:])) or list(SIZES))
