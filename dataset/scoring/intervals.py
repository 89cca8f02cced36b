"""From what each article adds to scores with intervals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataset.agreement import bootstrap
from dataset.agreement.bootstrap import Interval
from dataset.agreement.coded import Numbers
from dataset.scheme import vocabulary
from dataset.scoring.tallies import ATTRIBUTES, SCORES, SHARES

Floats = NDArray[np.float64]
Name = tuple[str, str, str]
"""Scope, measure and figure."""

PRECISION, RECALL, F1, SHARE = vocabulary.SCORE_FIGURES
_AT_ONCE: Final = 2_000


def figures_of(score: tuple[str, str]) -> tuple[str, ...]:
    """Which figures a score has."""
    scope, measure = score
    return (SHARE,) if measure in SHARES or scope in ATTRIBUTES else (PRECISION, RECALL, F1)


NAMES: Final[list[Name]] = [(*score, figure) for score in SCORES for figure in figures_of(score)]
_AT: Final = [SCORES.index(name[:2]) for name in NAMES]
_FIGURE: Final = [vocabulary.SCORE_FIGURES.index(name[2]) for name in NAMES]


def intervals(counts: Numbers, units: Numbers, draws: int, seed: int) -> dict[Name, Interval]:
    """Every figure, of counts added up, with the interval of samples of units.

    A figure that rests on one unit has no interval. Where all draws are alike, or the figure is 0 or 1, the interval is
    Wilson's by the number of spans, links or pairs; those of an F1 are of both sides, and half as many trials.

    Args:
        counts: what each article adds, articles × SCORES × 4.
        units: the number of the unit that each article belongs to, from 0.
        draws: how many samples of the units are drawn.
        seed: of numpy's default generator.
    """
    rows = _by_unit(counts, units)
    rows = rows[np.lexsort(rows.T[::-1])]  # by what they hold, so that names decide nothing when samples are drawn
    resampled = bootstrap.SampledSums(len(rows), (1, rows.shape[1]), draws=draws, seed=seed)
    for begun in range(0, len(rows), _AT_ONCE):
        resampled.add(rows[None, begun : begun + _AT_ONCE].astype(np.float64))
    values, drawn = (_figures(sums[0].reshape(-1, len(SCORES), 4)) for sums in (resampled.total, resampled.drawn))
    unit_counts = (_rests_on(rows.reshape(-1, len(SCORES), 4)) > 0).sum(axis=0)
    return dict(_named(values[0], bootstrap.percentiles(drawn), unit_counts, _rests_on(counts.sum(axis=0))))


def _by_unit(counts: Numbers, units: Numbers) -> NDArray[np.int32]:
    """The rows of each unit's articles added up: units × columns."""
    rows = np.zeros((int(units.max()) + 1, counts.shape[1] * 4), dtype=np.int32)
    np.add.at(rows, units, counts.reshape(len(counts), -1).astype(np.int32))
    return rows


def _figures(sums: Floats) -> Floats:
    """The figures of NAMES, from sums (… × SCORES × 4); NaN where one does not exist."""
    right, predicted, recalled, gold = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision, recall = right / predicted, recalled / gold
        f1 = 2 * precision * recall / (precision + recall)
        share = (right + recalled) / (predicted + gold)
    f1 = np.where((right + recalled == 0) & (predicted + gold > 0), 0.0, f1)
    return np.stack([precision, recall, f1, share], axis=-1)[..., _AT, _FIGURE]


def _rests_on(counts: NDArray[np.int32] | Numbers) -> Numbers:
    """What each figure of NAMES rests on, from counts (… × SCORES × 4). A share counts matched pairs once."""
    predicted, gold = counts[..., 1].astype(np.int64), counts[..., 3].astype(np.int64)
    return np.stack([predicted, gold, predicted + gold, (predicted + gold + 1) // 2], axis=-1)[..., _AT, _FIGURE]


def _named(
    values: Floats, limits: tuple[Floats, Floats], unit_counts: Numbers, counts: Numbers
) -> Iterator[tuple[Name, Interval]]:
    for at, name in enumerate(NAMES):
        value, low, high = (float(numbers[at]) for numbers in (values, *limits))
        yield name, _interval(value, (low, high), int(unit_counts[at]), int(counts[at]), halved=name[2] == F1)


def _interval(value: float, limits: tuple[float, float], unit_count: int, count: int, *, halved: bool) -> Interval:
    if unit_count < 2:
        return Interval(None if np.isnan(value) else value, count=count)
    return bootstrap.interval(value, limits, count / 2 if halved else count, count)
