from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from dataset.checks.findings import Finding, codes_page
from dataset.record.corpus import Corpus
from scripts import validate
from scripts.main import app
from tests.dataset.checks.wrong import ARTICLE, Work, hedge, quote
from tests.dataset.sorting import put_sorted, sorted_rows
from tests.dataset.tiny import LAYER, TWO, put_corpus, put_layer, row_of

WORK = Work("It rained.\nAnn Bo, head of it all, said [so] that “it” may\train.\nIt rained.")
Run = Callable[..., Result]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path, {ARTICLE: WORK.text})
    put_layer(corpus, Work(WORK.text, (quote("“it” may\train", "mixed"), hedge("may", "modal"))).rows)
    return corpus


@pytest.fixture
def run(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> Run:
    def call(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--corpus", str(corpus.root)])

    monkeypatch.setattr("scripts.cli.findings.OUT", a_console())
    monkeypatch.setattr("scripts.cli.console.OUT", a_console())
    return call


def a_console() -> Console:
    """A console that writes to whatever standard output is at the time."""
    return Console(highlight=False, soft_wrap=True, width=120)


def test_a_finding_is_shown_with_its_words_in_context_and_its_rule(run: Run) -> None:
    result = run("validate")
    assert result.exit_code == 0
    assert "warning q2-complementiser-left-out 50:63:" in result.stdout
    assert "head of it all, said [so] that ⟦“it” may rain⟧.⏎It rained.…" in " ".join(result.stdout.split())
    assert "Q2: Indirect speech: mark the reported clause." in result.stdout
    assert "Right: [s The council] told fans [q to leave]." in result.stdout
    assert result.stdout.endswith("r1/a1: 0 errors, 1 warning\n")


def test_strict_ends_with_1_for_a_warning(run: Run) -> None:
    assert run("validate", "--strict").exit_code == 1


def test_an_acknowledged_warning_is_counted_and_shown_when_asked_for(run: Run) -> None:
    let = run(
        "acknowledge", "q2-complementiser-left-out", ARTICLE, "--place", "50:63", "--reason", "“so that” is no “that”"
    )
    assert let.exit_code == 0, let.output
    assert run("validate", "--strict").stdout == "r1/a1: 0 errors, 0 warnings, 1 acknowledged\n"
    assert "(acknowledged)" in run("validate", "--all").stdout
    assert [finding["acknowledged"] for finding in json.loads(run("validate", "--all", "--json").stdout)] == [True]
    assert json.loads(run("validate", "--json").stdout) == []


def test_a_warning_about_a_statement_is_shown_and_can_be_acknowledged(tmp_path: Path) -> None:
    rows = sorted_rows()
    row_of(rows, "m1")["number_unit"] = "months"
    corpus, start = put_sorted(tmp_path, rows), row_of(rows, "m1")["start"]
    code, where = "figure-of-two-units", ["--corpus", str(corpus.root)]
    assert code in CliRunner().invoke(app, ["validate", "--json", *where]).stdout
    words = ["acknowledge", code, TWO, "--place", f"{start}:{start + 5}", "--reason", "both count time"]
    assert CliRunner().invoke(app, [*words, *where]).exit_code == 0
    assert code not in CliRunner().invoke(app, ["validate", "--json", *where]).stdout


def test_json_names_the_rule(run: Run) -> None:
    (finding,) = json.loads(run("validate", "--json").stdout)
    assert (finding["code"], finding["rule"], finding["severity"], finding["start"]) == (
        "q2-complementiser-left-out",
        "Q2",
        "warning",
        50,
    )


def test_markdown_is_a_table_whose_cells_stay_whole(run: Run) -> None:
    lines = run("validate", "--markdown").stdout.splitlines()
    assert lines[0].startswith("| severity |")
    assert lines[2].startswith("| warning | `q2-complementiser-left-out` | article | 50:63 |")
    assert "\\[so\\] that **“it” may rain**.⏎It rained." in lines[2]


def test_codes_prints_the_catalogue(run: Run) -> None:
    assert run("validate", "--codes").stdout == codes_page()


def test_a_hundred_thousand_findings_are_a_summary_and_a_file(
    run: Run, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [Finding("h9-unlabelled-cue", LAYER, ARTICLE, f"{n}", start=0, end=2) for n in range(100_000)]
    monkeypatch.setattr(validate, "check_record", lambda *_: iter(many))
    result = run("validate")
    assert "100000 findings; the first 20 are above" in result.stdout
    assert " 100000 warning h9-unlabelled-cue: " in result.stdout
    kept = (corpus.state / "validate-findings.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(kept) == 100_000
    assert json.loads(kept[0])["code"] == "h9-unlabelled-cue"
    assert len(result.stdout) < 20_000


def test_a_layer_that_cannot_be_read_does_not_keep_the_others_from_being_told(run: Run, corpus: Corpus) -> None:
    put_layer(corpus, {}, "r1/a2")
    path = corpus.layer_path("r1/a2") / "tasks.jsonl"
    path.write_text('{"seconds":"long"}\n', encoding="utf-8")
    result = run("validate")
    assert result.exit_code == 1
    assert f"{path} cannot be read as the table Tasks: line 1" in result.stdout
    assert "warning q2-complementiser-left-out 50:63:" in result.stdout


def test_entities_are_checked_with_the_layers(run: Run, corpus: Corpus) -> None:
    path = corpus.seeds / "entities.jsonl"
    path.write_bytes(path.read_bytes() * 2)
    result = run("validate")
    assert result.exit_code == 1
    assert "error unsound-entity: entities.jsonl: " in result.stdout


def test_acknowledgements_that_cannot_be_read_leave_every_finding_open(run: Run, corpus: Corpus) -> None:
    (corpus.annotations / "acknowledged.jsonl").write_text("{", encoding="utf-8")
    result = run("validate")
    assert result.exit_code == 1
    assert "acknowledged.jsonl cannot be read as the table Acknowledged: line 1" in result.stdout
    assert "warning q2-complementiser-left-out 50:63:" in result.stdout
