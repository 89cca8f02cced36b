"""What the checks of statements look at: an event's quotes and numbers in the gold, their sources, and how a layer
sorts them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Final

import polars as pl

from dataset import schema
from dataset.checks.findings import Finding
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, layer_ranges, table_path
from dataset.record.rows import ContradictionRow, RelationRow, SpanRow, StatementRow, TellingRow, rows_of
from dataset.scheme import vocabulary
from dataset.statements.registry import Registry
from dataset.storage.article_ranges import WHOLE, ArticleRange, read_range

SpanKey = tuple[str, str]
"""A span by article_id and span_id."""
Source = frozenset[str]
"""The entities who are said to have said something; several are a joint source, none is a source that is not named."""
GoldTables = Callable[[list[str]], tuple[pl.DataFrame, pl.DataFrame]]
"""The gold's spans and links in articles."""
_KIND_OF: Final = dict(zip(("quote", "number"), vocabulary.STATEMENT_KINDS, strict=True))
_TABLES: Final[tuple[tuple[str, type[schema.Table]], ...]] = (("spans", schema.Spans), ("relations", schema.Relations))


def gold_tables(corpus: Corpus) -> GoldTables:
    """How to get what the gold has in articles; gold of one range is read now, and larger gold as it is asked for.

    Raises:
        Problem: the gold cannot be read, now or when it is got.
    """
    folder = corpus.layer_path(GOLD)
    paths = [(table_path(folder, name), table) for name, table in _TABLES]
    if layer_ranges(folder) == [WHOLE]:
        spans, relations = (read_range(path, table) for path, table in paths)
        return lambda articles: (_in(spans, articles), _in(relations, articles))

    places = {article: at for at, article in enumerate(corpus.articles["article_id"])}

    def read(articles: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
        ranges = _runs(sorted(articles, key=places.__getitem__), places)
        spans, relations = (
            _in(pl.concat([schema.empty(table), *(read_range(path, table, own) for own in ranges)]), articles)
            for path, table in paths
        )
        return spans, relations

    return read


def _runs(articles: list[str], places: Mapping[str, int]) -> list[ArticleRange]:
    """Ranges that hold these articles, one for all that follow each other in the corpus."""
    runs = groupby(enumerate(articles), key=lambda numbered: places[numbered[1]] - numbered[0])
    several = ([article for _, article in run] for _, run in runs)
    return [ArticleRange(run[0], f"{run[-1]}\0") for run in several]


def _in(rows: pl.DataFrame, articles: list[str]) -> pl.DataFrame:
    return rows.filter(pl.col("article_id").is_in(articles))


@dataclass(frozen=True)
class EventGold:
    """An event's articles and what the gold has in them: its spans by key, and its links by type."""

    articles: frozenset[str]
    spans: Mapping[SpanKey, SpanRow]
    links: Mapping[str | None, list[tuple[SpanKey, SpanKey]]]

    @cached_property
    def continuing(self) -> dict[SpanKey, SpanKey]:
        """The segments that continue a quote, each with the one that it continues."""
        return dict(self.links.get("continues", []))

    @cached_property
    def quotes(self) -> list[SpanKey]:
        """The first segments of the quotes, by article and place."""
        firsts = (key for key, span in self.spans.items() if span["label"] == "quote" and key not in self.continuing)
        return sorted(firsts, key=self.place)

    def kind(self, key: SpanKey) -> str | None:
        """What a span can tell: a quote's first segment a statement, a number a figure, and other spans nothing."""
        span = self.spans.get(key)
        return None if span is None or key in self.continuing else _KIND_OF.get(span["label"])

    def place(self, key: SpanKey) -> tuple[str, int, str]:
        """What spans are sorted by: article and place."""
        span = self.spans.get(key)
        start: int | None = span["start"] if span else None
        return (key[0], -1 if start is None else start, key[1] or "")

    def words(self, key: SpanKey) -> str:
        """The words of a span; of a quote, with those of the segments that continue it."""
        keys = [key, *self._segments.get(key, [])]
        return " ".join(self.spans[each]["text"] or "" for each in sorted(keys, key=self.place) if each in self.spans)

    def source(self, key: SpanKey) -> Source:
        """Who is said to have said a quote; of a number, the quote that holds it."""
        quote = self._holding(self.spans[key]) if self.kind(key) == "figure" else key
        return frozenset() if quote is None else self._sources.get(quote, frozenset())

    @cached_property
    def _segments(self) -> dict[SpanKey, list[SpanKey]]:
        """The segments that continue a quote, by its first."""
        segments: dict[SpanKey, list[SpanKey]] = defaultdict(list)
        for key in self.continuing:
            segments[self._first(key)].append(key)
        return segments

    def _first(self, key: SpanKey) -> SpanKey:
        """The first segment of the quote that a segment belongs to; any, where they continue each other in a circle."""
        passed = {key}
        while key in self.continuing and self.continuing[key] not in passed:
            key = self.continuing[key]
            passed.add(key)
        return key

    @cached_property
    def _sources(self) -> dict[SpanKey, Source]:
        """The sources of quotes by their first segments."""
        sources: dict[SpanKey, Source] = {}
        for quote, speaker in self.links.get("said_by", []):
            span, first = self.spans.get(speaker), self._first(quote)
            names = (span["speaker_entities"] or []) if span else []
            sources[first] = sources.get(first, frozenset()) | {name for name in names if name}
        return sources

    @cached_property
    def _held(self) -> dict[str, list[SpanRow]]:
        """The segments of quotes by article, those that have a place."""
        held: dict[str, list[SpanRow]] = defaultdict(list)
        for span in self.spans.values():
            if span["label"] == "quote" and None not in (span["start"], span["end"]):
                held[span["article_id"]].append(span)
        return held

    def _holding(self, number: SpanRow) -> SpanKey | None:
        """The first segment of the quote that holds a number; None where the article says it in its own voice."""
        if None in (number["start"], number["end"]):
            return None
        for segment in self._held[number["article_id"]]:
            if segment["start"] <= number["start"] and number["end"] <= segment["end"]:
                return self._first((segment["article_id"], segment["span_id"]))
        return None


def gold_of_event(corpus: Corpus, event: str, tables: GoldTables) -> EventGold:
    """What the gold has in the articles of an event.

    Raises:
        Problem: it cannot be read.
    """
    articles: list[str] = corpus.articles.filter(pl.col("event_id") == event)["article_id"].to_list()
    spans, relations = tables(articles)
    links: dict[str | None, list[tuple[SpanKey, SpanKey]]] = defaultdict(list)
    for link in rows_of(relations, RelationRow):
        article = link["article_id"]
        links[link["type"]].append(((article, link["from_span"]), (article, link["to_span"])))
    by_key = {(span["article_id"], span["span_id"]): span for span in rows_of(spans, SpanRow)}
    return EventGold(frozenset(articles), by_key, links)


@dataclass(frozen=True)
class SortedEvent:
    """How a layer sorts an event's quotes and numbers. Only the gold has `statements`, by statement_id."""

    layer: str
    event: str
    tellings: list[TellingRow]
    contradictions: list[ContradictionRow]
    statements: Mapping[str, StatementRow]
    gold: EventGold
    registry: Registry

    @cached_property
    def by_span(self) -> dict[SpanKey, list[TellingRow]]:
        """The tellings by the span that tells, by article and place."""
        groups: dict[SpanKey, list[TellingRow]] = defaultdict(list)
        for row in self.tellings:
            groups[key_of(row)].append(row)
        return {key: groups[key] for key in sorted(groups, key=self.gold.place)}

    @cached_property
    def by_statement(self) -> dict[str, list[SpanKey]]:
        """The spans that tell each statement, by article and place; only such as can tell something in this event."""
        spans: dict[str, list[SpanKey]] = defaultdict(list)
        for key, rows in self.by_span.items():
            for statement in dict.fromkeys(row["statement"] for row in rows if self.gold.kind(key)):
                spans[statement].append(key)
        return spans

    @cached_property
    def known(self) -> frozenset[str]:
        """The statements that there are; before the gold, those named for a span that tells them."""
        if self.layer == GOLD:
            return frozenset(self.statements)
        return frozenset(row["statement"] for row in self.tellings if row["statement"] == ":".join(key_of(row)))

    def kind(self, statement: str) -> str | None:
        """What a statement is: as the gold says, else as its first telling has it; None where neither says."""
        row = self.statements.get(statement)
        if row is not None and row["kind"] in vocabulary.STATEMENT_KINDS:
            return row["kind"]
        spans = self.by_statement.get(statement)
        return self.gold.kind(spans[0]) if spans else None

    def at(self, code: str, key: SpanKey | None, message: str) -> Finding:
        """A finding at a span, or at what is known of one; None is the event as a whole."""
        if key is None:
            return Finding(code, self.layer, "", f"{self.event}: {message}")
        span = self.gold.spans.get(key)
        start, end = (span["start"], span["end"]) if span else (None, None)
        return Finding(code, self.layer, key[0], message, span_id=key[1], start=start, end=end)

    def at_statement(self, code: str, statement: str, message: str) -> Finding:
        """A finding at the first span that tells a statement, so that it can be looked up, and acknowledged."""
        return self.at(code, next(iter(self.by_statement.get(statement, [])), None), message)


def key_of(row: TellingRow) -> SpanKey:
    """The span that tells."""
    return row["article_id"], row["span_id"]
