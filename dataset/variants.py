"""The two variants of a version: `full` with the articles' text, `withheld` without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow

from dataset import schema
from dataset.card import Sizes
from dataset.content import shards, without_text
from dataset.manifest import kept_configs
from dataset.parquet import file_name, row_groups, write_tables


def write_withheld(full: Path, out: Path) -> tuple[Sizes, Sizes]:
    """Writes the configs of a `full` folder without their text. Returns rows, and bytes in memory."""
    counts: Sizes = {}
    sizes: Sizes = {}
    for config in kept_configs():
        counts[config], sizes[config] = {}, {}
        for split, paths in shards(full, config).items():
            groups = [group for path in paths for group in _bare(path, config)]
            counts[config][split] = sum(group.num_rows for group in groups)
            sizes[config][split] = write_tables(out / file_name(config, split), config, groups)
    return counts, sizes


def _bare(path: Path, config: str) -> Iterator[pyarrow.Table]:
    for group in row_groups(path):
        batches = [without_text(batch, schema.CONFIGS[config]) for batch in group.to_batches()]
        yield pyarrow.Table.from_batches(batches, group.schema).combine_chunks()
