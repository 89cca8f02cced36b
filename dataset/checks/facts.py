"""What the checks look at: a layer, its articles' texts, and the two joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import polars as pl

from dataset.checks.findings import Finding
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import Layer
from dataset.record.rows import SpanRow, as_row
from dataset.scheme import vocabulary
from dataset.scheme.furniture import furniture

_WINDOW: Final = 24


@dataclass(frozen=True)
class Facts:
    """A layer and the texts of its articles: article_id, article_text. `unreadable` says why one is not there.

    `events` are article_id and event_id, `entities` the registries of these events: event_id, entity, aliases.
    """

    layer: Layer
    texts: pl.DataFrame
    unreadable: dict[str, str]
    events: pl.DataFrame
    entities: pl.DataFrame
    _furniture: dict[str, list[tuple[int, int]]] = field(default_factory=dict, repr=False)

    @cached_property
    def spans(self) -> pl.DataFrame:
        """The spans with two columns that say what their article has.

        `article_length` is the length of its text in characters, null where that could not be read. `article_words` are
        the words at the span's offsets, null where these are outside the text or the end is not after the start.
        """
        lengths, words = list[int | None](), list[str | None]()
        for text, start, end in self._with_text(self.layer.spans):
            length = None if text is None else len(text)
            lengths.append(length)
            inside = length is not None and start is not None and end is not None and 0 <= start < end <= length
            words.append(text[start:end] if text is not None and inside else None)
        return self.layer.spans.with_columns(
            pl.Series("article_length", lengths, dtype=pl.Int64), pl.Series("article_words", words, dtype=pl.String)
        )

    def _with_text(self, spans: pl.DataFrame) -> Iterator[tuple[str | None, int, int]]:
        """The text that each span is in, and its offsets."""
        texts = self.text_of
        for article, start, end in spans.select("article_id", "start", "end").iter_rows():
            yield texts.get(article), start, end

    @cached_property
    def text_of(self) -> dict[str, str]:
        """The texts by article_id."""
        return dict(self.texts.iter_rows())

    @cached_property
    def sound(self) -> pl.DataFrame:
        """The spans whose words can be judged, with up to 24 characters `before` and `after` each.

        They are of an article that was submitted, have a known label, an id of their own, and the article's words.
        """
        judged = self.spans.filter(
            pl.col("label").is_in(vocabulary.LABELS) & ~pl.struct("article_id", "span_id").is_duplicated()
        ).join(self.submitted, on="article_id", how="semi", maintain_order="left")
        sound = judged.filter(pl.col("article_words") == pl.col("text")).drop("article_length", "article_words")
        before, after = list[str](), list[str]()
        for text, start, end in self._with_text(sound):
            before.append((text or "")[max(start - _WINDOW, 0) : start])
            after.append((text or "")[end : end + _WINDOW])
        return sound.with_columns(
            pl.Series("before", before, dtype=pl.String), pl.Series("after", after, dtype=pl.String)
        )

    @cached_property
    def submitted(self) -> pl.DataFrame:
        """The ids of the articles that were submitted."""
        return self.layer.tasks.filter(status="submitted").select("article_id").unique()

    @cached_property
    def _numbers(self) -> dict[tuple[str, str], int]:
        """Which row a span is, by (article_id, span_id)."""
        return {key: row for row, key in enumerate(self.layer.spans.select("article_id", "span_id").iter_rows())}

    def span(self, article: str, span_id: str) -> SpanRow | None:
        """The span of that id."""
        number = self._numbers.get((article, span_id))
        return None if number is None else as_row(self.layer.spans.row(number, named=True), SpanRow)

    def span_or_ids(self, article: str, span_id: str) -> Mapping[str, object]:
        """The span of that id, or, where there is none, no more than the ids."""
        return self.span(article, span_id) or {"article_id": article, "span_id": span_id}

    def linked(self, relation: str, side: str) -> pl.DataFrame:
        """article_id and span_id of the spans that links of a type start from (`from_span`) or point to."""
        links = self.layer.relations.filter(pl.col("type") == relation)
        return links.select("article_id", pl.col(side).alias("span_id")).unique()

    def furniture(self, article: str) -> list[tuple[int, int]]:
        """Where page furniture (Q10) is in an article."""
        if article not in self._furniture:
            self._furniture[article] = furniture(self.text_of.get(article, ""))
        return self._furniture[article]

    def at(self, code: str, row: Mapping[str, object], message: str) -> Finding:
        """A finding at a span, or at what is known of one."""
        start, end = row.get("start"), row.get("end")
        return Finding(
            code,
            self.layer.name,
            str(row["article_id"] or ""),
            message,
            span_id=None if row.get("span_id") is None else str(row["span_id"]),
            start=start if isinstance(start, int) else None,
            end=end if isinstance(end, int) else None,
        )


def gather(corpus: Corpus, layer: Layer) -> Facts:
    """Reads the texts that a layer is about. A text that cannot be read is noted, not raised."""
    about = pl.concat([layer.tasks["article_id"], layer.spans["article_id"]]).drop_nulls().unique().sort()
    events = corpus.rows_of(about).select("article_id", "event_id")
    known = set(events["article_id"])
    texts: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    for article in about:
        if article in known:
            try:
                texts[article] = corpus.text(article)
            except Problem as problem:
                unreadable[article] = str(problem)
    rows = {"article_id": list(texts), "article_text": list(texts.values())}
    frame = pl.DataFrame(rows, schema={"article_id": pl.String, "article_text": pl.String})
    return Facts(layer, frame, unreadable, events, corpus.entities_of(events["event_id"]))
