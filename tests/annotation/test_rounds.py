"""Rounds from the record: what can be compared, what is refused and in which words, and the figures that are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation import agreement, rounds
from annotation.agreement import Agreed, Draws
from annotation.rounds import Compared
from dataset.checks.layers import check_layer
from dataset.corpus import Corpus
from dataset.layer import read_layer
from dataset.problem import Problem
from tests.dataset.tiny import ONE, SKIPPED, TWO, Rows, finding, key, put_corpus, put_layer, row_of, task, valid_rows

FEW = Draws(count=20)


def of(annotator: str, rows: Rows | None = None) -> Rows:
    """The tiny corpus's work as another annotator's."""
    layer = f"r1/{annotator}"
    return {
        name: [row | key(row["article_id"], layer) for row in table] for name, table in (rows or valid_rows()).items()
    }


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path)
    put_layer(corpus, of("a1"), "r1/a1")
    return corpus


def put(corpus: Corpus, annotator: str, rows: Rows | None = None) -> None:
    put_layer(corpus, of(annotator, rows), f"r1/{annotator}")


def compared(corpus: Corpus, round_name: str = "r1") -> Compared:
    return rounds.compared(corpus, round_name, rounds.layers_of(corpus, round_name))


def agreed(corpus: Corpus, round_name: str = "r1") -> Agreed:
    return agreement.agreement(corpus, round_name, FEW)


def refused(corpus: Corpus, words: str) -> Problem:
    with pytest.raises(Problem, match=words) as caught:
        agreed(corpus)
    assert "\n" not in str(caught.value)
    return caught.value


def test_what_both_submitted_is_compared_and_what_was_skipped_is_not(corpus: Corpus) -> None:
    rows = valid_rows()
    rows["tasks"][1] = task(TWO, "skipped")
    put(corpus, "a2", rows)
    found = compared(corpus)
    assert found.lengths == {ONE: len(corpus.text(ONE))}
    assert [set(layer.tasks["article_id"]) for layer in found.layers.values()] == [{ONE}, {ONE}]
    assert {one for layer in found.layers.values() for one in layer.spans["article_id"]} == {ONE}


def test_a_round_that_is_not_there_is_told(corpus: Corpus) -> None:
    with pytest.raises(Problem, match="no work of round r9"):
        agreed(corpus, "r9")


def test_one_annotator_is_told(corpus: Corpus) -> None:
    refused(corpus, "only a1 has work in round r1")


def test_no_article_in_common_is_told(corpus: Corpus) -> None:
    put(corpus, "a2", {"tasks": [task(SKIPPED)], "spans": [], "relations": [], "findings": []})
    refused(corpus, "no article of round r1 was submitted by two")


def test_a_round_in_which_nobody_marked_anything_is_told(corpus: Corpus) -> None:
    empty: Rows = {"tasks": [task(ONE), task(TWO)], "spans": [], "relations": [], "findings": []}
    put(corpus, "a1", empty)
    put(corpus, "a2", empty)
    refused(corpus, "nobody marked anything in the 2 articles of round r1")


def test_an_article_that_the_corpus_does_not_know_is_told(corpus: Corpus) -> None:
    rows = valid_rows()
    rows["tasks"].append(task("stranger"))
    put(corpus, "a2", rows)
    refused(corpus, "r1/a2 has work on stranger, which the corpus does not know")


def test_words_that_are_not_the_texts_are_told(corpus: Corpus) -> None:
    rows = valid_rows()
    row_of(rows, "may")["text"] = "did"
    put(corpus, "a2", rows)
    refused(corpus, f"saw different texts: r1/a2 has work on another text of {ONE}")


def test_a_task_with_another_text_is_told(corpus: Corpus) -> None:
    rows = valid_rows()
    rows["findings"] = [finding("task-text-differs", article=TWO)]
    put(corpus, "a2", rows)
    refused(corpus, f"saw different texts: r1/a2 has work on another text of {TWO}")


@pytest.mark.parametrize(
    "change", [{"label": "nope"}, {"start": None}, {"start": -3}, {"start": 9, "end": 9}, {"end": 9999}]
)
def test_a_span_that_is_none_is_told(corpus: Corpus, change: dict[str, object]) -> None:
    rows = valid_rows()
    row_of(rows, "may").update(change)
    put(corpus, "a2", rows)
    refused(corpus, "r1/a2 has")


def test_figures_are_kept_byte_for_byte_and_are_no_layer(corpus: Corpus) -> None:
    put(corpus, "a2")
    agreed = agreement.agreement(corpus, "r1", FEW)
    agreement.write(corpus, agreed)
    paths = [agreement.figures_path(corpus, "r1"), agreement.basis_path(corpus, "r1")]
    before = [path.read_bytes() for path in paths]
    agreement.write(corpus, agreement.agreement(corpus, "r1", FEW))
    assert [path.read_bytes() for path in paths] == before
    assert agreement.read(corpus, "r1").equals(agreed.figures)
    assert corpus.layers() == ["r1/a1", "r1/a2"]
    assert check_layer(corpus, read_layer(corpus.layer_path("r1/a2"), "r1/a2")) == []


def test_what_the_figures_were_computed_from_is_kept(corpus: Corpus) -> None:
    put(corpus, "a2")
    agreement.write(corpus, agreement.agreement(corpus, "r1", FEW))
    kept = json.loads(agreement.basis_path(corpus, "r1").read_text(encoding="utf-8"))
    assert (kept["draws"], kept["seed"]) == (20, FEW.seed)
    assert {name: held["guidelines"] for name, held in kept["annotators"].items()} == {"a1": ["1"], "a2": ["1"]}


def test_figures_are_stale_once_what_they_rest_on_changes(corpus: Corpus) -> None:
    put(corpus, "a2")
    assert agreement.is_stale(corpus, "r1")
    agreement.write(corpus, agreement.agreement(corpus, "r1", FEW))
    assert not agreement.is_stale(corpus, "r1")
    rows = valid_rows()
    row_of(rows, "seen")["quote_form"] = "mixed"
    put(corpus, "a2", rows)
    assert agreement.is_stale(corpus, "r1")
    put(corpus, "a2")
    assert not agreement.is_stale(corpus, "r1")
    put(corpus, "a3")
    assert agreement.is_stale(corpus, "r1")


def test_figures_that_somebody_changed_are_stale(corpus: Corpus) -> None:
    put(corpus, "a2")
    agreement.write(corpus, agreement.agreement(corpus, "r1", FEW))
    path = agreement.figures_path(corpus, "r1")
    path.write_bytes(path.read_bytes().replace(b'"value":1.0', b'"value":0.9', 1))
    assert agreement.is_stale(corpus, "r1")
    agreement.basis_path(corpus, "r1").write_text("{", encoding="utf-8")
    assert agreement.is_stale(corpus, "r1")
