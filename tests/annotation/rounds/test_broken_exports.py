"""Exports that are broken in one way each. `expected.json` says what each must give, `articles.json` its article."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.rounds.pull import pull_file
from dataset.checks.findings import CATALOGUE, Finding
from dataset.checks.suite import check_layer
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from tests.dataset.checks.wrong import ARTICLE
from tests.dataset.tiny import put_corpus

FOLDER = Path(__file__).with_name("broken_exports")
ARTICLES = json.loads((FOLDER / "articles.json").read_text(encoding="utf-8"))
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
DAMAGED = sorted((FOLDER / "damaged").iterdir())
NO_EXPORT_CAUSES = {
    "article-text-unreadable",
    "bounds-differ",
    "duplicate-relation",
    "duplicate-span-id",
    "duplicate-task",
    "figure-of-two-units",
    "foreign-row",
    "gist-copies-quote",
    "gist-too-long",
    "ids-differ-in-case",
    "missing-table",
    "q4-continues-later",
    "q4-cycle",
    "quote-without-telling",
    "span-without-task",
    "speaks-for-circle",
    "speaks-for-itself",
    "speaks-for-unknown",
    "stale-acknowledgement",
    "statement-of-quotes-and-numbers",
    "statement-without-telling",
    "t2-two-sources",
    "t4-two-statements",
    "t5-contradicts-itself",
    "t5-statement-and-figure",
    "telling-of-no-span",
    "telling-of-other-event",
    "telling-of-wrong-span",
    "tellings-share-no-word",
    "text-not-slice",
    "unknown-statement",
    "unreadable-table",
    "unsound-decision",
    "unsound-entity",
    "unsound-provenance",
    "unsound-sorting",
    "value-missing",
    "withdrawal-unfinished",
    "wrong-annotator",
}
"""Codes of a record edited by hand, and of an account that only a server tells."""


def pulled(folder: Path, article: str, export: Path) -> list[Finding]:
    corpus = put_corpus(folder, {ARTICLE: article})
    return findings_of(corpus, export)


def findings_of(corpus: Corpus, export: Path) -> list[Finding]:
    pull_file(corpus, "r1", "a1", export, accept_removals=True)
    return check_layer(corpus, read_layer(corpus.layer_path("r1/a1"), "r1/a1"))


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPECTED)
def test_a_broken_export_gives_exactly_its_findings(tmp_path: Path, name: str) -> None:
    findings = pulled(tmp_path, ARTICLES[name], FOLDER / f"{name}.json")
    assert [[finding.code, finding.span_id, finding.start, finding.end] for finding in findings] == EXPECTED[name]


@pytest.mark.parametrize("name", [name for name in EXPECTED if name in CATALOGUE])
def test_an_export_named_for_a_code_gives_that_code_alone(name: str) -> None:
    assert [row[0] for row in EXPECTED[name]] == [name]


def test_every_code_that_an_export_can_cause_has_its_export() -> None:
    assert {row[0] for rows in EXPECTED.values() for row in rows} == set(CATALOGUE) - NO_EXPORT_CAUSES


def test_every_export_has_its_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} - {"articles", "expected"} == set(EXPECTED) == set(ARTICLES)


def test_offsets_that_count_utf_16_units_are_named(tmp_path: Path) -> None:
    name = "surface-differs-utf-16"
    findings = pulled(tmp_path, ARTICLES[name], FOLDER / f"{name}.json")
    (finding,) = (finding for finding in findings if finding.code == "surface-differs")
    assert finding.message.endswith("the offsets count UTF-16 units")


@pytest.mark.parametrize("export", DAMAGED, ids=lambda path: path.stem)
def test_a_damaged_file_is_a_problem_or_findings_and_the_record_stays_or_is_told(tmp_path: Path, export: Path) -> None:
    corpus = put_corpus(tmp_path, {ARTICLE: ARTICLES["whole"]})
    assert findings_of(corpus, FOLDER / "whole.json") == []
    before = record(corpus)
    try:
        findings = findings_of(corpus, export)
    except Problem as problem:
        assert problem.next_step
        assert record(corpus) == before
        assert not list(corpus.pulls.glob(".*"))
    else:
        assert findings


def record(corpus: Corpus) -> dict[str, bytes]:
    """Every file of the record and of the raw pulls, and what it holds."""
    folders = (corpus.annotations, corpus.pulls)
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}
