"""What the README says of the rules is what they do on the articles that they were not developed on."""

from __future__ import annotations

import re

import pytest

from annotation.suggesting.protocol import open_suggester
from tests.annotation.suggesting.measured import (
    HELD_OUT,
    Measured,
    developed_on,
    measure,
    overlap,
    score_table,
    table,
    written,
)
from tests.corpora import REPOSITORY

README = (REPOSITORY / "annotation" / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def held_out() -> Measured:
    return measure(open_suggester("rules"), written(HELD_OUT))


def test_the_readme_has_the_figures_of_the_held_out_articles(held_out: Measured) -> None:
    assert "\n".join(table(held_out)) in README
    assert "\n".join(score_table(held_out)) in README
    (linked,) = re.findall(r"have a speaker, (\d+), all were linked to the right one", README)
    assert held_out.asked == held_out.answered == int(linked)


def test_the_held_out_articles_are_varied_and_none_of_those_that_the_rules_were_developed_on(
    held_out: Measured,
) -> None:
    assert held_out.gold["quote"] >= 40
    texts = {article.text for article in written(HELD_OUT)}
    assert texts.isdisjoint(article.text for article in developed_on())
    words = " ".join(texts)
    assert {"“", '"', "”"} <= set(words)


def test_the_rules_are_as_good_as_they_are_meant_to_be(held_out: Measured) -> None:
    assert held_out.precision("quote") >= 0.85
    assert held_out.recall("quote") >= 0.78
    assert held_out.precision("speaker") >= 0.90
    assert held_out.answered / held_out.asked >= 0.92
    assert held_out.precision("hedge") >= 0.90
    assert held_out.precision("number") >= 0.95


def test_overlap_is_what_two_places_share_over_all_that_they_cover() -> None:
    assert overlap((0, 10), (0, 10)) == 1
    assert overlap((0, 10), (5, 10)) == 0.5
    assert overlap((0, 5), (5, 10)) == 0
    assert overlap((0, 4), (6, 10)) == 0
