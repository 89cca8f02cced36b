"""What is scored and what it is scored against: spans, links and tellings of articles, wherever they came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.scheme import vocabulary

_ID: Final = ["article_id", "span_id"]
_ATTRIBUTES: Final = [name for names in vocabulary.ATTRIBUTES.values() for name in names]
_CONTENT: Final = ["article_id", "label", "start", "end", *_ATTRIBUTES]
SPAN: Final = pl.Schema(
    (name, dtype)
    for name, dtype in schema.polars_schema(schema.Predictions).items()
    if name in (*_CONTENT, "span_id", "text")
)
LINK: Final = pl.Schema(dict.fromkeys(("article_id", "type", "from_span", "to_span"), pl.String))
TELLING: Final = pl.Schema(dict.fromkeys(("article_id", "span_id", "statement", "degree"), pl.String))
ARTICLE: Final = pl.Schema(dict.fromkeys(("article_id", "event_id", "text_sha256", "text", "split"), pl.String))
_LABELS: Final = f"use {', '.join(vocabulary.LABELS[:-1])} or {vocabulary.LABELS[-1]}"
MOST: Final = 100_000
"""Spans of an article that are still compared. Matching takes time and memory with the spans that overlap."""


@dataclass(frozen=True)
class LabelledArticles:
    """Spans, links and tellings of articles, as frames with the columns of SPAN, LINK and TELLING.

    `name` is what people call them. `articles` (columns of ARTICLE) are those they are about, with null for what is not
    known, as a text that is withheld. With `complete` they are all that were looked at, otherwise only those in which
    there is a span. `assisted` are the ids of articles that were labelled with suggestions.
    """

    name: str
    articles: pl.DataFrame
    spans: pl.DataFrame
    links: pl.DataFrame
    tellings: pl.DataFrame
    complete: bool = True
    assisted: frozenset[str] = frozenset()

    def only(self, articles: pl.DataFrame) -> LabelledArticles:
        """The part that is about these articles."""
        frames = {name: getattr(self, name) for name in ("articles", "spans", "links", "tellings")}
        kept = {name: rows.join(articles, on="article_id", how="semi") for name, rows in frames.items()}
        return replace(self, **kept)

    def without(self, articles: pl.DataFrame) -> LabelledArticles:
        """The part that is about no article of these."""
        return self.only(self.articles.join(articles, on="article_id", how="anti"))

    def lacks(self, attribute: str) -> bool:
        """Whether no span has this attribute: then nothing can be said of it."""
        values = self.spans[attribute]
        return not (values.list.len() > 0).any() if values.dtype == pl.List else values.null_count() == len(values)


def each_once(labelled: LabelledArticles) -> tuple[LabelledArticles, int]:
    """Spans with the same label, place and attributes counted once, with the links of all; and how many were left out.

    Raises:
        Problem: an id stands for two spans of an article that are not the same, or an article has too many spans.
    """
    spans = labelled.spans.with_columns(pl.col("speaker_entities").list.unique().list.sort().fill_null([]))
    key = [pl.col("speaker_entities").list.join("\x1f") if name == "speaker_entities" else name for name in _CONTENT]
    if spans.select(key).is_duplicated().any():
        first = pl.col("span_id").min().over(key)
        kept = spans.with_columns(kept=first).unique(["article_id", "kept", "span_id"])
        _refuse_shared_ids(labelled.name, kept)
        spans = kept.filter(pl.col("span_id") == pl.col("kept")).drop("kept")
        labelled = _renamed(labelled, kept.select(*_ID, "kept"))
    _refuse_shared_ids(labelled.name, spans)
    _refuse_too_many(labelled.name, spans)
    return replace(labelled, spans=spans), labelled.spans.height - spans.height


def _renamed(labelled: LabelledArticles, names: pl.DataFrame) -> LabelledArticles:
    """The links and tellings with the ids of the spans that are kept."""
    links, tellings = labelled.links, labelled.tellings
    for side in ("from_span", "to_span"):
        links = links.join(names.rename({"span_id": side}), on=["article_id", side], how="left")
        links = links.with_columns(pl.col("kept").fill_null(pl.col(side)).alias(side)).drop("kept")
    tellings = tellings.join(names, on=_ID, how="left").with_columns(span_id=pl.col("kept").fill_null("span_id"))
    return replace(labelled, links=links.unique(), tellings=tellings.drop("kept").unique())


def _refuse_shared_ids(name: str, spans: pl.DataFrame) -> None:
    twice = spans.filter(spans.select(_ID).is_duplicated()).sort(*_ID)
    if twice.height:
        article, span = twice.select(_ID).row(0)
        raise Problem(f"{name} has two different spans of {article} with the id {span}", "give each an id of its own")


def require_fit(labelled: LabelledArticles, articles: pl.DataFrame) -> None:
    """Looks whether spans and hashes are of the texts that `articles` (columns of ARTICLE) have.

    Raises:
        Problem: a text is another one, a label is unknown, a place is not in the text, or its words are others.
    """
    known = articles.select("article_id", expected="text_sha256", article_text="text")
    hashes = labelled.articles.join(known, on="article_id").filter(pl.col("text_sha256") != pl.col("expected"))
    if hashes.height:
        raise _other_text(labelled.name, hashes["article_id"].min())
    placed = labelled.spans.join(known, on="article_id")
    if (foreign := placed.filter(pl.col("label").is_in(list(vocabulary.LABELS)).not_()).sort("article_id")).height:
        article, label = foreign.select("article_id", "label").row(0)
        raise Problem(f"{labelled.name} has a span of {article} with the label “{label}”", _LABELS)
    length = pl.col("article_text").str.len_chars().cast(pl.Int64)
    start, end = pl.col("start"), pl.col("end")
    outside = placed.filter(((start >= 0) & (start < end) & ((end <= length) | length.is_null())).not_())
    if outside.height:
        _refuse_place(labelled.name, outside.with_columns(length=length).sort("article_id", "start", "end"))
    words = pl.col("article_text").str.slice(start, end - start)
    unlike = placed.drop_nulls("text").filter(words != pl.col("text"))
    if unlike.height:
        row = unlike.with_columns(words=words).sort("article_id", "start", "end").row(0, named=True)
        raise _other_text(labelled.name, row["article_id"], f" (“{row['text']}” at {row['start']}:{row['end']})")


def _refuse_place(name: str, outside: pl.DataFrame) -> None:
    row = outside.row(0, named=True)
    of = "" if row["length"] is None else f", whose text has {row['length']} code points"
    raise Problem(
        f"{name} has a span at {row['start']}:{row['end']} of {row['article_id']}{of}",
        "give offsets as Unicode code points, the end exclusive",
    )


def _refuse_too_many(name: str, spans: pl.DataFrame) -> None:
    counts = spans.group_by("article_id").len().filter(pl.col("len") > MOST).sort("article_id")
    if counts.height:
        article, number = counts.row(0)
        raise Problem(f"{name} has {number} spans in {article} alone, more than {MOST}", "keep the likely ones")


def _other_text(name: str, article: object, where: str = "") -> Problem:
    return Problem(f"{name} is about another text of {article} than the gold{where}", "predict on the gold's own text")
