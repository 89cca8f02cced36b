"""A bad task among many is named; where all are bad, that is told in a page, and a file holds the rest."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dataset.record.corpus import Corpus
from scripts.main import main
from tests.benchmarks.articles import articles
from tests.benchmarks.corpora import exported, write_corpus

Row = dict[str, Any]
Spoil = Callable[[int, Row], Any]
SIZES = [300, pytest.param(100_000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]
PAGE = 90


@pytest.fixture(params=SIZES)
def corpus(request: pytest.FixtureRequest, tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", request.param)


def write_export(corpus: Corpus, spoil: Spoil) -> Path:
    """An export of all articles, each task spoiled."""
    export = corpus.root.with_name("export.json")
    with export.open("w", encoding="utf-8") as out:
        for number, article in enumerate(articles(corpus.articles.height), start=1):
            out.write("[" if number == 1 else ",\n")
            json.dump(spoil(number, exported(number, article)), out)
        out.write("]")
    return export


Run = Callable[..., tuple[int, list[str]]]
Pull = Callable[[Spoil], tuple[int, list[str]]]


@pytest.fixture
def run(corpus: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`hedgerow` with some words: its exit code and the lines that it printed."""

    def done(*words: str) -> tuple[int, list[str]]:
        monkeypatch.setattr(sys, "argv", ["hedgerow", *words, "--corpus", str(corpus.root)])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return int(ended.value.code or 0), (output.out + output.err).splitlines()

    return done


@pytest.fixture
def pull(corpus: Corpus, run: Run) -> Pull:
    """`hedgerow pull` from an export in which each task was spoiled."""
    words = ("pull", "--round", "r1", "--annotator", "a1", "--from-file")
    return lambda spoil: run(*words, str(write_export(corpus, spoil)))


def without_offsets(task: Row) -> Row:
    task["annotations"][0]["result"][0]["value"]["start"] = "here"
    return task


def test_one_bad_task_is_named(corpus: Corpus, run: Run, pull: Pull) -> None:
    bad = corpus.articles.height * 2 // 3
    article = corpus.articles["article_id"][bad - 1]
    code, lines = pull(lambda number, task: without_offsets(task) if number == bad else task)
    assert (code, lines[0].endswith(" 1 finding in the raw results")) == (0, True)
    code, lines = run("validate")
    assert (code, len(lines) < PAGE) == (1, True)
    assert any("unreadable-offsets" in line for line in lines)
    assert [line for line in lines if line.startswith("n") and article not in line] == []


def test_one_thing_that_is_no_task_is_named_by_its_place(corpus: Corpus, pull: Pull) -> None:
    bad = corpus.articles.height * 2 // 3
    code, lines = pull(lambda number, task: number if number == bad else task)
    assert (code, len(lines)) == (3, 1)
    assert f"not a task, at place {bad}" in lines[0]
    assert not corpus.annotations.exists()


def test_where_all_tasks_are_bad_a_page_tells_it_and_a_file_holds_all(corpus: Corpus, run: Run, pull: Pull) -> None:
    count = corpus.articles.height
    code, lines = pull(lambda number, task: without_offsets(task))
    assert (code, len(lines) < 10) == (0, True)
    assert lines[0].endswith(f" {count} findings in the raw results")
    code, lines = run("validate")
    assert (code, len(lines) < PAGE) == (1, True)
    kept = (corpus.state / "validate-findings.jsonl").read_text(encoding="utf-8").splitlines()
    assert sum('"unreadable-offsets"' in line for line in kept) == count


def test_tasks_of_no_article_are_told_in_a_page(corpus: Corpus, pull: Pull) -> None:
    def unknown(number: int, task: Row) -> Row:
        return task | {"data": task["data"] | {"article_id": f"other-{number}"}}

    code, lines = pull(unknown)
    assert (code, len(lines) < 10) == (0, True)
    assert lines[0].endswith(f" {corpus.articles.height} findings in the raw results")


def test_all_that_a_pull_would_take_away_is_in_a_file(corpus: Corpus, pull: Pull) -> None:
    pull(lambda number, task: task)
    code, lines = pull(lambda number, task: task | {"annotations": []})
    assert (code, len(lines) < 40) == (1, True)
    kept = (corpus.state / "pull-removals.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["article_id"] for line in kept] == corpus.articles["article_id"].to_list()
