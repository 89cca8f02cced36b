"""Checks of one row at a time, run by pandera over whole tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandera.polars as pa
import polars as pl

from dataset import schema
from dataset.checks.facts import Facts
from dataset.checks.findings import CATALOGUE, Finding
from dataset.scheme import vocabulary

_BLANK_EDGE = r"\A[\s\x1C-\x1F]|[\s\x1C-\x1F]\z"
_BUILT_IN = {"not_nullable": "value-missing"}
_BOUNDS = ("number_low", "number_high")
_ATTRIBUTES = {name: label for label, names in vocabulary.ATTRIBUTES.items() for name in names} | dict.fromkeys(
    _BOUNDS, "number"
)


class SpansInText(schema.Spans):
    """Spans beside what their article has at their offsets. A check named like a finding's code gives that finding."""

    article_length: int = schema.column("the article's characters, null where its text cannot be read", optional=True)
    article_words: str = schema.column("the words at the offsets, null where these are not in the text", optional=True)

    @pa.dataframe_check(name="offsets-out-of-range")
    def within(cls, table: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        inside = (pl.col("start") >= 0) & (pl.col("end") <= pl.col("article_length"))
        return table.lazyframe.select(inside.fill_null(True))

    @pa.dataframe_check(name="end-not-after-start")
    def ordered(cls, table: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        return table.lazyframe.select(pl.col("start") < pl.col("end"))

    @pa.dataframe_check(name="text-not-slice")
    def sliced(cls, table: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        same = pl.col("article_words").eq_missing(pl.col("text"))
        return table.lazyframe.select(pl.col("article_words").is_null() | same)

    @pa.dataframe_check(name="e1-blank-at-edge")
    def trimmed(cls, table: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        return table.lazyframe.select(~pl.col("text").str.contains(_BLANK_EDGE).fill_null(False))

    @pa.dataframe_check(name="missing-attribute")
    def complete(cls, table: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        lacking = [
            (pl.col("label") == label) & ~_filled(name).fill_null(False)
            for label, names in vocabulary.REQUIRED.items()
            for name in names
        ]
        return table.lazyframe.select(~pl.any_horizontal(*lacking))

    @pa.dataframe_check(name="foreign-attribute")
    def own(cls, table: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        known = pl.col("label").is_in(vocabulary.LABELS)
        foreign = [(pl.col("label") != label) & _touched(name).fill_null(False) for name, label in _ATTRIBUTES.items()]
        return table.lazyframe.select(~(known & pl.any_horizontal(*foreign)))

    @pa.dataframe_check(name="unreadable-number")
    def readable(cls, table: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        return table.lazyframe.select(pl.col("number_value").is_null() | _read_again().struct.field("readable"))

    @pa.dataframe_check(name="bounds-differ")
    def bounded(cls, table: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102
        same = [pl.col(name).eq_missing(_read_again().struct.field(name)) for name in _BOUNDS]
        return table.lazyframe.select(pl.col("number_value").is_null() | pl.all_horizontal(*same))


def _read_again() -> pl.Expr:
    """Whether the number's value can be read, and the bounds that it gives."""
    return pl.col("number_value").map_batches(_readings, return_dtype=_READING)


_READING = pl.Struct({"readable": pl.Boolean, "number_low": pl.Float64, "number_high": pl.Float64})


def _readings(values: pl.Series) -> pl.Series:
    """What each value says; one that occurs several times is read once."""
    once = values.unique()
    read = pl.DataFrame({"value": once, "reading": pl.Series([_reading(value) for value in once], dtype=_READING)})
    wanted = pl.DataFrame({"value": values})
    return wanted.join(read, on="value", how="left", nulls_equal=True, maintain_order="left")["reading"]


def _reading(value: str | None) -> dict[str, object]:
    bounds = vocabulary.value_bounds(value)
    return {"readable": bounds is not None, **dict(zip(_BOUNDS, bounds or (None, None), strict=True))}


def _filled(name: str) -> pl.Expr:
    """Whether the attribute is there; a list must hold something, and nothing that is null or blank."""
    if name != "speaker_entities":
        return pl.col(name).is_not_null()
    words = pl.element().str.strip_chars().str.len_chars().fill_null(0)
    return (pl.col(name).list.len() > 0) & (pl.col(name).list.eval(words).list.min() > 0)


def _touched(name: str) -> pl.Expr:
    """Whether there is anything in the attribute, be it null or blank."""
    return pl.col(name).list.len() > 0 if name == "speaker_entities" else pl.col(name).is_not_null()


def row_findings(facts: Facts) -> Iterator[Finding]:
    """Every finding of one row: types, allowed values, offsets, words, attributes."""
    tables: list[tuple[type[schema.Table], pl.DataFrame]] = [
        (schema.Tasks, facts.layer.tasks),
        (SpansInText, facts.spans),
        (schema.Relations, facts.layer.relations),
    ]
    for model, rows in tables:
        for failure in schema.failures(model, rows):
            yield _finding(facts.layer.name, model, failure, rows)


def _finding(layer: str, model: type[schema.Table], failure: schema.Failure, rows: pl.DataFrame) -> Finding:
    if failure.row is None:
        return Finding("unreadable-table", layer, "", f"{model.__name__} could not be checked: {failure}")
    row = rows.row(failure.row, named=True)
    code = _code(failure)
    return Finding(
        code=code,
        layer=layer,
        article_id=row.get("article_id") or "",
        message=_message(code, failure, row),
        span_id=row.get("span_id", row.get("from_span")),
        start=row.get("start"),
        end=row.get("end"),
    )


def _code(failure: schema.Failure) -> str:
    if failure.check in CATALOGUE:
        return failure.check
    if failure.column == "label":
        return "unknown-label"
    return _BUILT_IN.get(failure.check, "value-not-allowed")


def _message(code: str, failure: schema.Failure, row: dict[str, Any]) -> str:
    if code in _MESSAGES:
        return _MESSAGES[code](row)
    return f"{failure.column} is empty" if code == "value-missing" else str(failure)


def _lacking(row: dict[str, Any]) -> str:
    names = [name for name in vocabulary.REQUIRED.get(str(row["label"]), ()) if _is_lacking(row[name])]
    return f"the {row['label']} has no {', '.join(names)}"


def _is_lacking(value: Any) -> bool:
    if isinstance(value, list):
        return not value or any(name is None or not name.strip() for name in value)
    return value is None


def _not_its_own(row: dict[str, Any]) -> str:
    names = [name for name, owner in _ATTRIBUTES.items() if owner != row["label"] and row[name] not in (None, [])]
    return f"the {row['label']} has {', '.join(f'{name} {row[name]!r}' for name in names)}"


_MESSAGES: dict[str, Callable[[dict[str, Any]], str]] = {
    "offsets-out-of-range": lambda row: (
        f"{row['start']}:{row['end']} is outside the article, which has {row['article_length'] or 0} characters"
    ),
    "end-not-after-start": lambda row: f"it starts at {row['start']} and ends at {row['end']}",
    "text-not-slice": lambda row: f"the record has “{row['text']}”, the article has “{row['article_words']}”",
    "e1-blank-at-edge": lambda row: f"“{row['text']}” begins or ends with white space",
    "missing-attribute": _lacking,
    "foreign-attribute": _not_its_own,
    "unreadable-number": lambda row: (
        f"the value {row['number_value']!r} cannot be read; write 12000, 3000..5000 or 1000.."
    ),
    "bounds-differ": lambda row: (
        f"the bounds {row['number_low']}..{row['number_high']} are not those of the value {row['number_value']!r}"
    ),
}
