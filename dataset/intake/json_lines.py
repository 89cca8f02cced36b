"""JSON Lines: an object a line, read a line at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from dataset.intake.articles import AGAIN, ReadingOptions, SourceArticle
from dataset.intake.columns import TableReader, missing_column
from dataset.intake.lines import decoded_lines
from dataset.problem import Problem


def read_json_lines(path: Path, options: ReadingOptions) -> Iterator[SourceArticle | Problem]:
    """The article of each line; a line that holds none is a problem, and the lines after it are read all the same.

    A line may leave out what it does not know. So the first one is to show that the text's column is the right one,
    and any other column that was named is to be in some line.

    Raises:
        Problem: the file cannot be read, or a column that was named is not there.
    """
    reader, unseen, first = TableReader.for_objects(options, path.parent), dict(options.columns), True
    for number, line in enumerate(decoded_lines(path, options.encoding), 1):
        place = f"{path}, line {number}"
        row = line if isinstance(line, Problem) else _row(line, place)
        if isinstance(row, Problem):
            yield row
        elif row is not None:
            if first:
                reader.require_text(row, place)
                first = False
            unseen = {name: column for name, column in unseen.items() if column not in row} if unseen else unseen
            yield reader.article_or_problem(row, place)
    for name, column in unseen.items():
        raise missing_column(str(path), name, column, "no line has it")


def _row(line: str, place: str) -> dict[str, object] | Problem | None:
    """The object of a line; None for a blank one."""
    if not line.strip():
        return None
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Problem(f"{place} is not JSON: {error.msg} (character {error.colno})", f"fix the line, {AGAIN}")
    if not isinstance(row, dict):
        return Problem(f"{place} is not an object with columns", 'write an article a line, as {"text": "…"}')
    return row
