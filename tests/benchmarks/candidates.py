"""How often the right candidate stands first: `python -m tests.benchmarks.candidates`, against the corpus's gold.

A candidate is right if it tells a statement or figure that the item tells, wholly or partly. Items for which the gold
has no right candidate are not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from dataset.record.corpus import Corpus, open_corpus
from dataset.scheme.vocabulary import STATEMENT_KINDS
from dataset.statements.candidates import Item, Ranking, ranked
from dataset.statements.registry import Registry
from dataset.statements.sheets import event_sheets, items_of, registry_of_event
from dataset.statements.sorted_events import SortedBy, sorted_by
from dataset.statements.tables import gold_sorting
from tests.benchmarks import results
from tests.corpora import REPOSITORY

TITLE: Final = "Candidates: the right one first"
FEW: Final = 3
_LABELS: Final = dict(zip(STATEMENT_KINDS, ("quotes", "numbers"), strict=True))


@dataclass
class Counted:
    """Items, those that have a right candidate, those of which it stands first or among the first three; all pairs.

    Of each pair of items, `pairs` has whether they tell the same, and the score of either as the other's candidate.
    """

    items: int = 0
    matched: int = 0
    first: int = 0
    among_few: int = 0
    pairs: list[tuple[bool, float]] = field(default_factory=list)

    def average_precision(self) -> float | None:
        """The mean, over the pairs that tell the same, of the share of such among all that score as high or higher."""
        from sklearn.metrics import average_precision_score

        right, scores = [right for right, _ in self.pairs], [score for _, score in self.pairs]
        return float(average_precision_score(right, scores)) if any(right) else None


def counted(events: Iterable[tuple[Sequence[Item], Registry, SortedBy]]) -> dict[str, Counted]:
    """What is counted of the items of each kind, over events; every other item is ranked as a candidate."""
    counts = {kind: Counted() for kind in STATEMENT_KINDS}
    for items, registry, gold in events:
        ranking = ranked(items, registry, best=len(items))
        named = {item: {telling.whole, telling.partly} - {None} for item, telling in gold.tells.items()}
        for kind, counts_of_kind in counts.items():
            _count(counts_of_kind, [item.id for item in items if item.kind == kind], ranking, named)
    return counts


def _count(counts: Counted, ids: list[str], ranking: Ranking, named: Mapping[str, set[str | None]]) -> None:
    def same(item: str, candidate: str) -> bool:
        return not named.get(item, set()).isdisjoint(named.get(candidate, set()))

    matched = [item for item in ids if any(same(item, each) for each in ids if each != item)]
    counts.items += len(ids)
    counts.matched += len(matched)
    counts.first += sum(any(same(item, each.id) for each in ranking[item][:1]) for item in matched)
    counts.among_few += sum(any(same(item, each.id) for each in ranking[item][:FEW]) for item in matched)
    scores = {(item, each.id): each.score for item in ids for each in ranking[item]}
    counts.pairs += [(same(*pair), scores.get(pair, 0.0)) for pair in combinations(ids, 2)]


def events_of(corpus: Corpus) -> Iterator[tuple[Sequence[Item], Registry, SortedBy]]:
    """The events that the gold has sorted."""
    gold = gold_sorting(corpus)
    for sheet in event_sheets(corpus, gold.tellings["event_id"].unique()):
        yield items_of(sheet), registry_of_event(corpus, sheet.event_id), sorted_by(gold, sheet.event_id)


def body(corpus: Corpus) -> str:
    """The figures of a corpus's gold, as a table."""
    head = ("of", "items", "with a right candidate", "it is first", "it is among the first three")
    rows = [_row(_LABELS[kind], counts) for kind, counts in counted(events_of(corpus)).items()]
    table = results.table((*head, "pairs", "that tell the same", "average precision"), rows)
    return f"By `python -m tests.benchmarks.candidates`, against the gold, whose annotators were shown them:\n\n{table}"


def _row(label: str, counts: Counted) -> list[str]:
    right, precision = sum(right for right, _ in counts.pairs), counts.average_precision()
    numbers = (counts.items, counts.matched, counts.first, counts.among_few, len(counts.pairs), right)
    return [label, *(f"{number:,}" for number in numbers), "–" if precision is None else f"{precision:.2f}"]


if __name__ == "__main__":
    made = body(open_corpus(REPOSITORY))
    print(made)
    results.put(TITLE, made)
