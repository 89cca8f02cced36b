from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given

from annotation.adjudication.alignment import overlap_over_union
from dataset.agreement.coded import coded
from dataset.agreement.matching import Matchings, Pairs, match
from tests.dataset.agreement.compared import Spans, compared, some_spans, span


def matched(first: Spans, second: Spans) -> Matchings:
    works = coded(compared({"a1": {"one": first}, "a2": {"one": second}}))
    return match(works["a1"], works["a2"])


def sizes(matchings: Matchings) -> tuple[int, int, int]:
    return len(matchings.exact.first), len(matchings.relaxed.first), len(matchings.detection.first)


def test_spans_that_touch_do_not_overlap() -> None:
    assert sizes(matched([span("quote", 0, 5)], [span("quote", 5, 9)])) == (0, 0, 0)


def test_half_of_the_union_is_enough_and_less_is_not() -> None:
    assert sizes(matched([span("quote", 0, 10)], [span("quote", 0, 5)])) == (0, 1, 1)
    assert sizes(matched([span("quote", 0, 11)], [span("quote", 0, 5)])) == (0, 0, 1)


def test_other_labels_never_match() -> None:
    assert sizes(matched([span("quote", 0, 10)], [span("speaker", 0, 10)])) == (0, 0, 0)


def test_nested_spans_each_find_their_own() -> None:
    both = [span("quote", 0, 20), span("quote", 5, 10), span("quote", 6, 8)]
    assert sizes(matched(both, both[::-1])) == (3, 3, 3)


def test_a_span_is_matched_once() -> None:
    assert sizes(matched([span("quote", 0, 20)], [span("quote", 0, 9), span("quote", 10, 20)])) == (0, 1, 1)


def test_taking_the_nearest_first_would_leave_one_over() -> None:
    first = [span("quote", 0, 10), span("quote", 8, 20)]
    second = [span("quote", 0, 9), span("quote", 1, 8)]
    assert sizes(matched(first, second)) == (0, 1, 2)


def test_three_poor_pairs_are_more_than_two_perfect_ones() -> None:
    """The two perfect pairs would leave the outer spans without a partner."""
    first = [span("quote", 5, 15), span("quote", 14, 24), span("quote", 23, 29)]
    second = [span("quote", 0, 6), span("quote", 5, 15), span("quote", 14, 24)]
    assert sizes(matched(first, second)) == (2, 2, 3)


def test_of_matchings_that_are_equally_good_the_same_is_taken_whoever_comes_first() -> None:
    first, second = [span("quote", 1, 6), span("quote", 2, 7)], [span("quote", 4, 6), span("quote", 2, 3)]
    forth, back = matched(first, second).detection, matched(second, first).detection
    assert as_set(forth) == {(b, a) for a, b in as_set(back)}


def test_of_spans_at_the_same_place_those_with_the_same_attributes_are_matched() -> None:
    twice = [span("quote", 0, 5, quote_form="direct"), span("quote", 0, 5, quote_form="mixed") | {"span_id": "zz"}]
    works = coded(compared({"a1": {"one": twice}, "a2": {"one": [row | {"span_id": "x"} for row in twice[::-1]]}}))
    pairs = match(works["a1"], works["a2"]).exact
    assert (works["a1"].values[pairs.first] == works["a2"].values[pairs.second]).all()


def largest(first: Spans, second: Spans, least: float) -> int:
    """Size of a maximum matching by augmenting paths (Kuhn 1955)."""
    owner: dict[int, int] = {}

    def places(row: int, seen: set[int]) -> bool:
        for column, candidate in enumerate(second):
            overlap = overlap_over_union(
                (first[row]["start"], first[row]["end"]), (candidate["start"], candidate["end"])
            )
            if first[row]["label"] != candidate["label"] or not overlap or overlap < least or column in seen:
                continue
            seen.add(column)
            if column not in owner or places(owner[column], seen):
                owner[column] = row
                return True
        return False

    return sum(places(row, set()) for row in range(len(first)))


@given(some_spans(), some_spans())
def test_matchings_are_as_large_as_can_be(first: Spans, second: Spans) -> None:
    def identities(rows: Spans) -> Counter[tuple[str, int, int]]:
        return Counter((row["label"], row["start"], row["end"]) for row in rows)

    exact = (identities(first) & identities(second)).total()
    assert sizes(matched(first, second)) == (exact, largest(first, second, 0.5), largest(first, second, 0))


@given(some_spans(), some_spans())
def test_matchings_are_one_to_one_and_the_same_turned_round(first: Spans, second: Spans) -> None:
    forth, back = matched(first, second), matched(second, first)
    for name in ("exact", "relaxed", "detection"):
        pairs, turned = getattr(forth, name), getattr(back, name)
        assert len(set(pairs.first)) == len(set(pairs.second)) == len(pairs.first)
        assert as_set(pairs) == {(b, a) for a, b in as_set(turned)}


def as_set(pairs: Pairs) -> set[tuple[int, int]]:
    return set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))


def test_nothing_matches_nothing() -> None:
    matchings = matched([], [])
    assert sizes(matchings) == (0, 0, 0)
    assert matchings.exact.first.dtype == np.int64
