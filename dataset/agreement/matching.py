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
    """Pairs of spans by their positions in the work of the `first` and of the `second` annotator."""

    first: Numbers
    second: Numbers


@dataclass(frozen=True)
class Matchings:
    """Three matchings of the same work; each pairs a span with at most one of its own label.

    `exact`: the same offsets. `relaxed`: overlap over union at least 0.5. `detection`: any code point shared; spans
    that only touch share none.
    """

    exact: Pairs
    relaxed: Pairs
    detection: Pairs


def match(first: CodedSpans, second: CodedSpans) -> Matchings:
    """Matches two annotators' spans.

    Each matching has as many pairs as can be; among these, the one with the greatest sum of overlap over union, then
    with the most equal attributes. The same, turned round, when the two are given the other way, and in an article the
    same whatever other articles there are.
    """
    near = _overlapping(first, second)
    overlap = _overlap_over_union(first, second, near)
    equal = (first.values[near.first] == second.values[near.second]).sum(axis=1)
    liking = (overlap + 1e-6 * equal) / (1 + 1e-6 * first.values.shape[1])
    content = first.content(), second.content()
    return Matchings(*(_largest(near, liking, overlap >= least, content) for least in (1.0, RELAXED, 0.0)))


def _overlapping(first: CodedSpans, second: CodedSpans) -> Pairs:
    """All pairs of one article and label that share a code point, found on one axis where no two articles meet."""
    stride = 1 + max((int(work.end.max()) for work in (first, second) if work.end.size), default=0)
    (start, end), (begin, stop) = _on_axis(first, stride), _on_axis(second, stride)
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


def _overlap_over_union(first: CodedSpans, second: CodedSpans, near: Pairs) -> NDArray[np.float64]:
    start, end = first.start[near.first], first.end[near.first]
    begin, stop = second.start[near.second], second.end[near.second]
    shared = np.minimum(end, stop) - np.maximum(start, begin)
    return np.asarray(shared / ((end - start) + (stop - begin) - shared), dtype=np.float64)


def _largest(
    near: Pairs, liking: NDArray[np.float64], allowed: NDArray[np.bool_], content: tuple[Numbers, Numbers]
) -> Pairs:
    """A maximum matching of the allowed pairs. `liking`, from 0 to 1, chooses among several."""
    first, second, liking = near.first[allowed], near.second[allowed], liking[allowed]
    if not first.size:
        return Pairs(first, second)
    alone = (np.bincount(first)[first] == 1) & (np.bincount(second)[second] == 1)
    matched = [(first[alone], second[alone])]
    first, second, liking = first[~alone], second[~alone], liking[~alone]
    for edges in _components(first, second):
        matched.append(_assigned(first[edges], second[edges], liking[edges], content))
    all_first, all_second = (np.concatenate(side) for side in zip(*matched, strict=True))
    order = np.argsort(all_first)
    return Pairs(all_first[order], all_second[order])


def _components(first: Numbers, second: Numbers) -> list[NDArray[np.intp]]:
    """The edges of each connected part of the graph of pairs: each part is matched for itself."""
    if not first.size:
        return []
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    width = int(first.max()) + 1
    size = width + int(second.max()) + 1
    graph = coo_array((np.ones(len(first)), (first, width + second)), shape=(size, size))
    part = connected_components(graph, directed=False)[1][first]
    order = np.argsort(part, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(part[order])) + 1)


def _assigned(
    first: Numbers, second: Numbers, liking: NDArray[np.float64], content: tuple[Numbers, Numbers]
) -> tuple[Numbers, Numbers]:
    """The best assignment. One more pair outweighs all liking: the likings' sum stays below 1.

    Of several, it depends on whose spans are the rows: what they hold decides that, not who was given first.
    """
    from scipy.optimize import linear_sum_assignment

    rows, row = np.unique(first, return_inverse=True)
    columns, column = np.unique(second, return_inverse=True)
    weight = np.zeros((len(rows), len(columns)))
    weight[row, column] = 1 + liking / (1 + min(weight.shape))
    if content[0][rows].tolist() > content[1][columns].tolist():
        chosen_column, chosen_row = linear_sum_assignment(weight.T, maximize=True)
    else:
        chosen_row, chosen_column = linear_sum_assignment(weight, maximize=True)
    real = weight[chosen_row, chosen_column] > 0
    return rows[chosen_row[real]], columns[chosen_column[real]]
