"""Checks of one row at a time, run by pandera over whole tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandera.polars as pa
import polars as pl

from dataset import schema, scheme
from dataset.checks.facts import Facts
from dataset.checks.findings import CATALOGUE, Finding

_BUILT_IN = {"not_nullable": "value-missing"}
_ATTRIBUTES = {name: label for label, names in scheme.ATTRIBUTES.items() for name in names}


class SpansInText(schema.Spans):
    """Spans beside their article's text. A check named like a finding's code gives that finding."""

    article_text: str = schema.column("the article's text, null where it cannot be read", optional=True)

    @pa.dataframe_check(name="offsets-out-of-range")
    def within(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        length = pl.col("article_text").str.len_chars()
        return data.lazyframe.select(((pl.col("start") >= 0) & (pl.col("end") <= length)).fill_null(True))

    @pa.dataframe_check(name="end-not-after-start")
    def ordered(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        return data.lazyframe.select(pl.col("start") < pl.col("end"))

    @pa.dataframe_check(name="text-not-slice")
    def sliced(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        start, end, text = pl.col("start"), pl.col("end"), pl.col("article_text")
        inside = (start >= 0) & (start < end) & (end <= text.str.len_chars())
        words = text.str.slice(pl.when(inside).then(start).otherwise(0), pl.when(inside).then(end - start).otherwise(0))
        return data.lazyframe.select((~inside | (words == pl.col("text")).fill_null(False)).fill_null(True))

    @pa.dataframe_check(name="blank-at-edge")
    def trimmed(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        text = pl.col("text")
        return data.lazyframe.select(text.is_null() | (text == text.str.strip_chars()))

    @pa.dataframe_check(name="missing-attribute")
    def complete(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        return data.lazyframe.select(~pl.any_horizontal(*map(_lacks, _needed())))

    @pa.dataframe_check(name="foreign-attribute")
    def own(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        return data.lazyframe.select(~pl.any_horizontal(*(_foreign(name) for name in _ATTRIBUTES)))

    @pa.dataframe_check(name="unreadable-number")
    def readable(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        unread = pl.all_horizontal(pl.col("number_low", "number_high").is_null())
        return data.lazyframe.select(~(unread & pl.col("number_value").is_not_null()))


def _needed() -> list[tuple[str, str]]:
    return [(label, name) for label, names in scheme.REQUIRED.items() for name in names]


def _filled(name: str) -> pl.Expr:
    return pl.col(name).list.len() > 0 if name == "speaker_entities" else pl.col(name).is_not_null()


def _lacks(needed: tuple[str, str]) -> pl.Expr:
    label, name = needed
    return (pl.col("label") == label) & ~_filled(name).fill_null(False)


def _foreign(name: str) -> pl.Expr:
    known = pl.col("label").is_in(scheme.LABELS)
    return known & (pl.col("label") != _ATTRIBUTES[name]) & _filled(name).fill_null(False)


def row_findings(facts: Facts) -> Iterator[Finding]:
    """Every finding of one row: types, allowed values, offsets, words, attributes."""
    tables: list[tuple[type[schema.Table], pl.DataFrame]] = [
        (schema.Tasks, facts.layer.tasks),
        (SpansInText, facts.spans),
        (schema.Relations, facts.layer.relations),
    ]
    for model, rows in tables:
        for failure in failures(model, rows):
            yield _finding(facts.layer.name, failure, rows.row(failure["index"], named=True))


def failures(model: type[schema.Table], rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Each failed check of each row: `check`, `column`, `failure_case`, `index`."""
    try:
        model.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return [one for one in errors.failure_cases.iter_rows(named=True) if one["index"] is not None]
    return []


def _finding(layer: str, failure: dict[str, Any], row: dict[str, Any]) -> Finding:
    code = _code(failure)
    return Finding(
        code=code,
        layer=layer,
        article_id=str(row.get("article_id")),
        message=_message(code, failure, row),
        span_id=row.get("span_id", row.get("from_span")),
        start=row.get("start"),
        end=row.get("end"),
    )


def _code(failure: dict[str, Any]) -> str:
    check = str(failure["check"])
    if check in CATALOGUE:
        return check
    if failure["column"] == "label":
        return "unknown-label"
    return _BUILT_IN.get(check, "value-not-allowed")


def _message(code: str, failure: dict[str, Any], row: dict[str, Any]) -> str:
    label = row.get("label")
    if code == "offsets-out-of-range":
        return (
            f"{row['start']}:{row['end']} is outside the article, which has {len(row['article_text'] or '')} characters"
        )
    if code == "text-not-slice":
        return f"the record has “{row['text']}”, the article has “{row['article_text'][row['start'] : row['end']]}”"
    if code == "missing-attribute":
        names = [name for name in scheme.REQUIRED.get(str(label), ()) if not row[name]]
        return f"the {label} has no {', '.join(names)}"
    if code == "foreign-attribute":
        names = [name for name, owner in _ATTRIBUTES.items() if owner != label and row[name]]
        return f"the {label} has {', '.join(f'{name} {row[name]!r}' for name in names)}"
    if code == "unreadable-number":
        return f"the value {row['number_value']!r} cannot be read; write 12000, 3000..5000 or 1000.."
    if code == "blank-at-edge":
        return f"“{row['text']}” begins or ends with white space"
    if code == "end-not-after-start":
        return f"it starts at {row['start']} and ends at {row['end']}"
    column = failure["column"]
    return f"{column} is {failure['failure_case']!r}" if code != "value-missing" else f"{column} is empty"
