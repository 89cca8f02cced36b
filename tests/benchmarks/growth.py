"""How time and memory grow with the number of articles.

`python -m tests.benchmarks.growth files 1000 10000 100000` measures the file steps, `server` push and pull on a real
server, and `page` what an annotator's page asks of it. Each step is put on the page as it is done.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from dataset.storage.atomic import aside
from tests.benchmarks import results
from tests.benchmarks.corpora import write_annotators, write_export
from tests.benchmarks.measure import Measured, exponent, measure
from tests.benchmarks.serving_steps import page_steps, server_steps
from tests.benchmarks.steps import LAYER, agree_step, build_step, diff_step, pull_step, validate_step
from tests.benchmarks.taking_in import taken_in

HEAD: Final = ("step", "articles", "seconds", "peak MB, all processes", "exponent of time")
Step = tuple[str, Measured]
Measurements = dict[str, dict[int, Measured]]
"""What was measured, by step and number of articles."""


def file_steps(folder: Path, articles: int) -> Iterator[Step]:
    """Every file step on generated corpora of that many articles; what is not needed any more is removed."""
    yield "intake", taken_in(folder / "intake", articles)
    shutil.rmtree(folder / "intake")
    corpus, export, _ = write_export(folder / "export", articles)
    yield "pull --from-file", measure(pull_step, corpus.root, export)
    export.unlink()
    shutil.rmtree(corpus.pulls)
    yield "validate", measure(validate_step, corpus.root)
    yield "build", measure(build_step, corpus.root)
    (corpus.root / "built").rename(folder / "old")
    correct(corpus.annotations / LAYER / "spans.jsonl")
    build_step(corpus.root)
    yield "diff, 1 % edited", measure(diff_step, folder / "old", corpus.root / "built")
    shutil.rmtree(corpus.root)
    shutil.rmtree(folder / "old")
    yield "agree, 3 annotators", measure(agree_step, write_annotators(folder / "round", articles).root)


def correct(spans: Path) -> None:
    """Gives one number of ten another unit, so that about a hundredth of the spans are edited."""
    seen = 0
    with aside(spans) as new, new.open("wb") as out, spans.open("rb") as lines:
        for line in lines:
            seen += b'"label":"number"' in line
            edited = b'"label":"number"' in line and seen % 10 == 0
            out.write(line.replace(b'"number_unit":"', b'"number_unit":"old ') if edited else line)


def rows(measurements: Measurements) -> Iterator[list[str]]:
    """A row a step and size; with the exponent from the size before."""
    for step, sizes in measurements.items():
        before: tuple[int, float] | None = None
        for size, measured in sizes.items():
            grown = f"{exponent(*before, size, measured.seconds):.2f}" if before else ""
            memory = f"{measured.megabytes:,.0f}" if measured.megabytes else ""
            yield [step, f"{size:,}", f"{measured.seconds:.{1 if measured.seconds >= 1 else 2}f}", memory, grown]
            before = size, measured.seconds


KINDS: Final[dict[str, tuple[str, Callable[[Path, int], Iterator[Step]]]]] = {
    "files": ("Growth: articles of 25 spans and 2 kB", file_steps),
    "server": ("Growth on a real server: articles of 25 spans and 2 kB", server_steps),
    "page": ("An annotator's page and the number of tasks in her project", page_steps),
}


def main(kind: str, sizes: list[int], page: Path = results.RESULTS) -> None:
    """Measures, prints, and writes the section."""
    title, steps = KINDS[kind]
    machine, measurements = results.machine(), Measurements()
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            for step, measured in steps(Path(folder), size):
                measurements.setdefault(step, {})[size] = measured
                table = results.table(HEAD, rows(measurements))
                print(table, flush=True)
                results.put(title, f"{machine}\n\n{table}", page)


if __name__ == "__main__":
    main(sys.argv[1], list(map(int, sys.argv[2:])))
