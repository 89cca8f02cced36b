"""How often the right candidate stands first, on a small event and as the page of results has it."""

from __future__ import annotations

import pytest

from dataset.record.corpus import open_corpus
from dataset.statements.candidates import Item
from dataset.statements.registry import Registry
from dataset.statements.sorted_events import SortedBy, Telling
from tests.benchmarks import candidates
from tests.benchmarks.results import RESULTS
from tests.corpora import REPOSITORY


def quote(item: str, words: str) -> Item:
    return Item(item, words, frozenset({"Kim"}), "statement")


def test_the_page_has_the_figures_of_the_gold_as_it_is() -> None:
    page = RESULTS.read_text(encoding="utf-8")
    assert f"## {candidates.TITLE}\n\n{candidates.body(open_corpus(REPOSITORY))}\n" in page


def test_a_right_candidate_counts_where_it_stands() -> None:
    items = [
        quote("a", "the bridge will open in spring"),
        quote("b", "the bridge will open in spring"),
        quote("c", "the bridge will open in May"),
        quote("d", "nobody knows why"),
    ]
    gold = SortedBy({"a": Telling("s1"), "b": Telling("s2", "s1"), "c": Telling("s2"), "d": Telling("s3")})
    counts = candidates.counted([(items, Registry(), gold)])["statement"]
    # “a” and “b” stand first for each other; for “c” it is “a”, and “b”, which is right, is next.
    assert (counts.items, counts.matched, counts.first, counts.among_few) == (4, 3, 2, 3)
    assert sum(right for right, _ in counts.pairs) == 2
    apart = SortedBy({"a": Telling("s1"), "b": Telling("s2"), "c": Telling("s1"), "d": Telling("s3")})
    counts = candidates.counted([(items, Registry(), apart)])["statement"]
    assert (counts.matched, counts.first, counts.among_few) == (2, 1, 2)
    assert counts.average_precision() == pytest.approx(1 / 3)  # “a” and “b” score higher, “b” and “c” as high


def test_an_event_in_which_nothing_tells_the_same_has_no_average_precision() -> None:
    items = [quote("a", "the bridge opens"), quote("b", "nobody knows why")]
    counts = candidates.counted([(items, Registry(), SortedBy({"a": Telling("s1"), "b": Telling("s2")}))])["statement"]
    assert (counts.items, counts.matched) == (2, 0)
    assert counts.average_precision() is None
