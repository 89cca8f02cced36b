from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dataset.agreement.figures import is_stale
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from scripts.main import app
from tests.dataset.agreement.test_sorting_figures import put_round
from tests.dataset.tiny import SKIPPED, key, put_corpus, put_layer, row_of, task, valid_rows
from tests.scripts.test_main import assert_one_line_and_3, hedgerow
from tests.scripts.test_validate import a_console


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return put_corpus(tmp_path)


def put(corpus: Corpus, annotator: str, end: int = 0, version: str = "1") -> None:
    """A layer whose first quote ends `end` code points early."""
    rows = valid_rows()
    span = row_of(rows, "claim")
    span["end"] -= end
    span["text"] = span["text"][: len(span["text"]) - end]
    rows["tasks"] = [task | {"guidelines_version": version} for task in rows["tasks"]]
    layer = f"r1/{annotator}"
    put_layer(
        corpus,
        {name: [row | key(row["article_id"], layer) for row in table] for name, table in rows.items()},
        layer,
    )


def run(corpus: Corpus, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setattr("scripts.agree.OUT", a_console())
    monkeypatch.setattr("scripts.cli.console.OUT", a_console())
    return CliRunner().invoke(app, ["agree", "--round", "r1", *words, "--corpus", str(corpus.root)])


def cells(output: str, first: str) -> list[str]:
    return next(line.split() for line in output.splitlines() if line.split()[:1] == [first])


def test_the_table_shows_each_label_with_intervals(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    put(corpus, "a1")
    put(corpus, "a2", end=4)
    result = run(corpus, monkeypatch)
    assert result.exit_code == 0, result.output
    assert "r1: a1, a2; 2 articles compared" in result.stdout
    assert cells(result.stdout, "exact")[:3] == ["exact", "0.93", "[0.92,1.00]"]
    assert cells(result.stdout, "relaxed")[:3] == ["relaxed", "1.00", "[0.78,1.00]"]
    assert cells(result.stdout, "alpha")[1] == "–"
    assert cells(result.stdout, "spans")[1:] == ["28", "6", "10", "8", "4"]
    assert cells(result.stdout, "said_by")[-1] == "6"
    assert "nan" not in result.stdout.lower()
    assert not is_stale(corpus, "r1")


def test_three_annotators_have_a_matrix_of_pairs(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, end in (("a1", 0), ("a2", 4), ("a3", 0)):
        put(corpus, name, end)
    output = run(corpus, monkeypatch).stdout
    rows = [line.split() for line in output.splitlines() if line.split()[:1] in (["a1"], ["a2"], ["a3"])]
    assert rows == [
        ["a1", "0.93", "[0.92,1.00]", "1.00", "[0.78,1.00]"],
        ["a2", "1.00", "[0.78,1.00]", "0.93", "[0.92,1.00]"],
        ["a3", "1.00", "[0.78,1.00]", "1.00", "[0.78,1.00]"],
    ]


def test_other_versions_of_the_guidelines_are_told(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    put(corpus, "a1")
    put(corpus, "a2", version="2")
    assert "same version of the guidelines: a1: 1; a2: 2" in run(corpus, monkeypatch).stdout


def test_json_is_complete_and_has_no_nan(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    put(corpus, "a1")
    put(corpus, "a2", end=4)
    result = run(corpus, monkeypatch, "--json")
    known = json.loads(result.stdout, parse_constant=lambda name: pytest.fail(name))
    assert (known["round"], known["annotators"], known["articles"]) == ("r1", ["a1", "a2"], 2)
    kept = (corpus.annotations / "r1" / "agreement.jsonl").read_text(encoding="utf-8").splitlines()
    assert known["figures"] == [json.loads(line) for line in kept]
    assert set(known["basis"]["annotators"]) == {"a1", "a2"}


def test_a_round_of_sorting_is_measured_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sorted_twice = put_round(tmp_path / "dam", "a1", "a2")
    monkeypatch.setattr("scripts.cli.sorting.OUT", a_console())
    monkeypatch.setattr("scripts.cli.console.OUT", a_console())
    words = ["agree", "--round", "e1", "--corpus", str(sorted_twice.root)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert cells(result.stdout, "a1,a2")[1:3] == ["1.00", "[0.57,1.00]"]
    assert "e1/agreement.jsonl" in result.stdout
    assert not is_stale(sorted_twice, "e1")
    as_json = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert as_json["a1,a2"]["statement"]["pairs"]["count"] == 5


def test_one_annotator_ends_with_one_line_and_3(corpus: Corpus) -> None:
    put(corpus, "a1")
    assert_one_line_and_3(hedgerow("agree", "--round", "r1", "--corpus", str(corpus.root)), "only a1 has work")


@pytest.mark.parametrize("name", ["gold", "../r1"])
def test_what_is_no_round_is_refused(corpus: Corpus, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    result = CliRunner().invoke(app, ["agree", "--round", name, "--corpus", str(corpus.root)])
    assert isinstance(result.exception, Problem)


def test_who_shares_no_article_is_named(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    put(corpus, "a1")
    put(corpus, "a2")
    put_layer(corpus, {"tasks": [task(SKIPPED) | key(SKIPPED, "r1/a3")]}, "r1/a3")
    assert "a3 submitted no article that another submitted" in run(corpus, monkeypatch).stdout
