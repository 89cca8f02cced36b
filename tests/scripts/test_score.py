from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dataset.published.build import build
from dataset.record.corpus import Corpus, open_corpus
from dataset.scoring.baselines import baselines_path, read_baselines
from scripts.main import app
from tests.corpora import REPOSITORY, copy_of_the_seeds
from tests.dataset.tiny import Row, as_layer, put_corpus, put_gold, put_jsonl, put_layer, row_of, sort_gold, valid_rows
from tests.scripts.test_agree import cells
from tests.scripts.test_main import assert_one_line_and_3, hedgerow
from tests.scripts.test_validate import a_console


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Two annotators and the gold, and predictions: one span of the gold's is short, one is missing, one is wrong."""
    corpus = put_corpus(tmp_path / "corpus")
    put_gold(corpus)
    return corpus


def predictions() -> list[Row]:
    rows = as_layer(valid_rows(), "gold")["spans"]
    claim = next(row for row in rows if row["span_id"] == "claim")
    claim["end"] -= 4
    claim["text"] = claim["text"][:-4]
    named = ("article_id", "span_id", "label", "start", "end", "text", "quote_form", "hedge_kind")
    return [{name: row[name] for name in named} for row in rows if row["span_id"] != "ann"]


def run(corpus: Corpus, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setattr("scripts.cli.scores.OUT", a_console())
    monkeypatch.setattr("scripts.cli.console.OUT", a_console())
    return CliRunner().invoke(app, ["score", *words, "--corpus", str(corpus.root)])


def test_the_table_shows_every_label_quote_form_and_hedge_kind(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put_jsonl(corpus.root / "predictions.jsonl", predictions())
    result = run(corpus, monkeypatch, str(path))
    assert result.exit_code == 0, result.output
    assert f"{path} against gold: 2 articles of 1 event" in result.stdout
    assert cells(result.stdout, "speaker")[-2:] == ["3", "2"]
    assert cells(result.stdout, "number")[-2:] == ["2", "2"]
    for kind in ("direct", "indirect", "modal", "approximator"):
        assert f"– {kind}" in result.stdout
    assert cells(result.stdout, "hedge_kind")[-1] == "3"
    assert "nan" not in result.stdout.lower()


def test_json_has_every_figure_and_which_articles_they_rest_on(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put_jsonl(corpus.root / "predictions.jsonl", [row | {"confidence": 0.5} for row in predictions()])
    result = run(corpus, monkeypatch, str(path), "--json")
    scores: dict[str, Any] = json.loads(result.stdout, parse_constant=lambda name: pytest.fail(name))
    assert (scores["predictions"], scores["gold"], scores["unit"]) == (str(path), "gold", "article")
    assert scores["ignored"] == ["confidence"]
    assert scores["articles"] == {
        "scored": 2,
        "events": 1,
        **dict.fromkeys(("silent", "left_out", "unknown", "unknown_spans", "repeated"), 0),
    }
    figures = {(row["scope"], row["measure"], row["figure"]): row for row in scores["figures"]}
    assert figures["speaker", "exact", "recall"]["value"] == round(2 / 3, 6)
    assert figures["hedge", "exact", "precision"]["value"] == 0.75  # “up to” is not in the gold
    assert figures["quote", "boundary", "share"]["value"] == 0.8


def test_markdown_is_tables_whose_rows_are_as_long_as_their_heads(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = run(corpus, monkeypatch, "r1/a1", "--markdown").stdout.splitlines()
    assert lines[0] == "Scored: 2 articles of 1 event."
    tables = "\n".join(lines).split("\n\n")[1:-1]
    assert len(tables) == 3
    for table in tables:
        widths = {line.count(" | ") for line in table.splitlines()}
        assert len(widths) == 1 and widths != {0}


def test_where_both_are_sorted_statements_are_scored(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    sort_gold(corpus)
    rows = [row | {"statement_id": {"claim": "x", "unsaid": "x"}.get(row["span_id"], "y")} for row in predictions()]
    path = put_jsonl(corpus.root / "predictions.jsonl", rows)
    result = run(corpus, monkeypatch, str(path))
    assert cells(result.stdout, "statements")[0] == "statements"
    assert "statements" not in run(corpus, monkeypatch, "r1/a1").stdout


def test_what_was_left_out_is_told(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for row in predictions() if row["article_id"] == "one"]
    strange = rows[0] | {"article_id": "elsewhere"}
    path = put_jsonl(corpus.root / "predictions.jsonl", [*rows, rows[0], strange])
    output = run(corpus, monkeypatch, str(path)).stdout
    assert "1 of these have no prediction" in output
    assert "1 prediction in 1 article left out" in output
    assert "1 prediction left out, each the same as another" in output


def test_what_the_predictions_have_nothing_of_is_told_and_takes_no_rows(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = [{name: row[name] for name in ("article_id", "label", "start", "end")} for row in predictions()]
    path = put_jsonl(corpus.root / "predictions.jsonl", [row for row in bare if row["label"] != "hedge"])
    output = run(corpus, monkeypatch, str(path)).stdout
    missing = "hedge, said_by, hedges, continues, speaker_entities, quote_form, quote_source"
    assert f"nothing predicted of {missing}" in output
    assert "– modal" not in output and "– direct" in output
    assert not [line for line in output.splitlines() if line.split()[:1] in (["said_by"], ["quote_form"])]


def test_an_annotator_is_scored_on_what_they_submitted(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = as_layer(valid_rows(), "r1/a3")
    put_layer(
        corpus, {name: [row for row in table if row["article_id"] == "one"] for name, table in rows.items()}, "r1/a3"
    )
    scores = json.loads(run(corpus, monkeypatch, "r1/a3", "--json").stdout)
    assert (scores["articles"]["scored"], scores["articles"]["left_out"]) == (1, 1)


def test_two_layers_of_annotators_can_be_scored(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = json.loads(run(corpus, monkeypatch, "r1/a2", "--gold", "r1/a1", "--json").stdout)
    figures = {(row["scope"], row["measure"], row["figure"]): row["value"] for row in scores["figures"]}
    assert figures["hedge", "exact", "recall"] == 0.75
    assert figures["hedges", "exact", "recall"] == 0.75  # what rule H10 makes is in it


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("nowhere.jsonl",), "there is no nowhere.jsonl; name a file, a built folder or a layer"),
        (("r1/a1", "--gold", "r9/a1"), "there is no r9/a1"),
        (("r1/a1", "--split", "test"), "gold has no split test"),
        (("r1/a1", "--gold", __file__), "is a file and no gold; name a built folder or a layer"),
    ],
)
def test_what_is_not_there_ends_with_one_line_and_3(corpus: Corpus, words: tuple[str, ...], answer: str) -> None:
    assert_one_line_and_3(hedgerow("score", *words, "--corpus", str(corpus.root)), answer)


def test_another_text_ends_with_one_line_and_3(corpus: Corpus) -> None:
    rows = predictions()
    row_of({"spans": rows}, "may")["text"] = "must"
    path = put_jsonl(corpus.root / "predictions.jsonl", rows)
    done = hedgerow("score", str(path), "--corpus", str(corpus.root))
    assert_one_line_and_3(done, "is about another text of one than the gold (“must” at")


def test_the_annotators_agreement_is_beside_the_scores(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put_jsonl(corpus.root / "predictions.jsonl", predictions())
    output = run(corpus, monkeypatch, str(path)).stdout
    assert "ceiling: the same between a1, a2 in round r1, on 2 articles" in output
    assert cells(output, "all")[3] == "0.96"
    scores = json.loads(run(corpus, monkeypatch, str(path), "--ceiling", "r1", "--json").stdout)
    assert scores["ceilings"] == [{"round": "r1", "annotators": ["a1", "a2"], "of": "article", "count": 2}]
    assert "ceiling" in run(corpus, monkeypatch, str(path), "--markdown").stdout


def test_the_readmes_script_scores_what_it_predicts(tmp_path: Path) -> None:
    page = (REPOSITORY / "dataset" / "README.md").read_text(encoding="utf-8")
    (script,) = (block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "scoring.score" in block)
    seeds = copy_of_the_seeds(tmp_path / "corpus")
    build(seeds, "gold", tmp_path / "dist" / "demo" / "dataset", allow_errors=False)
    environment = os.environ | {
        **{"PYTHONPATH": str(REPOSITORY), "HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1"},
        "POLARS_FMT_MAX_ROWS": "-1",
    }
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    figures, *table = done.stdout.splitlines()
    precision, recall = map(float, figures.split())
    assert 0.3 < precision < 1 and recall == 1.0
    assert any("boundary" in line and "share" in line for line in table)


def test_the_baselines_that_the_record_keeps_are_those_that_the_command_gives(tmp_path: Path) -> None:
    shipped = open_corpus(REPOSITORY)
    assert shipped.baselines and set(read_baselines(shipped)["baseline"]) == set(shipped.baselines)
    seeds = copy_of_the_seeds(tmp_path / "corpus")
    baselines_path(seeds).unlink()
    for name in shipped.baselines:
        done = hedgerow("score", "--baseline", name, "--corpus", str(seeds.root))
        assert done.returncode == 0, done.stderr
        assert f"kept for the card in {baselines_path(seeds)}" in done.stdout
    assert baselines_path(seeds).read_bytes() == baselines_path(shipped).read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("r1/a1", "--baseline", "rules"),
        ("--baseline", "rules", "--gold", "r1/a1"),
        ("--baseline", "rules", "--split", "train"),
    ],
)
def test_a_baseline_is_measured_on_the_gold_and_alone(corpus: Corpus, words: tuple[str, ...]) -> None:
    done = hedgerow("score", *words, "--corpus", str(corpus.root))
    assert (done.returncode, done.stdout) == (2, "")
    assert not baselines_path(corpus).exists()


def test_a_corpus_without_a_gold_has_no_baseline(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    done = hedgerow("score", "--baseline", "rules", "--corpus", str(corpus.root))
    assert_one_line_and_3(done, "the record has no gold to score against; adjudicate a round first")


def test_a_round_without_work_of_two_annotators_is_no_ceiling(corpus: Corpus) -> None:
    done = hedgerow("score", "r1/a1", "--ceiling", "r9", "--corpus", str(corpus.root))
    assert_one_line_and_3(done, "by two annotators of round r9")
