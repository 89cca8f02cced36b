"""Article ranges of a layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset import schema
from dataset.problem import Problem
from dataset.record.layer import layer_ranges, make_layer, read_layer
from dataset.storage.article_ranges import WHOLE, ArticleRange, batches, ranges_of, read_range
from dataset.storage.tables import table_bytes
from tests.dataset.layers import write_layer

IDS = st.text("abcé𝔸~-", min_size=1, max_size=3)
ROWS = st.lists(st.tuples(IDS, st.integers(0, 9)), max_size=40)


def spans_file(folder: Path, rows: Sequence[tuple[str | None, int]]) -> Path:
    path = folder / "spans.jsonl"
    frame = schema.frame(schema.Spans, [{"article_id": article, "start": start} for article, start in rows])
    path.write_bytes(table_bytes(frame.sort("article_id", "start", nulls_last=True)))
    return path


@given(ROWS, st.integers(1, 2_000))
def test_parts_of_any_size_hold_every_row_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]], size: int
) -> None:
    path = spans_file(tmp_path_factory.mktemp("parts"), rows)
    article_ranges = ranges_of([path], size)
    spans = pl.concat(batches(path, schema.Spans, article_ranges))
    assert spans.equals(read_range(path, schema.Spans))
    assert (article_ranges[0].first, article_ranges[-1].until) == (None, None)


@given(ROWS, IDS, IDS)
def test_a_part_holds_the_articles_between_two_ids(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]], low: str, high: str
) -> None:
    path = spans_file(tmp_path_factory.mktemp("parts"), rows)
    first, until = sorted([low, high])
    article_ids = read_range(path, schema.Spans, ArticleRange(first, until))["article_id"].to_list()
    assert article_ids == sorted(article for article, _ in rows if first <= article < until)


def test_an_article_is_never_cut(tmp_path: Path) -> None:
    path = spans_file(tmp_path, [("one", start) for start in range(50)] + [("two", start) for start in range(50)])
    cut = [frame["article_id"].unique().to_list() for frame in batches(path, schema.Spans, ranges_of([path], 1_000))]
    assert [ids for ids in cut if ids] == [["one"], ["two"]]


def test_rows_without_an_article_are_in_the_last_part(tmp_path: Path) -> None:
    path = spans_file(tmp_path, [("one", 1), ("two", 2), (None, 3)])
    assert read_range(path, schema.Spans, ArticleRange("two", None))["start"].to_list() == [2, 3]
    assert read_range(path, schema.Spans, ArticleRange(None, "two"))["start"].to_list() == [1]


def test_a_table_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    assert ranges_of([tmp_path / "spans.jsonl"]) == [WHOLE]
    assert read_range(tmp_path / "spans.jsonl", schema.Spans, ArticleRange("a", "b")).is_empty()


def test_the_parts_of_several_tables_are_the_same(tmp_path: Path) -> None:
    layer = make_layer(
        "r1/a1",
        tasks=[{"article_id": f"n{at}", "status": "submitted"} for at in range(30)],
        spans=[{"article_id": f"n{at}", "span_id": "s", "start": 0, "end": 1} for at in range(0, 30, 2)],
    )
    write_layer(tmp_path, layer)
    article_ranges = [ArticleRange(None, "n15"), ArticleRange("n15", None)]
    read = [read_layer(tmp_path, "r1/a1", article_range) for article_range in article_ranges]
    whole = read_layer(tmp_path, "r1/a1")
    assert pl.concat(article_range.tasks for article_range in read).equals(whole.tasks)
    assert pl.concat(article_range.spans for article_range in read).equals(whole.spans)
    assert layer_ranges(tmp_path) == [WHOLE]


@pytest.mark.parametrize("rows", [["two", "one", "two", "one"], ["one", "three", "two", "three"]])
def test_a_table_in_another_order_is_refused_where_it_has_parts(tmp_path: Path, rows: list[str]) -> None:
    path = tmp_path / "spans.jsonl"
    frame = schema.frame(schema.Spans, [{"article_id": article} for article in rows])
    path.write_bytes(table_bytes(frame))
    with pytest.raises(Problem, match=r"spans\.jsonl is not sorted by article_id"):
        list(batches(path, schema.Spans, ranges_of([path], path.stat().st_size // 3)))
    assert read_range(path, schema.Spans)["article_id"].to_list() == rows


def test_a_line_that_cannot_be_read_is_named_by_its_number_in_the_file(tmp_path: Path) -> None:
    path = spans_file(tmp_path, [(f"n{at:02}", at) for at in range(20)])
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:15], lines[15].replace(b'"start":15', b'"start":"x"'), *lines[16:]]))
    with pytest.raises(Problem, match="line 16"):
        read_range(path, schema.Spans, ArticleRange("n10", None))
