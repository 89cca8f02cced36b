"""What Ray does, beside the same on this machine without it: `python -m tests.benchmarks.clustered 10000 100000`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from dataset.parallel import cluster_map
from tests.benchmarks import results
from tests.benchmarks.corpora import write_annotators
from tests.benchmarks.measure import measure
from tests.benchmarks.steps import agree_step, build_step, validate_step

TITLE: Final = "One machine, without Ray and with it"
HEAD: Final = ("step", "articles", "here, s", "here, MB", "Ray, s", "Ray, MB")
STEPS: Final[dict[str, Callable[..., int]]] = {"validate": validate_step, "build": build_step, "agree": agree_step}


def by_ray(step: Callable[..., int], root: Path) -> int:
    """A step on a cluster of this machine's cores, which is started for it as the command does."""
    with cluster_map() as each:
        return step(root, each)


def lines(root: Path, articles: int) -> Iterator[list[str]]:
    """A line a step. MB: all processes, what they share counted in each."""
    for name, step in STEPS.items():
        both: list[Any] = [measure(step, root), measure(by_ray, step, root)]
        columns = [text for measured in both for text in (f"{measured.seconds:.1f}", f"{measured.megabytes:,.0f}")]
        yield [name, f"{articles:,}", *columns]


def main(sizes: list[int]) -> None:
    """Measures, prints, and writes the section."""
    machine, rows = results.machine(), list[list[str]]()
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            for line in lines(write_annotators(Path(folder) / "round", size).root, size):
                rows.append(line)
                print(results.table(HEAD, rows), flush=True)
    results.put(TITLE, f"{machine}\n\n{results.table(HEAD, rows)}")


if __name__ == "__main__":
    main(list(map(int, sys.argv[1:])))
