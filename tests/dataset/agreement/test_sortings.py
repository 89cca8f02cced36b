"""Agreement about statements."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.agreement.sortings import agreement_of
from dataset.agreement.wilson import wilson
from dataset.statements.sorted_events import SortedBy, Telling

ITEMS = [f"one:{letter}" for letter in "abcdef"]
KINDS = dict.fromkeys(ITEMS, "statement")
groupings = st.lists(st.integers(0, 3), min_size=len(ITEMS), max_size=len(ITEMS))


def sorting(groups: list[int]) -> SortedBy:
    return SortedBy({item: Telling(str(group)) for item, group in zip(ITEMS, groups, strict=True)})


def test_figures_are_those_that_a_hand_computes() -> None:
    # first {a,b,c}{d,e}{f}, second {a,b}{c,d,e}{f}: pairs 4 and 4, of which ab and de are both's
    agreed = agreement_of([(sorting([0, 0, 0, 1, 1, 2]), sorting([0, 0, 1, 1, 1, 2]))], KINDS, "statement")
    assert agreed.pairs.value == pytest.approx(2 * 2 / (4 + 4))
    # precision: a, b 1, c 1/3, d, e 2/3, f 1; recall: a, b 2/3, c 1/3, d, e 1, f 1
    precision, recall = (1 + 1 + 1 / 3 + 2 / 3 + 2 / 3 + 1) / 6, (2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6
    assert agreed.b_cubed.value == pytest.approx(2 * precision * recall / (precision + recall))


@given(groupings, groupings)
def test_both_figures_are_the_same_from_either_side(first: list[int], second: list[int]) -> None:
    there = agreement_of([(sorting(first), sorting(second))], KINDS, "statement")
    back = agreement_of([(sorting(second), sorting(first))], KINDS, "statement")
    assert there.pairs.value == pytest.approx(back.pairs.value)
    assert there.b_cubed.value == pytest.approx(back.b_cubed.value)


@given(groupings)
def test_who_agrees_wholly_has_one_and_the_interval_of_so_many_items(groups: list[int]) -> None:
    agreed = agreement_of([(sorting(groups), sorting(groups))], KINDS, "statement")
    assert agreed.b_cubed.value == 1
    assert (agreed.b_cubed.low, agreed.b_cubed.high) == wilson(agreed.b_cubed.count, agreed.b_cubed.count)
    assert agreed.pairs.value in (1, None)
    assert agreed.pairs.low == (agreed.b_cubed.low if agreed.pairs.value else None)


def test_only_what_both_sorted_and_what_is_of_the_kind_counts() -> None:
    half = SortedBy({item: Telling("0") for item in ITEMS[:3]})
    assert agreement_of([(sorting([0] * 6), half)], KINDS, "statement").pairs.count == 3
    assert agreement_of([(sorting([0] * 6), half)], KINDS, "figure").pairs.value is None


def test_of_several_events_the_interval_is_drawn_over_events() -> None:
    same, apart = (sorting([0] * 6), sorting([0] * 6)), (sorting([0] * 6), sorting([0, 0, 0, 1, 1, 1]))
    agreed = agreement_of([same, apart, same, apart], KINDS, "statement")
    assert agreed.events == 4
    assert agreed.b_cubed.low is not None
    assert agreed.b_cubed.low < (agreed.b_cubed.value or 0) < (agreed.b_cubed.high or 0)


def test_what_was_given_to_both_counts_in_the_statements_of_the_rest_alone() -> None:
    # Asked are e and f. Pairs: the first has eab and fcd, the second eab and fe, fa, fb; both have ea and eb.
    given = frozenset(ITEMS[:4])
    first, second = sorting([0, 0, 1, 1, 0, 1]), sorting([0, 0, 1, 1, 0, 0])
    agreed = agreement_of([(replace(first, given=given), replace(second, given=given))], KINDS, "statement")
    assert agreed.pairs.count == 2
    assert agreed.pairs.value == pytest.approx(2 * 2 / (4 + 5))
    # precision: e 3/4, f 1/4; recall: e 1, f 1/3
    precision, recall = (3 / 4 + 1 / 4) / 2, (1 + 1 / 3) / 2
    assert agreed.b_cubed.value == pytest.approx(2 * precision * recall / (precision + recall))


def test_what_one_annotator_moved_away_from_where_it_was_given_counts() -> None:
    first, second = sorting([0] * 6), sorting([0] * 5 + [1])
    given = frozenset(ITEMS)
    agreed = agreement_of(
        [(replace(first, given=given), replace(second, given=given - {ITEMS[5]}))], KINDS, "statement"
    )
    assert (agreed.pairs.count, agreed.pairs.value) == (1, 0)
