"""Parquet files of configs: one writer, one schema, the same row groups, so that the same rows give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow
import pyarrow.parquet

from dataset import schema

ROW_GROUP: Final = {"articles": 1_000, "tokens": 1_000}
"""Rows of a row group, where a row is a whole article."""
AT_ONCE: Final = 50_000
"""Rows of every other row group."""
_WRITER: Final[dict[str, Any]] = {
    "compression": "zstd",
    "compression_level": 3,
    # A new value in the middle of a dictionary shifts all codes after it, so that an edit would send a column again.
    "use_dictionary": False,
    "use_content_defined_chunking": True,
    "write_page_index": True,
    "version": "2.6",
}


def file_name(config: str, split: str) -> str:
    """Where a folder has a config's rows of a split."""
    return f"{config}/{split}-00000-of-00001.parquet"


def write_rows(path: Path, config: str, rows: pl.DataFrame) -> int:
    """Writes rows of a config, sorted as they are. Returns their bytes in memory."""
    plain = schema.arrow_schema(schema.CONFIGS[config])
    parts = rows.iter_slices(ROW_GROUP.get(config, AT_ONCE))
    return write_tables(path, config, (part.to_arrow().cast(plain) for part in parts))


def write_tables(path: Path, config: str, tables: Iterable[pyarrow.Table]) -> int:
    """Writes each table as a row group, with the schema of `datasets.Features`, which carries class names and types.

    Returns their bytes in memory.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    featured, size = schema.features(schema.CONFIGS[config]).arrow_schema, 0
    # A file that pyarrow opened itself stays open after a write that failed.
    with path.open("wb") as file, pyarrow.parquet.ParquetWriter(file, featured, **_WRITER) as writer:
        for table in tables:
            if table.num_rows:  # an empty row group is one that `load_dataset` refuses
                typed = table.cast(featured)
                writer.write_table(typed)
                size += int(typed.nbytes)
    return size


def row_groups(path: Path) -> Iterator[pyarrow.Table]:
    """The rows of a file, a row group at a time."""
    with pyarrow.parquet.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number)
