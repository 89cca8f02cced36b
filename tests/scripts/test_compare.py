from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from scripts.main import app
from tests.annotation.report.retold import ALONE, ANONYMOUS, BRIDGE, EVENTS, FAIR, FULL, SHORT, put_retold
from tests.commands import HEDGEROW
from tests.corpora import REPOSITORY, copy_of_the_seeds
from tests.dataset.sorting import DAM, put_sorting, quote, statement, telling
from tests.dataset.tiny import article_row, key, put_corpus, put_jsonl, put_layer, task

KNOWN = {FULL: ("The Echo", "2031-04-30"), SHORT: ("Gazette", "2031-05-02"), ALONE: ("Gazette", "2031-05-03")}


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    monkeypatch.setattr("scripts.cli.console.OUT.width", 100)  # wherever the tests run
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
    assert fair.startswith(f"{FAIR}: 1 article")
    assert "nothing to compare" in " ".join(fair.split())
    assert "The fair begins" not in fair
    assert "nothing to compare" not in " ".join(bridge.split())
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


# How wide it is


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")} | more


def on_a_terminal(columns: int, *words: str) -> list[str]:
    """The lines that a command prints on a terminal so wide."""
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    command = [*HEDGEROW, *words]
    with subprocess.Popen(command, stdout=inner, stderr=subprocess.DEVNULL, env=environment(), cwd=REPOSITORY):
        os.close(inner)
        printed = b"".join(iter(lambda: read(outer), b""))
    os.close(outer)
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", printed.decode()).replace("\r", "").splitlines()


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # nobody writes there any more
        return b""


def letters(lines: list[str]) -> list[str]:
    """The names of articles above the columns."""
    heads = [line.split()[1:] for line in lines if re.match(r" +statement +[A-Z]\b", line)]
    return [letter for head in heads for letter in head]


def cells(lines: list[str]) -> str:
    """All that is printed, without blanks, so that a word broken between two lines counts as much as a whole one."""
    return "".join("".join(lines).split())


@pytest.mark.parametrize("columns", [80, 100, 140])
def test_the_matrix_is_no_wider_than_the_terminal_and_nothing_of_it_is_cut(tmp_path: Path, columns: int) -> None:
    corpus = copy_of_the_seeds(tmp_path / "corpus")
    lines = on_a_terminal(columns, "compare", "--all", "--corpus", str(corpus.root))
    assert max(map(len, lines)) <= columns
    assert letters(lines) == [*"ABCDE"]
    assert "…" not in cells(lines)


@pytest.mark.parametrize(("columns", "width"), [(None, 100), ("70", 70), ("150", 150)])
def test_a_matrix_in_a_pipe_has_a_hundred_columns_unless_the_environment_says_otherwise(
    tmp_path: Path, columns: str | None, width: int
) -> None:
    corpus = copy_of_the_seeds(tmp_path / "corpus")
    variables = environment(**({} if columns is None else {"COLUMNS": columns}))
    command = [*HEDGEROW, "compare", "--corpus", str(corpus.root)]
    done = subprocess.run(command, env=variables, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert width - 5 <= max(map(len, done.stdout.splitlines())) <= width


def test_twenty_articles_stand_below_each_other_where_they_have_no_room_beside_each_other(tmp_path: Path) -> None:
    names = [f"article-{number:02}" for number in range(20)]
    corpus = put_corpus(tmp_path / "many", dict.fromkeys(names, "It holds."), dict.fromkeys(names, DAM))
    spans = [quote("q", "the dam will hold") | {"article_id": name, "start": 0, "end": 9} for name in names]
    put_layer(corpus, {"tasks": [task(name) | key(name, GOLD) for name in names], "spans": spans}, GOLD)
    put_sorting(corpus, {"tellings": [telling("hold", name, "q") for name in names]}, GOLD)
    put_sorting(corpus, {"statements": [statement("hold", "It is safe for decades")], "contradictions": []}, GOLD)
    lines = run(corpus).stdout.splitlines()
    assert letters(lines) == [*"ABCDEFGHIJKLMNOPQRST"]
    assert sum("It is safe" in line for line in lines) == sum("statement  " in line for line in lines) > 1
