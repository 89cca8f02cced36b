"""An event's statements with what tells each and what differs, on the five articles and on broken sortings."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from dataset.checks.statements import check_statements
from dataset.problem import Problem
from dataset.record.corpus import open_corpus
from dataset.statements.comparison import comparisons_of
from dataset.statements.event_comparisons import ComparedEvent, ComparedStatement, article_letters, compared_events
from dataset.statements.sheets import registry_of_event
from tests.corpora import REPOSITORY
from tests.dataset.sorting import put_sorted, sorted_rows, telling
from tests.dataset.tiny import ONE


@pytest.fixture(scope="module")
def event() -> ComparedEvent:
    (event,) = compared_events(open_corpus(REPOSITORY))
    return event


def test_every_telling_of_the_five_articles_is_in_one_statement(event: ComparedEvent) -> None:
    whole = [telling.item.id for s in event.statements for telling in s.tellings if telling.degree == "whole"]
    assert whole and len(whole) == len(set(whole))
    assert {statement.kind for statement in event.statements} == {"statement", "figure"}


def test_one_headline_alone_tells_the_legal_claim_flatly(event: ComparedEvent) -> None:
    legal = next(statement for statement in event.statements if statement.id == "s1")
    (flat,) = (telling.item for telling in legal.tellings if not telling.item.content.cues)
    assert flat.context.startswith("North Korea says any troop deployment to Russia is in")
    assert len(legal.articles()) == 5
    assert len(legal.differences) == 10


def test_those_that_most_articles_tell_come_first_and_figures_last(event: ComparedEvent) -> None:
    counts = [len(statement.articles()) for statement in event.statements if statement.kind == "statement"]
    assert counts == sorted(counts, reverse=True)
    kinds = [statement.kind for statement in event.statements]
    assert kinds == sorted(kinds, reverse=True)


def test_a_contradiction_stands_at_both(event: ComparedEvent) -> None:
    by_id = {statement.id: statement for statement in event.statements}
    pairs = {(name, against) for name, statement in by_id.items() for against in statement.contradicts}
    assert pairs
    assert {(against, name) for name, against in pairs} == pairs


def test_a_layer_that_sorted_nothing_is_refused(tmp_path: Path) -> None:
    corpus = put_sorted(tmp_path, sorted_rows())
    with pytest.raises(Problem, match="e1/a1 has sorted no event"):
        list(compared_events(corpus, layer="e1/a1"))
    with pytest.raises(Problem, match="gold says of no quote of fair which statement it tells"):
        list(compared_events(corpus, ["fair"]))


def test_a_telling_of_a_span_that_is_gone_is_left_out(tmp_path: Path) -> None:
    rows = sorted_rows()
    rows["tellings"].append({**rows["tellings"][0], "span_id": "gone"})
    (event,) = compared_events(put_sorted(tmp_path, rows))
    assert all(telling.item.span_id != "gone" for statement in event.statements for telling in statement.tellings)


def test_the_page_says_in_how_many_rows_a_hedge_counts_for_a_statement_that_it_is_not_about(
    event: ComparedEvent,
) -> None:
    quotes = [statement for statement in event.statements if statement.kind == "statement"]
    statement_counts = Counter(telling.item.id for statement in quotes for telling in statement.tellings)
    tellings = {each.id: [(telling.item.id, telling.item.telling()) for telling in each.tellings] for each in quotes}
    without = {
        statement: [replace(telling, cues=()) if statement_counts[item] > 1 else telling for item, telling in several]
        for statement, several in tellings.items()
    }
    corpus = open_corpus(REPOSITORY)
    changed = [
        (statement, difference.first, difference.second)
        for statement, difference in comparisons_of(without, registry_of_event(corpus, event.event_id))
        if difference.certainty != certainty_of(event, statement, difference.first, difference.second)
    ]
    assert Counter(statement for statement, *_ in changed) == {"s3": 6, "s20": 1}
    rows = sum(len(statement.differences) for statement in quotes)
    page = " ".join((REPOSITORY / "dataset" / "README.md").read_text(encoding="utf-8").split())
    assert f"`certainty` is wrong in {len(changed)} of the {rows} rows" in page


def certainty_of(event: ComparedEvent, statement: str, first: str, second: str) -> str:
    (certainty,) = (
        difference.certainty
        for each in event.statements
        if each.id == statement
        for difference in each.differences
        if (difference.first, difference.second) == (first, second)
    )
    return certainty


def test_the_page_says_of_which_articles_one_is_flatter_though_both_tell_it_flatly(event: ComparedEvent) -> None:
    def flat(statement: ComparedStatement, article: str) -> bool:
        return any(not telling.item.content.cues for telling in statement.of_article(article))

    letters = article_letters(event)
    rows = [
        (statement.id, letters[difference.first] + letters[difference.second], difference.certainty)
        for statement in event.statements
        for difference in statement.differences
        if difference.certainty != "same" and flat(statement, difference.first) and flat(statement, difference.second)
    ]
    assert rows == [("s7", "AB", "second flatter"), ("s7", "AE", "second flatter")]
    page = " ".join((REPOSITORY / "dataset" / "README.md").read_text(encoding="utf-8").split())
    assert "so the row says `second flatter`, as does that of A and E" in page


def test_of_an_event_of_one_article_statements_are_listed_and_nothing_is_compared(tmp_path: Path) -> None:
    rows = sorted_rows()
    for table in ("spans", "relations", "tellings"):
        rows[table] = [row for row in rows[table] if row["article_id"] == ONE]
    (event,) = compared_events(put_sorted(tmp_path, rows))
    assert {statement.id for statement in event.statements} == {"hold", "built", "leaks", "age"}
    assert not any(statement.differences or statement.several for statement in event.statements)


def test_a_quote_in_three_statements_is_shown_in_each_and_the_checks_name_it(tmp_path: Path) -> None:
    rows = sorted_rows()
    rows["tellings"] += [telling(name, ONE, "q1") for name in ("built", "leaks")]
    corpus = put_sorted(tmp_path, rows)
    (event,) = compared_events(corpus)
    tells = {s.id for s in event.statements for t in s.tellings if t.item.id == f"{ONE}:q1"}
    assert tells == {"hold", "built", "leaks"}
    assert [finding.code for finding in check_statements(corpus)].count("t4-two-statements") == 1
