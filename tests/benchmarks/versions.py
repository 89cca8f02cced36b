"""Two built folders of a given size, of which a hundredth of the spans differ, and what telling them apart costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from dataset.build import build
from dataset.corpus import open_corpus
from dataset.diff import diff
from dataset.layer import Layer, make_layer, write_layer
from tests.benchmarks.articles import NAMES, spans, texts
from tests.corpora import make_corpus

LAYER = "r1/a1"
SPANS_EACH = 25


def diff_step(old: Path, new: Path) -> int:
    """Every change between two folders."""
    return len(diff(old, new).changes)


def write_versions(folder: Path, articles: int) -> tuple[Path, Path, int]:
    """Two built folders, the second with other attributes in one span of a hundred, and how many spans each has."""
    corpus = make_corpus(folder, texts(articles), NAMES)
    rows = [_key(article) | span for article, text in texts(articles).items() for span in spans(text, SPANS_EACH)]
    layer = make_layer(LAYER, tasks=[_key(article) | {"status": "submitted"} for article in corpus.by_id], spans=rows)
    for name, version in (("old", layer), ("new", _edited(layer))):
        write_layer(corpus.layer_path(LAYER), version)
        build(open_corpus(folder), LAYER, folder / name, allow_errors=True)
    return folder / "old", folder / "new", len(rows)


def _key(article: str) -> dict[str, Any]:
    return {"article_id": article, "round": "r1", "annotator": "a1"}


def _edited(layer: Layer) -> Layer:
    one_of_a_hundred = pl.int_range(pl.len()) % 100 == 0
    units = pl.when(one_of_a_hundred).then(pl.lit("boats")).otherwise("number_unit").alias("number_unit")
    return Layer(**(vars(layer) | {"spans": layer.spans.with_columns(units)}))
