from __future__ import annotations

from pathlib import Path

import pytest

from dataset.agreement.controls import control_articles, control_scores
from dataset.record.corpus import Corpus
from dataset.record.layer import make_layer
from dataset.record.provenance import provenance_path
from tests.dataset.layers import write_layer
from tests.dataset.tiny import ONE, SKIPPED, TWO, key, put_corpus, put_jsonl, rests_on, task, valid_rows


@pytest.fixture
def tiny(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path)
    put(corpus, "gold")
    return corpus


def put(corpus: Corpus, layer: str, without: tuple[str, ...] = ()) -> None:
    """The valid rows as a layer, without some spans and their links."""
    rows = valid_rows()
    rows["spans"] = [row for row in rows["spans"] if row["span_id"] not in without]
    rows["relations"] = [row for row in rows["relations"] if not {row["from_span"], row["to_span"]} & {*without}]
    named = {name: [row | key(row["article_id"], layer) for row in table] for name, table in rows.items()}
    write_layer(corpus.layer_path(layer), make_layer(layer, **named))


def decide(corpus: Corpus, round_name: str, article: str) -> None:
    row = {"round": round_name, "annotator": "a1", "article_id": article, "span_id": "may", "to_span": None}
    made = {"outcome": "kept", "gold_span": "may", "rule": None, "note": None}
    put_jsonl(corpus.layer_path("gold") / "decisions.jsonl", [row | made])


def test_each_annotator_is_measured_on_the_articles_that_have_gold(tiny: Corpus) -> None:
    put(tiny, "r2/a1")
    put(tiny, "r2/a2", without=("may", "some"))
    spans = len(valid_rows()["spans"])
    scores = control_scores(tiny, "r2")
    assert [(score.annotator, score.articles) for score in scores] == [("a1", 2), ("a2", 2)]
    assert [score.f1 for score in scores] == [1.0, pytest.approx(2 * (spans - 2) / (2 * spans - 2))]


def test_gold_that_was_decided_from_the_round_measures_nobody_of_it(tiny: Corpus) -> None:
    put(tiny, "r1/a1")
    decide(tiny, "r1", ONE)
    assert control_articles(tiny, "r1") == {TWO}
    assert control_articles(tiny, "r2") == {ONE, TWO}
    assert [score.articles for score in control_scores(tiny, "r1")] == [1]


def test_gold_that_passed_without_an_adjudicator_measures_nobody(tiny: Corpus) -> None:
    put_jsonl(provenance_path(tiny), [rests_on(TWO, "a1", adjudicated=False)])
    assert control_articles(tiny, "r2") == {ONE}


def test_a_skipped_article_is_no_control(tiny: Corpus) -> None:
    assert SKIPPED not in control_articles(tiny, "r2")
    rows = [task(ONE, "skipped") | key(ONE, "r2/a1")]
    write_layer(tiny.layer_path("r2/a1"), make_layer("r2/a1", tasks=rows))
    assert control_scores(tiny, "r2") == []


def test_without_gold_there_are_no_scores(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path)
    put(corpus, "r2/a1")
    assert control_scores(corpus, "r2") == []
