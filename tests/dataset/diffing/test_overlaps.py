from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dataset.diffing.overlaps import overlapping
from dataset.schema import PublishedSpans, frame

Span = tuple[str, str, int, int]

spans = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["hedge", "quote"]), st.integers(0, 20), st.integers(0, 6)).map(
        lambda one: (one[0], one[1], one[2], one[2] + one[3])
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
    found: list[tuple[int, int]] = []
    shared = [(-_shared(one, other), at, to) for at, one in enumerate(old) for to, other in enumerate(new)]
    for length, at, to in sorted(shared):
        if length and at not in {one for one, _ in found} and to not in {one for _, one in found}:
            found.append((at, to))
    return found


def _shared(one: Span, other: Span) -> int:
    return max(0, min(one[3], other[3]) - max(one[2], other[2])) if one[:2] == other[:2] else 0


@given(spans, spans)
def test_spans_are_paired_as_one_would_pair_by_pair(old: list[Span], new: list[Span]) -> None:
    assert pairs(old, new) == longest_first(old, new)


def test_spans_that_only_touch_or_are_of_another_article_or_label_are_not_paired() -> None:
    old = [("a", "quote", 0, 5)]
    assert pairs(old, [("a", "quote", 5, 9), ("b", "quote", 0, 5), ("a", "hedge", 0, 5)]) == []


def test_the_longest_overlap_wins_and_of_equals_the_earliest() -> None:
    assert pairs([("a", "quote", 0, 9)], [("a", "quote", 0, 4), ("a", "quote", 4, 9)]) == [(0, 1)]
    assert pairs([("a", "quote", 0, 8)], [("a", "quote", 0, 4), ("a", "quote", 4, 8)]) == [(0, 0)]
