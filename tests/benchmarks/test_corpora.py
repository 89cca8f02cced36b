"""What is measured is like good work: whole, and without a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.rounds.pull import pull_file
from dataset.checks.suite import check_record
from dataset.record.layer import TABLES
from dataset.storage.address import Location
from tests.benchmarks.articles import articles
from tests.benchmarks.corpora import write_export, write_record, write_round, write_sound_export


@pytest.fixture
def pulled(tmp_path: Path) -> Location:
    corpus, export, _ = write_export(tmp_path / "export", 40)
    pull_file(corpus, "r1", "a1", export, accept_removals=False)
    return corpus.layer_path("r1/a1")


def test_an_export_gives_the_record_that_is_written_directly(pulled: Location, tmp_path: Path) -> None:
    written = write_record(tmp_path / "record", 40).layer_path("r1/a1")
    for table in TABLES:
        assert (written / f"{table}.jsonl").read_bytes() == (pulled / f"{table}.jsonl").read_bytes()


def test_generated_articles_have_about_25_spans_in_2_kb_and_no_finding(tmp_path: Path) -> None:
    corpus, made = write_record(tmp_path, 40), list(articles(40))
    assert list(check_record(corpus, ["r1/a1"])) == []
    assert 24 <= sum(len(article.spans) for article in made) / len(made) <= 27
    assert 1_700 <= sum(len(article.text) for article in made) / len(made) <= 2_500


def test_the_gold_of_a_generated_round_fits_its_decisions_and_only_cues_were_missed(tmp_path: Path) -> None:
    corpus = write_round(tmp_path, 40)
    findings = check_record(corpus, corpus.layers())
    assert {finding.code for finding in findings} <= {"h9-unlabelled-cue"}
    assert {finding.layer for finding in findings} <= {"r1/a2", "r1/a3"}


def test_the_gold_repeated_has_a_fault_in_ten_tasks_and_no_other_error(tmp_path: Path) -> None:
    corpus, export, regions = write_sound_export(tmp_path, 20)
    pulled = pull_file(corpus, "r1", "a1", export, accept_removals=False)
    assert pulled.layers[0].spans == regions
    assert [finding.code for finding in check_record(corpus, ["r1/a1"], errors_only=True)] == ["surface-differs"] * 10
