"""Parquet files of configs: one writer, one schema, the same row groups, so that the same rows give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow
import pyarrow.parquet

from dataset import schema

ROW_GROUP: Final = {"articles": 1_000, "tokens": 1_000, "attribution": 5_000, "statements": 10_000, "figures": 10_000}
"""Rows of a row group, where a row is a whole article, or holds all names in one or quotes of several."""
AT_ONCE: Final = 50_000
"""Rows of every other row group."""
CountsBySplit = dict[str, dict[str, int]]
"""Of each config, by split: rows, or bytes."""
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


def to_arrow(config: str, rows: pl.DataFrame) -> pyarrow.Table:
    """Rows of a config as they are written."""
    return rows.to_arrow().cast(schema.arrow_schema(schema.CONFIGS[config]))


def write_rows(path: Path, config: str, rows: pl.DataFrame) -> tuple[int, int]:
    """Writes rows of a config, sorted as they are. Returns how many, and their bytes before they are compressed."""
    parts = rows.iter_slices(ROW_GROUP.get(config, AT_ONCE))
    return write_tables(path, config, (to_arrow(config, part) for part in parts))


def write_tables(path: Path, config: str, tables: Iterable[pyarrow.Table]) -> tuple[int, int]:
    """Writes each table as a row group. Returns how many rows, and their bytes before they are compressed."""
    with _writer(path, config) as writer:
        for table in tables:
            _put(writer, table)
    return _size(path)


@contextmanager
def _writer(path: Path, config: str) -> Iterator[pyarrow.parquet.ParquetWriter]:
    """Writes with the schema of `datasets.Features`, which carries class names and types."""
    path.parent.mkdir(parents=True, exist_ok=True)
    featured = schema.features(schema.CONFIGS[config]).arrow_schema
    # A file that pyarrow opened itself stays open after a write that failed.
    with path.open("wb") as file, pyarrow.parquet.ParquetWriter(file, featured, **_WRITER) as writer:
        yield writer


def _put(writer: pyarrow.parquet.ParquetWriter, table: pyarrow.Table) -> None:
    if table.num_rows:  # an empty row group is one that `load_dataset` refuses
        writer.write_table(table.cast(writer.schema))


def _size(path: Path) -> tuple[int, int]:
    metadata = pyarrow.parquet.read_metadata(path)
    return metadata.num_rows, sum(
        metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups)
    )


class RowWriters:
    """The files of a folder that is built part by part: one a config and split, also where it gets no row.

    Whatever parts the rows come in, they stand in the same row groups. A config that only a gold has is left out if it
    gets no row at all.
    """

    def __init__(self, folder: Path, splits: Iterable[str], configs: Iterable[str]) -> None:
        keys = list(product(configs, splits))
        self._paths = {key: folder / file_name(*key) for key in keys}
        self._waiting: dict[tuple[str, str], list[pyarrow.Table]] = {key: [] for key in self._paths}
        self._open = ExitStack()
        self._writers: dict[tuple[str, str], pyarrow.parquet.ParquetWriter] = {}

    def __enter__(self) -> RowWriters:
        """Opens the files."""
        with ExitStack() as opened:
            self._writers = {key: opened.enter_context(_writer(path, key[0])) for key, path in self._paths.items()}
            self._open = opened.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        """Closes them."""
        self._open.close()

    def add(self, config: str, split: str, rows: pyarrow.Table) -> None:
        """Takes rows that come after those before."""
        key, size = (config, split), ROW_GROUP.get(config, AT_ONCE)
        waiting = self._waiting[key]
        waiting.append(rows)
        if sum(table.num_rows for table in waiting) >= size:
            held = pyarrow.concat_tables(waiting)
            whole = held.num_rows - held.num_rows % size
            for start in range(0, whole, size):
                _put(self._writers[key], held.slice(start, size).combine_chunks())
            self._waiting[key] = [held.slice(whole).combine_chunks()]

    def finished(self) -> tuple[CountsBySplit, CountsBySplit]:
        """Writes what waits, and closes the files. Returns rows, and bytes before they are compressed."""
        for key, waiting in self._waiting.items():
            if waiting:
                _put(self._writers[key], pyarrow.concat_tables(waiting).combine_chunks())
        self._open.close()
        rows: CountsBySplit = {}
        sizes: CountsBySplit = {}
        for (config, split), path in self._paths.items():
            counted = rows.setdefault(config, {}), sizes.setdefault(config, {})
            counted[0][split], counted[1][split] = _size(path)
        for config in [name for name, counts in rows.items() if name in schema.OF_GOLD and not any(counts.values())]:
            self._leave_out(config)
            del rows[config], sizes[config]
        return rows, sizes

    def _leave_out(self, config: str) -> None:
        paths = [path for (name, _), path in self._paths.items() if name == config]
        for path in paths:
            path.unlink()
        paths[0].parent.rmdir()


def row_groups(path: Path) -> Iterator[pyarrow.Table]:
    """The rows of a file, a row group at a time."""
    with pyarrow.parquet.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number)
