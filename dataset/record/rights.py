"""What the articles' sources said about the use of their texts: the table `rights` of the seeds."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from dataset import schema
from dataset.record.corpus import Corpus
from dataset.storage.tables import read_sound


def rights_path(corpus: Corpus) -> Path:
    """Where a corpus keeps them. Rows are sorted by article, and those of an article are in the order of its source."""
    return corpus.seeds / "rights.jsonl"


def read_rights(corpus: Corpus) -> pl.DataFrame:
    """The table `rights`, in the order of its file; no row where no source said anything.

    Raises:
        Problem: the file is not that table.
    """
    return read_sound(rights_path(corpus), schema.Rights)
