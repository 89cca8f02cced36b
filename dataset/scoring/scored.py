"""Predictions scored against a gold, once both are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from dataset import schema
from dataset.agreement.bootstrap import NOTHING, Interval
from dataset.agreement.figures import DECIMALS, Draws
from dataset.problem import Problem
from dataset.record.rows import FigureRow, as_row
from dataset.scheme import vocabulary
from dataset.scoring.ceiling import Ceiling, CeilingBasis
from dataset.scoring.intervals import F1, PRECISION, Name, intervals
from dataset.scoring.labelled import LabelledArticles, each_once, require_fit
from dataset.scoring.statements import statement_intervals
from dataset.scoring.tallies import ScoreTallies, tallied
from dataset.scoring.units import units_of

_SPANS_AT_ONCE: Final = 200_000
DRAWS: Final = Draws()


@dataclass(frozen=True)
class ArticleCounts:
    """Which articles were scored, and which were not.

    Attributes:
        scored: articles of the gold that the figures rest on.
        events: how many events these report.
        silent: those of them in which nothing is predicted, where the predictions cannot say that they looked.
        left_out: articles of the gold that the predictions are not about.
        unknown: articles with predictions that the gold does not have; none of these counts.
        unknown_spans: predictions in those.
        repeated: predictions that are the same as another one; they count once.
    """

    scored: int
    events: int
    silent: int
    left_out: int
    unknown: int
    unknown_spans: int
    repeated: int


@dataclass(frozen=True)
class PredictionScore:
    """How predictions do against a gold: `figures` is a frame of the table `Scores`.

    Attributes:
        unit: what samples are drawn of for the intervals, `article` or `event`.
        ceilings: the rounds whose agreement is beside the figures.
        ignored: columns of the predictions that mean nothing here.
        notes: what else is to be known, in sentences.
    """

    predictions: str
    gold: str
    counts: ArticleCounts
    unit: str
    figures: pl.DataFrame
    ceilings: list[CeilingBasis] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def row(self, scope: str, measure: str, figure: str = F1) -> FigureRow:
        """The row of a figure, with its interval and what it rests on.

        Raises:
            KeyError: there is no such figure.
        """
        rows = self.figures.filter(scope=scope, measure=measure, figure=figure)
        if not rows.height:
            raise KeyError((scope, measure, figure))
        return as_row(rows.row(0, named=True), FigureRow)

    def value(self, scope: str, measure: str, figure: str = F1) -> float | None:
        """A figure; None where it does not exist.

        Raises:
            KeyError: there is no such figure.
        """
        value = self.row(scope, measure, figure)["value"]
        return None if value is None else float(value)


def scored(
    predicted: LabelledArticles,
    gold: LabelledArticles,
    draws: Draws = DRAWS,
    ceiling_beside: Callable[[LabelledArticles], Ceiling] = lambda gold: Ceiling(),
) -> PredictionScore:
    """Scores predictions against a gold.

    Each span of the gold is matched to one prediction of its label at most, and each prediction to one span: as
    annotators are matched with each other. Predictions in articles that the gold does not have count for nothing. An
    article of the gold that the predictions are silent about counts as missed, unless they say which articles they are
    about. What has tellings and no span is scored by its tellings alone. `ceiling_beside` gives the agreement that
    stands beside the figures, on the gold's articles that are scored.

    Raises:
        Problem: there is nothing to score, or the predictions are not of the gold's texts.
    """
    own, gold, counts = _in_common(predicted, gold)
    ceiling = ceiling_beside(gold)
    unit, units = units_of(gold.articles)
    tallies = _tallied(gold, own)
    figures: dict[Name, Interval] = {}
    if own.spans.height or not own.tellings.height:
        figures |= _without(intervals(tallies.counts, units, draws.count, draws.seed), own)
    figures |= statement_intervals(gold, own, tallies.pairs)
    return PredictionScore(
        predicted.name, gold.name, counts, unit, _as_table(figures, ceiling.figures), ceiling.beside(figures)
    )


def _in_common(
    predicted: LabelledArticles, gold: LabelledArticles
) -> tuple[LabelledArticles, LabelledArticles, ArticleCounts]:
    """Predictions and gold of the same articles, each span once, and both on the same texts."""
    if not gold.articles.height:
        raise Problem(f"{gold.name} has no article to score against", "name a gold that has some, or another split")
    strange = predicted.articles.join(gold.articles, on="article_id", how="anti")["article_id"].n_unique()
    inside = predicted.only(gold.articles)
    if not inside.articles.height:
        raise Problem(
            f"{predicted.name} is about no article of {gold.name}", "use the gold's own article_id for each article"
        )
    both = gold.only(inside.articles) if predicted.complete else gold
    for labelled in (both, inside):
        require_fit(labelled, gold.articles)
    kept, _ = each_once(both)
    own, repeated = each_once(inside)
    silent = 0 if predicted.complete else kept.articles.height - own.articles["article_id"].n_unique()
    counts = ArticleCounts(
        scored=kept.articles.height,
        events=kept.articles["event_id"].drop_nulls().n_unique(),
        silent=silent,
        left_out=gold.articles.height - kept.articles.height,
        unknown=strange,
        unknown_spans=predicted.spans.height - inside.spans.height,
        repeated=repeated,
    )
    return own, kept, counts


def _tallied(gold: LabelledArticles, own: LabelledArticles) -> ScoreTallies:
    """The tallies of all articles, some after the other, so that few pairs of spans are held at a time."""
    parts = [tallied(gold.only(articles), own.only(articles)) for articles in _parts(gold, own)]
    return ScoreTallies(np.concatenate([part.counts for part in parts]), pl.concat([part.pairs for part in parts]))


def _parts(gold: LabelledArticles, own: LabelledArticles) -> Iterator[pl.DataFrame]:
    articles = gold.articles.select("article_id").sort("article_id")
    spans = pl.concat([labelled.spans.select("article_id") for labelled in (gold, own)]).group_by("article_id").len()
    sizes = (
        articles.join(spans, on="article_id", how="left").sort("article_id").with_columns(pl.col("len").fill_null(0))
    )
    part = (pl.col("len").cum_sum() - pl.col("len")) // _SPANS_AT_ONCE
    yield from (
        rows.select("article_id") for rows in sizes.with_columns(part=part).partition_by("part", maintain_order=True)
    )


def _without(figures: dict[Name, Interval], own: LabelledArticles) -> dict[Name, Interval]:
    """The figures without a value where the predictions lack the attribute, or the type of links, altogether."""
    attributes = [name for names in vocabulary.ATTRIBUTES.values() for name in names]
    lacking = {name for name in attributes if own.lacks(name)}
    lacking |= set(vocabulary.RELATIONS) - set(own.links["type"])

    def nothing(name: Name) -> bool:
        attribute, _, kind = name[0].partition("=")
        return attribute in lacking and not (kind and name[2] not in (PRECISION, F1))

    return {name: Interval(None, count=at.count) if nothing(name) else at for name, at in figures.items()}


def _as_table(figures: Mapping[Name, Interval], ceiling: Mapping[Name, Interval]) -> pl.DataFrame:
    """Figures as the table `Scores`, in the order of its scopes and measures, with the ceiling of each."""
    orders = (vocabulary.SCORE_SCOPES, vocabulary.SCORE_MEASURES, vocabulary.SCORE_FIGURES)
    names = sorted(figures, key=lambda name: [order.index(part) for order, part in zip(orders, name, strict=True)])
    return schema.frame(schema.Scores, [_row(name, figures[name], ceiling.get(name, NOTHING)) for name in names])


def _row(name: Name, figure: Interval, ceiling: Interval) -> FigureRow:
    return {
        "scope": name[0],
        "measure": name[1],
        "figure": name[2],
        "value": _rounded(figure.value),
        "low": _rounded(figure.low),
        "high": _rounded(figure.high),
        "count": figure.count,
        "ceiling": _rounded(ceiling.value),
        "ceiling_low": _rounded(ceiling.low),
        "ceiling_high": _rounded(ceiling.high),
    }


def _rounded(number: float | None) -> float | None:
    """A figure to as many places as agreement gives."""
    return None if number is None else round(number, DECIMALS) + 0.0
