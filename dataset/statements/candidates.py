"""Ranked candidates: for each quote or number of an event, those that may tell the same statement or figure.

They are ranked for people, who decide. A quote's score is the cosine of TF-IDF vectors of the words' character 3- to
5-grams times how well the speakers agree; a number's is unit, nearness of value and words times the same.

The factors were chosen on the five articles of the corpus. How often the right one stands first in their gold, and how
often among the first three, is in `tests/benchmarks/RESULTS.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataset.scheme import vocabulary
from dataset.statements.numbers import Quantity, middle, nearness, value_of
from dataset.statements.registry import Registry

BEST: Final = 8
"""How many candidates an item gets at most."""
ROWS: Final = 256
"""How many items are compared with all others at a time."""
RELATED: Final = 0.95
"""Agreement of two speakers of whom one speaks for the other, who speak for the same one, or who share one of several.

The same speakers agree by 1.
"""
UNKNOWN: Final = 0.5
"""Agreement where either side names no speaker."""
UNRELATED: Final = 0.1
"""Agreement of any others."""
UNIT_WEIGHT: Final = 0.4
VALUE_WEIGHT: Final = 0.4
WORDS_WEIGHT: Final = 0.2
"""What the unit, the nearness of the values and the words count between two numbers."""
UNIT_MISSING: Final = 0.5
"""How well a number without a unit agrees with one of any unit."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Item:
    """A quote (kind `statement`) or a number (kind `figure`, with its quantity) of an event, and who said it."""

    id: str
    words: str
    sources: frozenset[str]
    kind: str
    quantity: Quantity | None = None


class Candidate(NamedTuple):
    """Another item of the same kind, and its score from 0 to 1, rounded to 3 places."""

    id: str
    score: float


Ranking = dict[str, list[Candidate]]
"""The candidates of each item, best first, and those of one score by id."""


def ranked(items: Iterable[Item], registry: Registry, best: int = BEST, rows: int = ROWS) -> Ranking:
    """The best candidates of each item of an event, by its id: quotes for quotes, numbers for numbers.

    Items that an item has nothing in common with (score 0) are no candidates of it. The result depends neither on the
    order of the items nor on `rows`, the number of items that are compared with all others at a time.
    """
    by_id = sorted(items, key=lambda item: item.id)
    ranking: Ranking = {item.id: [] for item in by_id}
    for kind in vocabulary.STATEMENT_KINDS:
        ranking |= _ranked_kind([item for item in by_id if item.kind == kind], registry, best, rows)
    return ranking


def _ranked_kind(items: Sequence[Item], registry: Registry, best: int, rows: int) -> Ranking:
    if len(items) < 2:
        return {}
    words = _Words([item.words for item in items])
    speakers = _Speakers([item.sources for item in items], registry)
    numbers = _Numbers([item.quantity for item in items]) if items[0].kind == "figure" else None
    ranking: Ranking = {}
    for start in range(0, len(items), rows):
        block = slice(start, start + rows)
        scores = words.similarity(block)
        if numbers is not None:
            scores = WORDS_WEIGHT * scores + numbers.similarity(block)
        scores = np.round(scores * speakers.agreement(block), 3)
        np.fill_diagonal(scores[:, block], 0)
        for item, row in zip(items[block], scores, strict=True):
            ranking[item.id] = [Candidate(items[at].id, float(row[at])) for at in _best(row, best)]
    return ranking


def _best(scores: Floats, best: int) -> Iterator[int]:
    """Where the highest scores above 0 are, of equal ones the first."""
    places = np.flatnonzero(scores > 0)
    if len(places) > best:
        least = np.partition(scores[places], -best)[-best]
        places = places[scores[places] >= least]
    order = np.argsort(-scores[places], kind="stable")[:best]
    return map(int, places[order])


class _Words:
    """How alike the words of items are: the cosine of TF-IDF vectors of character n-grams within words."""

    def __init__(self, texts: Sequence[str]) -> None:
        from scipy.sparse import csr_array

        blank = not any(text.strip() for text in texts)
        self._vectors: Any = csr_array((len(texts), 1)) if blank else _vectors(texts)

    def similarity(self, block: slice) -> Floats:
        """Of each item of the block with every item, from 0 to 1."""
        similarity: Floats = (self._vectors[block] @ self._vectors.T).toarray()
        return similarity


def _vectors(texts: Sequence[str]) -> Any:
    # Here and not above, because its import takes seconds that other commands need not wait for.
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit_transform(texts).tocsr()


class _Speakers:
    """How well the speakers of items agree."""

    def __init__(self, sources: Sequence[frozenset[str]], registry: Registry) -> None:
        self._sets = _numbered(sources)
        self._given = np.array([bool(names) for names in sources])
        named = [registry.named(names) for names in sources]
        self._named = np.array([bool(names) for names in named])
        self._roots = _indicators([{registry.root(name) for name in names} for names in named])

    def agreement(self, block: slice) -> Floats:
        """Of each item of the block with every item."""
        related = (self._roots[block] @ self._roots.T).toarray() > 0
        same = (self._sets[block, None] == self._sets) & self._given
        named = self._named[block, None] & self._named
        return np.where(same, 1.0, np.where(related, RELATED, np.where(named, UNRELATED, UNKNOWN)))


def _numbered(values: Sequence[Any]) -> NDArray[np.intp]:
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.intp)


def _indicators(sets: Sequence[set[str]]) -> Any:
    """A sparse matrix with a row for each set and a column for each name, 1 where the set has the name."""
    from scipy.sparse import csr_array

    places = [(row, name) for row, names in enumerate(sets) for name in sorted(names)]
    columns = _numbered([name for _, name in places])
    rows = np.array([row for row, _ in places], np.intp)
    width = int(columns.max(initial=0)) + 1
    return csr_array((np.ones(len(places), np.int32), (rows, columns)), shape=(len(sets), width))


class _Numbers:
    """How alike quantities are by unit and value, which is most of what makes two numbers one figure."""

    def __init__(self, quantities: Sequence[Quantity | None]) -> None:
        values = [value_of(quantity) if quantity else None for quantity in quantities]
        units = [value.unit if value else "" for value in values]
        self._units = _numbered(units)
        self._counted = np.array([bool(unit) for unit in units])
        self._middles = np.array([middle(value) if value else np.nan for value in values])

    def similarity(self, block: slice) -> Floats:
        """Of each item of the block with every item, weighted."""
        counted = self._counted[block, None] & self._counted
        units = np.where(counted, self._units[block, None] == self._units, UNIT_MISSING)
        return UNIT_WEIGHT * units + VALUE_WEIGHT * nearness(self._middles[block, None], self._middles)
