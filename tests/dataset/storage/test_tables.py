from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset import schema
from dataset.problem import Problem
from dataset.storage.atomic import write_bytes
from dataset.storage.tables import read_table, table_bytes
from tests.dataset.drawn import rows_of
from tests.dataset.storage.test_atomic import MISSPELT
from tests.dataset.tiny import Row


def test_no_rows_are_no_bytes_and_the_file_is_there_all_the_same(tmp_path: Path) -> None:
    assert table_bytes(schema.empty(schema.Spans)) == b""
    assert write_bytes(tmp_path / "spans.jsonl", b"")
    assert (tmp_path / "spans.jsonl").exists()


def test_a_row_is_a_line_of_utf8_with_the_columns_in_order() -> None:
    rows = schema.frame(schema.Splits, [{"split": "train", "event_id": "né\n🇺🇦\u2028"}, {"event_id": "b"}])
    lines = table_bytes(rows).split(b"\n")
    assert lines[0] == '{"event_id":"né\\n🇺🇦\u2028","split":"train"}'.encode()
    assert lines[1:] == [b'{"event_id":"b","split":null}', b""]


@pytest.mark.parametrize("table", schema.RECORD.values(), ids=schema.RECORD)
def test_a_missing_file_is_a_table_without_rows(tmp_path: Path, table: type[schema.Table]) -> None:
    rows = read_table(tmp_path / "nowhere.jsonl", table)
    assert (rows.height, rows.schema) == (0, schema.polars_schema(table))


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n"])
def test_a_file_without_a_row_is_a_table_without_rows(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "splits.jsonl").write_bytes(content)
    rows = read_table(tmp_path / "splits.jsonl", schema.Splits)
    assert (rows.height, rows.schema) == (0, schema.polars_schema(schema.Splits))


def test_a_key_that_a_row_lacks_is_null(tmp_path: Path) -> None:
    (tmp_path / "splits.jsonl").write_bytes(b'{"event_id":"e"}\n{"split":"train"}')
    assert read_table(tmp_path / "splits.jsonl", schema.Splits).rows() == [("e", None), (None, "train")]


@pytest.mark.parametrize(
    "content",
    [
        b'{"article_id":"one","start":0}\n{"article_id":"two","sta',
        b'{"article_id":"one","start":"0"}',
        b'{"article_id":"one","start":0.5}',
        b'{"article_id":"one","start":1e30}',
        b'{"article_id":"one","speaker_entities":"Ukraine"}',
        b'{"article_id":"\xff"}',
        b"[1]",
        b"<<<<<<< HEAD\n",
    ],
)
def test_a_file_that_is_not_the_table_is_a_problem_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "spans.jsonl"
    path.write_bytes(content)
    with pytest.raises(Problem) as problem:
        read_table(path, schema.Spans)
    assert str(path) in str(problem.value)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("line", ["<<<<<<< HEAD", "[1]", '{"split":'])
def test_a_line_that_is_no_row_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "splits.jsonl"
    path.write_text('{"event_id":"e","split":"test"}\n\n' + line, encoding="utf-8")
    with pytest.raises(Problem, match="line 3"):
        read_table(path, schema.Splits)


def test_a_misspelt_column_is_not_dropped_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "splits.jsonl"
    path.write_bytes(MISSPELT)
    with pytest.raises(Problem, match="splitt"):
        read_table(path, schema.Splits)


def test_a_column_that_is_misspelt_in_one_row_is_not_dropped_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "splits.jsonl"
    path.write_bytes(b'{"event_id":"a","split":"train"}\n' + MISSPELT)
    with pytest.raises(Problem, match="splitt"):
        read_table(path, schema.Splits)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"article_id":"one","start":"x"}', "line 3: cannot parse"),
        (b'{"article_id":"one","speaker_entities":7}', "line 3: "),
        (b'{"article_id":"one","start":1,"start":2}', "line 3 cannot be read: start is in it twice"),
        (b'{"article_id":"one","starrt":1}', "line 3 has the column starrt, which the table does not"),
    ],
)
def test_a_wrong_value_is_named_by_its_line(tmp_path: Path, line: bytes, reason: str) -> None:
    path = tmp_path / "spans.jsonl"
    path.write_bytes(b'{"article_id":"one","start":1}\n\n' + line + b'\n{"article_id":"two","start":2}\n')
    with pytest.raises(Problem) as problem:
        read_table(path, schema.Spans)
    assert f"{path} cannot be read as the table Spans: {reason}" in str(problem.value)


def test_a_line_that_is_nested_too_deep_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "splits.jsonl"
    path.write_bytes(b"[" * 100_000)
    with pytest.raises(Problem):
        read_table(path, schema.Splits)


@pytest.mark.slow
@pytest.mark.parametrize("table", schema.RECORD.values(), ids=schema.RECORD)
@settings(deadline=None)
@given(data=st.data())
def test_a_table_of_the_record_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, table: type[schema.Table], data: st.DataObject
) -> None:
    rows: list[Row] = data.draw(rows_of(table))
    path = tmp_path_factory.getbasetemp() / f"{table.__name__}.jsonl"
    write_bytes(path, table_bytes(schema.frame(table, rows)))
    assert read_table(path, table).to_dicts() == rows
