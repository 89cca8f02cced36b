from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.adjudication.alignment import SpanGroup, align, overlap_over_union, same_links
from dataset.record.rows import RelationRow, SpanRow, as_row
from tests.dataset import tiny


def place(span_id: str, label: str, start: int, end: int, **attributes: Any) -> SpanRow:
    return as_row(tiny.place(span_id, label, start, end, **attributes), SpanRow)


def link(relation: str, start: str, end: str) -> RelationRow:
    return as_row(tiny.link(relation, start, end), RelationRow)


def offsets(groups: list[SpanGroup]) -> list[dict[str, tuple[int, int]]]:
    return [{who: (row["start"], row["end"]) for who, row in sorted(group.members.items())} for group in groups]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((0, 10), (0, 10), 1.0),
        ((0, 10), (10, 20), 0.0),
        ((0, 10), (12, 20), 0.0),
        ((0, 10), (0, 5), 0.5),
        ((0, 6), (4, 10), 0.2),
    ],
)
def test_overlap_over_union(first: tuple[int, int], second: tuple[int, int], expected: float) -> None:
    assert overlap_over_union(first, second) == overlap_over_union(second, first) == expected


def test_the_same_offsets_go_together_before_a_greater_span_is_looked_at() -> None:
    groups = align(
        {
            "a1": [place("x", "quote", 0, 10), place("y", "quote", 4, 9)],
            "a2": [place("p", "quote", 4, 9), place("q", "quote", 0, 9)],
        }
    )
    assert offsets(groups) == [{"a1": (0, 10), "a2": (0, 9)}, {"a1": (4, 9), "a2": (4, 9)}]


def test_spans_that_touch_or_have_another_label_stay_apart() -> None:
    groups = align({"a1": [place("x", "quote", 0, 5)], "a2": [place("p", "quote", 5, 9), place("q", "speaker", 0, 5)]})
    assert [len(group.members) for group in groups] == [1, 1, 1]


def test_three_annotators_with_three_boundaries_are_one_group() -> None:
    groups = align({who: [place(who, "quote", 0, end)] for who, end in (("a1", 8), ("a2", 9), ("a3", 10))})
    assert offsets(groups) == [{"a1": (0, 8), "a2": (0, 9), "a3": (0, 10)}]


def test_a_span_is_not_joined_through_one_that_overlaps_both() -> None:
    groups = align(
        {
            "a1": [place("x", "quote", 0, 6)],
            "a2": [place("y", "quote", 4, 12)],
            "a3": [place("z", "quote", 6, 12)],
        }
    )
    assert offsets(groups) == [{"a1": (0, 6)}, {"a2": (4, 12), "a3": (6, 12)}]


def test_agreed_means_everybody_with_the_same_offsets_and_attributes() -> None:
    span = place("x", "quote", 0, 5, quote_form="direct")
    (same,) = align({"a1": [span], "a2": [span | {"span_id": "y"}]})
    assert same.agreed(["a1", "a2"]) and not same.agreed(["a1", "a2", "a3"])
    assert same.missing(["a1", "a2", "a3"]) == ["a3"]
    (mixed,) = align({"a1": [span], "a2": [span | {"quote_form": "mixed"}]})
    assert not mixed.agreed(["a1", "a2"]) and mixed.differing() == ["quote_form"]
    (moved,) = align({"a1": [span], "a2": [span | {"end": 6}]})
    assert not moved.agreed(["a1", "a2"]) and moved.offsets() == [(0, 5), (0, 6)]


def test_the_names_of_a_speaker_are_a_set() -> None:
    span = place("x", "speaker", 0, 5, speaker_entities=["Seoul", "Washington"])
    (group,) = align({"a1": [span], "a2": [span | {"speaker_entities": ["Washington", "Seoul"]}]})
    assert group.agreed(["a1", "a2"])


def test_links_are_told_over_groups_and_by_whom() -> None:
    groups = align(
        {
            "a1": [place("s", "speaker", 0, 4), place("q", "quote", 6, 12)],
            "a2": [place("t", "speaker", 0, 4), place("r", "quote", 6, 14)],
        }
    )
    link_groups = same_links({"a1": [link("said_by", "q", "s")], "a2": [link("said_by", "r", "t")]}, groups)
    assert [(group.type, group.from_group, group.to_group, sorted(group.members)) for group in link_groups] == [
        ("said_by", 1, 0, ["a1", "a2"])
    ]
    assert same_links({"a1": [link("said_by", "q", "gone")]}, groups) == []


spans = st.lists(st.tuples(st.sampled_from(["quote", "hedge"]), st.integers(0, 12), st.integers(1, 8)), max_size=6).map(
    lambda drawn: [
        place(f"s{number}", label, start, start + length) for number, (label, start, length) in enumerate(drawn)
    ]
)
annotators = st.dictionaries(st.sampled_from(["a1", "a2", "a3"]), spans, min_size=1)


def contents(groups: list[SpanGroup]) -> list[list[tuple[str, str]]]:
    return [sorted((who, row["span_id"]) for who, row in group.members.items()) for group in groups]


@given(annotators)
def test_every_span_is_in_one_group(work: dict[str, list[SpanRow]]) -> None:
    members = sorted(member for group in contents(align(work)) for member in group)
    assert members == sorted((who, row["span_id"]) for who, rows in work.items() for row in rows)


@given(annotators)
def test_neither_the_order_of_spans_nor_of_annotators_matters(work: dict[str, list[SpanRow]]) -> None:
    turned = {who: rows[::-1] for who, rows in reversed(work.items())}
    assert contents(align(turned)) == contents(align(work))
    assert [list(group.members) for group in align(turned)] == [sorted(group.members) for group in align(work)]


@given(spans)
def test_identical_work_is_agreed_throughout(rows: list[SpanRow]) -> None:
    groups = align({"a1": rows, "a2": [row | {"span_id": f"other-{row['span_id']}"} for row in rows]})
    assert len(groups) == len(rows)
    assert all(group.agreed(["a1", "a2"]) for group in groups)
