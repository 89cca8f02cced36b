"""Rows of the record's tables, as they leave a frame: a type for each table that is gone through row by row.

Names and types of the keys are those of the table's columns in `schema`; a test holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict, TypeVar, cast

import polars as pl

R = TypeVar("R", bound=Mapping[str, object])
A = TypeVar("A", bound="AboutArticle")


class ArticleRow(TypedDict):
    """A row of the table `articles`."""

    article_id: str
    event_id: str | None
    title: str | None
    text_sha256: str
    outlet: str | None
    published: str | None
    url: str | None
    licence: str | None
    language: str | None


class AboutArticle(TypedDict):
    """What a row about an article begins with."""

    article_id: str


class RightsRow(AboutArticle):
    """A row of the table `rights`."""

    kind: str
    statement: str
    place: str
    seen: str


class LayerKey(AboutArticle):
    """What every row of a layer begins with."""

    round: str
    annotator: str


class TaskRow(LayerKey):
    """A row of the table `tasks`."""

    status: str
    guidelines_version: str | None
    created_at: str | None
    updated_at: str | None
    seconds: float | None


class MarkedSpan(TypedDict):
    """A span within its article, with its words: a row of the table `spans` without the layer's key."""

    span_id: str
    label: str
    start: int
    end: int
    text: str
    speaker_entities: list[str]
    quote_form: str | None
    quote_source: str | None
    hedge_kind: str | None
    number_kind: str | None
    number_value: str | None
    number_low: float | None
    number_high: float | None
    number_unit: str | None


class SpanRow(MarkedSpan, LayerKey):
    """A row of the table `spans`."""


class Link(TypedDict):
    """A link within its article: a row of the table `relations` without the layer's key."""

    type: str | None
    from_span: str
    to_span: str
    derived: bool


class RelationRow(Link, LayerKey):
    """A row of the table `relations`."""


class FindingRow(LayerKey):
    """A row of the table `findings`."""

    code: str
    region: str | None
    message: str


class Score(TypedDict):
    """How sure a suggester is of a span, within its article: a row of `suggestion_scores` without the layer's key."""

    span_id: str
    pattern: str | None
    score: float


class CombinedScore(Score):
    """The same with the suggesters that agree on the span."""

    suggesters: list[str]


class ScoreRow(CombinedScore, LayerKey):
    """A row of the table `suggestion_scores`."""


class ShownArticleRow(LayerKey):
    """A row of the table `shown_articles`."""

    suggester: str | None
    least: float
    without: float


class ShownSpan(MarkedSpan, Score):
    """A suggested span and what became of it: a row of the table `shown_spans` without the layer's key."""

    outcome: str
    changes: list[str]
    seconds: float | None


class ShownSpanRow(ShownSpan, LayerKey):
    """A row of the table `shown_spans`."""


class ShownLink(TypedDict):
    """A suggested link and what became of it: a row of the table `shown_links` without the layer's key."""

    type: str
    from_span: str
    to_span: str
    outcome: str


class ShownLinkRow(ShownLink, LayerKey):
    """A row of the table `shown_links`."""


class Asked(TypedDict):
    """What an annotator asked within an article, before it is answered: a part of a row of the table `notes`."""

    span_id: str | None
    question: str


class NoteRow(Asked, LayerKey):
    """A row of the table `notes`."""

    answer: str | None
    answered_at: str | None


class MeasuredFigure(TypedDict):
    """A figure with its interval, and what it rests on."""

    scope: str
    measure: str
    figure: str
    value: float | None
    low: float | None
    high: float | None
    count: int


class FigureRow(MeasuredFigure):
    """A row of the table `scores`."""

    ceiling: float | None
    ceiling_low: float | None
    ceiling_high: float | None


class BaselineRow(MeasuredFigure):
    """A row of the table `baselines`."""

    baseline: str
    gold_sha256: str


class AcknowledgedRow(TypedDict):
    """A row of the table `acknowledged`."""

    code: str
    article_id: str
    place: str
    reason: str


class DealRow(TypedDict):
    """A row of the table `deals`."""

    round: str
    annotator: str
    article_id: str
    let_off: str | None


class Decision(TypedDict):
    """What became of a span or link: a row of the table `decisions` without the round and the article."""

    annotator: str
    span_id: str
    to_span: str | None
    outcome: str
    gold_span: str | None
    rule: str | None
    note: str | None


class DecisionRow(Decision):
    """A row of the table `decisions`."""

    round: str
    article_id: str


class ProvenanceRow(AboutArticle):
    """A row of the table `provenance`."""

    round: str
    labelled_by: list[str]
    adjudicated: bool


class Lesson(AboutArticle):
    """A row of the table `lessons` of the practice articles."""

    start: int
    end: int
    span_id: str | None
    rules: list[str]
    cases: list[str]


class EntityRow(TypedDict):
    """A row of the table `entities`."""

    event_id: str
    entity: str
    kind: str
    aliases: list[str]
    speaks_for: str | None


class EventTaskRow(TypedDict):
    """A row of the table `event_tasks`."""

    event_id: str
    round: str
    annotator: str
    status: str
    sheet_sha256: str
    given: list[str]
    guidelines_version: str | None
    created_at: str | None
    updated_at: str | None
    seconds: float | None


class TellingRow(TypedDict):
    """A row of the table `tellings`."""

    event_id: str
    round: str
    annotator: str
    article_id: str
    span_id: str
    statement: str
    degree: str


class ContradictionRow(TypedDict):
    """A row of the table `contradictions`."""

    event_id: str
    round: str
    annotator: str
    statement: str
    against: str


class StatementRow(TypedDict):
    """A row of the table `statements`."""

    event_id: str
    statement_id: str
    kind: str
    gist: str


class AgreementRow(TypedDict):
    """A row of the table `agreement`."""

    round: str
    annotators: str | None
    scope: str
    measure: str
    value: float | None
    low: float | None
    high: float | None
    articles: int
    annotator_count: int
    spans: int


def rows_of(frame: pl.DataFrame, row: type[R]) -> Iterator[R]:
    """The rows of a frame of the table that `row` is a row of; columns beyond it are left out.

    Raises:
        ColumnNotFoundError: the frame lacks one of its columns.
    """
    return cast(Iterator[R], frame.select(*row.__annotations__).iter_rows(named=True))


def by_article(frame: pl.DataFrame, row: type[A]) -> defaultdict[str, list[A]]:
    """The same by article_id."""
    rows: defaultdict[str, list[A]] = defaultdict(list)
    for values in rows_of(frame, row):
        rows[values["article_id"]].append(values)
    return rows


def as_row(values: Mapping[str, Any], row: type[R]) -> R:
    """A row that was filled column by column, by their names.

    Raises:
        KeyError: it lacks a column.
    """
    return cast(R, {name: values[name] for name in row.__annotations__})
