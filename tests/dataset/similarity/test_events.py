from __future__ import annotations

from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.similarity import events as similarity
from dataset.similarity.events import ProposedEvent, UnsortedArticle, proposed_events
from tests.reports import Report, reports

FERRY = "The ferry Alma ran aground off Lomma harbour before dawn, and its captain blamed the wind."
AGROUND = "Before dawn the wind drove the Alma, a ferry, aground near Lomma harbour, its captain said."
TAX = "Parliament in Brenholt passed a tax on sugar by two votes after a debate that lasted all night."
SUGAR = "By two votes, and after a night of debate, Brenholt's parliament has passed the sugar tax."
CATS = "Nobody knows why cats purr, biologists admit."


def proposals(
    *texts: str, days: tuple[str | None, ...] = (), events: tuple[str | None, ...] = ()
) -> list[ProposedEvent]:
    articles = [
        UnsortedArticle(f"a{at}", events[at] if events else None, days[at] if days else None)
        for at in range(len(texts))
    ]
    return proposed_events(articles, texts)


def groups(proposed: list[ProposedEvent]) -> set[frozenset[str]]:
    return {frozenset(event.articles) for event in proposed}


def test_articles_that_tell_the_same_in_other_words_are_proposed_together_and_others_not_at_all() -> None:
    assert groups(proposals(FERRY, TAX, AGROUND, CATS, SUGAR)) == {frozenset({"a0", "a2"}), frozenset({"a1", "a4"})}


def test_the_id_says_what_and_when_and_is_none_that_the_corpus_has() -> None:
    days = ("2031-05-02", "2031-05-03")
    (event,) = proposals(FERRY, AGROUND, days=days)
    assert event.event_id.endswith("-2031-05")
    assert event.event_id.split("-")[0] in FERRY.lower()
    articles = [UnsortedArticle("a0", None, days[0]), UnsortedArticle("a1", None, days[1])]
    (again,) = proposed_events(articles, [FERRY, AGROUND], taken=[event.event_id])
    assert again.event_id == f"{event.event_id}-2"


def test_articles_a_month_apart_report_no_event_in_common() -> None:
    assert not groups(proposals(FERRY, AGROUND, days=("2031-05-02", "2031-06-02")))
    assert groups(proposals(FERRY, AGROUND, days=("2031-05-02", "2031-05-04")))


def test_an_article_without_a_day_is_compared_with_all() -> None:
    assert groups(proposals(FERRY, AGROUND, days=("2031-05-02", None))) == {frozenset({"a0", "a1"})}
    assert groups(proposals(FERRY, AGROUND, days=(None, None))) == {frozenset({"a0", "a1"})}


def test_an_article_that_is_like_those_of_an_event_is_proposed_for_that_event() -> None:
    (event,) = proposals(FERRY, TAX, AGROUND, events=("alma-aground", None, None))
    assert (event.event_id, event.known, event.articles) == ("alma-aground", True, ("a2",))


def test_nothing_is_proposed_where_every_article_has_an_event_or_none_has_a_word() -> None:
    assert proposals(FERRY, AGROUND, events=("one-event", "another-event")) == []
    assert proposals("", "...") == []
    assert proposals(FERRY, CATS) == []
    assert proposals("Harbour", "Orchard") == []
    assert proposals() == []


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_articles_does_not_matter(chance: Random) -> None:
    several = list(reports(6, seed=3))
    assert proposed(shuffled(several, chance)) == proposed(several)


def shuffled(several: list[Report], chance: Random) -> list[Report]:
    return chance.sample(several, len(several))


def proposed(several: list[Report]) -> list[ProposedEvent]:
    articles = [UnsortedArticle(each.article_id, None, each.published) for each in several]
    return proposed_events(articles, (f"{each.title}\n\n{each.text}" for each in several))


def test_blocks_of_any_size_give_the_same_groups() -> None:
    several = list(reports(8, seed=5))
    whole = proposed(several)
    with patch.object(similarity, "BLOCK", 7):
        assert proposed(several) == whole


def test_a_chain_that_is_too_long_to_hold_is_cut_where_it_is_thin() -> None:
    several = list(reports(8, seed=5))
    with patch.object(similarity, "LARGEST", 4):
        parts = groups(proposed(several))
    events = {each.article_id: each.event for each in several}
    assert parts
    assert all(len({events[article] for article in part}) == 1 for part in parts)


def test_copies_are_one_group_however_many_there_are() -> None:
    texts = [FERRY] * 12 + [TAX, SUGAR]
    with patch.object(similarity, "LARGEST", 4):
        assert frozenset(f"a{at}" for at in range(12)) in groups(proposals(*texts))


@pytest.mark.parametrize("text", ["Ünïcödé Straße in Åbo", "слово и дело в городе"])
def test_an_id_is_made_of_letters_that_an_id_may_have(text: str) -> None:
    (event,) = proposals(f"{text} {FERRY}", f"{text} {AGROUND}", CATS)
    assert event.event_id.isascii()
    assert event.event_id
