"""What of an event is to be sorted: the quotes and numbers of its gold, each in its sentence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, Layer, read_layer
from dataset.record.rows import EntityRow, RelationRow, SpanRow, by_article, rows_of
from dataset.scheme.sentences import sentence_around
from dataset.scheme.vocabulary import STATEMENT_KINDS
from dataset.statements.candidates import Item
from dataset.statements.comparison import Cue, QuoteTelling
from dataset.statements.numbers import Quantity
from dataset.statements.quotes import ArticleQuotes
from dataset.statements.registry import Registry, registry_of
from dataset.storage.atomic import sha256

STATEMENT, FIGURE = STATEMENT_KINDS


@dataclass(frozen=True)
class _Content:
    """What a quote or number says: its words, who said it, the cues on it, and its numbers (of a number, itself)."""

    kind: str
    words: str
    sources: frozenset[str]
    cues: tuple[Cue, ...]
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True)
class EventSheetItem:
    """A quote or a number.

    `key` is its short name on the page, as `A3` or, of a number, `A3n`. `principals` are those that its sources speak
    for in the end. `context` is the sentence, in which `start` and `end` are the place of the words of the first
    segment.
    """

    key: str
    article_id: str
    span_id: str
    form: str | None
    content: _Content
    principals: tuple[str, ...]
    context: str
    start: int
    end: int

    @property
    def id(self) -> str:
        """Its published id."""
        return f"{self.article_id}:{self.span_id}"

    @property
    def kind(self) -> str:
        """`statement` for a quote, `figure` for a number."""
        return self.content.kind

    @property
    def unit(self) -> str | None:
        """Of a number, its unit."""
        return self.content.quantities[0].unit if self.kind == FIGURE else None

    def telling(self) -> QuoteTelling:
        """A quote as it is compared with others."""
        content = self.content
        return QuoteTelling(
            self.article_id, self.id, content.words, self.form or "", content.sources, content.cues, content.quantities
        )


@dataclass(frozen=True)
class EventSheet:
    """The quotes and numbers of an event's gold, by article and place."""

    event_id: str
    articles: tuple[str, ...]
    items: tuple[EventSheetItem, ...]

    def fingerprint(self) -> str:
        """SHA-256 of what is to be sorted: it changes with each quote, number, word or source that does."""
        shown = [
            [item.id, item.kind, item.content.words, sorted(item.content.sources), item.unit] for item in self.items
        ]
        return sha256(json.dumps([self.event_id, shown], ensure_ascii=False, sort_keys=True).encode())

    def of(self, kind: str) -> list[EventSheetItem]:
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


def items_of(sheet: EventSheet) -> list[Item]:
    """The quotes and numbers of a sheet, to be ranked as candidates."""
    return [
        Item(
            id=item.id,
            words=item.content.words,
            sources=item.content.sources,
            kind=item.kind,
            quantity=item.content.quantities[0] if item.kind == FIGURE else None,
        )
        for item in sheet.items
    ]


def registry_of_event(corpus: Corpus, event: str) -> Registry:
    """Who speaks for whom in an event."""
    return registry_of(rows_of(corpus.entities_of(pl.Series([event])), EntityRow))


def _sheet(corpus: Corpus, event: str, gold: Layer) -> EventSheet:
    registry = registry_of_event(corpus, event)
    submitted = gold.tasks.filter(status="submitted")["article_id"].unique().sort().to_list()
    spans, links = by_article(gold.spans, SpanRow), by_article(gold.relations, RelationRow)
    items: list[EventSheetItem] = []
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
) -> Iterator[EventSheetItem]:
    article = ArticleQuotes(spans, links)
    for number, quote in enumerate(article.quotes(), 1):
        quantities = tuple(map(article.quantity, article.numbers_in(quote)))
        telling = _Content(STATEMENT, article.words(quote), article.sources(quote), article.cues(quote), quantities)
        yield _item(f"{letters}{number}", text, quote, telling, registry)
    for number, span in enumerate(article.numbers, 1):
        holder = article.holder(span)
        sources = article.sources(holder) if holder else frozenset[str]()
        telling = _Content(FIGURE, span["text"], sources, (), (article.quantity(span),))
        yield _item(f"{letters}{number}n", text, span, telling, registry)


def _item(key: str, text: str, span: SpanRow, content: _Content, registry: Registry) -> EventSheetItem:
    first, last = sentence_around(text, span["start"], span["end"])
    return EventSheetItem(
        key=key,
        article_id=span["article_id"],
        span_id=span["span_id"],
        form=span["quote_form"],
        content=content,
        principals=tuple(sorted({registry.root(source) for source in content.sources})),
        context=text[first:last].replace("\n", " "),
        start=span["start"] - first,
        end=span["end"] - first,
    )
