"""Files that are never half-written, and the JSON Lines form of a table."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import polars as pl
from upath import UPath

from dataset import schema
from dataset.problem import Problem
from dataset.storage.address import Location
from dataset.storage.asides import drop_old, in_lease, lease, lease_of, note_target, remove, synced
from dataset.storage.parquet_tables import PARQUET, groups_bytes, read_groups, write_groups

_AT_ONCE: Final = 20_000
_BLOCK: Final = 1 << 20


class Asides:
    """Files that are written aside, and put in place together in the order in which they were asked for."""

    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened
        self._places: dict[Location, Path] = {}
        self._files: list[tuple[Path, Location, bool]] = []
        self._made: list[Path] = []

    def of(self, target: Location, *, private: bool = False) -> Path:
        """A path to write to what `target` is to hold.

        What is `private` is at no time readable to others than its owner. For a target at an address, it is put there
        whole.
        """
        if target.parent not in self._places:
            self._places[target.parent] = self._opened.enter_context(self._place(target))
        new = self._places[target.parent] / str(len(self._files))
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666))
        self._files.append((new, target, private))
        return new

    def write(self, target: Location, content: bytes) -> bool:
        """Writes `content` unless the file holds it already. Returns whether it wrote."""
        if target.exists() and target.read_bytes() == content:
            return False
        self.of(target).write_bytes(content)
        return True

    def _place(self, target: Location) -> AbstractContextManager[Path]:
        if not isinstance(target, Path):
            return _elsewhere()
        self._made += _make_parents(target)
        return lease(target.parent)

    def put(self) -> None:
        """Puts them in place, once the bytes of all of them are on the disk."""
        here = [(new, target) for new, target, _ in self._files if isinstance(target, Path) and not in_lease(target)]
        for new, target, private in self._files:
            if isinstance(target, Path) and not private and target.exists():
                new.chmod(target.stat().st_mode & 0o777)
        synced(new for new, _ in here)
        for new, target, _ in self._files:
            if isinstance(target, Path):
                _rename(new, target)
            else:
                _put(new, target)
        synced([*(target.parent for _, target in here), *self._made])


@contextmanager
def asides() -> Iterator[Asides]:
    """Several files written aside; put in place when the block ends well, removed when it does not."""
    with ExitStack() as opened:
        several = Asides(opened)
        yield several
        several.put()


@contextmanager
def aside(target: Location, *, private: bool = False) -> Iterator[Path]:
    """A path to write to; put in the place of `target` when the block ends well, removed when it does not.

    What is `private` is at no time readable to others than its owner.
    """
    with asides() as several:
        yield several.of(target, private=private)


def read_utf8(path: Path) -> str:
    """The text of a page.

    Raises:
        Problem: it is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Problem(f"{path} is not UTF-8 at byte {error.start}", "save it as UTF-8") from None


def remove_stale(path: Path) -> bool:
    """Removes what a killed command wrote aside and never put in place. Returns whether it did."""
    return remove(path)


@contextmanager
def _elsewhere() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _put(content: Path, target: UPath) -> None:
    """Nobody sees it before all of it is there: drivers put what a transaction writes into place at its end."""
    files = target.fs
    files.makedirs(target.parent.path, exist_ok=True)
    with content.open("rb") as source, files.transaction, files.open(target.path, "wb") as out:
        shutil.copyfileobj(source, out, _BLOCK)


def _make_parents(target: Path) -> list[Path]:
    """Makes the folders above a target that are missing. Returns the folders that hold a new one."""
    missing = [parent for parent in target.parents if not parent.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    return [folder.parent for folder in missing]


def _rename(new: Path, target: Path) -> None:
    """An error names the target: a person knows nothing of where it was written."""
    try:
        new.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None


def make_private(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, that only their owner can open."""
    for one in reversed((folder, *folder.parents)):
        if not one.exists():
            one.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def folder_aside(target: Path, *, private: bool = False) -> Iterator[Path]:
    """A new folder to fill and to put in the place of `target`; gone when the block ends, unless it was put there.

    The parents that had to be made for it go with it, where they hold nothing then. What is `private` is only its
    owner's in its place, too.
    """
    missing = [parent for parent in target.parents if not parent.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with lease(target.parent, afresh=True) as held:
            folder = held / "new"
            folder.mkdir(mode=0o700 if private else 0o777)
            yield folder
    finally:
        for parent in missing:
            with suppress(OSError):
                parent.rmdir()


def put_folder(folder: Path, target: Path) -> None:
    """Puts a folder made aside, or one in it, in the place of `target`; where that fails, `target` is as before.

    All of it is on the disk before it is put there.
    """
    held = lease_of(folder)
    synced([folder, *(path for path in folder.rglob("*") if not path.is_symlink())])
    old = note_target(held, target) if target.exists() else None
    if old:
        _rename(target, old)
    try:
        _rename(folder, target)
    except OSError:
        if old:
            old.rename(target)
        raise
    synced([target.parent])
    drop_old(held)


@contextmanager
def writing(where: Path, left: str) -> Iterator[None]:
    """Says in a sentence that a disk is full or a folder cannot be written, and in `left` what became of the rest.

    Raises:
        Problem: it is.
    """
    try:
        yield
    except OSError as error:
        raise Problem(
            f"{error.filename or where} cannot be written: {error.strerror or error}",
            f"mend that, then run the same command again; {left}",
        ) from None


def write_bytes(target: Location, content: bytes) -> bool:
    """Writes `content` unless the file holds it already. Returns whether it wrote."""
    with asides() as several:
        return several.write(target, content)


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
        return read_groups(path, table, lambda span: True)
    return rows_of(path.read_bytes(), table, path)


def read_sound(path: Location, table: type[schema.Table]) -> pl.DataFrame:
    """Reads a table as `read_table` does, and checks each of its rows; no two may be the same in its `KEYS`.

    Raises:
        Problem: the file cannot be read as the table, or a row is not one that the table allows.
    """
    rows = read_table(path, table)
    if wrong := schema.faults(table, rows, schema.KEYS[table]):
        raise Problem(f"{path}: {wrong[0]}", "mend or restore the file")
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
        raise _unreadable(path, table, f"line {lines_before(path, start) + line}{reason}") from unfit


class _UnfitError(Exception):
    """A line, by its number, that is no row, and why."""


def _parsed(content: bytes, table: type[schema.Table]) -> pl.DataFrame:
    try:
        return pl.read_ndjson(content, schema=schema.polars_schema(table))
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise _UnfitError(_first_unfit(content, table), f": {str(error).splitlines()[0]}") from error


def lines_before(path: Location, start: int) -> int:
    """How many lines a file has before byte `start`."""
    with path.open("rb") as file:
        return sum(file.read(min(_BLOCK, start - at)).count(b"\n") for at in range(0, start, _BLOCK))


def _as_written(content: bytes, table: type[schema.Table]) -> pl.DataFrame | None:
    """The table, if the lines are byte for byte what `table_bytes` makes of it, so that none wants a look."""
    try:
        rows = pl.read_ndjson(content, schema=schema.polars_schema(table))
        return rows if _holds(content, rows) else None
    except (pl.exceptions.PolarsError, ValueError):
        return None


def _holds(content: bytes, rows: pl.DataFrame) -> bool:
    """Whether the content is just these rows as they are written; compared part by part."""
    at = 0
    for part in rows.iter_slices(_AT_ONCE):
        written = table_bytes(part)
        if not content.startswith(written, at):
            return False
        at += len(written)
    return at == len(content)


def _unreadable(path: Location, table: type[schema.Table], reason: str) -> Problem:
    return Problem(f"{path} cannot be read as the table {table.__name__}: {reason}", "mend or restore the file")


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
    other = sorted(row.keys() - known)
    return f"has the column {other[0]}, which the table does not" if other else None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise ValueError(f"{twice} stands in it twice")
    return found


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


def sha256(content: bytes) -> str:
    """SHA-256 as lower-case hex."""
    return hashlib.sha256(content).hexdigest()
