"""Krippendorff's alpha of each label, on characters: covered by the label or not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dataset.agreement.coded import CodedSpans, Numbers
from dataset.scheme import vocabulary

Floats = NDArray[np.float64]


def tallies(works: Sequence[CodedSpans], lengths: Numbers) -> Floats:
    """What each article adds to alpha: articles × labels × (disagreement, covered values, values).

    A character of an article is a unit, and has a value from everyone who submitted the article: covered by a span of
    the label or not, however many cover it. Its disagreement is n0·n1/(m-1), with n1 of m values covered. Articles that
    fewer than two submitted, and those in which nobody marked anything, add nothing.

    Args:
        works: the annotators to compare.
        lengths: code points of each article's text.
    """
    raters = np.sum([work.submitted for work in works], axis=0)
    marked = np.zeros(len(lengths), dtype=bool)
    for work in works:
        marked[work.article] = True
    counted = (raters >= 2) & marked
    article_tallies = np.zeros((len(lengths), len(vocabulary.LABELS), 3))
    for label in range(len(vocabulary.LABELS)):
        article_tallies[:, label, :2] = _sweep(
            [_covered(work, label, counted) for work in works], raters, int(lengths.max()) + 1
        )
        article_tallies[:, label, 2] = np.where(counted, raters * lengths, 0)
    return article_tallies


def alpha(tally: Floats) -> Floats:
    """Alpha of summed tallies (… × 3); NaN where all values are the same.

    K. Krippendorff, Content Analysis (4th ed., 2019), section 12.3, nominal data: 1 - (n-1)·o01/(n0·n1), with the
    coincidence o01 of the two values, their totals n0 and n1, and n all values.
    """
    disagreement, covered, values = np.moveaxis(tally, -1, 0)
    chance = covered * (values - covered)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(chance > 0, 1 - (values - 1) * disagreement / chance, np.nan), dtype=np.float64)


def _covered(work: CodedSpans, label: int, counted: NDArray[np.bool_]) -> tuple[Numbers, Numbers, Numbers]:
    rows = (work.label == label) & counted[work.article]
    return work.article[rows], work.start[rows], work.end[rows]


def _sweep(spans: list[tuple[Numbers, Numbers, Numbers]], raters: Numbers, stride: int) -> Floats:
    """Disagreement and covered values of each article, from the edges of what each annotator covers."""
    merged = [_merged(article * stride + start, article * stride + end) for article, start, end in spans]
    begins = np.concatenate([start for start, _ in merged])
    at = np.concatenate([begins, *(end for _, end in merged)])
    order = np.argsort(at, kind="stable")
    cover = np.cumsum(np.where(order < len(begins), 1, -1))[:-1]
    at = at[order]
    article, length = at[:-1] // stride, np.diff(at)
    many = raters[article]
    apart = cover * (many - cover) / np.maximum(many - 1, 1)
    sums = [np.bincount(article, weights=what * length, minlength=len(raters)) for what in (apart, cover)]
    return np.column_stack(sums)


def _merged(start: Numbers, end: Numbers) -> tuple[Numbers, Numbers]:
    """The union of intervals, which are sorted by their starts, as intervals that do not overlap."""
    if not start.size:
        return start, end
    reach = np.maximum.accumulate(end)
    first = np.flatnonzero(np.append(True, start[1:] > reach[:-1]))
    return start[first], reach[np.append(first[1:] - 1, len(reach) - 1)]
