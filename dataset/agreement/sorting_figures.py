"""The agreement of a round of sorting, measured, and as rows of the table `agreement` beside those of other rounds."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Final

import polars as pl

from dataset import schema
from dataset.agreement.bootstrap import Interval
from dataset.agreement.sortings import SortingAgreement, agreement_of
from dataset.record.corpus import Corpus
from dataset.record.rows import AgreementRow
from dataset.scheme import vocabulary
from dataset.statements.sheets import event_sheets
from dataset.statements.sorted_events import SortedBy, sorted_by
from dataset.statements.tables import dealt_events, read_sorting

DECIMALS: Final = 6
Agreed = dict[tuple[str, str], dict[str, SortingAgreement]]
"""How far each two annotators of a round agree, by kind: `statement` and `figure`."""


def sorting_agreement(corpus: Corpus, round_name: str) -> Agreed:
    """How far each two annotators put the same quotes and numbers together, over events that both submitted.

    Only what the gold still has counts.

    Raises:
        Problem: a table or a text cannot be read.
    """
    deals = dealt_events(corpus, round_name)
    events = set(deals["event_id"]) & set(corpus.articles["event_id"])  # some may have been withdrawn since
    kinds = {item.id: item.kind for sheet in event_sheets(corpus, events) for item in sheet.items}
    sortings = {who: _submitted(corpus, f"{round_name}/{who}") for who in sorted(set(deals["annotator"]))}
    agreed: Agreed = {}
    for first, second in combinations(sortings, 2):
        common = sorted(sortings[first].keys() & sortings[second].keys())
        both = [(sortings[first][event], sortings[second][event]) for event in common]
        agreed[first, second] = {kind: agreement_of(both, kinds, kind) for kind in vocabulary.STATEMENT_KINDS}
    return agreed


def _submitted(corpus: Corpus, layer: str) -> Mapping[str, SortedBy]:
    """The events that an annotator submitted, as they were sorted."""
    sorting = read_sorting(corpus.layer_path(layer))
    events = sorting.event_tasks.filter(status="submitted")["event_id"]
    return {event: sorted_by(sorting, event) for event in events}


def sorting_figures(round_name: str, agreed: Agreed) -> pl.DataFrame:
    """The figures as the table `Agreement`: `pairs` and `b_cubed` of statements and of figures, two by two annotators.

    No row is of all annotators together, and none of a kind of which two annotators sorted nothing in common.
    """
    rows = [
        _row(round_name, pair, kind, measure, figure, by_kind[kind].articles)
        for pair, by_kind in agreed.items()
        for kind in vocabulary.STATEMENT_KINDS
        if by_kind[kind].events
        for measure, figure in zip(
            vocabulary.SORTING_MEASURES, (by_kind[kind].pairs, by_kind[kind].b_cubed), strict=True
        )
    ]
    return schema.frame(schema.Agreement, rows)


def _row(
    round_name: str, pair: tuple[str, str], kind: str, measure: str, figure: Interval, articles: int
) -> AgreementRow:
    return {
        "round": round_name,
        "annotators": ",".join(pair),
        "scope": kind,
        "measure": measure,
        "value": _rounded(figure.value),
        "low": _rounded(figure.low),
        "high": _rounded(figure.high),
        "articles": articles,
        "annotator_count": len(pair),
        "spans": figure.count,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, DECIMALS)
