"""Memory does not grow with the articles: what is held of each is a name and a few numbers, never its rows or text.

What an intake holds of all texts, to see which are alike, grows up to 20 MB of text, some 10,000 articles, and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.taking_in import Grown, intake_growth, pull_growth, sampled_intake_growth

BYTES_EACH = 2_000
"""An article's text alone is as long, its rows are ten times that."""
ROOM = 24
"""MB by which two runs of the same size may differ."""

LONG = [pytest.mark.soak, pytest.mark.timeout(3_600)]
WARM = 5_000
"""Enough for a process on each core to have done several parts: only then does a pull hold the most it will."""


@pytest.mark.parametrize(
    ("growth", "small", "large"),
    [
        (pull_growth, WARM, WARM + 2_500),
        (sampled_intake_growth, 2_500, 5_000),
        pytest.param(pull_growth, WARM, 100_000, marks=LONG),
        pytest.param(intake_growth, 10_000, 100_000, marks=LONG),
    ],
)
def test_memory_is_flat(tmp_path: Path, growth: Callable[[Path, int, int], Grown], small: int, large: int) -> None:
    grown = growth(tmp_path, small, large)
    print(grown)
    more = grown.last.megabytes - grown.first.megabytes
    assert more <= ROOM + (large - small) * BYTES_EACH / 1e6
