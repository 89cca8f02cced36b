from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from annotation.adjudication import gold_places
from dataset.checks.findings import Finding, codes_page
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from scripts import validate
from scripts.main import app
from tests.dataset.checks.wrong import ARTICLE, Work, hedge, quote
from tests.dataset.sorting import put_sorted, sorted_rows
from tests.dataset.tiny import BLANK, LAYER, TWO, Row, key, put_corpus, put_jsonl, put_layer, row_of, task

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


@pytest.fixture
def two(tmp_path: Path) -> Corpus:
    """Two articles with cues and numbers that nothing covers, and one with an error in it."""
    texts = {"ferry": "The boat could sink. It has 40 cats.", "storm": "It could rain. Ann Bo, said it was late."}
    corpus = put_corpus(tmp_path / "two", texts)
    wrong = mark_in(texts, "storm", "Ann Bo,", speaker_entities=["Ann Bo"])
    put_layer(corpus, {"tasks": [task(article) | key(article) for article in texts], "spans": [wrong]})
    return corpus


def mark_in(texts: dict[str, str], article: str, words: str, **attributes: Any) -> Row:
    start = texts[article].index(words)
    place = {"span_id": "s", "label": "speaker", "start": start, "end": start + len(words), "text": words}
    return key(article) | BLANK | place | attributes


def codes_of(corpus: Corpus, *words: str) -> list[tuple[str, str]]:
    result = CliRunner().invoke(app, ["validate", "--json", *words, "--corpus", str(corpus.root)])
    return [(finding["article_id"], finding["code"]) for finding in json.loads(result.stdout)]


def test_findings_are_chosen_by_code_severity_and_article_together(two: Corpus) -> None:
    every = codes_of(two)
    assert {("ferry", "h9-unlabelled-cue"), ("ferry", "n1-unlabelled-digits"), ("storm", "s3-trailing-comma")} < {
        *every
    }
    cues = [("ferry", "h9-unlabelled-cue"), ("storm", "h9-unlabelled-cue")]
    assert codes_of(two, "--code", "h9-unlabelled-cue") == cues
    assert codes_of(two, "--code", "h9-unlabelled-cue", "--article", "storm") == cues[1:]
    assert codes_of(two, "--code", "h9-unlabelled-cue", "--code", "n1-unlabelled-digits", "--article", "ferry") == [
        ("ferry", "h9-unlabelled-cue"),
        ("ferry", "n1-unlabelled-digits"),
    ]
    errors = codes_of(two, "--severity", "error")
    assert errors
    assert errors + codes_of(two, "--severity", "warning") == codes_of(two, "--errors-first")
    assert codes_of(two, "--errors-first") != every
    assert sorted(codes_of(two, "--errors-first")) == sorted(every)


def test_the_summary_counts_what_was_asked_for_and_what_was_left_out(two: Corpus) -> None:
    result = CliRunner().invoke(app, ["validate", "--code", "h9-unlabelled-cue", "--corpus", str(two.root)])
    left_out = len(codes_of(two)) - 2
    assert result.stdout.endswith(f"r1/a1: 0 errors, 2 warnings; {left_out} other findings left out\n")
    assert result.exit_code == 0, "the errors were not asked for"
    assert CliRunner().invoke(app, ["validate", "--corpus", str(two.root)]).exit_code == 1


@pytest.mark.parametrize(
    ("words", "what", "near"),
    [
        (("--article", "fery"), "the corpus has no article fery", "did you mean ferry?"),
        (("--code", "h9-unlabeled-cue"), "there is no code h9-unlabeled-cue", "did you mean h9-unlabelled-cue"),
        (("--layer", "r1/A1"), "the record has no layer r1/A1", "did you mean r1/a1?"),
    ],
)
def test_what_is_not_there_is_named_with_what_is_like_it(
    two: Corpus, words: tuple[str, str], what: str, near: str
) -> None:
    result = CliRunner().invoke(app, ["validate", *words, "--corpus", str(two.root)])
    assert isinstance(result.exception, Problem)
    assert (result.exception.what, near in result.exception.next_step) == (what, True)


def test_csv_has_a_row_a_finding_and_no_cell_that_a_spreadsheet_would_run(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path / "corpus", {"-2": "=cmd could\nit may rain."})
    put_layer(corpus, {"tasks": [task("-2") | key("-2")]})
    result = CliRunner().invoke(app, ["validate", "--csv", "--corpus", str(corpus.root)])
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["code"], row["article"], row["place"]) for row in rows] == [
        ("h9-unlabelled-cue", "'-2", "5:10 could"),
        ("h9-unlabelled-cue", "'-2", "14:17 may"),
    ]
    assert "0 errors, 2 warnings" in result.stderr


def test_a_finding_in_the_gold_has_the_address_of_its_adjudication_or_the_command_that_opens_it(
    run: Run, corpus: Corpus
) -> None:
    put_layer(corpus, Work(WORK.text, (quote("“it” may\train", "mixed"), hedge("may", "modal"))).rows, "gold")
    decision = {"round": "r7", "article_id": ARTICLE, "annotator": "a1", "span_id": "may", "outcome": "kept"}
    put_jsonl(corpus.decisions, [decision | dict.fromkeys(("to_span", "gold_span", "rule", "note"))])
    code = "q2-complementiser-left-out"
    again = "hedgerow adjudicate --round r7 --adjudicator a1 --replace"
    (finding,) = json.loads(run("validate", "--layer", "gold", "--code", code, "--json").stdout)
    assert (finding["address"], finding["command"]) == (None, again)
    assert again in run("validate", "--layer", "gold", "--code", code).stdout
    gold_places.note(corpus, "r6", {ARTICLE: "http://127.0.0.1:1/projects/6/data?task=1"})
    gold_places.note(corpus, "r7", {ARTICLE: "http://127.0.0.1:1/projects/7/data?task=9"})
    (finding,) = json.loads(run("validate", "--layer", "gold", "--code", code, "--json").stdout)
    assert (finding["address"], finding["command"]) == ("http://127.0.0.1:1/projects/7/data?task=9", None)
