from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dataset.checks import acknowledged
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from scripts.main import app
from tests.dataset.tiny import key, put_corpus, put_layer, task

TEXTS = {
    "ferry": "The boat could sink. It has 40 cats. We could float.",
    "storm": "It could rain, and it may snow.",
    "match": "They could not lose.\nThey could win.",
}
EVENTS = {"ferry": "sea", "storm": "weather", "match": "sport"}
CUE, DIGITS = "h9-unlabelled-cue", "n1-unlabelled-digits"
Run = Callable[..., Result]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path / "corpus", TEXTS, EVENTS)
    put_layer(corpus, {"tasks": [task(article) | key(article) for article in TEXTS]})
    put_layer(corpus, {"tasks": [task("ferry") | key("ferry", "r1/a2")]}, "r1/a2")
    return corpus


@pytest.fixture
def run(corpus: Corpus) -> Run:
    def call(*words: object) -> Result:
        return CliRunner().invoke(app, [*map(str, words), "--corpus", str(corpus.root)])

    return call


def kept(corpus: Corpus) -> list[tuple[str, str, str]]:
    return [(article, place, reason) for _, article, place, reason in acknowledged.read(corpus).rows()]


def problem_of(result: Result) -> Problem:
    assert isinstance(result.exception, Problem), result.output
    return result.exception


# From a file


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "semicolons", "bom"])
def test_what_validate_wrote_is_acknowledged_but_for_the_lines_that_were_struck_out(
    run: Run, corpus: Corpus, tmp_path: Path, form: str
) -> None:
    printed = run("validate", "--code", CUE, "--json" if "json" in form else "--csv").stdout
    file = tmp_path / "cues"
    if "json" in form:
        left = [row for row in json.loads(printed) if row["article_id"] != "match"]
        lines = "".join(json.dumps(row) + "\n" for row in left)
        file.write_text(json.dumps(left, indent=2) if form == "json" else lines, encoding="utf-8")
    else:
        left_lines = [line for line in printed.splitlines() if ",match," not in line]
        text = "\n".join(left_lines)
        text = text.replace(",", ";") if form == "semicolons" else text
        file.write_text(text, encoding="utf-8-sig" if form == "bom" else "utf-8")
    result = run("acknowledge", "--from", file, "--reason", "ability")
    assert result.exit_code == 0, result.output
    assert kept(corpus) == [
        ("ferry", "9:14 could", "ability"),
        ("ferry", "40:45 could", "ability"),
        ("storm", "3:8 could", "ability"),
        ("storm", "22:25 may", "ability"),
    ]
    assert {row["article_id"] for row in json.loads(run("validate", "--code", CUE, "--json").stdout)} == {"match"}


def test_three_columns_are_enough_and_a_reason_of_a_line_comes_first(run: Run, corpus: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "cues.csv"
    file.write_text(f"code,article,place,reason\n{CUE},ferry,9:14,a fact\n{CUE},ferry,40:45 could,\n", encoding="utf-8")
    assert run("acknowledge", "--from", file, "--reason", "ability").exit_code == 0
    assert kept(corpus) == [("ferry", "9:14 could", "a fact"), ("ferry", "40:45 could", "ability")]


def test_a_dry_run_shows_the_lines_and_writes_nothing(run: Run, corpus: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "cues.csv"
    file.write_text(run("validate", "--code", CUE, "--csv").stdout, encoding="utf-8")
    result = run("acknowledge", "--from", file, "--reason", "ability", "--dry-run")
    assert f"+ {CUE} ferry 9:14 could: ability" in result.stdout
    assert "nothing was written" in result.stdout
    assert not acknowledged.path(corpus).exists()


def test_what_is_gone_and_what_is_an_error_is_named_by_its_line_and_the_rest_is_acknowledged(
    run: Run, corpus: Corpus, tmp_path: Path
) -> None:
    file = tmp_path / "cues.csv"
    rows = [(CUE, "ferry", "9:14 would"), (CUE, "ferry", "1:2"), ("s3-trailing-comma", "ferry", "0:3")]
    lines = [",".join(row) for row in (("code", "article", "place"), *rows, (CUE, "storm", "3:8"))]
    file.write_text("\n".join(lines), encoding="utf-8")
    result = run("acknowledge", "--from", file, "--reason", "ability")
    assert result.exit_code == 0
    for number, what in ((2, "no such warning"), (3, "no such warning"), (4, "an error")):
        assert any(f"line {number}: " in line and what in line for line in result.stdout.splitlines())
    assert kept(corpus) == [("storm", "3:8 could", "ability")]


def test_what_was_acknowledged_before_keeps_its_reason(run: Run, corpus: Corpus, tmp_path: Path) -> None:
    run("acknowledge", CUE, "ferry", "--place", "9:14", "--reason", "first")
    file = tmp_path / "cues.csv"
    file.write_text(f"code,article,place\n{CUE},ferry,9:14\n", encoding="utf-8")
    assert "0 warnings acknowledged" in run("acknowledge", "--from", file, "--reason", "second").stdout
    assert kept(corpus) == [("ferry", "9:14 could", "first")]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"code,article\nh9-unlabelled-cue,ferry\n", "line 2 has no place"),
        (b"code,article,place\nh9-unlabelled-cue,ferry,here\n", "line 2: here is not a place"),
        (b'code,article,place\nh9-unlabelled-cue,"ferry,9:14\n', "is not CSV"),
        (b'{"code":"h9-unlabelled-cue","article":"ferry","place":"9:14"}\n{"code"', "line 2 is not JSON"),
        (b"[1]", "row 1 is not an object"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"code,article,place\nh9-cue,ferry,9:14\n", "line 2: there is no code h9-cue"),
    ],
)
def test_a_file_that_cannot_be_read_adds_nothing(
    run: Run, corpus: Corpus, tmp_path: Path, content: bytes, what: str
) -> None:
    file = tmp_path / "cues"
    file.write_bytes(content)
    assert what in problem_of(run("acknowledge", "--from", file, "--reason", "r")).what
    assert not acknowledged.path(corpus).exists()


def test_a_line_without_a_reason_is_refused_where_none_is_given_for_all(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "cues.csv"
    file.write_text(f"code,article,place,reason\n{CUE},ferry,9:14,a fact\n{CUE},storm,3:8,\n", encoding="utf-8")
    assert "line 3: an acknowledgement needs a reason" in problem_of(run("acknowledge", "--from", file)).what


# By code


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ((), ["ferry 9:14", "ferry 40:45", "match 26:31", "storm 3:8", "storm 22:25"]),
        (("words=Could",), ["ferry 9:14", "ferry 40:45", "match 26:31", "storm 3:8"]),
        (("words=could", "words=may"), ["ferry 9:14", "ferry 40:45", "match 26:31", "storm 3:8", "storm 22:25"]),
        (("words=could", "article=ferry"), ["ferry 9:14", "ferry 40:45"]),
        (("event=weather", "words=may"), ["storm 22:25"]),
        (("layer=r1/a2",), ["ferry 9:14", "ferry 40:45"]),
    ],
)
def test_all_warnings_of_a_code_are_acknowledged_where_the_words_fit(
    run: Run, corpus: Corpus, where: tuple[str, ...], expected: list[str]
) -> None:
    named = [word for each in where for word in ("--where", each)]
    assert run("acknowledge", "--code", CUE, *named, "--reason", "ability").exit_code == 0
    assert [f"{article} {place.split()[0]}" for article, place, _ in kept(corpus)] == expected


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--code", CUE, "--where", "article=fery"), "the corpus has no article fery"),
        (("--code", CUE, "--where", "event=see"), "the corpus has no event see"),
        (("--code", CUE, "--where", "layer=r2/a1"), "the record has no layer r2/a1"),
        (("--code", CUE, "--where", "word=could"), "--where word=could says nothing"),
        (("--code", "s3-trailing-comma"), "s3-trailing-comma cannot be acknowledged"),
        (("--code", "h9"), "there is no code h9"),
        ((CUE, "fery", "--place", "9:14"), "the corpus has no article fery"),
        ((CUE, "ferry", "--place", "1:2"), f"ferry has no {CUE} at 1:2"),
        ((DIGITS, "storm", "--place", "1:2"), f"storm has no {DIGITS} at 1:2"),
    ],
)
def test_what_is_not_there_is_named_as_such(run: Run, corpus: Corpus, words: tuple[str, ...], what: str) -> None:
    assert problem_of(run("acknowledge", *words, "--reason", "r")).what == what
    assert not acknowledged.path(corpus).exists()


@pytest.mark.parametrize(
    "words",
    [
        (),
        (CUE,),
        (CUE, "ferry"),
        (CUE, "ferry", "--place", "9:14", "--dry-run"),
        ("--where", "words=could"),
        ("--code", CUE, "--from", "x"),
        (CUE, "ferry", "--place", "9:14", "--code", CUE),
    ],
)
def test_one_way_at_a_time(run: Run, words: tuple[str, ...]) -> None:
    assert run("acknowledge", *words, "--reason", "r").exit_code == 2


def test_a_spreadsheet_gets_back_what_it_was_given(run: Run, corpus: Corpus, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("validate", "--csv").stdout)))
    file = tmp_path / "all.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(row | {"reason": "seen"} for row in rows if row["severity"] == "warning")
    assert run("acknowledge", "--from", file).exit_code == 0
    assert run("validate", "--severity", "warning", "--json").stdout == "[]\n"


@pytest.mark.parametrize("way", ["choice", "file"])
def test_what_an_annotator_ticked_in_one_layer_is_acknowledged_for_the_others(
    run: Run, corpus: Corpus, tmp_path: Path, way: str
) -> None:
    start = TEXTS["ferry"].index("could")
    row = {"code": CUE, "article_id": "ferry", "place": f"{start}:{start + 5} could", "reason": "right as it stands"}
    path = acknowledged.path(corpus, "r1/a1")
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    sheet = tmp_path / "cues.csv"
    sheet.write_text(run("validate", "--code", CUE, "--article", "ferry", "--csv").stdout, encoding="utf-8")
    words = ("--from", sheet) if way == "file" else ("--code", CUE, "--where", "article=ferry")
    assert run("acknowledge", *words, "--reason", "ability").exit_code == 0
    assert (row["article_id"], row["place"], "ability") in kept(corpus)
