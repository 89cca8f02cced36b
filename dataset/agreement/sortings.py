"""Agreement about statements: whether two annotators put the same quotes and numbers of an event together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataset.agreement.bootstrap import DRAWS, NOTHING, SEED, Interval, interval, percentiles
from dataset.statements.sorted_events import SortedBy

Floats = NDArray[np.float64]
COLUMNS: Final = 6
"""Pairs that both have, that the first has, that the second has; sums of B³'s precision and recall, and the items."""


@dataclass(frozen=True)
class SortingAgreement:
    """Agreement of two annotators: `pairs` is F1 of the pairs that tell one statement, `b_cubed` the F1 of B³.

    Both rest on so many items (`count`), which are in so many articles of so many events.

    The intervals are drawn over events, or where there is but one, over the first annotator's statements. Where all
    draws are alike, or the figure is 0 or 1, they are Wilson's by the number of items: pairs depend on each other, so
    that there are no more observations than items.
    """

    pairs: Interval
    b_cubed: Interval
    events: int
    articles: int


def agreement_of(events: Iterable[tuple[SortedBy, SortedBy]], kinds: Mapping[str, str], kind: str) -> SortingAgreement:
    """How far two annotators put the same together, over the items of a kind that both sorted.

    An item belongs to the statement that it tells wholly, else to the one that it tells partly. F1 of pairs is
    2·|both| / (|first| + |second|). B³ (A. Bagga and B. Baldwin, Algorithms for scoring coreference chains, 1998): an
    item's precision is the share of its statement by the second annotator that is with it by the first as well, its
    recall the other way round; F1 is of the means over all items.

    What stood sorted when the event was opened, and was left so by both, is not counted, nor is a pair of two such
    items; but it is among the items of the statements that what is counted belongs to.

    Args:
        events: the two sortings of each event.
        kinds: the kind of each item, by its id.
        kind: the kind of those that count.
    """
    named = [
        (_names(first, kinds, kind), _names(second, kinds, kind), first.given & second.given)
        for first, second in events
    ]
    tallies = [rows for rows in (_tallies(*both) for both in named) if len(rows)]
    if not tallies:
        return SortingAgreement(NOTHING, NOTHING, 0, 0)
    asked = (item for first, second, given in named for item in (first.keys() & second.keys()) - given)
    articles = len({item.partition(":")[0] for item in asked})
    units = np.stack([rows.sum(axis=0) for rows in tallies]) if len(tallies) > 1 else tallies[0]
    times = np.random.default_rng(SEED).multinomial(len(units), np.full(len(units), 1 / len(units)), size=DRAWS)
    limits = np.stack(percentiles(_figures(times @ units)), axis=1)
    (values,) = _figures(units.sum(axis=0, keepdims=True))
    items = int(units[:, 5].sum())
    pairs, b_cubed = (
        interval(float(value), (float(low), float(high)), items, items)
        for value, (low, high) in zip(values, limits, strict=True)
    )
    return SortingAgreement(pairs, b_cubed, len(tallies), articles)


def _names(sorting: SortedBy, kinds: Mapping[str, str], kind: str) -> dict[str, str]:
    """The statement that each item of a kind belongs to."""
    named = {item: telling.whole or telling.partly for item, telling in sorting.tells.items()}
    return {item: name for item, name in named.items() if name is not None and kinds.get(item) == kind}


def _tallies(first: Mapping[str, str], second: Mapping[str, str], given: frozenset[str]) -> Floats:
    """A row for each statement of the first annotator. Half of each pair counts for either of its items' statements.

    `given` items are not counted; a pair with one of them counts wholly for its other item's statement.
    """
    items = sorted(first.keys() & second.keys())
    asked = [item for item in items if item not in given]
    rows = {name: at for at, name in enumerate(sorted({first[item] for item in asked}))}
    whole, halves = _sizes(first, second, items), _sizes(first, second, asked)
    tallies: Floats = np.zeros((len(rows), COLUMNS))
    for item in asked:
        groups = ((first[item], second[item]), (first[item], None), (None, second[item]))
        pairs = [whole[group] - (halves[group] + 1) / 2 for group in groups]
        together, with_first, with_second = (whole[group] for group in groups)
        tallies[rows[first[item]]] += (*pairs, together / with_second, together / with_first, 1)
    return tallies


def _sizes(
    first: Mapping[str, str], second: Mapping[str, str], items: Iterable[str]
) -> Counter[tuple[str | None, str | None]]:
    """How many of the items are in each statement of the first, of the second (None for the first), and of both."""
    sizes: Counter[tuple[str | None, str | None]] = Counter()
    for item in items:
        sizes.update([(first[item], second[item]), (first[item], None), (None, second[item])])
    return sizes


def _figures(sums: Floats) -> Floats:
    """Draws × (pairs' F1, B³'s F1), NaN where there is none."""
    both, first, second, precision, recall, items = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        precision, recall = precision / items, recall / items
        figures: Floats = np.stack([2 * both / (first + second), 2 * precision * recall / (precision + recall)], axis=1)
    return figures
