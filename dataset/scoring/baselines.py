"""Baselines: how what programs suggest does against the gold, kept in the record for the card to show."""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

from dataset import schema
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, layer_ranges, read_layer
from dataset.scoring.scored import PredictionScore
from dataset.storage.address import Location
from dataset.storage.atomic import write_bytes
from dataset.storage.tables import read_sound, table_bytes

FILE: Final = "baselines.jsonl"


def baselines_path(corpus: Corpus) -> Location:
    """Where a corpus keeps the figures of its baselines."""
    return corpus.annotations / FILE


def read_baselines(corpus: Corpus) -> pl.DataFrame:
    """The table `baselines`; empty where none was measured.

    Raises:
        Problem: the file is not that table.
    """
    return read_sound(baselines_path(corpus), schema.Baselines)


def keep_baseline(corpus: Corpus, name: str, scores: PredictionScore) -> bool:
    """Keeps the figures of a baseline, in the place of those that it had. Returns whether they changed.

    Raises:
        Problem: the file of baselines or the gold cannot be read.
    """
    figures = scores.figures.drop_nulls("value").with_columns(
        baseline=pl.lit(name), gold_sha256=pl.lit(gold_sha256(corpus))
    )
    rows = [
        read_baselines(corpus).filter(pl.col("baseline") != name),
        figures.select(*schema.columns(schema.Baselines)),
    ]
    return write_bytes(baselines_path(corpus), table_bytes(pl.concat(rows).sort("baseline", maintain_order=True)))


def stale_baselines(corpus: Corpus) -> list[str]:
    """The baselines whose figures were measured on another gold than the record's.

    Raises:
        Problem: the file of baselines or the gold cannot be read.
    """
    kept = read_baselines(corpus)
    if kept.is_empty():
        return []
    return kept.filter(pl.col("gold_sha256") != gold_sha256(corpus))["baseline"].unique().sort().to_list()


def gold_sha256(corpus: Corpus) -> str:
    """SHA-256, as hex, of what the gold holds and of the hashes of the texts that it is about.

    Raises:
        Problem: a table of the gold cannot be read.
    """
    folder = corpus.layer_path(GOLD)
    digests = {name: hashlib.sha256() for name in ("articles", "spans", "relations")}
    for article_range in layer_ranges(folder):
        layer = read_layer(folder, GOLD, article_range)
        submitted = layer.tasks.filter(status="submitted")
        texts = corpus.rows_of(submitted["article_id"]).join(submitted, on="article_id", how="semi")
        tables = (texts.select("article_id", "text_sha256"), layer.spans, layer.relations)
        for digest, rows in zip(digests.values(), tables, strict=True):
            digest.update(table_bytes(rows))
    return hashlib.sha256(b"".join(digest.digest() for digest in digests.values())).hexdigest()
