"""Whose work became the gold."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dataset import schema
from dataset.record.corpus import Corpus
from dataset.storage.article_ranges import batches, ranges_of


@dataclass(frozen=True)
class Deciders:
    """Whose work became the gold: the rounds and the annotators that its decisions name."""

    rounds: frozenset[str] = frozenset()
    annotators: frozenset[str] = frozenset()


def deciders(corpus: Corpus) -> Deciders:
    """Whose work became the gold.

    Raises:
        Problem: the table `decisions` cannot be read.
    """
    article_ranges = ranges_of([corpus.decisions])
    pairs = [
        rows.select("round", "annotator").unique()
        for rows in batches(corpus.decisions, schema.Decisions, article_ranges)
    ]
    return Deciders(*(frozenset(pl.concat(pairs)[name].drop_nulls()) for name in ("round", "annotator")))
