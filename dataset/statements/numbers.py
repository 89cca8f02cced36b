"""Numbers in the tellings of a statement: how near two are, and what becomes of one article's in another."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dataset.scheme.lexicon import plain

ABOUT: Final = 0.1
"""How far from a quantity what is “about” it may be, as a share of it: “about 12,000” may be 10,800 to 13,200."""


@dataclass(frozen=True)
class Quantity:
    """A number in a quote: its own words and what they say, and how the cues on it bound that.

    `low` and `high` are None where the words leave that end open, as the high one of “thousands”.
    """

    words: str
    kind: str | None
    low: float | None
    high: float | None
    bound: str
    unit: str | None


@dataclass(frozen=True)
class NumberChange:
    """A number of the first article and the one of the second that it was matched with; None where there is none.

    The bounds are those that the article gives the number, in any of its tellings. The unit is in lower case, and empty
    where neither article gives one.
    """

    change: str
    first: str | None
    second: str | None
    first_bounds: tuple[str, ...]
    second_bounds: tuple[str, ...]
    unit: str


@dataclass(frozen=True, order=True)
class Value:
    """What makes two numbers one: the unit (empty where there is none) and both ends, which may be infinite."""

    unit: str
    low: float
    high: float


@dataclass(frozen=True)
class Number:
    """A number as an article gives it in all tellings of a statement: its words, and the bounds, by name."""

    value: Value
    words: str
    bounds: tuple[str, ...]


def value_of(quantity: Quantity) -> Value:
    """The value of a quantity: its unit in lower case, and its ends, infinite where they are open."""
    low = -math.inf if quantity.low is None else quantity.low
    high = math.inf if quantity.high is None else quantity.high
    return Value(plain(quantity.unit or ""), low, high)


def middle(value: Value) -> float:
    """The middle of a value's ends; the finite end where the other is infinite, and NaN where both are.

    The middle of “10,000 to 12,000” is 11,000, that of “thousands” is 1,000.
    """
    if math.isfinite(value.low) and math.isfinite(value.high):
        return value.low + (value.high - value.low) / 2
    return next((end for end in (value.low, value.high) if math.isfinite(end)), math.nan)


def nearness(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """How near the middles of values are, whatever their units: from 1 for equal ones to 0; NaN is near to nothing.

    It is the smaller over the larger: 10,000 and 12,000 are near by 0.833. The arrays are broadcast against each other.
    """
    left, right = np.asarray(first, np.float64), np.asarray(second, np.float64)
    larger = np.maximum(np.abs(left), np.abs(right))
    near: NDArray[np.float64] = np.clip(1 - np.abs(left - right) / np.where(larger > 0, larger, 1), 0, 1)
    return np.where(np.isnan(near), 0.0, near)


def numbers_of(quantities: Iterable[Quantity]) -> tuple[Number, ...]:
    """An article's numbers in the order of their values, each once.

    “12,000” in one telling and “approximately 12,000” in another are one number with two bounds.
    """
    of_value: defaultdict[Value, list[Quantity]] = defaultdict(list)
    for quantity in quantities:
        of_value[value_of(quantity)].append(quantity)
    return tuple(
        Number(value, min(each.words for each in equal), tuple(sorted({each.bound for each in equal})))
        for value, equal in sorted(of_value.items())
    )


def number_changes(first: Sequence[Number], second: Sequence[Number]) -> tuple[NumberChange, ...]:
    """What becomes of the first article's numbers in the second, both as `numbers_of` gives them; by unit, then value.

    Numbers of one value and unit are matched, then those of one value of which either lacks a unit, then the nearest of
    a unit. `dropped`: “500 officers” has no match in the second; `added` is the mirror image. `same`: value and bounds
    are equal. `bound changed`: “approximately 12,000” becomes “12,000”, or the values differ and both can hold, as
    “thousands” and “12,000”. `conflicting`: both cannot hold, as “10,000” and “12,000”.
    """
    pairs: list[tuple[Number | None, Number | None]] = list(_matched(first, second))
    matched = {id(number) for pair in pairs for number in pair}
    pairs.extend((number, None) for number in first if id(number) not in matched)
    pairs.extend((None, number) for number in second if id(number) not in matched)
    pairs.sort(key=lambda pair: sorted(number.value for number in pair if number))
    return tuple(
        NumberChange(
            _change(left, right),
            left.words if left else None,
            right.words if right else None,
            left.bounds if left else (),
            right.bounds if right else (),
            (left.value.unit if left else "") or (right.value.unit if right else ""),
        )
        for left, right in pairs
    )


def _matched(first: Sequence[Number], second: Sequence[Number]) -> list[tuple[Number, Number]]:
    # Numbers come in the order of their values, and ties fall by that, so it does not matter which article is first.
    likely = sorted(
        (cost, i, k)
        for i, left in enumerate(first)
        for k, right in enumerate(second)
        if (cost := _cost(left.value, right.value)) is not None
    )
    partners: dict[int, int] = {}
    for _, i, k in likely:
        if i not in partners and k not in partners.values():
            partners[i] = k
    return [(first[i], second[k]) for i, k in partners.items()]


def _cost(first: Value, second: Value) -> float | None:
    """How badly two values match: 0 for equal ones, 1 where a unit is missing, 2 to 3 by distance; None: not at all."""
    if first == second:
        return 0.0
    if (first.low, first.high) == (second.low, second.high) and not (first.unit and second.unit):
        return 1.0
    return 3 - float(nearness(middle(first), middle(second))) if first.unit == second.unit else None


def _change(first: Number | None, second: Number | None) -> str:
    if first is None or second is None:
        return "added" if first is None else "dropped"
    if (first.value.low, first.value.high) == (second.value.low, second.value.high):
        return "same" if first.bounds == second.bounds else "bound changed"
    (low, high), (other_low, other_high) = _allowed(first), _allowed(second)
    return "bound changed" if low <= other_high and other_low <= high else "conflicting"


def _allowed(number: Number) -> tuple[float, float]:
    """The lowest and highest quantity that a number allows by its widest bound."""
    low, high = number.value.low, number.value.high
    if "about" in number.bounds:
        low, high = low - ABOUT * abs(low), high + ABOUT * abs(high)
    return -math.inf if "at most" in number.bounds else low, math.inf if "at least" in number.bounds else high
