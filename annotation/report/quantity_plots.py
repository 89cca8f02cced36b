"""Figures as plots: for each unit an axis, for each telling a dot or a range, with arrows where an end is open."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from dataset.scheme.lexicon import plain
from dataset.statements.numbers import Quantity

DECADES: Final = 100.0
"""Where the largest value is more than so many times the smallest, the axis is logarithmic."""
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_TICKS: Final = 4
_WORDS: Final = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


@dataclass(frozen=True)
class FigureTelling:
    """A number that tells a figure. `mark` is the id of its mark on the page, None where the page does not show it."""

    article: str
    sources: tuple[str, ...]
    quantity: Quantity
    partly: bool
    mark: str | None


@dataclass(frozen=True)
class PlottedFigure:
    """A quantity with all that tells it. `articles` and `speakers` are places in those of the event."""

    id: str
    gist: str | None
    tellings: tuple[FigureTelling, ...]
    articles: tuple[int, ...]
    speakers: tuple[int, ...]
    differs: tuple[str, ...]


@dataclass(frozen=True)
class PlottedTelling:
    """A telling on the axis: its ends in percent of the axis, equal for a dot; None where its words give no value.

    `kind` is its bound. An arrow to the left or right says that it is open there.
    """

    telling: FigureTelling
    kind: str
    low: float | None
    high: float | None
    to_left: bool
    to_right: bool


@dataclass(frozen=True)
class FigureLines:
    """A figure in a plot: one line for each article, as (article, its marks)."""

    figure: PlottedFigure
    lines: tuple[tuple[str, tuple[PlottedTelling, ...]], ...]

    @property
    def id(self) -> str:
        """The figure's id."""
        return self.figure.id

    @property
    def marks(self) -> int:
        """How many tellings it shows."""
        return sum(len(marks) for _, marks in self.lines)


@dataclass(frozen=True)
class Axis:
    """An axis from `low` to `high`, with its ticks, as (percent, words)."""

    low: float
    high: float
    logarithmic: bool
    ticks: tuple[tuple[float, str], ...]

    def percent(self, value: float) -> float:
        """Where a value is on the axis, from 0 to 100."""
        low, high = (math.log10(end) for end in (self.low, self.high)) if self.logarithmic else (self.low, self.high)
        return round(100 * ((math.log10(value) if self.logarithmic else value) - low) / (high - low), 2)


@dataclass(frozen=True)
class UnitPlot:
    """The figures of a unit on one axis. `unit` is empty where none is given, the axis None where none has a value."""

    unit: str
    axis: Axis | None
    figures: tuple[FigureLines, ...]


def unit_plots(figures: Iterable[PlottedFigure]) -> tuple[UnitPlot, ...]:
    """A plot for each unit, those with the most tellings first. A figure that is given in two units is in two plots."""
    by_unit: defaultdict[str, list[PlottedFigure]] = defaultdict(list)
    for figure in figures:
        for unit in dict.fromkeys(_unit(telling) for telling in figure.tellings):
            tellings = tuple(telling for telling in figure.tellings if _unit(telling) == unit)
            by_unit[unit].append(replace(figure, tellings=tellings))
    counts = Counter({unit: sum(len(figure.tellings) for figure in several) for unit, several in by_unit.items()})
    return tuple(_plot(unit, by_unit[unit]) for unit in sorted(by_unit, key=lambda unit: (-counts[unit], unit)))


def _unit(telling: FigureTelling) -> str:
    unit = telling.quantity.unit or ""
    return unit if unit.isupper() else plain(unit)  # USD, but troops


def _plot(unit: str, figures: list[PlottedFigure]) -> UnitPlot:
    quantities = [telling.quantity for figure in figures for telling in figure.tellings]
    values = [end for quantity in quantities for end in (quantity.low, quantity.high) if end is not None]
    axis = axis_of(values) if values else None
    return UnitPlot(unit, axis, tuple(FigureLines(figure, _lines(figure, axis)) for figure in figures))


def _lines(figure: PlottedFigure, axis: Axis | None) -> tuple[tuple[str, tuple[PlottedTelling, ...]], ...]:
    by_article: defaultdict[str, list[PlottedTelling]] = defaultdict(list)
    for telling in figure.tellings:
        by_article[telling.article].append(_mark(telling, axis))
    return tuple((article, tuple(by_article[article])) for article in sorted(by_article))


def _mark(telling: FigureTelling, axis: Axis | None) -> PlottedTelling:
    quantity = telling.quantity
    ends = [end for end in (quantity.low, quantity.high) if end is not None]
    low, high = (axis.percent(min(ends)), axis.percent(max(ends))) if axis and ends else (None, None)
    return PlottedTelling(
        telling,
        quantity.bound,
        low,
        high,
        quantity.low is None or quantity.bound == "at most",
        quantity.high is None or quantity.bound == "at least",
    )


def axis_of(values: Iterable[float]) -> Axis:
    """An axis on which all values lie: logarithmic where they span more than two decades, else with 0 on it."""
    every = list(values)
    low, high = min(every), max(every)
    return _decades(low, high) if low > 0 and high / low > DECADES else _even(min(low, 0.0), max(high, 0.0))


def _decades(low: float, high: float) -> Axis:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    step = max(1, math.ceil((last - first) / _TICKS))
    exponents = range(first, last + step, step)
    bare = Axis(10.0 ** exponents[0], 10.0 ** exponents[-1], logarithmic=True, ticks=())
    return replace(bare, ticks=tuple((bare.percent(10.0**at), in_words(10.0**at)) for at in exponents))


def _even(low: float, high: float) -> Axis:
    step = _step((high - low) or 1.0)
    first, last = math.floor(low / step), max(math.ceil(high / step), 1)
    bare = Axis(first * step, last * step, logarithmic=False, ticks=())
    return replace(bare, ticks=tuple((bare.percent(at * step), in_words(at * step)) for at in range(first, last + 1)))


def _step(width: float) -> float:
    power = 10.0 ** math.floor(math.log10(width / _TICKS))
    return next(factor * power for factor in _STEPS if factor * power * _TICKS >= width)


def in_words(value: float) -> str:
    """A number as it is written beside an axis: 12,000; 2.5 million."""
    for size, word in _WORDS:
        if size <= abs(value) < 1000 * size:
            return f"{value / size:g} {word}"
    return f"{value:,.6g}" if abs(value) < _WORDS[-1][0] else f"{value:g}"
