from __future__ import annotations

from pathlib import Path

import pytest

from annotation.adjudication.feedback import feedback
from annotation.page.messages import outcomes_markdown
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import GOLD, read_layer
from tests.corpora import REPOSITORY


@pytest.fixture(scope="module")
def shipped() -> Corpus:
    return open_corpus(REPOSITORY)


@pytest.mark.parametrize("annotator", ["a1", "a2"])
def test_every_span_of_an_annotator_has_one_outcome_and_missed_ones_are_the_rest_of_the_gold(
    shipped: Corpus, annotator: str
) -> None:
    own = read_layer(shipped.layer_path(f"r1/{annotator}"), f"r1/{annotator}").spans
    gold = read_layer(shipped.layer_path(GOLD), GOLD).spans
    result = feedback(shipped, "r1", annotator)
    tally = result.tallies["r1"]
    assert sum(tally[kind] for kind in ("kept", "changed", "dropped")) == own.height
    assert tally["kept"] > tally["changed"] > 0
    assert tally["kept"] + tally["changed"] + tally["missed"] >= gold.height
    for article, outcomes in result.articles.items():
        mine = sorted(outcome.own for outcome in outcomes if outcome.own is not None)
        assert mine == sorted(own.filter(article_id=article)["text"])


def test_what_was_changed_says_how_and_by_which_rule(shipped: Corpus) -> None:
    outcomes = [each for article in feedback(shipped, "r1", "a1").articles.values() for each in article]
    for outcome in outcomes:
        if outcome.kind == "changed":
            assert outcome.own != outcome.gold or outcome.changes or outcome.rule is None
        if outcome.kind == "dropped":
            assert outcome.gold is None
    assert any(outcome.rule for outcome in outcomes if outcome.kind == "dropped")


def test_the_page_never_names_another_annotator(shipped: Corpus) -> None:
    result = feedback(shipped, "r1", "a1")
    for outcomes in result.articles.values():
        page = outcomes_markdown(outcomes, result.tallies)
        assert "a2" not in page.split()
        assert all(outcome.kind == "kept" or (outcome.rule or "") in page for outcome in outcomes)


def test_a_round_that_is_not_adjudicated_is_a_sentence(shipped: Corpus, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="r9"):
        feedback(shipped, "r9", "a1")
    with pytest.raises(Problem, match="nobody"):
        feedback(shipped, "r1", "nobody")
