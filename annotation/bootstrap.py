"""Bootstrap intervals over articles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS: Final = 1000
SEED: Final = 20241029
PERCENTILES: Final = (2.5, 97.5)
BLOCK: Final = 50


def intervals(tallies: Floats, values: Callable[[Floats], Floats], *, draws: int, seed: int) -> tuple[Floats, Floats]:
    """95 % percentile intervals (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).

    Each draw takes as many articles as there are, with replacement. A draw in which a figure does not exist says
    nothing of that figure.

    Args:
        tallies: articles × columns; what each article adds to the sums that the figures are made from.
        values: from sums (draws × columns) to figures (draws × figures), NaN where a figure does not exist.
        draws: how many samples.
        seed: of numpy's default generator; the same seed gives the same intervals.

    Returns:
        Low and high of each figure; NaN where it exists in no draw.
    """
    chance = np.random.default_rng(seed)
    if not len(tallies):
        return _percentiles(values(np.zeros((1, tallies.shape[1]))))
    articles = len(tallies)
    even = np.full(articles, 1 / articles)
    found = []
    for begun in range(0, draws, BLOCK):
        times = chance.multinomial(articles, even, size=min(BLOCK, draws - begun))
        found.append(values(times @ tallies))
    return _percentiles(np.concatenate(found))


def _percentiles(drawn: Floats) -> tuple[Floats, Floats]:
    limits = np.full((2, drawn.shape[1]), np.nan)
    exists = ~np.isnan(drawn).all(axis=0)
    if exists.any():
        limits[:, exists] = np.nanpercentile(drawn[:, exists], PERCENTILES, axis=0)
    return limits[0], limits[1]
