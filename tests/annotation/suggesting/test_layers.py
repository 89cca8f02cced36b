from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from annotation.rounds.assistance import SCORES
from annotation.rounds.progress import annotators_of
from annotation.suggesting import layers
from annotation.suggesting.layers import SuggestedLayer, articles_of, suggest, write_suggestions
from dataset import schema
from dataset.agreement.compared import folders_of
from dataset.checks.suite import check_layer
from dataset.parallel import local_map
from dataset.problem import Problem
from dataset.published.build import require_buildable
from dataset.record.corpus import Corpus
from dataset.record.layer import Layer, layer_folders, read_layer, suggestions_in
from dataset.record.withdrawal import withdraw
from dataset.scoring.score import score
from dataset.storage.tables import read_table
from tests.annotation.suggesting.measured import DEVELOPMENT, written
from tests.corpora import copy_of_the_seeds, make_corpus
from tests.dataset.release_setup import put_repository
from tests.dataset.tiny import ONE, TWO, put_corpus, put_jsonl

NAME = "r1/suggestions/rules"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {article.article_id: article.text for article in written(DEVELOPMENT)})


def by_rules(corpus: Corpus) -> SuggestedLayer:
    (layer,) = suggest(corpus, "r1", ["rules"], articles_of(corpus, "r1"))
    return layer


def suggested(corpus: Corpus) -> Layer:
    write_suggestions(corpus, by_rules(corpus))
    return read_layer(corpus.layer_path(NAME), NAME)


def test_the_layer_has_a_task_for_each_article_and_a_score_for_each_span(corpus: Corpus) -> None:
    layer = suggested(corpus)
    assert layer.tasks["article_id"].to_list() == corpus.articles["article_id"].to_list()
    assert {*layer.spans["label"]} == {"speaker", "quote", "hedge", "number"}
    assert {*layer.spans["annotator"]} == {"rules"}
    scores = read_table(corpus.layer_path(NAME) / "suggestion_scores.jsonl", schema.SuggestionScores)
    ids = ["article_id", "span_id"]
    assert scores.select(ids).sort(ids).equals(layer.spans.select(ids).sort(ids))
    assert not schema.failures(schema.SuggestionScores, scores)


def test_all_that_the_checks_say_of_it_is_what_is_missing_and_who_is_not_registered(corpus: Corpus) -> None:
    layer = replace(suggested(corpus), name="r1/rules")
    codes = {finding.code for finding in check_layer(corpus, layer)}
    assert {code for code in codes if "unlabelled" not in code} <= {"entity-not-registered", "q12-no-quote"}


def test_it_is_no_layer_of_an_annotator(corpus: Corpus) -> None:
    suggested(corpus)
    assert suggestions_in(corpus.record) == [NAME]
    assert corpus.layers() == []
    assert layer_folders(corpus.record) == []
    assert folders_of(corpus, "r1") == {}
    assert annotators_of(corpus, "r1") == []


def test_beside_annotators_it_changes_nothing_of_what_counts_them(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    before = corpus.layers(), folders_of(corpus, "r1"), annotators_of(corpus, "r1")
    suggested(corpus)
    assert (corpus.layers(), folders_of(corpus, "r1"), annotators_of(corpus, "r1")) == before
    assert suggestions_in(corpus.record) == [NAME]


def test_no_dataset_is_built_of_it(corpus: Corpus) -> None:
    suggested(corpus)
    with pytest.raises(Problem, match="nobody's work"):
        require_buildable(corpus, NAME)


def test_it_is_scored_like_any_predictions_and_is_no_gold(tmp_path: Path) -> None:
    corpus = copy_of_the_seeds(tmp_path / "corpus")
    suggested(corpus)
    figures = score(NAME, "gold", corpus=corpus.root).figures
    (precision,) = figures.filter(scope="all", measure="exact", figure="precision")["value"]
    assert 0 < precision <= 1
    with pytest.raises(Problem):
        score("gold", NAME, corpus=corpus.root)


def test_only_what_was_dealt_in_the_round_is_looked_at(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    put_jsonl(corpus.annotations / "r7" / "deals.jsonl", [{"round": "r7", "annotator": "a1", "article_id": TWO}])
    assert articles_of(corpus, "r7") == [TWO]
    assert articles_of(corpus, "r8") == corpus.articles["article_id"].to_list()


def test_a_corpus_without_an_article_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="has no article"):
        articles_of(make_corpus(tmp_path / "empty", {}), "r1")


def test_the_same_is_written_again_without_a_change(corpus: Corpus) -> None:
    assert len(write_suggestions(corpus, by_rules(corpus))) == 5
    assert write_suggestions(corpus, by_rules(corpus)) == []


def test_on_several_cores_it_is_the_same_as_on_one(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    articles = articles_of(corpus, "r1")
    whole = suggest(corpus, "r1", ["rules", "spacy"], articles)
    monkeypatch.setattr(layers, "BATCH", 1)
    parts = suggest(corpus, "r1", ["rules", "spacy"], articles, local_map)
    for alone, side_by_side in zip(whole, parts, strict=True):
        for table in ("tasks", "spans", "relations"):
            assert getattr(alone.layer, table).equals(getattr(side_by_side.layer, table))
        assert alone.scores.equals(side_by_side.scores)
        assert (alone.given, alone.dropped) == (side_by_side.given, side_by_side.dropped)


def test_several_suggesters_have_a_layer_each_and_one_together_that_says_who_agrees(corpus: Corpus) -> None:
    for suggested_layer in suggest(corpus, "r1", ["rules", "spacy"], articles_of(corpus, "r1")):
        write_suggestions(corpus, suggested_layer)
    names = ["rules", "rules-spacy", "spacy"]
    assert suggestions_in(corpus.record) == [f"r1/suggestions/{name}" for name in names]
    together = corpus.layer_path("r1/suggestions/rules-spacy")
    layer, scores = read_layer(together, "r1/rules-spacy"), read_table(together / SCORES, schema.SuggestionScores)
    assert not schema.failures(schema.SuggestionScores, scores)
    assert {*layer.spans["annotator"]} == {"rules-spacy"}
    agreed = scores.filter(pl.col("suggesters").list.len() == 2)
    assert scores.height == layer.spans.height > agreed.height > 0.9 * scores.height
    assert {*scores["suggesters"].explode()} == {"rules", "spacy"}
    codes = {finding.code for finding in check_layer(corpus, layer)}
    assert {code for code in codes if "unlabelled" not in code} <= {"entity-not-registered", "q12-no-quote"}


def test_of_a_single_suggester_every_span_has_its_name_and_no_layer_is_combined(corpus: Corpus) -> None:
    assert {tuple(names) for names in by_rules(corpus).scores["suggesters"]} == {("rules",)}


def test_two_suggesters_of_the_same_name_are_refused(corpus: Corpus) -> None:
    with pytest.raises(Problem, match="file is named twice"):
        suggest(corpus, "r1", ["file:a.jsonl", "file:b.jsonl"], articles_of(corpus, "r1"))


def test_the_settings_name_the_model_of_the_endpoint(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    articles = articles_of(corpus, "r1")
    with pytest.raises(Problem, match="which model"):
        suggest(corpus, "r1", ["endpoint"], articles)
    with pytest.raises(Problem, match="OPENAI_API_KEY is not set"):
        suggest(replace(corpus, endpoint_model="oak-7b"), "r1", ["endpoint"], articles)


@pytest.mark.slow
def test_an_article_of_a_megabyte_and_an_empty_article_are_taken(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", {"empty": "\n", "long": "The port said it may lose 40 boats.\n" * 28_000})
    (layer,) = suggest(corpus, "r1", ["rules"], articles_of(corpus, "r1"))
    assert layer.layer.tasks["article_id"].to_list() == ["empty", "long"]
    assert layer.layer.spans.filter(label="quote").height == 28_000


def test_a_withdrawn_article_leaves_the_suggestions_too(tmp_path: Path) -> None:
    corpus = put_repository(tmp_path / "corpus")
    assert ONE in suggested(corpus).tasks["article_id"]
    withdraw(corpus, ONE, "asked for")
    for path in corpus.layer_path(NAME).glob("*.jsonl"):
        assert f'"{ONE}"'.encode() not in path.read_bytes()


def test_an_unknown_suggester_is_told_before_anything_is_written(corpus: Corpus) -> None:
    with pytest.raises(Problem, match="no suggester oracle"):
        suggest(corpus, "r1", ["rules", "oracle"], articles_of(corpus, "r1"))
    assert suggestions_in(corpus.record) == []
