"""Article ranges: the rows of neighbouring articles, so that a table of any size is read a bit at a time.

The record is sorted by article, so a range is all between two ids. Where it is in JSON Lines is found by bisection, in
Parquet from the first and last article of each row group.
"""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

import orjson
import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.storage.address import Location
from dataset.storage.parquet_tables import PARQUET, GroupRange, group_ranges, read_groups
from dataset.storage.tables import lines_before, read_table, rows_of

AT_ONCE: Final = 8 << 20
"""Bytes of the longest table that one range holds, about."""
_LINE: Final = 440
"""Bytes of a row as JSON Lines, about."""
_Key = tuple[bool, str]


@dataclass(frozen=True)
class ArticleRange:
    """The articles from `first` to before `until`, by id; None is no limit. Rows without an id are after all others."""

    first: str | None = None
    until: str | None = None

    def holds(self) -> pl.Expr:
        """Whether a row's `article_id` is in the range."""
        article, limits = pl.col("article_id"), [pl.lit(True)]
        if self.first is not None:
            limits.append((article >= self.first).fill_null(True))
        if self.until is not None:
            limits.append((article < self.until).fill_null(False))
        return pl.all_horizontal(limits)

    def meets(self, group_range: GroupRange) -> bool:
        """Whether rows from one article to another may be in the range; None is beyond all of them."""
        first, last = group_range
        ends_before = self.first is not None and last is not None and last < self.first
        return not ends_before and (self.until is None or (first is not None and first < self.until))


WHOLE: Final = ArticleRange()


def ranges_of(tables: Iterable[Location], size: int | None = None) -> list[ArticleRange]:
    """Cuts tables sorted by article into ranges of about `size` (else `AT_ONCE`) bytes of the longest, in order.

    Raises:
        Problem: the longest is not sorted by article, or one in Parquet cannot be read.
    """
    size = size or AT_ONCE
    sizes = {path: _size(path) for path in tables if path.exists()}
    longest = max(sizes, key=sizes.__getitem__, default=None)
    if longest is None or sizes[longest] <= size:
        return [WHOLE]
    edges = _edges_of_groups(longest, size) if longest.suffix == PARQUET else _edges_of_lines(longest, size)
    return [ArticleRange(first, until) for first, until in zip([None, *edges], [*edges, None], strict=True)]


def _size(path: Location) -> int:
    if path.suffix != PARQUET:
        return path.stat().st_size
    return _LINE * sum(rows for _, rows in group_ranges(path, schema.RECORD[path.stem]))


def _edges_of_lines(path: Location, size: int) -> list[str]:
    """The articles at every `size` bytes."""
    with path.open("rb") as file:
        keys = [_key_at(file, path, at) for at in range(size, _length(file), size)]
    if keys != sorted(keys):
        raise unsorted(path)
    return list(dict.fromkeys(article for beyond, article in keys if not beyond))


def _edges_of_groups(path: Location, size: int) -> list[str]:
    """The articles that row groups begin with, `size` bytes or more from one to the next."""
    edges: list[str] = []
    row_count, before = 0, ""
    for (first, last), rows in group_ranges(path, schema.RECORD[path.stem]):
        if first is not None and first < before:
            raise unsorted(path)
        if first is not None and row_count * _LINE >= size and first not in edges[-1:]:
            edges.append(first)
            row_count = 0
        row_count, before = row_count + rows, last or first or before
    return edges


def read_range(path: Location, table: type[schema.Table], article_range: ArticleRange = WHOLE) -> pl.DataFrame:
    """The rows of a table that are in an article range; a missing file is a table without rows.

    Raises:
        Problem: the file cannot be read as the table, or is not sorted by article.
    """
    if not path.exists():
        return schema.empty(table)
    if article_range == WHOLE:
        return read_table(path, table)
    rows = (
        _from_groups(path, table, article_range) if path.suffix == PARQUET else _from_lines(path, table, article_range)
    )
    if not rows.select(article_range.holds().all()).item():
        raise unsorted(path)
    return rows


def _from_lines(path: Location, table: type[schema.Table], article_range: ArticleRange) -> pl.DataFrame:
    with path.open("rb") as file:
        start, end = _places(file, path, article_range)
        file.seek(start)
        return rows_of(file.read(end - start), table, path, start)


def _from_groups(path: Location, table: type[schema.Table], article_range: ArticleRange) -> pl.DataFrame:
    rows = read_groups(path, table, article_range.meets)
    if not rows["article_id"].is_sorted(nulls_last=True):
        raise unsorted(path)
    return rows.filter(article_range.holds())


def rows_before(path: Location, article_range: ArticleRange) -> int:
    """How many rows a table has before an article range."""
    if path.suffix == PARQUET:
        before = ArticleRange(None, article_range.first)
        return _from_groups(path, schema.RECORD[path.stem], before).height if article_range.first is not None else 0
    with path.open("rb") as file:
        return lines_before(path, _places(file, path, article_range)[0])


def batches(
    path: Location, table: type[schema.Table], article_ranges: Sequence[ArticleRange]
) -> Iterator[pl.DataFrame]:
    """The rows of a table, range by range."""
    for article_range in article_ranges:
        yield read_range(path, table, article_range)


def unsorted(path: Location) -> Problem:
    """That a table is not in the order of the record, which only a table of one range need not be."""
    sort = "" if path.suffix == PARQUET else "sort its lines (`LC_ALL=C sort`), or "
    return Problem(f"{path} is not sorted by article_id", f"{sort}put back what the pull wrote")


def _places(file: IO[bytes], path: Location, article_range: ArticleRange) -> tuple[int, int]:
    """Where an article range's rows begin and end in a file."""
    size = _length(file)
    start = 0 if article_range.first is None else _place(file, path, size, article_range.first)
    end = size if article_range.until is None else _place(file, path, size, article_range.until)
    if end < start:
        raise unsorted(path)
    return start, end


def _length(file: IO[bytes]) -> int:
    return file.seek(0, io.SEEK_END)


def _place(file: IO[bytes], path: Location, size: int, article: str) -> int:
    """Where the first row begins whose article is not before `article`."""
    at = bisect_left(range(size), (False, article), key=lambda at: _key_at(file, path, at))
    return _line_at(file, at)


def _line_at(file: IO[bytes], at: int) -> int:
    """Where the first line begins that begins at `at` or after."""
    if at:
        file.seek(at - 1)
        file.readline()
        return file.tell()
    return 0


def _key_at(file: IO[bytes], path: Location, at: int) -> _Key:
    """The article of that line; beyond all of them where there is none, or it names none."""
    file.seek(_line_at(file, at))
    line = file.readline()
    try:
        article = orjson.loads(line)["article_id"] if line.strip() else None
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Problem(f"{path} has a line that is not a row of it: {line[:80]!r}", "fix or restore the file") from None
    return (True, "") if article is None else (False, str(article))
