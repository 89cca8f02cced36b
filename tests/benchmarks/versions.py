"""Two built folders of a given size, of which a hundredth of the spans differ, and what telling them apart costs."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from dataset.build import build
from dataset.corpus import open_corpus
from dataset.diff import diff
from dataset.layer import Layer, read_layer, write_layer
from tests.benchmarks.corpora import write_record

LAYER = "r1/a1"


def diff_step(old: Path, new: Path) -> int:
    """Every change between two folders."""
    return len(diff(old, new).changes)


def write_versions(folder: Path, articles: int) -> tuple[Path, Path, int]:
    """Two built folders, the second with other attributes in one span of a hundred, and how many spans each has."""
    corpus = write_record(folder, articles)
    layer = read_layer(corpus.layer_path(LAYER), LAYER)
    for name, version in (("old", layer), ("new", _edited(layer))):
        write_layer(corpus.layer_path(LAYER), version)
        build(open_corpus(folder), LAYER, folder / name, allow_errors=True)
    return folder / "old", folder / "new", layer.spans.height


def _edited(layer: Layer) -> Layer:
    one_of_a_hundred = pl.int_range(pl.len()) % 100 == 0
    units = pl.when(one_of_a_hundred).then(pl.lit("boats")).otherwise("number_unit").alias("number_unit")
    return Layer(**(vars(layer) | {"spans": layer.spans.with_columns(units)}))
