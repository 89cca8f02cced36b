"""What of an event is to be sorted: the quotes and numbers of its gold, each in its sentence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

import polars as pl

from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, Layer, read_layer
from dataset.record.rows import EntityRow, RelationRow, SpanRow, by_article, rows_of
from dataset.scheme.sentences import sentence_around
from dataset.scheme.vocabulary import STATEMENT_KINDS
from dataset.statements.registry import Registry, registry_of
from dataset.storage.atomic import sha256

STATEMENT, FIGURE = STATEMENT_KINDS
BETWEEN_SEGMENTS: Final = " … "


@dataclass(frozen=True)
class SheetItem:
    """A quote or a number.

    `key` is its short name on the page, as `A3` or, of a number, `A3n`. `sources` are the entities that said it, for a
    number those of the quote that holds it; `principals` those that they speak for. `context` is the sentence, in which
    `start` and `end` are the place of the words of the first segment.
    """

    key: str
    kind: str
    article_id: str
    span_id: str
    words: str
    sources: tuple[str, ...]
    principals: tuple[str, ...]
    unit: str | None
    context: str
    start: int
    end: int

    @property
    def id(self) -> str:
        """Its published id."""
        return f"{self.article_id}:{self.span_id}"


@dataclass(frozen=True)
class EventSheet:
    """The quotes and numbers of an event's gold, by article and place."""

    event_id: str
    articles: tuple[str, ...]
    items: tuple[SheetItem, ...]

    def fingerprint(self) -> str:
        """SHA-256 of what is to be sorted: it changes with each quote, number, word or source that does."""
        shown = [{**asdict(item), "key": None, "principals": None} for item in self.items]
        return sha256(json.dumps([self.event_id, shown], ensure_ascii=False, sort_keys=True).encode())

    def of(self, kind: str) -> list[SheetItem]:
        """The quotes, or the numbers."""
        return [item for item in self.items if item.kind == kind]


def event_sheets(corpus: Corpus, events: Iterable[str] | None = None) -> Iterator[EventSheet]:
    """The sheets of these events, or of all, by event. An event without a gold quote or number has an empty one.

    Raises:
        Problem: the corpus has no such event, or a text cannot be read.
    """
    gold = read_layer(corpus.layer_path(GOLD), GOLD)
    articles = corpus.articles.drop_nulls("event_id")
    known = articles["event_id"].unique().sort().to_list()
    wanted = known if events is None else sorted(set(events))
    if unknown := [event for event in wanted if event not in set(known)]:
        raise Problem(
            f"no article of the corpus reports the event {unknown[0]}",
            f"name one that the articles do: {', '.join(known[:5]) or 'none has an event yet'}",
        )
    for event in wanted:
        ids = articles.filter(event_id=event)["article_id"].to_list()
        yield _sheet(corpus, event, gold.only(ids))


def _sheet(corpus: Corpus, event: str, gold: Layer) -> EventSheet:
    registry = registry_of(rows_of(corpus.entities_of(pl.Series([event])), EntityRow))
    submitted = gold.tasks.filter(status="submitted")["article_id"].unique().sort().to_list()
    spans, links = by_article(gold.spans, SpanRow), by_article(gold.relations, RelationRow)
    items: list[SheetItem] = []
    for number, article in enumerate(submitted):
        if spans[article]:
            items += _items(_letters(number), corpus.text(article), spans[article], links[article], registry)
    return EventSheet(event, tuple(submitted), tuple(items))


def _letters(number: int) -> str:
    """The name of an article on the page: A to Z, then AA, AB and so on."""
    before, last = divmod(number, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _items(
    letters: str, text: str, spans: list[SpanRow], links: list[RelationRow], registry: Registry
) -> Iterator[SheetItem]:
    article = _QuotesOfArticle(spans, links)
    for number, (quote, words) in enumerate(article.quotes(), 1):
        yield _item(f"{letters}{number}", STATEMENT, text, quote, words, article.sources(quote), registry)
    numbers = [span for span in spans if span["label"] == "number"]
    for number, span in enumerate(numbers, 1):
        yield _item(f"{letters}{number}n", FIGURE, text, span, span["text"], article.sources_around(span), registry)


def _item(
    key: str, kind: str, text: str, span: SpanRow, words: str, sources: tuple[str, ...], registry: Registry
) -> SheetItem:
    first, last = sentence_around(text, span["start"], span["end"])
    return SheetItem(
        key=key,
        kind=kind,
        article_id=span["article_id"],
        span_id=span["span_id"],
        words=words,
        sources=sources,
        principals=tuple(sorted({registry.root(source) for source in sources})),
        unit=span["number_unit"],
        context=text[first:last].replace("\n", " "),
        start=span["start"] - first,
        end=span["end"] - first,
    )


class _QuotesOfArticle:
    """The quotes of an article with the segments that continue each, and who said them."""

    def __init__(self, spans: list[SpanRow], links: list[RelationRow]) -> None:
        self._spans = {span["span_id"]: span for span in spans}
        self._links = links
        self._origin = {link["from_span"]: link["to_span"] for link in links if link["type"] == "continues"}
        self._quotes = [span for span in spans if span["label"] == "quote"]

    def first(self, span_id: str) -> str:
        """The first segment of the quote that a segment belongs to."""
        passed = {span_id}
        while (before := self._origin.get(span_id)) in self._spans and before not in passed:
            span_id = str(before)
            passed.add(span_id)
        return span_id

    def quotes(self) -> Iterator[tuple[SpanRow, str]]:
        """Each quote's first segment, and the words of all its segments."""
        segments: dict[str, list[SpanRow]] = {}
        for span in self._quotes:
            segments.setdefault(self.first(span["span_id"]), []).append(span)
        for span_id, several in segments.items():
            yield self._spans[span_id], BETWEEN_SEGMENTS.join(segment["text"] for segment in several)

    def sources(self, quote: SpanRow) -> tuple[str, ...]:
        """The entities that said a quote, by name."""
        speakers = [
            self._spans[link["to_span"]]
            for link in self._links
            if link["type"] == "said_by" and link["from_span"] == quote["span_id"] and link["to_span"] in self._spans
        ]
        return tuple(sorted({entity for speaker in speakers for entity in speaker["speaker_entities"]}))

    def sources_around(self, number: SpanRow) -> tuple[str, ...]:
        """The entities that said the quote that holds a number, the shortest one; none for the article's own voice."""
        around = [
            quote for quote in self._quotes if quote["start"] <= number["start"] and number["end"] <= quote["end"]
        ]
        if not around:
            return ()
        shortest = min(around, key=lambda quote: quote["end"] - quote["start"])
        return self.sources(self._spans[self.first(shortest["span_id"])])
