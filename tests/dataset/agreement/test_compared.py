"""Rounds from the record: what can be compared, what is refused and in which words, and the figures that are kept."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataset.agreement import compared as rounds
from dataset.agreement import figures as agreement
from dataset.agreement.compared import ComparedLayers
from dataset.agreement.figures import Draws, RoundAgreement
from dataset.checks.suite import check_layer
from dataset.parallel import OrderedMap
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from dataset.storage import article_ranges as parts_module
from dataset.storage.article_ranges import AT_ONCE
from dataset.storage.atomic import sha256
from dataset.storage.tables import table_bytes
from tests.corpora import copy_of_the_seeds, make_corpus
from tests.dataset.agreement.compared import LENGTH, Work, figures, works
from tests.dataset.agreement.compared import compared as work_compared
from tests.dataset.layers import write_layer
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


def compared(corpus: Corpus, round_name: str = "r1") -> ComparedLayers:
    return rounds.compared(corpus, round_name, rounds.layers_of(corpus, round_name))


def agreed(corpus: Corpus, round_name: str = "r1") -> RoundAgreement:
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
    both = compared(corpus)
    assert both.lengths == {ONE: len(corpus.text(ONE))}
    assert [set(layer.tasks["article_id"]) for layer in both.layers.values()] == [{ONE}, {ONE}]
    assert {article for layer in both.layers.values() for article in layer.spans["article_id"]} == {ONE}


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


# Range by range


def test_the_figures_of_the_repository_are_those_that_it_keeps(tmp_path: Path) -> None:
    corpus = copy_of_the_seeds(tmp_path)
    kept = agreement.figures_path(corpus, "r1").read_bytes()
    assert table_bytes(agreement.agreement(corpus, "r1").figures) == kept
    assert not agreement.is_stale(corpus, "r1")


def recorded(folder: Path, work: Work) -> Corpus:
    """Drawn work as a round in the record of a corpus."""
    text = "abcde fghij " * 4
    corpus = make_corpus(folder / "corpus", {article: text[:LENGTH] for held in work.values() for article in held})
    for name, layer in work_compared(work).layers.items():
        spans = layer.spans.with_columns(text=pl.lit(text).str.slice("start", pl.col("end") - pl.col("start")))
        write_layer(corpus.layer_path(f"r1/{name}"), replace(layer, spans=spans))
    return corpus


def outcome(corpus: Corpus, size: int, each: OrderedMap = map) -> tuple[list[dict[str, Any]], agreement.Basis] | str:
    """Figures and basis, or the sentence of a refusal, when a part has about `size` bytes of each layer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts_module, "AT_ONCE", size * 3)
        try:
            result = agreement.agreement(corpus, "r1", FEW, each)
        except Problem as problem:
            return str(problem)
        assert agreement.is_stale(corpus, "r1")
        agreement.write(corpus, result)
        assert not agreement.is_stale(corpus, "r1")
        agreement.basis_path(corpus, "r1").unlink()
        return result.figures.to_dicts(), result.basis


def sent(work: Callable[[Any], Any], given: Iterable[Any]) -> Iterator[Any]:
    """As another process would do it: what goes there and comes back is pickled."""
    for argument in given:
        yield pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(work))(argument)))


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(works(3), st.integers(1, 3_000))
def test_figures_do_not_depend_on_how_the_round_is_cut_into_parts(
    tmp_path_factory: pytest.TempPathFactory, work: Work, size: int
) -> None:
    corpus = recorded(tmp_path_factory.mktemp("cut"), work)
    whole = outcome(corpus, AT_ONCE)
    assert outcome(corpus, size, sent) == whole
    if not isinstance(whole, str):
        at_once = rounds.compared(corpus, "r1", rounds.layers_of(corpus, "r1"))
        assert whole[0] == figures(at_once, FEW).to_dicts()


def test_what_the_figures_rest_on_is_hashed_as_the_tables_are(corpus: Corpus) -> None:
    put(corpus, "a2")
    layer = read_layer(corpus.layer_path("r1/a2"), "r1/a2")
    lines = b"\n".join(table_bytes(rows) for rows in (layer.tasks, layer.spans, layer.relations))
    texts = "\n".join(
        f"{article} {corpus.by_id[article]['text_sha256']}" for article in sorted(layer.tasks["article_id"])
    )
    basis = agreed(corpus).basis
    assert basis["annotators"]["a2"]["sha256"] == sha256(lines)
    assert basis["texts_sha256"] == sha256(texts.encode())


def test_a_round_that_changes_while_it_is_compared_is_told(corpus: Corpus) -> None:
    put(corpus, "a2")

    def changed(work: Callable[[Any], Any], given: Iterable[Any]) -> Iterator[Any]:
        rows = valid_rows()
        rows["tasks"][0]["status"] = "skipped"
        put(corpus, "a2", rows)
        return map(work, given)

    with pytest.raises(Problem, match="round r1 changed while it was compared; run the same command again"):
        agreement.agreement(corpus, "r1", FEW, changed)
