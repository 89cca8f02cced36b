"""Files that are never half-written, and the JSON Lines form of a table."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from dataset import schema
from dataset.problem import Problem


@contextmanager
def aside(target: Path, *, private: bool = False) -> Iterator[Path]:
    """A path beside `target` to write to; renamed into place when the block ends well, removed when it does not.

    What is `private` is at no time readable to others than its owner.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    try:
        yield Path(name)
        if not private:
            _keep_or_share_mode(Path(name), target)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)


def _keep_or_share_mode(new: Path, target: Path) -> None:
    mask = os.umask(0)
    os.umask(mask)
    new.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)


def write_bytes(target: Path, content: bytes) -> bool:
    """Writes `content` unless the file holds it already. Returns whether it wrote."""
    if target.exists() and target.read_bytes() == content:
        return False
    with aside(target) as new:
        new.write_bytes(content)
    return True


def table_bytes(rows: pl.DataFrame) -> bytes:
    """A table as JSON Lines, UTF-8, a row a line; no bytes for no rows."""
    return rows.write_ndjson().encode() if rows.height else b""


def read_table(path: Path, table: type[schema.Table]) -> pl.DataFrame:
    """Reads a JSON Lines table; a missing file is a table without rows.

    Raises:
        Problem: the file cannot be read as the table.
    """
    if not path.exists() or _is_blank(path):
        return schema.empty(table)
    try:
        _refuse_other_columns(path, table)
        return pl.read_ndjson(path, schema=schema.polars_schema(table))
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        reason = _bad_line(path) or str(error).splitlines()[0]
        raise Problem(
            f"{path} cannot be read as the table {table.__name__}: {reason}", "mend or restore the file"
        ) from error


def _is_blank(path: Path) -> bool:
    with path.open("rb") as lines:
        return all(not line.strip() for line in lines)


def _bad_line(path: Path) -> str | None:
    """The first line that is not a JSON object, by number."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                if line.strip() and not isinstance(json.loads(line), dict):
                    return f"line {number} is not an object"
            except ValueError as error:
                return f"line {number}: {error}"
            except RecursionError:
                return f"line {number} is nested too deeply"
    return None


def _refuse_other_columns(path: Path, table: type[schema.Table]) -> None:
    """Polars would drop a column that the table does not have, and what it holds."""
    found = pl.scan_ndjson(path, infer_schema_length=None).collect_schema().names()
    if other := sorted(set(found) - set(schema.polars_schema(table))):
        raise Problem(f"{path} has the column {other[0]}, which {table.__name__} does not", "mend or restore the file")


def sha256(content: bytes) -> str:
    """SHA-256 as lower-case hex."""
    return hashlib.sha256(content).hexdigest()
