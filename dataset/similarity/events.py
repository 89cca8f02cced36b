"""Which articles may report the same event: groups by their words and dates, for people to accept, split or merge.

Two articles are as near as the cosine of their TF-IDF vectors, times a factor that falls with the days between them.
Groups are those of average linkage (R. Sokal and C. Michener, A statistical method for evaluating systematic
relationships, 1958), cut where the mean nearness of two groups falls below NEAR.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, count, islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NEAR: Final = 0.4
"""The mean nearness of two groups from which on they are one.

Chosen on the development half of the articles that `python -m tests.benchmarks.events` measures. Any two of the five
articles of this project's event are at .39 or nearer, and at .07 at most to those articles.
"""
FADING: Final = 10.0
"""Days between two articles after which they are as near as half of what their words say."""
APART: Final = 30
"""Days between two articles from which on they report no event in common."""
COMMON: Final = 2_000
"""Articles that may have a word before it says nothing about an event."""
IMAGINED: Final = 10
"""Articles about anything else that are added to those that are there, so that few of them share words that count."""
LARGEST: Final = 4_000
"""Articles that are grouped at once: their distances are held in full."""
ALIKE: Final = 0.9
"""Nearness from which on articles are of one group, however many they are."""
BLOCK: Final = 500
"""Articles that are compared with others at a time, at most."""
CELLS: Final = 5_000_000
"""Pairs whose products are held at a time."""
OPENING: Final = 3_000
"""Characters of a text that are read: news says in its opening what happened."""
TERMS: Final = 3
"""Words in the id that is proposed for an event."""
_WORD: Final = r"(?u)\b[^\W\d_][\w’'-]*\w\b"

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class UnsortedArticle:
    """An article by its id and the event that it has, if it has one; `published` as YYYY-MM-DD, where it is known."""

    article_id: str
    event_id: str | None = None
    published: str | None = None


@dataclass(frozen=True)
class ProposedEvent:
    """Articles without an event that may report the same one, the most typical first.

    `event_id` is that of an event of the corpus (`known`) where articles of it are in the group, else made of the words
    that tell the group apart and of its month. `nearness` has for each article its mean nearness to the others of the
    group, from 0 to 1.
    """

    event_id: str
    known: bool
    articles: tuple[str, ...]
    nearness: tuple[float, ...]


def proposed_events(
    articles: Sequence[UnsortedArticle],
    texts: Iterable[str],
    taken: Collection[str] = (),
    progress: Progress = lambda done, total: None,
) -> list[ProposedEvent]:
    """The events that articles without one may report, by their first day; those without a day come last.

    An article that is near to no other is in no group. The result does not depend on the order of the articles.

    Args:
        articles: all articles of the corpus, those that have an event among them.
        texts: the title and text of each, in the same order; they are read once, one after the other.
        taken: event ids that must not be proposed for a new event.
        progress: takes how many articles were compared, and how many there are.
    """
    order = sorted(range(len(articles)), key=lambda at: articles[at].article_id)
    weighted = _Weighted.of(texts, order)
    ordered = [articles[at] for at in order]
    days = _days(ordered)
    names = {*taken, *(article.event_id for article in articles if article.event_id)}
    proposed = []
    for group in _groups(weighted.vectors, days, progress):
        if event := _proposed(ordered, weighted, group, days, names):
            names.add(event.event_id)
            proposed.append(event)
    return proposed


@dataclass(frozen=True)
class _Weighted:
    """A vector of length 1 for each text, sparse, and the word of each of its columns."""

    vectors: Any
    words: NDArray[np.str_]

    @classmethod
    def of(cls, texts: Iterable[str], order: Sequence[int]) -> _Weighted:
        """The vectors of the texts, in the order of these numbers."""
        # Here and not above, because its import takes seconds that other commands need not wait for.
        from scipy.sparse import csr_array
        from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

        counter = CountVectorizer(token_pattern=_WORD, stop_words="english", dtype=np.float32)
        try:
            counts = counter.fit_transform(text[:OPENING] for text in texts)[order]
        except ValueError:  # no text has a word
            counts = csr_array((len(order), 1), dtype=np.float32)
        held = np.asarray((counts > 0).sum(axis=0)).ravel()
        telling = np.flatnonzero((held > 1) & (held <= max(COMMON, len(order) // 50)))
        if not len(telling):
            return cls(csr_array((len(order), 1), dtype=np.float32), np.array([""]))
        weights = TfidfTransformer(sublinear_tf=True, norm="l2").fit(counts[:, telling])
        weights.idf_ = np.log((len(order) + IMAGINED) / held[telling])
        return cls(weights.transform(counts[:, telling]).tocsr(), counter.get_feature_names_out()[telling])

    def terms(self, group: Sequence[int]) -> Iterator[str]:
        """The words of a group, the most telling first."""
        weights = np.asarray(self.vectors[list(group)].sum(axis=0)).ravel()
        places = np.flatnonzero(weights)
        for at in places[np.lexsort((self.words[places], -weights[places].round(6)))]:
            yield str(self.words[at])


def _days(articles: Sequence[UnsortedArticle]) -> Floats:
    """The day of each article as a number, NaN where it is not known."""
    return np.array(
        [date.fromisoformat(article.published).toordinal() if article.published else np.nan for article in articles]
    )


def _groups(vectors: Any, days: Floats, progress: Progress) -> list[list[int]]:
    """The groups of two articles or more, each in order; by their first day, the undated last."""
    groups = [
        part
        for group in _joined(vectors, days, NEAR, progress)
        for part in _linked(vectors, days, np.array(group), NEAR)
    ]
    return sorted(groups, key=lambda group: (_first_day(days[group]), group))


def _joined(vectors: Any, days: Floats, near: float, progress: Progress) -> list[list[int]]:
    """The groups that chains of pairs join which are as near as that. No other articles can be in one group."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = _near_pairs(vectors, days, near, progress)
    graph = coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(len(days), len(days)))
    return _by_label(connected_components(graph, directed=False)[1])


def _first_day(days: Floats) -> float:
    return float(np.nan_to_num(days, nan=np.inf).min())


def _near_pairs(
    vectors: Any, days: Floats, near: float, progress: Progress
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The pairs that are as near as that.

    Those with a day are compared with those of the days around it and with all that have none.
    """
    order = np.argsort(days, kind="stable")
    dated = int((~np.isnan(days)).sum())
    ordered, sorted_days = vectors[order], days[order]
    firsts, seconds = [np.empty(0, np.intp)], [np.empty(0, np.intp)]
    size = min(BLOCK, max(1, CELLS // max(1, len(order))))
    for start in range(0, len(order), size):
        end = min(start + size, len(order))
        for low, high in _compared_with(sorted_days, dated, start, end):
            products = (ordered[start:end] @ ordered[low:high].T).tocoo()
            first, second = products.row + start, products.col + low
            kept = _nearness(products.data, sorted_days[first], sorted_days[second]) >= near
            kept &= first < second
            firsts.append(order[first[kept]])
            seconds.append(order[second[kept]])
        progress(end, len(order))
    return np.concatenate(firsts), np.concatenate(seconds)


def _compared_with(days: Floats, dated: int, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges of articles, sorted by day and the undated last, with which a block is compared."""
    if start >= dated:
        return [(start, len(days))]
    reached = int(np.searchsorted(days[:dated], days[min(end, dated) - 1] + APART))
    return [(start, max(reached, end)), (max(dated, end), len(days))]


def _nearness(cosines: Floats, first: Floats, second: Floats) -> Floats:
    """Cosines with the days between two articles taken into account; a day that is not known takes nothing away."""
    between = np.nan_to_num(np.abs(first - second), nan=0.0)
    faded: Floats = cosines * np.where(between < APART, 0.5 ** (between / FADING), 0.0)
    return faded


def _by_label(labels: NDArray[Any]) -> list[list[int]]:
    """The places of each label that several have."""
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    return [group.tolist() for group in groups if len(group) > 1]


def _linked(vectors: Any, days: Floats, group: NDArray[np.intp], near: float) -> list[list[int]]:
    """The groups of average linkage in a group that pairs as near as that join.

    One that is too large for all of its distances to be held is first cut into those that nearer pairs join.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    within, between = vectors[group], days[group]
    if len(group) > LARGEST:
        if near >= ALIKE:
            return [group.tolist()]
        nearer = near + (1 - near) / 4
        parts = _joined(within, between, nearer, lambda done, total: None)
        return [smaller for part in parts for smaller in _linked(vectors, days, group[part], nearer)]
    distances = 1 - _nearness((within @ within.T).toarray(), between[:, None], between[None, :])
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(np.maximum(distances, 0), checks=False), method="average")
    return [group[part].tolist() for part in _by_label(fcluster(tree, 1 - NEAR, criterion="distance"))]


def _proposed(
    articles: Sequence[UnsortedArticle], weighted: _Weighted, group: list[int], days: Floats, taken: Collection[str]
) -> ProposedEvent | None:
    """What is proposed for a group; None where all of its articles have an event."""
    unsorted = [at for at in group if articles[at].event_id is None]
    if not unsorted:
        return None
    known = Counter(articles[at].event_id for at in group if articles[at].event_id).most_common(1)
    event = str(known[0][0]) if known else _event_id(weighted.terms(group), _first_day(days[group]), taken)
    within = weighted.vectors[group]
    nearness = _nearness((within @ within.T).toarray(), days[group][:, None], days[group][None, :])
    means = (nearness.sum(axis=1) - nearness.diagonal()) / (len(group) - 1)
    near = {at: round(float(mean), 3) for at, mean in zip(group, means, strict=True)}
    typical = sorted(unsorted, key=lambda at: (-near[at], articles[at].article_id))
    return ProposedEvent(
        event,
        bool(known),
        tuple(articles[at].article_id for at in typical),
        tuple(near[at] for at in typical),
    )


def _event_id(terms: Iterable[str], first_day: float, taken: Collection[str]) -> str:
    """An id of a group's most telling words and its month, as `ferry-lomma-aground-2031-05`."""
    plain = dict.fromkeys(filter(None, map(_plain, islice(terms, 4 * TERMS))))
    month = [date.fromordinal(int(first_day)).strftime("%Y-%m")] if np.isfinite(first_day) else []
    base = "-".join([*islice(plain, TERMS), *month]) or "event"
    return next(name for name in chain([base], (f"{base}-{at}" for at in count(2))) if name not in taken)


def _plain(word: str) -> str:
    """A word in the characters that an id may have."""
    letters = unicodedata.normalize("NFKD", word.removesuffix("'s").removesuffix("’s"))
    return re.sub(r"[^a-z0-9]", "", letters.lower())
