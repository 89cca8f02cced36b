"""Parquet, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow
import pyarrow.parquet

from dataset.intake.articles import AGAIN, ReadingOptions, SourceArticle, first_line, unreadable
from dataset.intake.columns import TableReader
from dataset.problem import Problem

_ROWS_AT_ONCE: Final = 500


def read_parquet(path: Path, options: ReadingOptions) -> Iterator[SourceArticle | Problem]:
    """The article of each row; a row that holds none is a problem, and the rows after it are read all the same.

    Raises:
        Problem: the file cannot be read, or its columns are others.
    """
    try:
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False) as file:
            reader = TableReader.for_columns(file.schema_arrow.names, options, str(path), path.parent)
            columns, number = sorted(set(reader.used.values())), 0
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=columns):
                for row in batch.to_pylist():
                    number += 1
                    yield reader.article_or_problem(row, f"{path}, row {number}")
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError, LookupError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise unreadable(path, error) from None
        raise Problem(
            f"{path} cannot be read as Parquet: {first_line(error)}", f"get the whole file again, {AGAIN}"
        ) from None
