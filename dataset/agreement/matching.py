"""Which spans of two annotators are the same: one-to-one matchings, as large as they can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataset.agreement.coded import CodedSpans, Numbers
from dataset.scheme import vocabulary

RELAXED = 0.5


@dataclass(frozen=True)
class Pairs:
    """Pairs of spans by their positions in the work of `one` and of `other`."""

    one: Numbers
    other: Numbers


@dataclass(frozen=True)
class Matchings:
    """Three matchings of the same work; each pairs a span with one of its own label at most.

    `exact`: the same offsets. `relaxed`: overlap over union at least 0.5. `found`: any code point shared; spans that
    only touch share none.
    """

    exact: Pairs
    relaxed: Pairs
    found: Pairs


def match(one: CodedSpans, other: CodedSpans) -> Matchings:
    """Matches two annotators' spans.

    Each matching has as many pairs as can be; among such, the one with the greatest sum of overlap over union, then
    with the most equal attributes. The same, turned round, when the two are given the other way, and in an article the
    same whatever other articles there are.
    """
    near = _overlapping(one, other)
    overlap = _overlap_over_union(one, other, near)
    equal = (one.values[near.one] == other.values[near.other]).sum(axis=1)
    liking = (overlap + 1e-6 * equal) / (1 + 1e-6 * one.values.shape[1])
    content = one.content(), other.content()
    return Matchings(*(_largest(near, liking, overlap >= least, content) for least in (1.0, RELAXED, 0.0)))


def _overlapping(one: CodedSpans, other: CodedSpans) -> Pairs:
    """All pairs of one article and label that share a code point, found on one axis where no two articles meet."""
    stride = 1 + max((int(work.end.max()) for work in (one, other) if work.end.size), default=0)
    (start, end), (begin, stop) = _on_axis(one, stride), _on_axis(other, stride)
    a, b = _ranges(np.searchsorted(begin, start, "left"), np.searchsorted(begin, end, "left"))
    d, c = _ranges(np.searchsorted(start, begin, "right"), np.searchsorted(start, stop, "left"))
    return Pairs(np.concatenate([a, c]), np.concatenate([b, d]))


def _on_axis(work: CodedSpans, stride: int) -> tuple[Numbers, Numbers]:
    base = (work.article * len(vocabulary.LABELS) + work.label) * stride
    return base + work.start, base + work.end


def _ranges(first: NDArray[np.intp], last: NDArray[np.intp]) -> tuple[Numbers, Numbers]:
    """Each position with every number from `first` up to `last` there."""
    counts = last - first
    begun = np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(np.arange(len(first)), counts), np.repeat(first, counts) + np.arange(counts.sum()) - begun


def _overlap_over_union(one: CodedSpans, other: CodedSpans, near: Pairs) -> NDArray[np.float64]:
    start, end = one.start[near.one], one.end[near.one]
    begin, stop = other.start[near.other], other.end[near.other]
    shared = np.minimum(end, stop) - np.maximum(start, begin)
    return np.asarray(shared / ((end - start) + (stop - begin) - shared), dtype=np.float64)


def _largest(
    near: Pairs, liking: NDArray[np.float64], allowed: NDArray[np.bool_], content: tuple[Numbers, Numbers]
) -> Pairs:
    """A maximum matching of the allowed pairs. `liking`, from 0 to 1, chooses among several."""
    one, other, liking = near.one[allowed], near.other[allowed], liking[allowed]
    if not one.size:
        return Pairs(one, other)
    alone = (np.bincount(one)[one] == 1) & (np.bincount(other)[other] == 1)
    found = [(one[alone], other[alone])]
    one, other, liking = one[~alone], other[~alone], liking[~alone]
    for edges in _components(one, other):
        found.append(_assigned(one[edges], other[edges], liking[edges], content))
    ones, others = (np.concatenate(side) for side in zip(*found, strict=True))
    order = np.argsort(ones)
    return Pairs(ones[order], others[order])


def _components(one: Numbers, other: Numbers) -> list[NDArray[np.intp]]:
    """The edges of each connected part of the graph of pairs: each part is matched for itself."""
    if not one.size:
        return []
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    width = int(one.max()) + 1
    size = width + int(other.max()) + 1
    graph = coo_array((np.ones(len(one)), (one, width + other)), shape=(size, size))
    part = connected_components(graph, directed=False)[1][one]
    order = np.argsort(part, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(part[order])) + 1)


def _assigned(
    one: Numbers, other: Numbers, liking: NDArray[np.float64], content: tuple[Numbers, Numbers]
) -> tuple[Numbers, Numbers]:
    """The best assignment. A pair more weighs more than all liking: the likings' sum stays below 1.

    Of several, it depends on whose spans are the rows: what they hold decides that, not who was given first.
    """
    from scipy.optimize import linear_sum_assignment

    rows, row = np.unique(one, return_inverse=True)
    columns, column = np.unique(other, return_inverse=True)
    weight = np.zeros((len(rows), len(columns)))
    weight[row, column] = 1 + liking / (1 + min(weight.shape))
    if content[0][rows].tolist() > content[1][columns].tolist():
        chosen_column, chosen_row = linear_sum_assignment(weight.T, maximize=True)
    else:
        chosen_row, chosen_column = linear_sum_assignment(weight, maximize=True)
    real = weight[chosen_row, chosen_column] > 0
    return rows[chosen_row[real]], columns[chosen_column[real]]
