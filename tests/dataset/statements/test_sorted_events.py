"""An event as several annotators sorted it, side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.record.corpus import open_corpus
from dataset.statements.sheets import EventSheet, event_sheets
from dataset.statements.sorted_events import SortedBy, Telling, compared, matched_names, sorted_by, statement_ids
from dataset.statements.tables import gold_sorting, read_sorting
from tests.corpora import REPOSITORY
from tests.dataset.sorting import DAM, put_sorted, sorted_rows

ITEMS = [f"one:{letter}" for letter in "abcdef"]
groupings = st.lists(st.integers(0, 3), min_size=len(ITEMS), max_size=len(ITEMS))


def sorting(groups: list[int]) -> SortedBy:
    """Items in groups, each named by its first."""
    first = {group: ITEMS[groups.index(group)] for group in groups}
    return SortedBy({item: Telling(first[group]) for item, group in zip(ITEMS, groups, strict=True)})


@pytest.fixture
def sheet(tmp_path: Path) -> EventSheet:
    (sheet,) = event_sheets(put_sorted(tmp_path, sorted_rows()), [DAM])
    return sheet


def tells(sheet: EventSheet, **names: str) -> SortedBy:
    ids = {item.key: item.id for item in sheet.items}
    return SortedBy({ids[key]: Telling(ids[name]) for key, name in names.items()})


def test_what_all_put_together_is_agreed_whatever_its_first_quote_is(sheet: EventSheet) -> None:
    keys = [item.key for item in sheet.items]
    first = tells(sheet, **dict.fromkeys(keys, keys[0]))
    second = tells(sheet, **{keys[0]: keys[0]}, **dict.fromkeys(keys[1:], keys[1]))
    result = compared(sheet, {"a1": first, "a2": second})
    assert set(result.disputed) == {sheet.items[0].id}
    assert set(result.agreed.values()) == {Telling(sheet.items[0].id)}


def test_what_somebody_left_unsorted_is_disputed(sheet: EventSheet) -> None:
    whole = tells(sheet, **{item.key: item.key for item in sheet.items})
    result = compared(sheet, {"a1": whole, "a2": SortedBy()})
    assert len(result.disputed) == len(sheet.items)


def test_a_contradiction_of_one_annotator_is_doubted(sheet: EventSheet) -> None:
    first, second, *_ = (item.id for item in sheet.items)
    whole = tells(sheet, **{item.key: item.key for item in sheet.items})
    claim = SortedBy(whole.tells, frozenset({(min(first, second), max(first, second))}))
    result = compared(sheet, {"a1": whole, "a2": claim})
    assert [*result.doubted.values()] == [["a2"]]
    assert compared(sheet, {"a1": claim, "a2": claim}).contradictions == claim.contradictions


@given(groupings, groupings)
def test_statements_are_matched_one_to_one(first: list[int], second: list[int]) -> None:
    names = matched_names(sorting(first), sorting(second))
    assert len(set(names.values())) == len(names) == len(set(second))


@given(groupings)
def test_a_sorting_matches_itself(groups: list[int]) -> None:
    own = sorting(groups)
    assert all(name == matched for name, matched in matched_names(own, own).items())


@given(groupings, groupings)
def test_ids_are_kept_and_never_given_again(before: list[int], after: list[int]) -> None:
    gold = SortedBy({item: Telling(f"s{group + 1}") for item, group in zip(ITEMS, before, strict=True)})
    groups = {name: sorted(members) for name, members in sorting(after).members().items()}
    used = [f"s{number}" for number in range(1, 6)]
    ids = statement_ids(groups, gold, "s", used)
    assert len(set(ids.values())) == len(groups)
    kept = {telling.whole for telling in gold.tells.values()}
    assert all(name in kept or int(name[1:]) > 5 for name in ids.values())
    unchanged = statement_ids({name: sorted(members) for name, members in gold.members().items()}, gold, "s", used)
    assert all(name == statement for name, statement in unchanged.items())


def test_the_gold_of_the_five_articles_says_what_both_annotators_say_where_they_agree() -> None:
    corpus = open_corpus(REPOSITORY)
    (sheet,) = event_sheets(corpus)
    rounds = {who: sorted_by(read_sorting(corpus.layer_path(f"e1/{who}")), sheet.event_id) for who in ("a1", "a2")}
    gold = sorted_by(gold_sorting(corpus), sheet.event_id)
    result = compared(sheet, rounds)
    names = matched_names(SortedBy(result.agreed), gold)
    named = gold.renamed(names)
    assert {item for item, telling in result.agreed.items() if named.tells[item] != telling} == set()
    asked = {item for by in rounds.values() for item in by.tells}
    assert len(asked & result.disputed.keys()) == 3
