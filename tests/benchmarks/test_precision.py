from __future__ import annotations

import pytest

from tests.benchmarks.precision import HELD_OUT, OPEN, Warned, before, drawn, judgements, texts, warned

JUDGED = judgements()


@pytest.fixture(scope="module")
def now() -> set[Warned]:
    return warned(texts())


@pytest.mark.parametrize("half", [OPEN, HELD_OUT])
def test_every_warning_that_was_drawn_is_judged_and_nine_in_ten_of_those_left_are_right(
    half: str, now: set[Warned]
) -> None:
    sample = drawn(before(), half)
    assert len(sample) >= 100
    assert [warning for warning in sample if warning not in JUDGED] == []
    left = [JUDGED[warning] for warning in sample if warning in now]
    assert sum(left) / len(left) >= 0.95


def test_what_is_gone_or_new_since_the_checks_were_changed_is_judged(now: set[Warned]) -> None:
    assert [warning for warning in before() ^ now if warning not in JUDGED] == []


def test_places_are_the_words_that_were_judged() -> None:
    articles = texts()
    for warning in JUDGED:
        start, end = map(int, warning.place.split(":"))
        assert articles[warning.article_id][start:end] == warning.words
