"""The desk's page of an event, and what was sorted on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.aligning.desk import Begun, desk_page, desk_task, read_sorted
from annotation.labelstudio.desk import DeskRegion, write_desk
from dataset.record.corpus import open_corpus
from dataset.statements.sheets import STATEMENT, EventSheet, event_sheets
from dataset.statements.sorted_events import SortedBy, Telling
from tests.corpora import REPOSITORY
from tests.dataset.sorting import DAM, put_sorted, sorted_rows


@pytest.fixture
def sheet(tmp_path: Path) -> EventSheet:
    (sheet,) = event_sheets(put_sorted(tmp_path, sorted_rows()), [DAM])
    return sheet


def answers(**fields: dict[str, Any]) -> list[dict[str, Any]]:
    """A result that says this of some quotes and numbers, by key."""
    return write_desk(DeskRegion(key, "quote", 0, 1, "x", **answered) for key, answered in fields.items())


def tells(sheet: EventSheet, result: Any) -> dict[tuple[str, str], str]:
    keys = {item.id: item.key for item in sheet.items}
    event = read_sorted(result, sheet, "e1", "a1", {})
    return {
        (keys[f"{row['article_id']}:{row['span_id']}"], row["degree"]): keys[row["statement"]] for row in event.tellings
    }


@pytest.mark.parametrize("corpus", ["tiny", "five articles"])
def test_every_quote_and_number_stands_on_the_page_at_its_place(corpus: str, sheet: EventSheet) -> None:
    if corpus == "five articles":
        (sheet,) = event_sheets(open_corpus(REPOSITORY))
    page = desk_page(sheet)
    assert sorted(region.key for region in page.regions) == sorted(item.key for item in sheet.items)
    for region in page.regions:
        assert page.text[region.start : region.end] == region.words
        line = page.text[page.text.rfind("\n", 0, region.start) + 1 : region.start]
        assert line.startswith(f"{region.key}  ")


@pytest.mark.parametrize("corpus", ["tiny", "five articles"])
def test_numbers_come_after_the_quotes(corpus: str, sheet: EventSheet) -> None:
    if corpus == "five articles":
        (sheet,) = event_sheets(open_corpus(REPOSITORY))
    page = desk_page(sheet)
    labels = [region.label for region in page.regions]
    quotes = len(sheet.of(STATEMENT))
    assert labels == ["quote"] * quotes + ["number"] * (len(sheet.items) - quotes)
    assert [region.start for region in page.regions] == sorted(region.start for region in page.regions)


def test_a_task_names_no_annotator_and_ranks_by_key(sheet: EventSheet) -> None:
    first, second = sheet.items[:2]
    data = desk_task(sheet, {first.id: [(second.id, 0.5)]}, Begun(SortedBy()))["data"]
    assert data["near"][first.key] == [(second.key, 0.5)]
    assert data["near"][second.key] == []
    assert not {"disputes", "given"} & data.keys()


def test_what_was_sorted_before_stands_on_the_page_and_is_known_as_given_where_it_was_left(sheet: EventSheet) -> None:
    ids = {item.key: item.id for item in sheet.items}
    stood = {ids["A1"]: Telling(ids["A1"]), ids["A2"]: Telling(ids["A2"]), ids["B1"]: Telling(ids["A1"], ids["A2"])}
    task = desk_task(sheet, {}, Begun(SortedBy(stood)))
    given = task["data"]["given"]
    assert given == {"A1": ("A1", None), "A2": ("A2", None), "B1": ("A1", "A2")}
    (prediction,) = task["predictions"]
    left = read_sorted(prediction["result"], sheet, "e2", "a1", given)
    assert left.given == [ids["A1"], ids["A2"], ids["B1"]]
    moved = answers(A1={"statement": "A1"}, A2={"statement": "A2"}, B1={"statement": "A1"}, B2={"statement": "A1"})
    assert read_sorted(moved, sheet, "e2", "a1", given).given == [ids["A1"], ids["A2"]]


def test_a_statement_is_named_by_the_first_that_tells_it_wholly(sheet: EventSheet) -> None:
    result = answers(A1={"statement": "A2"}, A2={"statement": "A3"}, A3={"statement": "A2"})
    assert tells(sheet, result) == {("A1", "whole"): "A1", ("A3", "whole"): "A1", ("A2", "whole"): "A2"}


def test_what_is_told_partly_comes_second_or_alone(sheet: EventSheet) -> None:
    result = answers(A1={"statement": "A1"}, A2={"partly": ("A1",)}, A3={"statement": "A3", "partly": ("A1",)})
    assert tells(sheet, result) == {
        ("A1", "whole"): "A1",
        ("A2", "partly"): "A1",
        ("A3", "whole"): "A3",
        ("A3", "partly"): "A1",
    }


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"A1": {"statement": "Z9"}}, "A1 is sorted to Z9, which is not a quote or number of the event"),
        ({"A1": {"statement": "A1n"}}, "a quote and a number never tell the same"),
        ({"A1": {"partly": ("A2",)}}, "nothing tells wholly what A1 tells partly, A2"),
        ({"A1": {"statement": "A1", "contradicts": ("A1",)}}, "A1 contradicts A1"),
        ({"A1": {"contradicts": ("A2",)}, "A2": {"statement": "A2"}}, "A1 contradicts A2"),
        ({"Z9": {}}, "Z9 is not a quote or number of the event"),
        ({"A1": {"statement": "A1 A2"}}, "A1 tells one statement"),
    ],
)
def test_what_does_not_fit_is_said_and_left_out(sheet: EventSheet, fields: Any, words: str) -> None:
    event = read_sorted(answers(**fields), sheet, "e1", "a1", {})
    assert any(words in fault for fault in event.faults)
    assert event.contradictions == []


def test_what_contradicts_is_kept_once_whichever_side_said_it(sheet: EventSheet) -> None:
    result = answers(A1={"statement": "A1", "contradicts": ("A2",)}, A2={"statement": "A2", "contradicts": ("A1",)})
    (row,) = read_sorted(result, sheet, "e1", "a1", {}).contradictions
    assert row["statement"] < row["against"]


KEYS = ["A1", "A2", "A3", "B1", "B2", "A1n", "B1n"]
fields = st.fixed_dictionaries(
    {}, optional={"statement": st.sampled_from(KEYS), "partly": st.lists(st.sampled_from(KEYS), max_size=2).map(tuple)}
)


@given(answered=st.dictionaries(st.sampled_from(KEYS), fields))
def test_whatever_was_sorted_a_span_tells_one_statement_wholly_and_one_partly(answered: dict[str, Any]) -> None:
    (sheet,) = event_sheets(open_corpus(REPOSITORY))
    event = read_sorted(answers(**answered), sheet, "e1", "a1", {})
    degrees: dict[str, list[str]] = {}
    for row in event.tellings:
        degrees.setdefault(f"{row['article_id']}:{row['span_id']}", []).append(row["degree"])
    assert all(sorted(set(each)) == sorted(each) for each in degrees.values())
    whole = {row["statement"] for row in event.tellings if row["degree"] == "whole"}
    assert {row["statement"] for row in event.tellings} <= whole
    assert len(event.open) == len(sheet.items) - len(degrees)
