"""Tables of the record on disk, as JSON Lines or Parquet."""

from __future__ import annotations

import io
import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.storage.address import Location
from dataset.storage.atomic import BLOCK_BYTES, aside, write_bytes
from dataset.storage.parquet_tables import PARQUET, groups_bytes, read_groups, unreadable, write_groups

_AT_ONCE: Final = 20_000


def table_bytes(rows: pl.DataFrame) -> bytes:
    """A table as JSON Lines, UTF-8, a row a line; no bytes for no rows."""
    return rows.write_ndjson().encode() if rows.height else b""


def write_table(path: Location, table: type[schema.Table], rows: pl.DataFrame) -> bool:
    """Writes a table in the form of the file `path`, unless it holds it already. Returns whether it wrote."""
    return write_bytes(path, encoded(path, table, rows))


def write_batches(path: Location, table: type[schema.Table], batches: Iterable[pl.DataFrame]) -> None:
    """Writes a table, whose rows come in the order of the record, in the form of the file `path`."""
    with aside(path) as new, new.open("wb") as out:
        if path.suffix == PARQUET:
            write_groups(out, table, batches)
        else:
            out.writelines(map(table_bytes, batches))


def encoded(path: Location, table: type[schema.Table], rows: pl.DataFrame) -> bytes:
    """A table of the record in the form of the file `path`: JSON Lines or Parquet."""
    return groups_bytes(table, rows) if path.suffix == PARQUET else table_bytes(rows)


def read_table(path: Location, table: type[schema.Table]) -> pl.DataFrame:
    """Reads a table, JSON Lines or Parquet; a missing file is a table without rows.

    Raises:
        Problem: the file cannot be read as the table.
    """
    if not path.exists():
        return schema.empty(table)
    if path.suffix == PARQUET:
        return read_groups(path, table, lambda group_range: True)
    return rows_of(path.read_bytes(), table, path)


def read_sound(path: Location, table: type[schema.Table]) -> pl.DataFrame:
    """Reads a table as `read_table` does, and checks each of its rows; no two may be the same in its `KEYS`.

    Raises:
        Problem: the file cannot be read as the table, or a row is not one that the table allows.
    """
    rows = read_table(path, table)
    if wrong := schema.faults(table, rows, schema.KEYS[table]):
        raise Problem(f"{path}: {wrong[0]}", "fix or restore the file")
    return rows


def rows_of(content: bytes, table: type[schema.Table], path: Location, start: int = 0) -> pl.DataFrame:
    """The rows that lines of a JSON Lines table hold, which begin at byte `start` of the file `path`.

    Raises:
        Problem: they are not rows of the table.
    """
    if not content.strip():
        return schema.empty(table)
    if (own := _as_written(content, table)) is not None:
        return own
    try:
        _refuse_bad_lines(content, table)
        return _parsed(content, table)
    except _UnfitError as unfit:
        line, reason = unfit.args
        raise unreadable(path, table, f"line {lines_before(path, start) + line}{reason}") from unfit


class _UnfitError(Exception):
    """A line, by its number, that is not a row, and why."""


def _parsed(content: bytes, table: type[schema.Table]) -> pl.DataFrame:
    try:
        return pl.read_ndjson(content, schema=schema.polars_schema(table))
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise _UnfitError(_first_unfit(content, table), f": {str(error).splitlines()[0]}") from error


def lines_before(path: Location, start: int) -> int:
    """How many lines a file has before byte `start`."""
    with path.open("rb") as file:
        return sum(file.read(min(BLOCK_BYTES, start - at)).count(b"\n") for at in range(0, start, BLOCK_BYTES))


def _as_written(content: bytes, table: type[schema.Table]) -> pl.DataFrame | None:
    """The table, if the lines are byte for byte what `table_bytes` makes of it, so that none needs to be checked."""
    try:
        rows = pl.read_ndjson(content, schema=schema.polars_schema(table))
        return rows if _holds(content, rows) else None
    except (pl.exceptions.PolarsError, ValueError):
        return None


def _holds(content: bytes, rows: pl.DataFrame) -> bool:
    """Whether the content is just these rows as they are written; compared slice by slice."""
    at = 0
    for rows_slice in rows.iter_slices(_AT_ONCE):
        written = table_bytes(rows_slice)
        if not content.startswith(written, at):
            return False
        at += len(written)
    return at == len(content)


def _refuse_bad_lines(content: bytes, table: type[schema.Table]) -> None:
    """Polars would drop a column that the table does not have, and keep the first of two values of one column."""
    known = set(schema.polars_schema(table))
    for number, line in enumerate(io.BytesIO(content), start=1):
        if line.strip() and (reason := _bad(line, known)):
            raise _UnfitError(number, f" {reason}")


def _bad(line: bytes, known: set[str]) -> str | None:
    try:
        row = _JSON.decode(line.decode())
    except ValueError as error:
        return f"cannot be read: {error}"
    except RecursionError:
        return "is nested too deeply"
    if not isinstance(row, dict):
        return "is not an object"
    foreign = sorted(row.keys() - known)
    return f"has the column {foreign[0]}, which the table does not" if foreign else None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise ValueError(f"{twice} is in it twice")
    return row


_JSON: Final = json.JSONDecoder(object_pairs_hook=_each_once)


def _first_unfit(content: bytes, table: type[schema.Table]) -> int:
    """The number of the first line that holds a value of another type than its column's."""
    lines = content.splitlines(keepends=True)

    def unfit(count: int) -> bool:
        try:
            pl.read_ndjson(io.BytesIO(b"".join(lines[:count])), schema=schema.polars_schema(table))
        except pl.exceptions.PolarsError:
            return True
        return False

    return bisect_left(range(1, len(lines) + 1), True, key=unfit) + 1
