from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.splits import chosen_split, fix_splits, fixed_splits, require_splits, with_events
from tests.dataset.tiny import EVENT, ONE, TEXTS, TWO, put_corpus

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
events = st.lists(st.text("abcdef0123", min_size=1, max_size=6), max_size=8)


@pytest.fixture
def tiny(tmp_path: Path) -> Corpus:
    return put_corpus(tmp_path)


def settings_of(corpus: Corpus, added: str) -> Corpus:
    path = corpus.root / "hedgerow.toml"
    path.write_text(path.read_text() + added)
    return open_corpus(corpus.root)


def test_the_split_of_an_event_never_changes() -> None:
    assert [chosen_split(f"event-{n}", SHARES) for n in range(12)] == [
        "train",
        "validation",
        "train",
        "train",
        "train",
        "train",
        "validation",
        "train",
        "train",
        "train",
        "train",
        "train",
    ]


def test_splits_come_in_the_proportions() -> None:
    counted = Counter(chosen_split(f"event-{n}", SHARES) for n in range(5_000))
    assert abs(counted["train"] / 5_000 - 0.8) < 0.02
    assert abs(counted["validation"] / 5_000 - 0.1) < 0.02


def test_a_split_without_a_share_has_no_events() -> None:
    assert {chosen_split(f"event-{n}", {"test": 1.0}) for n in range(50)} == {"test"}


@given(events, events)
def test_what_was_fixed_is_never_moved(first: list[str], second: list[str]) -> None:
    before = with_events(schema.empty(schema.Splits), first, SHARES)
    after = with_events(before, second, {"test": 1.0})
    assert before.join(after, on=["event_id", "split"], how="semi").equals(before)
    assert set(after["event_id"]) == {*first, *second}
    assert after["event_id"].is_sorted()


@given(events.filter(bool))
def test_the_first_event_is_train(named: list[str]) -> None:
    fixed = with_events(schema.empty(schema.Splits), named, {"test": 1.0})
    assert dict(fixed.iter_rows())[min(named)] == "train"


def test_an_events_split_is_written_once(tiny: Corpus) -> None:
    assert fix_splits(tiny, [ONE, TWO])
    assert fixed_splits(tiny).rows() == [(EVENT, "train")]
    assert not fix_splits(tiny, [ONE])
    require_splits(tiny, [ONE, TWO], "prepare it")


def test_an_event_without_a_split_is_refused(tiny: Corpus) -> None:
    with pytest.raises(Problem, match=r"crossing has no split in splits\.jsonl; prepare it"):
        require_splits(tiny, [ONE], "prepare it")


def test_an_article_without_an_event_is_refused(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path, TEXTS, {ONE: EVENT})
    with pytest.raises(Problem, match="two has no event"):
        fix_splits(put_corpus(tmp_path / "other", TEXTS, {ONE: EVENT, TWO: None, "skipped": EVENT}), [ONE, TWO])
    assert fix_splits(corpus, [ONE])


def test_the_proportions_are_the_corpuss_own(tiny: Corpus) -> None:
    assert tiny.proportions == SHARES
    assert settings_of(tiny, "[splits]\ntrain = 0.5\ntest = 0.5\n").proportions == {
        "train": 0.5,
        "validation": 0.0,
        "test": 0.5,
    }


@pytest.mark.parametrize("wrong", ["train = 0.5", "train = 2\ntest = -1", 'train = "all"', "dev = 1.0"])
def test_proportions_that_are_none_are_a_problem(tiny: Corpus, wrong: str) -> None:
    with pytest.raises(Problem, match=r"\[splits\]"):
        settings_of(tiny, f"[splits]\n{wrong}\n")
