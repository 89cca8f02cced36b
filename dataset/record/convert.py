"""The record from one form into the other: JSON Lines to Parquet, and back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.record.layer import FORMS, TABLES, in_order
from dataset.storage.address import Location
from dataset.storage.article_ranges import ArticleRange, ranges_of, read_range
from dataset.storage.tables import write_batches

DECISIONS = "decisions"


def convert_layer(folder: Location, form: str) -> list[Location]:
    """Brings the tables in a layer's folder into a form. Returns the files that it made.

    A file is removed once its replacement has been read back and holds the same rows. What was cut off is finished by
    the same call.

    Raises:
        Problem: a table cannot be read, or is there in two forms that differ.
    """
    (old_ending,) = (ending for name, ending in FORMS.items() if name != form)
    old = {table: path for table in (*TABLES, DECISIONS) if (path := folder / f"{table}{old_ending}").exists()}
    new = {table: folder / f"{table}{FORMS[form]}" for table in (*TABLES, DECISIONS)}
    due = [table for table in old if not new[table].exists()]
    sources = new | old
    article_ranges = ranges_of(sources.values())
    for table in sorted(old, key=due.__contains__):  # first those that are there in both forms
        if table in due:
            write_batches(new[table], schema.RECORD[table], _rows(sources, table, article_ranges))
        _require_same(
            _rows(sources, table, article_ranges),
            _rows(sources | {table: new[table]}, table, article_ranges),
            old[table],
        )
    for path in old.values():
        path.unlink()
    return [new[table] for table in due]


def _rows(paths: dict[str, Location], table: str, article_ranges: list[ArticleRange]) -> Iterator[pl.DataFrame]:
    """A table as the record has it, range by range. Decisions on an article are in the order they were made in."""
    if table != DECISIONS:
        return in_order(paths, table, article_ranges)
    decisions = (read_range(paths[DECISIONS], schema.Decisions, article_range) for article_range in article_ranges)
    return (rows.sort("article_id", nulls_last=True, maintain_order=True) for rows in decisions)


def _require_same(first: Iterator[pl.DataFrame], second: Iterator[pl.DataFrame], path: Location) -> None:
    for first_rows, second_rows in zip_longest(first, second):
        if first_rows is None or second_rows is None or not first_rows.equals(second_rows):
            raise Problem(
                f"{path} and the file that is to take its place hold other rows",
                "look which of the two is right, and remove the other",
            )
