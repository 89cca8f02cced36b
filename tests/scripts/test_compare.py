from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from scripts.main import app
from tests.annotation.report.retold import ALONE, ANONYMOUS, BRIDGE, EVENTS, FAIR, FULL, SHORT, put_retold
from tests.dataset.tiny import article_row, put_jsonl

KNOWN = {FULL: ("The Echo", "2031-04-30"), SHORT: ("Gazette", "2031-05-02"), ALONE: ("Gazette", "2031-05-03")}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = put_retold(tmp_path / "retold")
    rows = [
        article_row(article, corpus.text(article), event)
        | dict(zip(("outlet", "published"), KNOWN.get(article, (None, None)), strict=True))
        for article, event in EVENTS.items()
    ]
    put_jsonl(corpus.seeds / "articles.jsonl", rows)
    return corpus


def run(corpus: Corpus, *words: str) -> Result:
    return CliRunner().invoke(app, ["compare", *words, "--corpus", str(corpus.root)])


def articles_of(corpus: Corpus, *words: str) -> list[list[str]]:
    return [event["articles"] for event in json.loads(run(corpus, "--json", *words).stdout)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--outlet", "gazette"), [[SHORT], [ALONE]]),
        (("--outlet", "The Echo", "--outlet", "Gazette"), [sorted((FULL, SHORT)), [ALONE]]),
        (("--outlet", "Gazette", "--event", FAIR), [[ALONE]]),
        (("--since", "2031-05"), [[SHORT], [ALONE]]),
        (("--until", "2031-05-02"), [sorted((FULL, SHORT))]),
    ],
)
def test_the_matrix_is_of_the_articles_that_are_chosen(
    corpus: Corpus, words: tuple[str, ...], expected: list[list[str]]
) -> None:
    assert articles_of(corpus, *words) == expected
    assert ANONYMOUS in {article for event in articles_of(corpus) for article in event}


def test_two_outlets_are_counted_beside_each_other_and_one_alone_is_not(corpus: Corpus) -> None:
    both = run(corpus, "--outlet", "The Echo", "--outlet", "Gazette")
    assert both.exit_code == 0, both.output
    assert "leaves out" in both.stdout
    assert "Lee 2" in both.stdout
    assert "leaves out" not in run(corpus, "--outlet", "Gazette").stdout


def test_an_event_of_a_single_article_has_nothing_to_compare_and_the_others_are_shown(corpus: Corpus) -> None:
    fair, bridge = (run(corpus, "--event", event).stdout for event in (FAIR, BRIDGE))
    both = run(corpus)
    assert both.exit_code == 0, both.output
    assert both.stdout == bridge + fair
    (line,) = fair.splitlines()
    assert line.startswith(f"{FAIR}: 1 article")
    assert "nothing to compare" in line
    assert "nothing to compare" not in bridge
    alone = run(corpus, "--event", FAIR, "--all").stdout
    assert "The fair begins" in alone
    assert "--all" not in alone


def test_an_event_of_a_single_article_that_nobody_sorted_is_a_problem(corpus: Corpus) -> None:
    for table in ("tellings", "statements"):
        path = corpus.layer_path(GOLD) / f"{table}.jsonl"
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        put_jsonl(path, [row for row in rows if row["event_id"] != FAIR])
    result = run(corpus, "--event", FAIR)
    assert isinstance(result.exception, Problem)
    assert f"a single article of the corpus reports {FAIR}" in result.exception.what


def test_what_leaves_nothing_is_a_problem(corpus: Corpus) -> None:
    result = run(corpus, "--outlet", "The Echo", "--event", FAIR)
    assert isinstance(result.exception, Problem)
    assert "tell no statement" in result.exception.what
