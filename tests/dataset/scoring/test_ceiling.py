"""What stands beside a score: the agreement of the annotators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dataset.agreement.figures import agreement
from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.corpus import Corpus
from dataset.scheme import vocabulary
from dataset.scoring.score import score
from dataset.scoring.scored import PredictionScore
from dataset.statements.tables import make_sorting, write_sorting
from tests.dataset.scoring.labels import FEW
from tests.dataset.tiny import (
    EVENT,
    ONE,
    TWO,
    Rows,
    as_layer,
    put_corpus,
    put_gold,
    put_jsonl,
    put_layer,
    row_of,
    sort_gold,
    valid_rows,
)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path / "corpus")
    put_gold(corpus)
    return corpus


def score_in(corpus: Corpus, predictions: Any = "gold", gold: str | Path = "gold", **more: Any) -> PredictionScore:
    return score(predictions, gold, corpus=corpus.root, draws=FEW, **more)


def work(annotator: str, end: int = 0, form: str = "indirect") -> Rows:
    rows = as_layer(valid_rows(), annotator)
    span = row_of(rows, "claim")
    span["end"] -= end
    span["text"] = span["text"][: len(span["text"]) - end]
    span["quote_form"] = form
    return rows


def ceiling(scores: PredictionScore, scope: str, measure: str, figure: str = "f1") -> Any:
    return scores.row(scope, measure, figure)["ceiling"]


def test_the_ceiling_is_what_agreement_gives_for_the_round(corpus: Corpus) -> None:
    put_layer(corpus, work("r1/a3", 4, "mixed"), "r1/a3")
    scores = score_in(corpus)
    assert [(basis.round, basis.annotators, basis.of, basis.count) for basis in scores.ceilings] == [
        ("r1", ["a1", "a2", "a3"], "article", 2)
    ]
    agreed = agreement(corpus, "r1", FEW).figures.filter(pl.col("annotators").is_null())
    compared = 0
    for scope, measure, value in agreed.select("scope", "measure", "value").iter_rows():
        figure = "share" if measure == "boundary" or measure in vocabulary.MATCHED_MEASURES else "f1"
        if (
            measure in (*vocabulary.SPAN_MEASURES[:4], *vocabulary.MATCHED_MEASURES)
            and scope not in vocabulary.RELATIONS
        ):
            assert ceiling(scores, scope, measure, figure) == value
            compared += value is not None
    assert compared > 20
    assert ceiling(scores, "quote", "exact") < 1 == ceiling(scores, "quote", "relaxed")
    assert scores.row("quote", "exact", "precision")["ceiling"] is None


def test_links_that_a_rule_made_count_in_the_ceiling_as_in_the_score(corpus: Corpus) -> None:
    assert ceiling(score_in(corpus), "hedges", "exact") == round(2 * 3 / 7, 6)


def test_it_rests_on_the_articles_that_are_scored(corpus: Corpus) -> None:
    layer = as_layer(valid_rows(), "r1/a9")
    put_layer(
        corpus, {name: [row for row in rows if row["article_id"] == TWO] for name, rows in layer.items()}, "r1/a9"
    )
    scores = score_in(corpus, "r1/a9")
    assert (scores.counts.scored, scores.ceilings[0].count) == (1, 1)
    assert ceiling(scores, "hedge", "exact") is None  # there is none in that article


def test_of_several_rounds_that_with_most_of_the_gold_is_taken_unless_another_is_named(corpus: Corpus) -> None:
    for annotator in ("a0/b1", "a0/b2"):
        rows = work(annotator, 4 * (annotator == "a0/b1"))
        put_layer(corpus, {name: [row for row in t if row["article_id"] == ONE] for name, t in rows.items()}, annotator)
    assert [basis.round for basis in score_in(corpus).ceilings] == ["r1"]
    named = score_in(corpus, ceiling=["a0"])
    assert (named.ceilings[0].round, named.ceilings[0].annotators) == ("a0", ["b1", "b2"])
    assert ceiling(named, "quote", "exact") == 0.75
    assert score_in(corpus, ceiling=[]).ceilings == []


def test_a_built_folder_has_the_same_ceiling_where_its_corpus_is_at_hand(corpus: Corpus, tmp_path: Path) -> None:
    build(corpus, "gold", corpus.root / "dist" / "gold", allow_errors=True)
    expected, beside = score_in(corpus, "r1/a1"), score_in(corpus, "r1/a1", corpus.root / "dist" / "gold")
    assert beside.figures.equals(expected.figures)
    elsewhere = put_corpus(tmp_path / "elsewhere", {ONE: "Words of another article.", TWO: "More words."})
    put_layer(elsewhere, {"tasks": valid_rows()["tasks"]}, "r1/a1")
    put_layer(elsewhere, {"tasks": as_layer(valid_rows(), "r1/a2")["tasks"]}, "r1/a2")
    assert score_in(elsewhere, corpus.root / "dist" / "gold", corpus.root / "dist" / "gold").ceilings == []


@pytest.mark.parametrize("name", ["r9", "e1"])
def test_a_round_that_nobody_shared_is_refused_where_it_is_named(corpus: Corpus, name: str) -> None:
    put_jsonl(corpus.annotations / "e1" / "event_deals.jsonl", [{"event_id": EVENT, "round": "e1", "annotator": "a1"}])
    with pytest.raises(Problem, match=f"by two annotators of round {name}"):
        score_in(corpus, ceiling=[name])


def test_a_round_that_cannot_be_read_is_no_reason_not_to_score(corpus: Corpus) -> None:
    rows = work("r1/a2")
    row_of(rows, "claim")["text"] = "words of another text"
    put_layer(corpus, rows, "r1/a2")
    scores = score_in(corpus)
    assert (scores.ceilings, scores.value("all", "exact")) == ([], 1.0)
    assert "no ceiling, because r1/a2 is about another text of one" in scores.notes[0]
    with pytest.raises(Problem, match="another text"):
        score_in(corpus, ceiling=["r1"])


def test_statements_have_the_agreement_of_a_round_of_sorting_beside_them(corpus: Corpus) -> None:
    sort_gold(corpus)
    deals = [{"event_id": EVENT, "round": "e1", "annotator": name} for name in ("a1", "a2")]
    put_jsonl(corpus.annotations / "e1" / "event_deals.jsonl", deals)
    groups = {"a1": {"claim": "x", "unsaid": "x", "seen": "y"}, "a2": {"claim": "x", "unsaid": "z", "seen": "z"}}
    for name, by_item in groups.items():
        about = {"event_id": EVENT, "round": "e1", "annotator": name}
        tellings = [
            about
            | {"article_id": TWO if span == "unsaid" else ONE, "span_id": span, "statement": group, "degree": "whole"}
            for span, group in by_item.items()
        ]
        ended = about | {"status": "submitted", "sheet_sha256": "0" * 64, "given": []}
        write_sorting(corpus.layer_path(f"e1/{name}"), make_sorting(event_tasks=[ended], tellings=tellings))
    scores = score_in(corpus)
    assert [(basis.round, basis.of, basis.count) for basis in scores.ceilings] == [
        ("r1", "article", 2),
        ("e1", "event", 1),
    ]
    assert ceiling(scores, "statement", "pairs") == 0.0
    assert 0 < ceiling(scores, "statement", "b_cubed") < 1
    assert [basis.round for basis in score_in(corpus, "r1/a1").ceilings] == ["r1"]
    by_sorting = score_in(corpus, "e1/a1")
    assert by_sorting.value("statement", "pairs") == 1.0
    assert set(by_sorting.figures["scope"]) == {"statement", "figure"}
