"""Rows on disk, dealt into files, so that only the rows of one file are ever held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow
import pyarrow.ipc

_AT_ONCE: Final = 50_000
_BUCKET: Final = "#bucket"
MOST: Final = 256
"""The most buckets: each is an open file while rows are added."""


def buckets_for(rows: int, held: int) -> int:
    """How many buckets it takes for so many rows, if about `held` of them are to be in one."""
    return min(max(-(-rows // held), 1), MOST)


class Buckets:
    """Rows in files: in each they are in the order in which they came. Add all, then read."""

    def __init__(self, folder: Path, where: pl.Expr, count: int, empty: pl.DataFrame) -> None:
        """Files in a new folder; `where` is the number of a row's bucket, below `count`, `empty` the rows' types."""
        folder.mkdir()
        self.count = count
        self._where = where.cast(pl.UInt32).alias(_BUCKET)
        self._empty = empty
        self._files = [folder / f"{number}.arrow" for number in range(count)]
        self._writers: dict[int, pyarrow.ipc.RecordBatchStreamWriter] = {}
        self._waiting: list[pl.DataFrame] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Appends rows to those that are there."""
        self._waiting.append(rows)
        if sum(part.height for part in self._waiting) >= _AT_ONCE:
            self._write()

    def dealt(self, rows: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
        """The rows by the number of their bucket."""
        if self.count == 1:
            yield 0, rows
            return
        dealt = rows.with_columns(self._where).partition_by(_BUCKET, as_dict=True, include_key=False)
        for (number,), some in dealt.items():
            yield int(number), some

    def read(self, number: int) -> pl.DataFrame:
        """The rows of a bucket."""
        self._write()
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
        path = self._files[number]
        return pl.concat([self._empty, pl.read_ipc_stream(path)]) if path.exists() else self._empty

    def each(self) -> Iterator[pl.DataFrame]:
        """The rows of every bucket, one bucket after the other; they are gone from the disk when the next is read."""
        for number, path in enumerate(self._files):
            yield self.read(number)
            path.unlink(missing_ok=True)

    def _write(self) -> None:
        if self._waiting:
            rows = pl.concat(self._waiting)
            self._waiting = []
            for number, some in self.dealt(rows):
                table = some.to_arrow(compat_level=pl.CompatLevel.oldest())
                if number not in self._writers:
                    self._writers[number] = pyarrow.ipc.new_stream(self._files[number], table.schema)
                self._writers[number].write_table(table)
