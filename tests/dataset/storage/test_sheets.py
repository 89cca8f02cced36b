from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.problem import Problem
from dataset.storage.sheets import read_sheet, write_sheet

CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(str.strip)
COLUMNS = ("event_id", "title")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), max_size=6))
def test_what_was_written_is_read_whatever_it_looks_like(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("sheet") / "sheet.csv"
    write_sheet(path, COLUMNS, [dict(zip(COLUMNS, row, strict=True)) for row in rows])
    read = [(row.cells["event_id"], row.cells["title"]) for row in read_sheet(path, COLUMNS)]
    assert read == [row for row in rows if any(row)]


@pytest.mark.parametrize("cell", ["=1+1", "+49 40", "-3", "@here"])
def test_no_cell_is_a_formula_to_a_spreadsheet(tmp_path: Path, cell: str) -> None:
    write_sheet(tmp_path / "sheet.csv", COLUMNS, [{"event_id": "e", "title": cell}])
    line = (tmp_path / "sheet.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert line.partition(",")[2].startswith("'")


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_a_sheet_may_come_back_with_other_separators_without_a_bom_and_with_blank_lines(
    tmp_path: Path, delimiter: str
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(f"event_id{delimiter}title\r\ne1{delimiter}Ferry\r\n{delimiter}\r\n\r\n".encode())
    assert [(row.line, dict(row.cells)) for row in read_sheet(path, COLUMNS)] == [
        (2, {"event_id": "e1", "title": "Ferry"})
    ]


def test_a_row_is_at_the_line_where_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text('event_id,title\n"e1","two\nlines"\ne2,b\n', encoding="utf-8")
    assert [row.line for row in read_sheet(path, COLUMNS)] == [2, 4]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"event_id\ne1\n", "title"),
        (b"", "event_id"),
        (b"event_id,title\ne1\n", "2"),
        (b"event_id,title\ne1,\xff\n", "UTF-8"),
        (b'event_id,title\ne1,"open\n', "quotation"),
    ],
)
def test_a_sheet_that_is_broken_is_refused_with_its_place(tmp_path: Path, content: bytes, named: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(content)
    with pytest.raises(Problem, match=named) as refused:
        read_sheet(path, COLUMNS)
    assert str(path) in str(refused.value)


def test_a_sheet_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="not there"):
        read_sheet(tmp_path / "none.csv", COLUMNS)
