from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.embedded.server import Server
from annotation.labelstudio.seats import seat
from annotation.rounds import projects
from annotation.rounds.projects import Role
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from tests.annotation.aligning.test_adjudication import FIRST, SECOND, dam, submit, with_fewer_quotes
from tests.annotation.report.retold import BRIDGE, FAIR, put_retold
from tests.benchmarks.report_page import EVENT, made
from tests.corpora import put_on_server
from tests.dataset.sorting import DAM
from tests.dataset.tiny import put_layer
from tests.disks import tree
from tests.scripts.test_main import assert_one_line_and_3, hedgerow

__all__ = ["dam"]


def run(corpus: Corpus, *words: str) -> tuple[int, str]:
    done = hedgerow(*words, "--corpus", str(corpus.root))
    return done.returncode, done.stdout


def test_a_round_of_sorting_goes_from_the_desk_to_its_figures(dam: Corpus) -> None:
    code, output = run(dam, "align", "--round", "e1", "--annotator", "a1", "--event", DAM)
    assert code == 0
    assert "a1: 0 events sent with 0 quotes and numbers, 1 there before: http://127.0.0.1:" in output
    submit(dam, "a1", FIRST)
    submit(dam, "a2", {key: name for key, name in SECOND.items() if key != "A2"})
    code, output = run(dam, "pull", "--round", "e1")
    assert code == 0
    assert "a1: 1 event submitted, 0 skipped, 0 still to do" in output
    assert f"a2: 1 quote or number of {DAM} not sorted: A2" in output
    code, output = run(dam, "progress", "--round", "e1", "--json")
    assert [(row["annotator"], row["dealt"], row["open"], row["done"]) for row in json.loads(output)["annotators"]] == [
        ("a1", 1, 0, 1),
        ("a2", 1, 0, 1),
    ]
    code, output = run(dam, "agree", "--round", "e1", "--json")
    assert code == 0
    figures = json.loads(output)["a1,a2"]
    assert figures["figure"]["pairs"]["value"] == 1
    assert figures["statement"]["pairs"]["count"] == 4
    assert figures["statement"]["pairs"]["value"] == 0
    assert "pairs F1" in run(dam, "agree", "--round", "e1")[1]
    code, output = run(dam, "adjudicate", "--round", "e1")
    assert code == 0
    assert "1 event opened with 2 disputes, 0 there before" in output
    assert "1 event not submitted yet" in run(dam, "adjudicate", "--round", "e1", "--pull")[1]


def test_an_event_is_compared_as_one_annotator_sorted_it(dam: Corpus) -> None:
    submit(dam, "a1", FIRST)
    run(dam, "pull", "--round", "e1", "--annotator", "a1")
    code, output = run(dam, "compare", "--layer", "e1/a1")
    assert code == 0
    assert f"{DAM}: 2 articles, 4 statements, 1 of them told by several articles; 1 figure" in output
    assert "3 more that a single article tells: --all" in output
    code, output = run(dam, "compare", "--layer", "e1/a1", "--json")
    event = json.loads(output)
    statements = event[0]["statements"] if isinstance(event, list) else event["statements"]
    (several,) = [s for s in statements if s["kind"] == "statement" and len({t["article"] for t in s["tellings"]}) > 1]
    (difference,) = several["differences"]
    assert difference["attribution"] in ("narrower", "wider", "same", "other")


def test_what_cannot_be_done_is_one_line(dam: Corpus) -> None:
    assert_one_line_and_3(hedgerow("compare", "--corpus", str(dam.root)), "gold has sorted no event")
    nowhere = hedgerow("align", "--round", "e1", "--annotator", "a1", "--event", "nowhere", "--corpus", str(dam.root))
    assert_one_line_and_3(nowhere, "no article of the corpus reports the event nowhere")
    assert_one_line_and_3(
        hedgerow("agree", "--round", "e1", "--corpus", str(dam.root)), "no two annotators have sorted"
    )


def test_an_event_whose_quotes_have_changed_is_named_with_what_to_do(dam: Corpus) -> None:
    submit(dam, "a1", FIRST)
    put_layer(dam, with_fewer_quotes(), GOLD)
    code, output = run(dam, "align", "--round", "e1", "--annotator", "a1")
    (line,) = [line for line in output.splitlines() if "have changed since it was opened" in line]
    assert code == 0
    assert line.startswith(f"a1: the quotes of {DAM} ")
    assert "`hedgerow discard http://127.0.0.1:" in line
    code, output = run(dam, "pull", "--round", "e1", "--annotator", "a1")
    assert code == 1
    assert any(DAM in line and "have changed" in line for line in output.splitlines())


def test_an_event_of_a_single_article_is_not_opened_and_the_others_are(server: Server, tmp_path: Path) -> None:
    corpus = put_on_server(put_retold(tmp_path / "retold"), server.state, "retold-to-align")
    code, output = run(corpus, "align", "--round", "e1", "--annotator", "a1")
    assert code == 0
    (line,) = [line for line in output.splitlines() if "nothing to compare" in line]
    assert FAIR in line
    assert BRIDGE not in line
    assert "a1: 1 event sent" in output


def test_an_event_of_five_thousand_quotes_is_refused_and_nothing_is_written(server: Server, tmp_path: Path) -> None:
    quoted = made(tmp_path / "quoted", articles=250, statements=80, quotes=20)
    corpus = put_on_server(quoted, server.state, "quoted-to-align")
    before = tree(Path(corpus.root))
    done = hedgerow("align", "--round", "e1", "--annotator", "a1", "--corpus", str(corpus.root))
    assert_one_line_and_3(done, f"{EVENT} has 5000 quotes and numbers")
    assert "seeds/articles.jsonl" in done.stderr
    assert tree(Path(corpus.root)) == before
    with pytest.raises(Problem):
        projects.existing(corpus, "e1", seat(corpus, "a1"), role=Role.SORTER)
