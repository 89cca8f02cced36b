"""Parts of a layer: the rows of neighbouring articles, so that a table of any size is read a bit at a time.

The record is sorted by article, so a part is all between two ids, and where it lies is found by bisection.
"""

from __future__ import annotations

import io
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
import polars as pl

from dataset import schema
from dataset.files import lines_before, rows_of
from dataset.problem import Problem

AT_ONCE: Final = 8 << 20
"""Bytes of the longest table that one part holds, about."""
_Key = tuple[bool, str]


@dataclass(frozen=True)
class Part:
    """The articles from `first` to before `until`, by id; None is no limit. Rows without an id are after all others."""

    first: str | None = None
    until: str | None = None

    def holds(self) -> pl.Expr:
        """Whether a row's `article_id` is in the part."""
        article, limits = pl.col("article_id"), [pl.lit(True)]
        if self.first is not None:
            limits.append((article >= self.first).fill_null(True))
        if self.until is not None:
            limits.append((article < self.until).fill_null(False))
        return pl.all_horizontal(limits)


WHOLE: Final = Part()


def parts_of(tables: Iterable[Path], size: int | None = None) -> list[Part]:
    """Cuts tables sorted by article into parts of about `size` (else `AT_ONCE`) bytes of the longest, in order.

    Raises:
        Problem: the longest is not sorted by article.
    """
    size = size or AT_ONCE
    longest = max((path for path in tables if path.exists()), key=lambda path: path.stat().st_size, default=None)
    if longest is None or longest.stat().st_size <= size:
        return [WHOLE]
    with longest.open("rb") as file:
        keys = [_key_at(file, longest, at) for at in range(size, longest.stat().st_size, size)]
    if keys != sorted(keys):
        raise unsorted(longest)
    edges = list(dict.fromkeys(article for beyond, article in keys if not beyond))
    return [Part(first, until) for first, until in zip([None, *edges], [*edges, None], strict=True)]


def read_part(path: Path, table: type[schema.Table], part: Part = WHOLE) -> pl.DataFrame:
    """The rows of a table that are in a part; a missing file is a table without rows.

    Raises:
        Problem: the file cannot be read as the table, or is not sorted by article.
    """
    if not path.exists():
        return schema.empty(table)
    with path.open("rb") as file:
        start, end = _places(file, path, part)
        file.seek(start)
        rows = rows_of(file.read(end - start), table, path, start)
    if part != WHOLE and not rows.select(part.holds().all()).item():
        raise unsorted(path)
    return rows


def rows_before(path: Path, part: Part) -> int:
    """How many lines a table has before a part."""
    with path.open("rb") as file:
        return lines_before(path, _places(file, path, part)[0])


def batches(path: Path, table: type[schema.Table], parts: Sequence[Part]) -> Iterator[pl.DataFrame]:
    """The rows of a table, part by part."""
    for part in parts:
        yield read_part(path, table, part)


def unsorted(path: Path) -> Problem:
    """That a table is not in the order of the record, which only a table of one part need not be."""
    return Problem(
        f"{path} is not sorted by article_id", "sort its lines (`LC_ALL=C sort`), or put back what the pull wrote"
    )


def _places(file: io.BufferedReader, path: Path, part: Part) -> tuple[int, int]:
    """Where a part's rows begin and end in a file."""
    size = os.fstat(file.fileno()).st_size
    start = 0 if part.first is None else _place(file, path, size, part.first)
    end = size if part.until is None else _place(file, path, size, part.until)
    if end < start:
        raise unsorted(path)
    return start, end


def _place(file: io.BufferedReader, path: Path, size: int, article: str) -> int:
    """Where the first row begins whose article is not before `article`."""
    at = bisect_left(range(size), (False, article), key=lambda at: _key_at(file, path, at))
    return _line_at(file, at)


def _line_at(file: io.BufferedReader, at: int) -> int:
    """Where the first line begins that begins at `at` or after."""
    if at:
        file.seek(at - 1)
        file.readline()
        return file.tell()
    return 0


def _key_at(file: io.BufferedReader, path: Path, at: int) -> _Key:
    """The article of that line; beyond all of them where there is none, or it names none."""
    file.seek(_line_at(file, at))
    line = file.readline()
    try:
        article = orjson.loads(line)["article_id"] if line.strip() else None
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Problem(f"{path} has a line that is no row of it: {line[:80]!r}", "mend or restore the file") from None
    return (True, "") if article is None else (False, str(article))
