"""Results of the desk, written and read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.labelstudio.desk import DeskRegion, read_desk, write_desk

keys = st.from_regex(r"[A-Z]{1,2}[1-9]n?", fullmatch=True)
regions = st.builds(
    DeskRegion,
    key=keys,
    label=st.sampled_from(["quote", "number"]),
    start=st.integers(0, 9),
    end=st.integers(10, 20),
    words=st.text(),
    statement=st.none() | keys,
    partly=st.lists(keys, max_size=1).map(tuple),
    contradicts=st.lists(keys, max_size=3).map(tuple),
    gist=st.none() | st.just("It will hold."),
)


@given(st.lists(regions, unique_by=lambda region: region.key))
def test_what_was_written_is_read_again(several: list[DeskRegion]) -> None:
    reading = read_desk(write_desk(several))
    assert reading.faults == []
    assert list(reading.answers) == [region.key for region in several]
    for region in several:
        answer = reading.answers[region.key]
        assert answer.statement == ([region.statement] if region.statement else [])
        assert (answer.partly, answer.contradicts) == ([*region.partly], [*region.contradicts])
        assert answer.gist == ([region.gist] if region.gist else [])


def test_the_quotes_are_locked_and_what_is_said_of_them_is_not() -> None:
    label, statement = write_desk([DeskRegion("A1", "quote", 0, 3, "yes", statement="A1")])
    assert label["readonly"]
    assert "readonly" not in statement


@pytest.mark.parametrize("typed", ["A1 B2", "A1,B2", " A1 ,  B2 "])
def test_several_keys_may_be_typed_with_commas_or_blanks(typed: str) -> None:
    item = {"id": "C1", "from_name": "contradicts", "value": {"text": [typed]}}
    assert read_desk([item]).answers["C1"].contradicts == ["A1", "B2"]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_whatever_a_result_holds_is_read_or_a_fault(result: Any) -> None:
    reading = read_desk(result)
    assert reading.answers == {}
    assert reading.faults or result == []


@pytest.mark.parametrize(
    "item",
    [
        {"id": "A1", "from_name": "rating", "value": {"rating": 3}},
        {"id": "A1", "from_name": "statement", "value": {"text": [3]}},
        {"id": "A1", "from_name": ["statement"], "value": None},
        {"from_name": "statement", "value": {"text": ["A1"]}},
    ],
)
def test_a_result_of_another_form_is_a_fault(item: dict[str, Any]) -> None:
    assert len(read_desk([item]).faults) == 1
