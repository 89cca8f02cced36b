"""Articles with their labels as people are shown them: what a text can show of a layer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl

from dataset.published import rows as published
from dataset.record.corpus import Corpus
from dataset.record.layer import Layer
from dataset.scheme import vocabulary

Row = dict[str, Any]


@dataclass(frozen=True)
class LabelledArticle:
    """A submitted article: its row, text, spans and links, and the rows of its quotes as they are published.

    `kinds` says what each entity of its event is. `left_out` counts spans that no text can show.
    """

    article: Row
    text: str
    spans: list[Row]
    relations: list[Row]
    quotes: list[Row]
    kinds: dict[str, str]
    left_out: int = 0

    @property
    def id(self) -> str:
        """The article's id."""
        return str(self.article["article_id"])

    @cached_property
    def by_id(self) -> dict[str, Row]:
        """The spans by id."""
        return {span["span_id"]: span for span in self.spans}

    def public(self, span: Row) -> str:
        """The published id of a span."""
        return f"{self.id}:{span['span_id']}"

    def labelled(self, label: str) -> list[Row]:
        """The spans of a label, in the order of the text."""
        return [span for span in self.spans if span["label"] == label]

    def targets(self, relation: str, span: Row) -> list[Row]:
        """The spans that `span` is linked to."""
        return [
            self.by_id[link["to_span"]]
            for link in self.relations
            if link["type"] == relation and link["from_span"] == span["span_id"] and link["to_span"] in self.by_id
        ]


def labelled_articles(corpus: Corpus, layer: Layer) -> Iterator[LabelledArticle]:
    """The submitted articles of a layer, by id, with the spans that their texts can show and the links between those.

    Raises:
        Problem: a text cannot be read.
    """
    articles = published.labelled(corpus, layer).articles
    shown = _shown(layer, articles)
    quotes = _by_article(published.quote_rows(published.labelled(corpus, shown)))
    spans, links = _by_article(shown.spans), _by_article(shown.relations)
    left_out = dict(
        layer.spans.join(shown.spans, on=["article_id", "span_id"], how="anti")["article_id"].value_counts().iter_rows()
    )
    kinds = _entity_kinds(corpus)
    for row in articles.iter_rows(named=True):
        key = row["article_id"]
        yield LabelledArticle(
            row, row["text"], spans[key], links[key], quotes[key], kinds[row["event_id"]], left_out.get(key, 0)
        )


def _shown(layer: Layer, articles: pl.DataFrame) -> Layer:
    """The spans that are in their text, of a known label, with their words; and the links between them."""
    texts = articles.select("article_id", pl.col("text").alias("article_text"))
    placed = layer.spans.join(texts, on="article_id", how="inner", maintain_order="left").filter(
        pl.col("span_id").is_not_null(),
        pl.col("label").is_in(vocabulary.LABELS),
        pl.col("start") >= 0,
        pl.col("start") < pl.col("end"),
    )
    slices = pl.col("article_text").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    spans = placed.filter(slices == pl.col("text")).drop("article_text")
    spans = spans.with_columns(pl.col("speaker_entities").fill_null([]))
    return replace(layer, spans=spans, relations=_between(layer.relations, spans))


def _between(relations: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    ids = spans.select("article_id", "span_id").unique()
    for side in ("from_span", "to_span"):
        relations = relations.join(
            ids, left_on=["article_id", side], right_on=["article_id", "span_id"], how="semi", maintain_order="left"
        )
    return relations.with_columns(pl.col("derived").fill_null(False))


def _by_article(rows: pl.DataFrame) -> dict[str, list[Row]]:
    by_article: dict[str, list[Row]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        by_article[row["article_id"]].append(row)
    return by_article


def _entity_kinds(corpus: Corpus) -> dict[str | None, dict[str, str]]:
    kinds: dict[str | None, dict[str, str]] = defaultdict(dict)
    for row in corpus.entities.iter_rows(named=True):
        kinds[row["event_id"]][row["entity"]] = row["kind"]
    return kinds
