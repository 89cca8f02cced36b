from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import datasets
import pandera.polars as pa
import polars as pl
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset import schema
from dataset.scheme import vocabulary
from tests.corpora import REPOSITORY

TABLES = schema.RECORD | {f"published {name}": table for name, table in schema.CONFIGS.items()}
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
every_config = pytest.mark.parametrize("table", schema.CONFIGS.values(), ids=schema.CONFIGS)
Table = type[schema.Table]


def nested(table: Table) -> list[tuple[str, Any]]:
    """Every column of a table, and of the rows within its rows."""
    columns = []
    for name, column in schema.columns(table).items():
        columns.append((name, column))
        columns += nested(column.metadata["rows"]) if column.metadata.get("rows") else []
    return columns


@every_table
def test_every_table_and_every_column_says_what_it_is(table: Table) -> None:
    assert table.__doc__
    assert all(column.description for _, column in nested(table))


@every_table
def test_a_frame_without_rows_is_valid_and_has_the_columns_in_order(table: Table) -> None:
    empty = schema.empty(table)
    assert empty.columns == list(schema.columns(table))
    table.validate(empty, lazy=True)


def test_a_key_that_a_row_lacks_is_null() -> None:
    assert schema.frame(schema.Splits, [{"split": "test"}]).rows() == [(None, "test")]


def test_rows_whose_first_values_are_null_keep_the_type() -> None:
    rows = [{"event_id": None}] * 200 + [{"event_id": "e"}]
    assert schema.frame(schema.Splits, rows)["event_id"][200] == "e"


@every_table
def test_a_table_has_no_column_more_and_none_less(table: Table) -> None:
    empty = schema.empty(table)
    for wrong in (empty.with_columns(pl.lit("x").alias("extra")), empty.drop(empty.columns[0])):
        with pytest.raises(Exception, match="column"):
            table.validate(wrong)


def test_the_lists_of_the_record_and_of_the_configs_are_of_those_tables_that_the_design_names() -> None:
    assert set(schema.RECORD) == {
        "articles",
        "entities",
        "rights",
        "tasks",
        "spans",
        "relations",
        "suggestion_scores",
        "shown_articles",
        "shown_spans",
        "shown_links",
        "findings",
        "notes",
        "deals",
        "decisions",
        "provenance",
        "agreement",
        "baselines",
        "event_deals",
        "event_tasks",
        "tellings",
        "contradictions",
        "telling_decisions",
        "statements",
        "acknowledged",
        "splits",
        "withdrawn",
    }
    of_articles = ["articles", "spans", "quotes", "attribution", "hedges", "tokens", "annotators"]
    assert list(schema.CONFIGS) == [*of_articles, "statements", "figures", "comparisons", "entities", "decisions"]
    assert list(schema.CONFIGS) == list(schema.MEANINGS) == list(schema.CONFIG_KEYS)


@pytest.mark.parametrize("name", ["tasks", "spans", "relations", "suggestion_scores", "findings", "notes"])
def test_every_row_of_a_layer_begins_with_its_key(name: str) -> None:
    assert list(schema.columns(schema.RECORD[name]))[:3] == ["article_id", "round", "annotator"]


@every_config
def test_a_published_row_names_its_event_and_its_article_if_it_is_about_one(table: Table) -> None:
    about_articles = [schema.CONFIGS[name] for name in schema.OF_ARTICLES]
    assert "event_id" in schema.columns(table)
    assert ("article_id" in schema.columns(table)) == (table in about_articles)


@pytest.mark.parametrize("config", schema.CONFIGS)
def test_the_key_of_a_config_is_of_its_columns(config: str) -> None:
    assert set(schema.CONFIG_KEYS[config]) <= set(schema.columns(schema.CONFIGS[config]))


@every_config
def test_the_words_of_an_article_are_marked_as_text_and_nothing_else_is(table: Table) -> None:
    marked = {name for name, column in nested(table) if column.metadata["text"]}
    words = {"text", "sentence", "tokens", "first_words", "second_words", "first_text", "second_text"}
    assert marked == {name for name, _ in nested(table)} & words


@every_table
def test_the_arrow_schema_has_the_same_columns(table: Table) -> None:
    arrow = schema.arrow_schema(table)
    assert arrow.names == list(schema.columns(table))
    assert arrow.metadata is None
    assert schema.empty(table).to_arrow().cast(arrow).schema == arrow


def test_lists_and_nested_rows_have_their_arrow_types() -> None:
    arrow = schema.arrow_schema(schema.PublishedQuotes)
    part = pyarrow.struct(
        [
            ("span_id", pyarrow.string()),
            ("start", pyarrow.int64()),
            ("end", pyarrow.int64()),
            ("text", pyarrow.string()),
        ]
    )
    assert arrow.field("segments").type == pyarrow.list_(part)
    assert schema.arrow_schema(schema.PublishedSpans).field("derived").type == pyarrow.list_(pyarrow.bool_())
    assert schema.arrow_schema(schema.Spans).field("number_low").type == pyarrow.float64()


@every_config
def test_the_features_are_those_of_the_arrow_schema_but_for_class_names(table: Table) -> None:
    features = schema.features(table)
    plain = datasets.Features.from_arrow_schema(schema.arrow_schema(table))
    assert list(features) == list(plain)
    changed = {name for name in features if features[name] != plain[name]}
    assert changed == ({f"{label}_tags" for label in vocabulary.LABELS} if table is schema.PublishedTokens else set())
    assert features.arrow_schema.types == schema.arrow_schema(table).types


@pytest.mark.parametrize("label", vocabulary.LABELS)
def test_tags_have_the_class_names_of_their_label(label: str) -> None:
    tags = schema.features(schema.PublishedTokens)[f"{label}_tags"]
    assert tags == datasets.List(datasets.ClassLabel(names=["O", f"B-{label}", f"I-{label}"]))


@every_table
def test_the_fields_name_every_column_once_nested_ones_too(table: Table) -> None:
    names = [name for name, _, _ in schema.fields(table)]
    assert len(names) == len(set(names)) == len(nested(table))
    assert [name for name in names if "[]." not in name] == list(schema.columns(table))


def test_a_field_says_its_type_in_words() -> None:
    types = {name: type_name for name, type_name, _ in schema.fields(schema.PublishedArticles)}
    assert types["text"] == "string"
    assert types["speakers"] == "list of rows"
    assert types["speakers[].start"] == "integer"
    assert types["speakers[].kinds"] == "list of string"
    assert types["hedges[].derived"] == "list of true/false"
    assert types["numbers[].low"] == "number"
    tags = {name: type_name for name, type_name, _ in schema.fields(schema.PublishedTokens)}
    assert tags["quote_tags"] == "list of integer"


# Validation fails closed

SOUND_TEXT = {
    schema.IDENTIFIER: "a1",
    schema.SHA256: "0" * 64,
    schema.TIME: "2024-10-29T09:00:00Z",
    schema.DATE: "2024-10-29",
    schema.PLACE: "3:5 so",
    r"\S": "for a reason",
}


def sound_value(column: Any) -> Any:
    """A value that the column allows."""
    limits = {name: value for check in column.checks for name, value in check.statistics.items()}
    if "allowed_values" in limits:
        return next(iter(limits["allowed_values"]))
    if "pattern" in limits:
        return SOUND_TEXT[str(getattr(limits["pattern"], "pattern", limits["pattern"]))]
    plain = {pl.String: "x", pl.Int64: 3, pl.Float64: 0.5, pl.Boolean: True, pl.List: []}
    return plain[column.dtype.type.base_type()]


def sound_rows(table: Table, height: int) -> pl.DataFrame:
    return schema.frame(table, [{name: sound_value(column) for name, column in schema.columns(table).items()}] * height)


def wrong_values(column: Any) -> list[Any]:
    """Values of the column's type that it does not allow."""
    limited = any({"allowed_values", "pattern"} & set(check.statistics) for check in column.checks)
    kind = column.dtype.type.base_type()
    values: list[Any] = [] if column.nullable else [None]
    values += ["", "\n ", " no"] if limited else []
    return values + ([math.nan, math.inf, -math.inf] if kind == pl.Float64 else [])


def breaks(table: Table, rows: pl.DataFrame, at: int) -> Iterator[pl.DataFrame]:
    """The rows with one thing wrong: a column more, less, of another type or elsewhere, or a value in the row `at`."""
    yield rows.with_columns(pl.lit("x").alias("extra"))
    yield rows.select(reversed(rows.columns))
    for name, column in schema.columns(table).items():
        yield rows.drop(name)
        yield rows.rename({name: f"{name}_"})
        for dtype in (pl.String, pl.Int64, pl.Float32, pl.Boolean, pl.List(pl.Int8), pl.Null, pl.Binary):
            if dtype != rows.schema[name]:
                yield rows.with_columns(pl.lit(None, dtype=dtype).alias(name))
        for value in wrong_values(column):
            values = rows[name].to_list()
            values[at] = value
            yield rows.with_columns(pl.Series(name, values, rows.schema[name]))


@every_table
def test_sound_rows_have_no_failure(table: Table) -> None:
    assert schema.failures(table, sound_rows(table, 3)) == []


@every_table
def test_sound_rows_need_no_report(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "validate", lambda *_, **__: pytest.fail("a sound table was reported on"))
    assert schema.failures(table, sound_rows(table, 3)) == []
    assert schema.failures(table, schema.empty(table)) == []


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(schema.RECORD.values())), st.integers(1, 4), st.data())
def test_a_table_with_anything_wrong_has_a_failure(table: Table, height: int, data: st.DataObject) -> None:
    ways = list(breaks(table, sound_rows(table, height), data.draw(st.integers(0, height - 1))))
    broken = ways[data.draw(st.integers(0, len(ways) - 1))]
    assert schema.failures(table, broken)
    assert schema.faults(table, broken, [broken.columns[0]])


def raises(data: pa.PolarsData) -> pl.LazyFrame:
    raise RuntimeError("out of order")


CHECKS = {
    "raises": raises,
    "is of another column": lambda data: data.lazyframe.select(pl.col("nowhere") > 1),
    "judges the whole": lambda data: False,
    "gives no answer": lambda data: None,
    "breaks off as it is computed": lambda data: data.lazyframe.select(pl.col("split").str.to_integer(strict=True) > 0),
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_a_check_that_breaks_off_or_judges_the_whole_table_is_a_failure(check: Any) -> None:
    class Checked(schema.Splits):
        @pa.dataframe_check(name="own")
        def own(cls, data: pa.PolarsData) -> Any:
            return check(data)

    (failure,) = schema.failures(Checked, sound_rows(schema.Splits, 2))
    assert failure.row is None
    assert str(failure)


def test_a_check_that_judges_the_whole_table_may_find_it_sound() -> None:
    class Checked(schema.Splits):
        @pa.dataframe_check(name="own")
        def own(cls, data: pa.PolarsData) -> Any:
            return True

    assert schema.failures(Checked, sound_rows(schema.Splits, 2)) == []


@pytest.mark.parametrize("setting", ["PANDERA_VALIDATION_ENABLED=False", "PANDERA_VALIDATION_DEPTH=SCHEMA_ONLY"])
def test_the_environment_does_not_switch_validation_off(setting: str) -> None:
    name, _, value = setting.partition("=")
    script = (
        "import polars as pl; from dataset import schema; "
        "print(len(schema.failures(schema.Splits, pl.DataFrame({'event_id': ['no id'], 'split': ['none']}))))"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=os.environ | {name: value}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "2\n"
