from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dataset.problem import Problem
from dataset.record.corpus import Corpus
from scripts.main import app
from tests.dataset.tiny import ONE, put_corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return put_corpus(tmp_path / "corpus")


def run(corpus: Corpus, *words: str) -> str:
    ran = CliRunner().invoke(app, ["suggest", "--round", "r1", *words, "--corpus", str(corpus.root)])
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_it_says_how_much_of_each_label_there_is_and_where(corpus: Corpus) -> None:
    printed = run(corpus, "--by", "rules")
    assert "r1/suggestions/rules: " in printed
    assert "in 3 articles" in printed
    assert str(corpus.layer_path("r1/suggestions/rules")) in printed


def test_with_json_it_counts_by_label_and_what_was_dropped_by_code(corpus: Corpus) -> None:
    path = corpus.root / "predictions.jsonl"
    rows = [
        {"article_id": ONE, "label": "number", "start": 0, "end": 4, "number_kind": "count", "number_value": "ten"},
        {"article_id": ONE, "label": "hedge", "start": 20, "end": 25, "hedge_kind": "approximator"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (rules, by_file, together) = json.loads(run(corpus, "--by", "rules", "--by", f"file:{path}", "--json"))
    assert rules["layer"] == "r1/suggestions/rules"
    assert (by_file["layer"], by_file["articles"]) == ("r1/suggestions/file", 3)
    assert by_file["spans"] == {"speaker": 0, "quote": 0, "hedge": 0, "number": 0}
    assert sum(by_file["dropped"].values()) == 2
    assert (together["layer"], together["spans"]) == ("r1/suggestions/rules-file", rules["spans"])


def test_a_parser_is_asked_beside_the_rules_and_both_together(corpus: Corpus) -> None:
    pytest.importorskip("spacy")
    printed = run(corpus, "--by", "rules", "--by", "spacy")
    for name in ("rules", "spacy", "rules-spacy"):
        assert f"r1/suggestions/{name}: " in printed
        assert corpus.layer_path(f"r1/suggestions/{name}").exists()


def test_predictions_for_another_text_are_refused_and_nothing_is_written(corpus: Corpus) -> None:
    path = corpus.root / "predictions.jsonl"
    row = {"article_id": ONE, "label": "hedge", "start": 0, "end": 4, "text_sha256": "0" * 64}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(Problem, match="another text"):
        run(corpus, "--by", "rules", "--by", f"file:{path}")
    assert not corpus.layer_path("r1/suggestions").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["push", "--annotator", "a1", "--without", "0.2"],
        ["push", "--annotator", "a1", "--least", "0.9"],
        ["push", "--annotator", "a1", "--suggestions", "rules", "--without", "1"],
        ["push", "--annotator", "a1", "--suggestions", "rules", "--least", "nan"],
        ["suggest"],
        ["suggest", "--report", "--by", "rules"],
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(corpus: Corpus, words: list[str]) -> None:
    ran = CliRunner().invoke(app, [*words, "--round", "r1", "--corpus", str(corpus.root)])
    assert ran.exit_code == 2, ran.output
    assert not corpus.annotations.exists() or not list(corpus.annotations.glob("r1/*"))


def test_a_report_of_a_round_without_suggestions_is_refused(corpus: Corpus) -> None:
    with pytest.raises(Problem, match="r1"):
        run(corpus, "--report")
