"""The table `rights` as tests read it; no command does, for it is kept for people."""

from __future__ import annotations

import polars as pl

from dataset import schema
from dataset.record.corpus import Corpus
from dataset.record.rights import rights_path
from dataset.storage.tables import read_sound


def read_rights(corpus: Corpus) -> pl.DataFrame:
    """What the sources permit, in the order of the file."""
    return read_sound(rights_path(corpus), schema.Rights)
