"""What the articles of an article range of a round add to every figure: one batch's work, here or elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataset.agreement import alpha
from dataset.agreement.coded import CodedSpans, Numbers, coded
from dataset.agreement.compared import ComparedLayers, compared, layers_of, pairs
from dataset.agreement.tallies import FIGURES, Tally, spans_by_label, tally
from dataset.record.corpus import Corpus
from dataset.scheme import vocabulary
from dataset.storage.article_ranges import WHOLE, ArticleRange

Floats = NDArray[np.float64]
Group = str | None
"""Whose figures: a pair as `a,b`, or None for all annotators together."""

COLUMNS: Final = 2 * len(FIGURES) + 3 * len(vocabulary.LABELS)


@dataclass(frozen=True)
class RangeTallies:
    """What articles add, in their order.

    `rows` (articles × COLUMNS) are the tops and bottoms of FIGURES and the tallies of alpha, label by label, of the
    articles that two or more of a group submitted; `spans` is how many spans these have of each label.
    """

    rows: dict[Group, Floats] = field(default_factory=dict)
    spans: dict[Group, Numbers] = field(default_factory=dict)

    def rows_of(self, group: Group) -> Floats:
        """A group's rows; none where it has no article here."""
        return self.rows.get(group, np.zeros((0, COLUMNS)))

    def spans_of(self, group: Group) -> Numbers:
        """A group's spans of each label."""
        return self.spans.get(group, np.zeros(len(vocabulary.LABELS), dtype=np.int64))


def split(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Rows, or sums of them (… × COLUMNS), as tops and bottoms of FIGURES and alpha's tallies (… × labels × 3)."""
    top, bottom, characters = np.split(rows, [len(FIGURES), 2 * len(FIGURES)], axis=-1)
    return top, bottom, characters.reshape(*rows.shape[:-1], len(vocabulary.LABELS), 3)


def tallied_range(corpus: Corpus, round_name: str, article_range: ArticleRange = WHOLE) -> RangeTallies:
    """The batch function of `agree`: what it returns depends on the range's articles alone.

    Raises:
        Problem: a table or a text cannot be read, or there is work on another text than the corpus has.
    """
    return tallied(compared(corpus, round_name, layers_of(corpus, round_name, article_range)))


def tallied(work: ComparedLayers) -> RangeTallies:
    """What the compared articles add to the figures of all annotators together, and of each pair."""
    range_tallies = RangeTallies()
    if not work.layers:
        return range_tallies
    works, lengths = coded(work), np.array(list(work.lengths.values()), dtype=np.int64)
    tallies = {(a, b): tally(works[a], works[b]) for a, b in pairs(list(works))}
    total = sum(list(tallies.values())[1:], start=next(iter(tallies.values())))
    _add(range_tallies, None, total, list(works.values()), lengths)
    for (a, b), own in tallies.items():
        _add(range_tallies, f"{a},{b}", own, [works[a], works[b]], lengths)
    return range_tallies


def _add(range_tallies: RangeTallies, group: Group, own: Tally, works: list[CodedSpans], lengths: Numbers) -> None:
    """The group's articles; those that fewer than two of it submitted are in none of its figures."""
    common = np.sum([work.submitted for work in works], axis=0) >= 2
    characters = alpha.tallies(works, lengths).reshape(len(lengths), 3 * len(vocabulary.LABELS))
    range_tallies.rows[group] = np.hstack([own.top, own.bottom, characters])[common]
    range_tallies.spans[group] = np.sum([spans_by_label(work)[common].sum(axis=0) for work in works], axis=0)
