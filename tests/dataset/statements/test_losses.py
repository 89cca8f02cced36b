"""What statements lose from article to article, in an invented event and in the five articles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dataset.record.corpus import open_corpus
from dataset.statements.event_comparisons import ComparedEvent, article_letters, compared_events
from dataset.statements.losses import losses
from tests.annotation.report.retold import BRIDGE, FULL, put_retold
from tests.corpora import REPOSITORY


@pytest.fixture
def bridge(tmp_path: Path) -> ComparedEvent:
    (event,) = compared_events(put_retold(tmp_path / "retold"), [BRIDGE])
    return event


@pytest.fixture(scope="module")
def shipped() -> ComparedEvent:
    (event,) = compared_events(open_corpus(REPOSITORY))
    return event


def test_the_one_article_without_a_hedge_and_those_that_name_nobody_are_told(bridge: ComparedEvent) -> None:
    assert losses(bridge) == {
        "s1": ["Only B tells it without a hedge.", "C attributes it to Reports; A attributes it to Lee."],
        "s2": ["Only B tells it without a hedge."],
    }


def test_an_article_alone_loses_nothing(bridge: ComparedEvent) -> None:
    alone = bridge.only({FULL})
    assert alone and losses(alone) == {}


def test_what_an_article_tells_only_partly_is_passed_over(bridge: ComparedEvent) -> None:
    def partly(statement_id: str) -> ComparedEvent:
        statements = (
            replace(each, tellings=tuple(replace(telling, degree="partly") for telling in each.tellings))
            if each.id == statement_id
            else each
            for each in bridge.statements
        )
        return replace(bridge, statements=tuple(statements))

    assert set(losses(partly("s1"))) == {"s2"}
    assert set(losses(partly("s2"))) == {"s1"}


def test_numbers_that_did_not_survive_are_given_in_the_order_of_the_text(shipped: ComparedEvent) -> None:
    letters = {letter: article for article, letter in article_letters(shipped).items()}
    (twelve_thousand,) = (each for each in shipped.statements if each.id == "s12")
    assert twelve_thousand.articles() == [letters["B"], letters["E"]]
    assert losses(shipped)["s12"] == [
        "E attributes it to Reports; B attributes it to Main Directorate of Intelligence (Ukraine).",
        "E leaves out 500, three and five, which B gives.",
    ]


def test_an_article_that_names_nobody_at_all_is_told_as_well(bridge: ComparedEvent) -> None:
    (claim,) = (each for each in bridge.statements if each.id == "s1")
    unnamed = tuple(
        replace(telling, item=replace(telling.item, content=replace(telling.item.content, sources=frozenset())))
        if telling.item.content.sources == {"Reports"}
        else telling
        for telling in claim.tellings
    )
    event = replace(bridge, statements=(replace(claim, tellings=unnamed),))
    assert losses(event)["s1"][1] == "C names no source; A attributes it to Lee."
