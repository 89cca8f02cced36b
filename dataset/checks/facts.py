"""What the checks look at: a layer, its articles' texts, and the two joined."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from dataset.corpus import Corpus
from dataset.layer import Layer
from dataset.problem import Problem


@dataclass(frozen=True)
class Facts:
    """A layer and the texts of its articles: article_id, article_text. `unreadable` says why one is not there."""

    layer: Layer
    texts: pl.DataFrame
    unreadable: dict[str, str]

    @cached_property
    def spans(self) -> pl.DataFrame:
        """The spans with `article_text`, null where it could not be read."""
        return self.layer.spans.join(self.texts, on="article_id", how="left", maintain_order="left")

    @cached_property
    def by_id(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The spans by (article_id, span_id)."""
        return {(row["article_id"], row["span_id"]): row for row in self.layer.spans.iter_rows(named=True)}


def gather(corpus: Corpus, layer: Layer) -> Facts:
    """Reads the texts that a layer is about. A text that cannot be read is noted, not raised."""
    known = set(corpus.articles["article_id"])
    tables = [layer.tasks["article_id"], layer.spans["article_id"]]
    texts: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    for article in pl.concat(tables).drop_nulls().unique().sort():
        if article in known:
            try:
                texts[article] = corpus.text(article)
            except Problem as problem:
                unreadable[article] = str(problem)
    frame = {"article_id": list(texts), "article_text": list(texts.values())}
    return Facts(layer, pl.DataFrame(frame, schema={"article_id": pl.String, "article_text": pl.String}), unreadable)
