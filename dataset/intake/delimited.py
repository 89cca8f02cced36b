"""CSV and TSV, a row at a time, as RFC 4180 and spreadsheets have them: a header, and quotes where they must be."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from dataset.intake.articles import AGAIN, ReadingOptions, SourceArticle
from dataset.intake.columns import TableReader
from dataset.intake.lines import decoded_lines
from dataset.problem import Problem

LONGEST_FIELD: Final = 16 << 20
"""Characters. A quote that is left open would make all the rest of a file one field."""
_SEPARATORS: Final = (",", ";", "\t")


def read_csv(path: Path, options: ReadingOptions, separator: str | None = None) -> Iterator[SourceArticle | Problem]:
    """The article of each row after the header; a row that holds none is a problem, and the rows after it are read.

    Without a `separator` it is the comma, the semicolon or the tab of which the header has most.

    Raises:
        Problem: the file cannot be read or decoded, its columns are others, or a quote is not closed.
    """
    csv.field_size_limit(LONGEST_FIELD)
    lines = iter(_refusing(decoded_lines(path, options.encoding)))
    first = next(lines, "")
    separator = separator or max(_SEPARATORS, key=first.count)
    rows = _rows(path, csv.reader(chain([first], lines), delimiter=separator, strict=True))
    header = [name.strip() for name in next(rows, (1, []))[1]]
    reader = TableReader.for_columns(header, options, str(path), path.parent)
    for number, row in rows:
        place = f"{path}, line {number}"
        if len(row) == len(header):
            yield reader.article_or_problem(dict(zip(header, row, strict=True)), place)
        else:
            yield Problem(
                f"{place} has {len(row)} fields, and the header {len(header)}",
                "put quotes around a field with separators or line ends in it, and two for a quote inside",
            )


def _refusing(lines: Iterable[str | Problem]) -> Iterator[str]:
    """The lines up to the first that cannot be decoded: what follows may be in the middle of a field."""
    for line in lines:
        if isinstance(line, Problem):
            raise line
        yield line


def _rows(path: Path, reader: csv.Reader) -> Iterator[tuple[int, list[str]]]:  # type: ignore[name-defined]
    """The rows that hold something, each with the number of the line on which it begins."""
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Problem(
                f"{path}: the row that begins at line {number} cannot be read: {_reason(error)}",
                f"close the quote, and write two for a quote inside a field, {AGAIN}",
            ) from None
        if row:
            yield number, row


def _reason(error: csv.Error) -> str:
    words = str(error)
    if "unexpected end of data" in words or "larger than field limit" in words:
        return "a quote is left open"
    return "something stands after a closing quote" if "expected after" in words else words
