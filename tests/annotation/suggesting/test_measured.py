"""What the README says of the suggesters is what they do on the articles that they were not developed on."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.suggesting.combining import SCORES as COMBINED_SCORES
from annotation.suggesting.combining import measured_scores
from annotation.suggesting.parsed.suggester import SCORES as PARSED_SCORES
from annotation.suggesting.rules.suggester import SCORES as RULES_SCORES
from tests.annotation.suggesting import measured
from tests.annotation.suggesting.measured import HELD_OUT, SUGGESTERS, Measured, developed_on, measure, overlap, written

pytest.importorskip("spacy")


@pytest.fixture(scope="module")
def held_out() -> dict[str, Measured]:
    return measured.held_out()


def test_the_readme_has_the_figures_of_the_held_out_articles(held_out: dict[str, Measured]) -> None:
    assert measured.figures(held_out) in measured.README.read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "scores"), [("rules", RULES_SCORES), ("spacy", PARSED_SCORES)])
def test_the_scores_are_of_the_texts_that_the_suggester_was_developed_on(name: str, scores: Path) -> None:
    assert scores.read_text(encoding="utf-8") == measured.counts(measure(SUGGESTERS[name](), developed_on()))


def test_the_scores_of_agreement_are_of_the_same_texts() -> None:
    together = {"rules-spacy": measure(SUGGESTERS["rules-spacy"](), developed_on())}
    assert COMBINED_SCORES.read_text(encoding="utf-8") == measured.combined_counts(together)


def test_the_held_out_articles_are_varied_and_none_of_those_that_was_developed_on(
    held_out: dict[str, Measured],
) -> None:
    assert held_out["rules"].gold["quote"] >= 40
    texts = {article.text for article in written(HELD_OUT)}
    assert texts.isdisjoint(article.text for article in developed_on())
    words = " ".join(texts)
    assert {"“", '"', "”"} <= set(words)


@pytest.mark.parametrize(
    ("name", "precision", "recall"), [("rules", 0.85, 0.78), ("spacy", 0.90, 0.88), ("rules-spacy", 0.90, 0.88)]
)
def test_each_suggester_is_as_good_as_it_is_meant_to_be(
    held_out: dict[str, Measured], name: str, precision: float, recall: float
) -> None:
    figures = held_out[name]
    assert figures.precision("quote") >= precision
    assert figures.recall("quote") >= recall
    assert figures.precision("speaker") >= 0.90
    assert figures.answered / figures.asked >= 0.92
    assert figures.precision("hedge") >= 0.90
    assert figures.precision("number") >= 0.95


def test_a_quote_on_which_two_agree_is_more_often_right_than_what_is_suggested_by_a_single_suggester() -> None:
    scores = measured_scores("rules-spacy")
    assert scores["agreed-quote-and-speaker"] > max(scores["rules-quote"], scores["spacy-quote"])


def test_overlap_is_what_two_places_share_over_all_that_they_cover() -> None:
    assert overlap((0, 10), (0, 10)) == 1
    assert overlap((0, 10), (5, 10)) == 0.5
    assert overlap((0, 5), (5, 10)) == 0
    assert overlap((0, 4), (6, 10)) == 0
