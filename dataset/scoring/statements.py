"""Statements scored: whether predictions put the same quotes and numbers of an event together as the gold does."""

from __future__ import annotations

from typing import Final

import polars as pl

from dataset.agreement.bootstrap import Interval
from dataset.agreement.sortings import agreement_of
from dataset.scheme.vocabulary import STATEMENT_KINDS
from dataset.scoring.intervals import F1, Name
from dataset.scoring.labelled import LabelledArticles
from dataset.statements.sorted_events import WHOLE, SortedBy, Telling

KINDS: Final = dict(zip(("quote", "number"), STATEMENT_KINDS, strict=True))
"""What tells a statement or a figure, by label."""
_NOTHING: Final = SortedBy()


def statement_intervals(
    gold: LabelledArticles, predicted: LabelledArticles, pairs: pl.DataFrame
) -> dict[Name, Interval]:
    """F1 of pairs and of B³ over the quotes and numbers that both have sorted; none where either has none.

    A predicted quote or number is that of the gold which it is matched to (`pairs`, as in `ScoreTallies`). Predictions
    that have tellings and no spans tell of the gold's own.
    """
    if not (gold.tellings.height and predicted.tellings.height):
        return {}
    tellings = predicted.tellings
    if predicted.spans.height:
        tellings = tellings.join(
            pairs.rename({"span_id": "own"}), left_on=["article_id", "span_id"], right_on=["article_id", "predicted"]
        )
        tellings = tellings.with_columns(span_id="own").drop("own")
    labels = gold.spans.filter(pl.col("label").is_in(list(KINDS))).select("article_id", "span_id", "label")
    keyed = labels.with_columns(item=_item()).select("item", "label")
    kinds = {item: KINDS[label] for item, label in keyed.iter_rows()}
    first, second = (_sorted(rows, gold.articles) for rows in (gold.tellings, tellings))
    both = [(first[event], second.get(event, _NOTHING)) for event in sorted(first)]
    figures: dict[Name, Interval] = {}
    for kind in STATEMENT_KINDS:
        agreed = agreement_of(both, kinds, kind)
        figures[kind, "pairs", F1] = agreed.pairs
        figures[kind, "b_cubed", F1] = agreed.b_cubed
    return figures


def _item() -> pl.Expr:
    return pl.col("article_id") + "\x1f" + pl.col("span_id")


def _sorted(tellings: pl.DataFrame, articles: pl.DataFrame) -> dict[str, SortedBy]:
    """How each event is sorted."""
    rows = tellings.join(articles.select("article_id", "event_id"), on="article_id").drop_nulls("event_id")
    tells: dict[str, dict[str, Telling]] = {}
    ordered = rows.with_columns(item=_item()).sort("event_id", "item", "degree", "statement")
    for event, item, statement, degree in ordered.select("event_id", "item", "statement", "degree").iter_rows():
        before = tells.setdefault(event, {}).get(item, Telling())
        whole = degree == WHOLE
        tells[event][item] = Telling(statement if whole else before.whole, before.partly if whole else statement)
    return {event: SortedBy(by_item) for event, by_item in tells.items()}
