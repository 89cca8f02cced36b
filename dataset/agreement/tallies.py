"""What each article adds to each figure of agreement between two annotators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataset.agreement.coded import CodedSpans, Numbers
from dataset.agreement.matching import Matchings, Pairs, match
from dataset.scheme import vocabulary

Floats = NDArray[np.float64]
FigureKey = tuple[str, str]

SPAN_FIGURES: Final = [(s, m) for s in (vocabulary.ALL, *vocabulary.LABELS) for m in vocabulary.SPAN_MEASURES]
_ATTRIBUTES: Final = [name for names in vocabulary.ATTRIBUTES.values() for name in names]
MATCHED_FIGURES: Final = [(s, m) for s in (*_ATTRIBUTES, *vocabulary.RELATIONS) for m in vocabulary.MATCHED_MEASURES]
FIGURES: Final[list[FigureKey]] = SPAN_FIGURES + MATCHED_FIGURES


@dataclass(frozen=True)
class Tally:
    """The two parts of fractions, articles × FIGURES each. A figure is its tops' sum over its bottoms' sum."""

    top: Floats
    bottom: Floats

    def __add__(self, addend: Tally) -> Tally:
        return Tally(self.top + addend.top, self.bottom + addend.bottom)


TallyRows = tuple[FigureKey, Floats, Floats]


def tally(first: CodedSpans, second: CodedSpans) -> Tally:
    """What each article that both submitted adds; nothing where one of them did not."""
    matchings = match(first, second)
    parts = {figure: (top, bottom) for figure, top, bottom in _rows(first, second, matchings)}
    both = (first.submitted & second.submitted)[:, None]
    top, bottom = (np.column_stack([parts[figure][side] for figure in FIGURES]) * both for side in (0, 1))
    return Tally(top, bottom)


def _rows(first: CodedSpans, second: CodedSpans, matchings: Matchings) -> Iterator[TallyRows]:
    yield from _span_rows(first, second, matchings)
    for measure, pairs in zip(vocabulary.MATCHED_MEASURES, (matchings.exact, matchings.relaxed), strict=True):
        yield from _attribute_rows(first, second, pairs, measure)
        yield from _link_rows(first, second, pairs, measure)


def spans_by_label(work: CodedSpans) -> Numbers:
    """How many spans of each label each article has: articles × labels."""
    return _count(work, np.arange(len(work.article)))


def _count(work: CodedSpans, rows: Numbers) -> Numbers:
    """How many of these spans each article has of each label: articles × labels."""
    labels = len(vocabulary.LABELS)
    cells = work.article[rows] * labels + work.label[rows]
    return np.bincount(cells, minlength=len(work.submitted) * labels).reshape(-1, labels)


def _span_rows(first: CodedSpans, second: CodedSpans, matchings: Matchings) -> Iterator[TallyRows]:
    spans = spans_by_label(first) + spans_by_label(second)
    exact, relaxed, detected = (
        _count(first, pairs.first) for pairs in (matchings.exact, matchings.relaxed, matchings.detection)
    )
    for scope, of in _scopes():
        held, same, near, seen = (counts[:, of].sum(axis=1) for counts in (spans, exact, relaxed, detected))
        yield (scope, "exact"), 2 * same, held
        yield (scope, "relaxed"), 2 * near, held
        yield (scope, "detection"), 2 * seen, held
        yield (scope, "boundary"), same, seen
        yield (scope, "document"), np.where(held > 0, 2 * same / np.maximum(held, 1), 1.0), np.ones(len(held))


def _scopes() -> Iterator[tuple[str, list[int]]]:
    """All labels together, then each, with the columns that it adds up."""
    yield vocabulary.ALL, list(range(len(vocabulary.LABELS)))
    for position, label in enumerate(vocabulary.LABELS):
        yield label, [position]


def _attribute_rows(first: CodedSpans, second: CodedSpans, pairs: Pairs, measure: str) -> Iterator[TallyRows]:
    for label, names in enumerate(vocabulary.ATTRIBUTES.values()):
        of = first.label[pairs.first] == label
        article = first.article[pairs.first[of]]
        for position, name in enumerate(names):
            same = first.values[pairs.first[of], position] == second.values[pairs.second[of], position]
            yield (name, measure), _by_article(first, article[same]), _by_article(first, article)


def _by_article(work: CodedSpans, articles: Numbers) -> Floats:
    return np.bincount(articles, minlength=len(work.submitted)).astype(np.float64)


def _link_rows(first: CodedSpans, second: CodedSpans, pairs: Pairs, measure: str) -> Iterator[TallyRows]:
    """Links whose two ends are matched, and those of them that the other drew too."""
    partner = np.full(len(first.article), -1)
    partner[pairs.first] = pairs.second
    ours = np.column_stack([first.links[:, 0], partner[first.links[:, 1]], partner[first.links[:, 2]]])
    ours = ours[(ours[:, 1:] >= 0).all(axis=1)]
    theirs = second.links[np.isin(second.links[:, 1:], pairs.second).all(axis=1)]
    same = ours[np.isin(_keys(ours, second), _keys(theirs, second))]
    for kind, name in enumerate(vocabulary.RELATIONS):
        drawn, shared = (
            _by_article(second, second.article[links[links[:, 0] == kind, 1]])
            for links in (np.concatenate([ours, theirs]), same)
        )
        yield (name, measure), 2 * shared, drawn


def _keys(links: Numbers, work: CodedSpans) -> Numbers:
    """A number for each link over the spans of one annotator."""
    size = max(len(work.article), 1)
    return (links[:, 0] * size + links[:, 1]) * size + links[:, 2]
