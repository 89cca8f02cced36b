"""Tables of the record as Parquet: sorted by article, in row groups of whole articles, each with its first and last.

The same rows give the same bytes, whatever batches they come in.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Final, cast

import polars as pl
import pyarrow
import pyarrow.parquet

from dataset import schema
from dataset.problem import Problem
from dataset.storage.address import Location

PARQUET: Final = ".parquet"
ROWS: Final = 20_000
"""Rows of a row group, but for those of its last article: as many as an article range of JSON Lines holds, about."""
_WRITER: Final[dict[str, Any]] = {
    "compression": "zstd",
    "compression_level": 3,
    "write_statistics": True,
    "write_page_checksum": True,
    "version": "2.6",
}
GroupRange = tuple[str | None, str | None]
"""The first and the last article of a row group; None is beyond all of them: rows that name none are last."""


def write_groups(out: IO[bytes], table: type[schema.Table], batches: Iterable[pl.DataFrame]) -> None:
    """Writes the rows of a table, which come in the order of the record.

    Raises:
        ValueError: they are not sorted by article.
    """
    wanted, before = schema.arrow_schema(table), (False, "")
    with pyarrow.parquet.ParquetWriter(out, wanted, **_WRITER) as writer:
        for rows in _grouped(batches, ROWS):
            ids = rows["article_id"]
            if not ids.is_sorted(nulls_last=True) or _key(ids[0]) < before:
                raise ValueError("the rows of a table are not sorted by article_id")
            before = _key(ids[-1])
            writer.write_table(rows.to_arrow().cast(wanted).combine_chunks(), row_group_size=rows.height)


def _key(article: str | None) -> tuple[bool, str]:
    return article is None, article or ""


def groups_bytes(table: type[schema.Table], rows: pl.DataFrame) -> bytes:
    """A table as Parquet."""
    out = io.BytesIO()
    write_groups(out, table, [rows])
    return out.getvalue()


def _grouped(batches: Iterable[pl.DataFrame], size: int) -> Iterator[pl.DataFrame]:
    """The rows cut where articles end: as many as fit into `size`, and one article at least."""
    pending: pl.DataFrame | None = None
    for rows in batches:
        pending = pl.concat([pending, rows]) if pending is not None else rows
        while pending.height > size and (end := _end(pending["article_id"], size)):
            yield pending[:end].rechunk()
            pending = pending[end:]
    if pending is not None and pending.height:
        yield pending.rechunk()


def _end(ids: pl.Series, size: int) -> int | None:
    """Where the last article ends that fits into `size` rows, else the first; None where that may go on."""
    ends = ids.ne_missing(ids.shift(1)).arg_true()
    ends = ends.filter(ends > 0)
    fitting = ends.filter(ends <= size)
    return cast("int | None", fitting.max() if fitting.len() else ends.min())


def read_groups(path: Location, table: type[schema.Table], wanted: Callable[[GroupRange], bool]) -> pl.DataFrame:
    """The rows of those row groups that are `wanted`.

    Raises:
        Problem: the file is not the table, or is damaged.
    """
    with _opened(path, table) as file:
        numbers = [number for number, group_range in enumerate(_group_ranges(file)) if wanted(group_range)]
        return cast(pl.DataFrame, pl.from_arrow(file.read_row_groups(numbers), schema=schema.polars_schema(table)))


def group_ranges(path: Location, table: type[schema.Table]) -> list[tuple[GroupRange, int]]:
    """The first and last article of each row group, and how many rows it has.

    Raises:
        Problem: the file is not the table, or is damaged.
    """
    with _opened(path, table) as file:
        group_rows = (file.metadata.row_group(number).num_rows for number in range(file.num_row_groups))
        return list(zip(_group_ranges(file), group_rows, strict=True))


def has_rows(path: Location) -> bool:
    """Whether a table in Parquet has a row, or cannot be read; of other files, whether they hold a byte."""
    if path.suffix != PARQUET:
        return path.stat().st_size > 0
    try:
        with path.open("rb") as content:
            return bool(pyarrow.parquet.read_metadata(content).num_rows)
    except (pyarrow.ArrowException, OSError):
        return True


def _group_ranges(file: pyarrow.parquet.ParquetFile) -> list[GroupRange]:
    column = file.schema_arrow.names.index("article_id")
    groups = (file.metadata.row_group(number) for number in range(file.num_row_groups))
    return [_group_range(group.column(column).statistics) for group in groups]


def _group_range(statistics: pyarrow.parquet.Statistics | None) -> GroupRange:
    if statistics is None or not statistics.has_min_max:
        return (None, None) if statistics is not None and statistics.null_count else ("", None)
    return statistics.min, None if statistics.null_count else statistics.max


@contextmanager
def _opened(path: Location, table: type[schema.Table]) -> Iterator[pyarrow.parquet.ParquetFile]:
    with path.open("rb") as content:
        try:
            with pyarrow.parquet.ParquetFile(content, page_checksum_verification=True) as file:
                _require(file.schema_arrow, table)
                yield file
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise unreadable(path, table, str(error).splitlines()[0]) from error


def _require(actual: pyarrow.Schema, table: type[schema.Table]) -> None:
    """Refuses other columns, and other types."""
    wanted = schema.arrow_schema(table)
    if foreign := [name for name in actual.names if name not in wanted.names]:
        raise ValueError(f"it has the column {foreign[0]}, which the table does not")
    if lost := [name for name in wanted.names if name not in actual.names]:
        raise ValueError(f"it lacks the column {lost[0]}")
    for column, own in zip(actual, wanted, strict=True):
        if (column.name, column.type) != (own.name, own.type):
            raise ValueError(f"it has {column.name} ({column.type}) where {own.name} ({own.type}) should be")


def unreadable(path: Location, table: type[schema.Table], reason: str) -> Problem:
    """The problem that a file does not hold the table."""
    return Problem(f"{path} cannot be read as the table {table.__name__}: {reason}", "fix or restore the file")
