"""Bootstrap intervals over articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataset.agreement.wilson import wilson

Floats = NDArray[np.float64]

DRAWS: Final = 1000
SEED: Final = 20241029
PERCENTILES: Final = (2.5, 97.5)
BLOCK: Final = 50
CHUNK: Final = 10_000
"""Articles that are held at a time. Another number would give other draws for more articles than that."""


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval, None where it does not exist; and what it rests on."""

    value: float | None
    low: float | None = None
    high: float | None = None
    count: int = 0


NOTHING: Final = Interval(None)


def interval(value: float, limits: tuple[float, float], trials: float, count: int) -> Interval:
    """A figure between the limits that its draws give, NaN where there is none.

    Where all draws are alike, or the figure is 0 or 1, they say nothing of how sure it is: the interval is Wilson's.
    """
    if np.isnan(value):
        return Interval(None, count=count)
    low, high = limits
    if np.isnan(low) or low == high or value in (0, 1):
        low, high = wilson(value * trials, trials)
    return Interval(value, low, high, count)


class SampledSums:
    """Sums over articles, which come in order, some at a time, and over samples of them.

    Each draw takes as many articles as there are, with replacement: how often each is taken is multinomial. The numbers
    are drawn one chunk of articles after another: what falls into a chunk is binomial of what the chunks before left,
    and multinomial within it (C. S. Davis, The computer generation of multinomial random variates, Computational
    Statistics & Data Analysis 16, 1993, 205-217). Which articles came together makes no difference.

    Attributes:
        total: the sums over all articles, kinds × columns.
        drawn: the sums over each sample, kinds × draws × columns.
    """

    def __init__(self, articles: int, shape: tuple[int, int], *, draws: int, seed: int, chunk: int = CHUNK) -> None:
        """For so many articles, and tallies of a shape (kinds, columns); `seed` is of numpy's default generator."""
        kinds, columns = shape
        self.total: Floats = np.zeros(shape)
        self.drawn: Floats = np.zeros((kinds, draws, columns))
        self._chance = np.random.default_rng(seed)
        self._left, self._chunk = articles, chunk
        self._due = np.full(draws, articles)
        self._held: list[Floats] = []

    def add(self, tallies: Floats) -> None:
        """The tallies of the next articles, kinds × articles × columns."""
        self._held.append(tallies)
        while self._left and self._waiting() >= min(self._chunk, self._left):
            held, size = np.concatenate(self._held, axis=1), min(self._chunk, self._left)
            self._held = [held[:, size:].copy()]
            self._take(np.ascontiguousarray(held[:, :size]))

    def complete(self) -> bool:
        """Whether there were as many articles as announced."""
        return not self._left and not self._waiting()

    def _waiting(self) -> int:
        return sum(tallies.shape[1] for tallies in self._held)

    def _take(self, chunk: Floats) -> None:
        self.total += np.stack([tallies.sum(axis=0) for tallies in chunk])
        for begun in range(0, len(self._due), BLOCK):
            block = slice(begun, begun + BLOCK)
            times = self._times(chunk.shape[1], block).astype(np.float64)
            for sums, tallies in zip(self.drawn, chunk, strict=True):
                sums[block] += times @ tallies
        self._left -= chunk.shape[1]

    def _times(self, size: int, block: slice) -> NDArray[np.int64]:
        """How often each draw of a block takes each of the next articles."""
        due = self._due[block].copy()
        here = due if size == self._left else self._chance.binomial(due, size / self._left)
        self._due[block] = due - here
        return self._chance.multinomial(here, np.full(size, 1 / size))


def percentiles(drawn: Floats) -> tuple[Floats, Floats]:
    """95 % percentile intervals (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).

    A draw in which a figure does not exist says nothing of that figure.

    Args:
        drawn: draws × figures, NaN where a figure does not exist.

    Returns:
        Low and high of each figure; NaN where it exists in no draw.
    """
    limits = np.full((2, drawn.shape[1]), np.nan)
    exists = ~np.isnan(drawn).all(axis=0)
    if exists.any():
        limits[:, exists] = np.nanpercentile(drawn[:, exists], PERCENTILES, axis=0)
    return limits[0], limits[1]
