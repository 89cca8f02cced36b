"""A round's layers as arrays of numbers, for counting: articles, labels and values are numbered alike in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataset.agreement.compared import ComparedLayers
from dataset.record.layer import Layer
from dataset.scheme import vocabulary

Numbers = NDArray[np.int64]
ATTRIBUTES: Final = max(map(len, vocabulary.ATTRIBUTES.values()))
_VALUES: Final = [f"value{position}" for position in range(ATTRIBUTES)]
_CONTENT: Final = ["article", "label", "start", "end", *_VALUES]


@dataclass(frozen=True)
class CodedSpans:
    """One annotator's compared work. Spans are sorted by their content, so that nothing depends on their order.

    `submitted` is by article number. `article`, `label`, `start`, `end` are by span; `values` (spans × 3) holds a
    number for each attribute of the span's label, the same for the same value. `links` (links × 3): type, and the
    positions of the spans that a drawn link starts from and points to. `span_ids` are the spans' ids.
    """

    submitted: NDArray[np.bool_]
    article: Numbers
    label: Numbers
    start: Numbers
    end: Numbers
    values: Numbers
    links: Numbers
    span_ids: pl.Series

    def content(self) -> Numbers:
        """What each span holds, to put spans of one article and label in an order that names do not decide."""
        return np.column_stack([self.start, self.end, self.values])


def coded(work: ComparedLayers) -> dict[str, CodedSpans]:
    """Each annotator's work as arrays; articles are numbered by article_id."""
    articles = pl.DataFrame({"article_id": list(work.lengths)}).with_row_index("article")
    spans = pl.concat([_spans(layer, name, articles) for name, layer in work.layers.items()])
    spans = spans.with_columns(pl.col(name).rank("dense").cast(pl.Int64) for name in _VALUES)
    spans = spans.sort(*_CONTENT, "span_id")
    return {
        name: _coded(layer, spans.filter(annotator=name).drop("annotator"), articles)
        for name, layer in work.layers.items()
    }


def _spans(layer: Layer, annotator: str, articles: pl.DataFrame) -> pl.DataFrame:
    spans = layer.spans.join(articles, on="article_id").with_columns(
        pl.col("speaker_entities").list.unique().list.sort().list.join("\x1f")
    )
    return spans.select(
        pl.lit(annotator).alias("annotator"),
        "span_id",
        pl.col("article").cast(pl.Int64),
        pl.col("label").replace_strict(
            list(vocabulary.LABELS), list(range(len(vocabulary.LABELS))), return_dtype=pl.Int64
        ),
        "start",
        "end",
        *(_value(position).alias(name) for position, name in enumerate(_VALUES)),
    )


def _value(position: int) -> pl.Expr:
    """The attribute at a position of the span's label; an absent value is a value, too."""
    value = pl.lit(None, dtype=pl.String)
    for label, names in vocabulary.ATTRIBUTES.items():
        if position < len(names):
            value = pl.when(pl.col("label") == label).then(pl.col(names[position])).otherwise(value)
    return pl.concat_str(pl.lit("="), value).fill_null("")


def _coded(layer: Layer, spans: pl.DataFrame, articles: pl.DataFrame) -> CodedSpans:
    content = {name: spans[name].to_numpy() for name in _CONTENT}
    return CodedSpans(
        submitted=articles["article_id"].is_in(layer.tasks["article_id"].to_list()).to_numpy(),
        **{name: content[name] for name in _CONTENT[:4]},
        values=np.column_stack([content[name] for name in _VALUES]),
        links=_links(layer, spans, articles),
        span_ids=spans["span_id"],
    )


def _links(layer: Layer, spans: pl.DataFrame, articles: pl.DataFrame) -> Numbers:
    """Drawn links between spans that are there, each once."""
    places = spans.with_row_index("place").select("article", "span_id", pl.col("place").cast(pl.Int64))
    places = places.unique(["article", "span_id"], keep="first", maintain_order=True)
    drawn = layer.relations.filter(~pl.col("derived") & pl.col("type").is_in(list(vocabulary.RELATIONS)))
    links = drawn.join(articles.with_columns(pl.col("article").cast(pl.Int64)), on="article_id")
    for side in ("from_span", "to_span"):
        links = links.join(places.rename({"span_id": side, "place": f"{side}_place"}), on=["article", side])
    numbers = list(range(len(vocabulary.RELATIONS)))
    kind = pl.col("type").replace_strict(list(vocabulary.RELATIONS), numbers, return_dtype=pl.Int64)
    rows = links.select(kind, "from_span_place", "to_span_place").unique()
    return rows.sort(rows.columns).to_numpy().reshape(-1, 3)
