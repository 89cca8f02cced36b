from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dataset.diffing.overlaps import overlapping
from dataset.schema import PublishedSpans, frame

Span = tuple[str, str, int, int]

spans = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["hedge", "quote"]), st.integers(0, 20), st.integers(0, 6)).map(
        lambda drawn: (drawn[0], drawn[1], drawn[2], drawn[2] + drawn[3])
    ),
    max_size=8,
)


def pairs(old: list[Span], new: list[Span]) -> list[tuple[int, int]]:
    columns = ("article_id", "label", "start", "end")
    before, after = (
        frame(PublishedSpans, [dict(zip(columns, span, strict=True)) for span in rows]) for rows in (old, new)
    )
    return overlapping(before, after, ["article_id", "label"])


def longest_first(old: list[Span], new: list[Span]) -> list[tuple[int, int]]:
    """The same, pair by pair."""
    pairs: list[tuple[int, int]] = []
    shared = [(-_shared(first, second), at, to) for at, first in enumerate(old) for to, second in enumerate(new)]
    for length, at, to in sorted(shared):
        if length and at not in {pair[0] for pair in pairs} and to not in {pair[1] for pair in pairs}:
            pairs.append((at, to))
    return pairs


def _shared(first: Span, second: Span) -> int:
    return max(0, min(first[3], second[3]) - max(first[2], second[2])) if first[:2] == second[:2] else 0


@given(spans, spans)
def test_spans_are_paired_as_one_would_pair_by_pair(old: list[Span], new: list[Span]) -> None:
    assert pairs(old, new) == longest_first(old, new)


def test_spans_that_only_touch_or_are_of_another_article_or_label_are_not_paired() -> None:
    old = [("a", "quote", 0, 5)]
    assert pairs(old, [("a", "quote", 5, 9), ("b", "quote", 0, 5), ("a", "hedge", 0, 5)]) == []


def test_the_longest_overlap_wins_and_of_equals_the_earliest() -> None:
    assert pairs([("a", "quote", 0, 9)], [("a", "quote", 0, 4), ("a", "quote", 4, 9)]) == [(0, 1)]
    assert pairs([("a", "quote", 0, 8)], [("a", "quote", 0, 4), ("a", "quote", 4, 8)]) == [(0, 0)]
