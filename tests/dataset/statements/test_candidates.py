from __future__ import annotations

import subprocess
import sys
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.statements import candidates
from dataset.statements.candidates import Candidate, Item, ranked
from dataset.statements.numbers import Quantity
from dataset.statements.registry import Registry

T = TypeVar("T")
R = TypeVar("R")

KIM, STATE, SEOUL, REPORTS = "Kim", "North Korea", "Seoul", "Reports"
REGISTRY = Registry(
    {KIM: STATE, STATE: None, SEOUL: None, "X": "Y", "Y": "X"}, {KIM: "person", STATE: "state", REPORTS: "document"}
)


def quote(item: str, words: str, *sources: str) -> Item:
    return Item(item, words, frozenset(sources), "statement")


def number(item: str, low: float | None, unit: str | None, *sources: str, words: str = "some") -> Item:
    quantity = Quantity(words, "count", low, low, "exact", unit)
    return Item(item, words, frozenset(sources), "figure", quantity)


QUOTES = (
    quote("a", "that the deployment would comply with international law", KIM),
    quote("b", "any deployment would be in line with international law", STATE),
    quote("c", "the deployment complies with international law", REPORTS),
    quote("d", "that the deployment would comply with international law", SEOUL),
    quote("e", "whether soldiers had been dispatched", KIM),
    quote("f", "that weapons were sent", SEOUL, KIM),
)
NUMBERS = (number("n", 12000.0, "troops", KIM), number("o", 12000.0, "troops", KIM), number("p", 3.0, "bases", SEOUL))


def ids(ranking: list[Candidate]) -> list[str]:
    return [candidate.id for candidate in ranking]


# Quotes


def test_the_same_words_of_the_same_source_score_one() -> None:
    assert ranked([quote("a", "they go", KIM), quote("b", "they go", KIM)], REGISTRY) == {
        "a": [Candidate("b", 1.0)],
        "b": [Candidate("a", 1.0)],
    }


@pytest.mark.parametrize(
    ("first", "second", "agreement"),
    [
        ((KIM,), (KIM,), 1.0),
        ((KIM,), (STATE,), candidates.RELATED),
        ((KIM, SEOUL), (SEOUL,), candidates.RELATED),
        (("X",), ("Y",), candidates.RELATED),
        ((KIM,), (REPORTS,), candidates.UNKNOWN),
        ((KIM,), (), candidates.UNKNOWN),
        ((), (), candidates.UNKNOWN),
        ((REPORTS,), (REPORTS,), 1.0),
        ((KIM,), (SEOUL,), candidates.UNRELATED),
        (("Stranger",), (KIM,), candidates.UNRELATED),
    ],
)
def test_the_speakers_weigh_on_the_score(first: tuple[str, ...], second: tuple[str, ...], agreement: float) -> None:
    ranking = ranked([quote("a", "they go", *first), quote("b", "they go", *second)], REGISTRY)
    assert ranking["a"] == [Candidate("b", agreement)]


def test_words_of_a_related_source_come_before_those_of_another() -> None:
    assert ids(ranked(QUOTES, REGISTRY)["a"])[:2] == ["b", "c"]


def test_at_most_the_best_are_given_and_ties_fall_by_id() -> None:
    equal = [quote(item, "they go", KIM) for item in "dbca"]
    assert ids(ranked(equal, REGISTRY, best=2)["c"]) == ["a", "b"]
    assert ids(ranked(equal, REGISTRY, best=2)["a"]) == ["b", "c"]
    assert ranked(equal, REGISTRY, best=0) == {item: [] for item in "abcd"}


def test_quotes_that_have_nothing_in_common_are_no_candidates() -> None:
    assert ranked([quote("a", "xyz", KIM), quote("b", "uvw", KIM)], REGISTRY) == {"a": [], "b": []}


# Numbers


def test_numbers_never_rank_beside_quotes() -> None:
    words = "that the deployment would comply with international law"
    ranking = ranked([*QUOTES, *NUMBERS, number("z", 5.0, "laws", KIM, words=words)], REGISTRY)
    of_quotes, of_numbers = {item.id for item in QUOTES}, {*"nopz"}
    assert all({*ids(ranking[item])} <= of_quotes for item in of_quotes)
    assert all({*ids(ranking[item])} <= of_numbers for item in of_numbers)


def test_unit_and_value_count_more_than_the_words_of_a_number() -> None:
    ranking = ranked(
        [
            number("a", 12000.0, "troops", KIM, words="12,000"),
            number("b", 11500.0, "Troops", KIM, words="eleven and a half thousand"),
            number("c", 12000.0, "bases", KIM, words="12,000"),
            number("d", 40.0, "troops", KIM, words="12,000"),
        ],
        REGISTRY,
    )
    assert ids(ranking["a"])[0] == "b"


def test_a_missing_unit_stands_between_the_same_and_another() -> None:
    ranking = ranked(
        [
            number("a", 5.0, "bases", KIM),
            number("b", 5.0, "bases", KIM),
            number("c", 5.0, None, KIM),
            number("d", 5.0, "ships", KIM),
        ],
        REGISTRY,
    )
    assert ids(ranking["a"]) == ["b", "c", "d"]


def test_numbers_without_a_value_or_a_quantity_are_ranked_by_the_rest() -> None:
    bare = Item("b", "many", frozenset({KIM}), "figure")
    ranking = ranked([number("a", None, None, KIM, words="many"), bare, number("c", 5.0, "ships", KIM)], REGISTRY)
    assert ids(ranking["a"]) == ["b", "c"]


# Edges


@pytest.mark.parametrize("items", [[], [quote("a", "they go", KIM)], [*NUMBERS[:1]], [QUOTES[0], NUMBERS[0]]])
def test_an_item_without_another_of_its_kind_has_no_candidates(items: list[Item]) -> None:
    assert ranked(items, REGISTRY) == {item.id: [] for item in items}


@pytest.mark.parametrize("words", ["", " ", "\n\t", "…", "“”", "?"])
def test_words_without_a_letter_can_be_ranked(words: str) -> None:
    items = [quote("a", words, KIM), quote("b", words, KIM), quote("c", "they go", KIM)]
    assert ids(ranked(items[:2], REGISTRY)["a"]) == (["b"] if words.strip() else [])
    assert "c" not in ids(ranked(items, REGISTRY)["a"])


# Whatever the items

SOURCES = st.frozensets(st.sampled_from([KIM, STATE, SEOUL, REPORTS, "X", "Y", "Stranger"]), max_size=2)
WORDS = st.lists(
    st.sampled_from(["they", "would", "go", "to", "battle", "soon", "…", "12,000", "“law”"]), max_size=6
).map(" ".join)
QUANTITIES = st.builds(
    Quantity,
    st.just("some"),
    st.just("count"),
    st.none() | st.sampled_from([-3.0, 0.0, 5.0, 12000.0]),
    st.none() | st.sampled_from([-3.0, 0.0, 5.0, 12000.0]),
    st.just("exact"),
    st.sampled_from([None, "troops", "bases"]),
)
PARTS = st.one_of(
    st.tuples(WORDS | st.text(max_size=8), SOURCES, st.just("statement"), st.none()),
    st.tuples(WORDS, SOURCES, st.just("figure"), st.none() | QUANTITIES),
)
ITEMS = st.lists(PARTS, max_size=12).map(lambda parts: [Item(f"i{at:02}", *part) for at, part in enumerate(parts)])


@settings(deadline=None)
@given(ITEMS)
def test_scores_are_symmetric_rounded_and_in_order(items: list[Item]) -> None:
    ranking = ranked(items, REGISTRY, best=len(items))
    scores = {(item, candidate): score for item, best in ranking.items() for candidate, score in best}
    assert all(scores[candidate, item] == score for (item, candidate), score in scores.items())
    assert all(0 < score <= 1 and round(score, 3) == score for score in scores.values())
    assert all(item != candidate for item, candidate in scores)
    for best in ranking.values():
        assert best == sorted(best, key=lambda candidate: (-candidate.score, candidate.id))


@settings(deadline=None)
@given(ITEMS, st.integers(1, 13), st.integers(0, 12), st.randoms(use_true_random=False))
def test_neither_the_block_nor_the_order_of_the_items_changes_the_result(
    items: list[Item], rows: int, best: int, random: Random
) -> None:
    shuffled = random.sample(items, len(items))
    ranking = ranked(shuffled, REGISTRY, best, rows)
    assert ranking == ranked(items, REGISTRY, best)
    assert ranking == {item: candidates[:best] for item, candidates in ranked(items, REGISTRY, len(items)).items()}


def test_the_import_of_candidates_does_not_import_scikit_learn() -> None:
    code = "import sys, dataset.statements.candidates; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
