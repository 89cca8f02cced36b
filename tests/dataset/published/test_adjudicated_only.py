"""The gold's adjudicated articles alone, and what every article of the gold rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from dataset.folder.folder import configs_of, read_rows
from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from dataset.record.provenance import provenance_path
from tests.dataset.tiny import LAYER, ONE, TWO, put_corpus, put_gold, put_jsonl, rests_on, sort_gold


@pytest.fixture
def gold(tmp_path: Path) -> Corpus:
    """Gold of two articles; two annotators labelled the first, which alone was adjudicated."""
    corpus = put_corpus(tmp_path / "corpus")
    put_gold(corpus)
    sort_gold(corpus)
    rows = [rests_on(ONE, "a1", "a2", adjudicated=True), rests_on(TWO, "a1", adjudicated=False)]
    put_jsonl(provenance_path(corpus), rows)
    return corpus


def rests(folder: Path) -> dict[str, tuple[int | None, bool | None]]:
    rows = read_rows(folder, "articles", "article_id", "labelled_by", "adjudicated")
    return {article: (count, decided) for article, count, decided, _ in rows.iter_rows()}


def test_an_article_of_the_gold_says_how_many_labelled_it_and_whether_it_was_adjudicated(
    gold: Corpus, tmp_path: Path
) -> None:
    build(gold, GOLD, tmp_path / "out", allow_errors=False)
    assert rests(tmp_path / "out") == {ONE: (2, True), TWO: (1, False)}


def test_nothing_is_said_of_what_the_record_does_not_know_and_of_an_annotators_layer(
    gold: Corpus, tmp_path: Path
) -> None:
    build(gold, LAYER, tmp_path / "layer", allow_errors=False)
    assert rests(tmp_path / "layer") == {ONE: (None, None), TWO: (None, None)}
    put_jsonl(provenance_path(gold), [rests_on(TWO, "a1", adjudicated=False)])
    build(gold, GOLD, tmp_path / "out", allow_errors=False)
    assert rests(tmp_path / "out") == {ONE: (None, None), TWO: (1, False)}


def test_only_what_was_adjudicated_is_built_and_the_card_says_so(gold: Corpus, tmp_path: Path) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    build(gold, GOLD, whole, allow_errors=False)
    rows = build(gold, GOLD, part, allow_errors=False, adjudicated_only=True)
    assert rows["articles"] == 1
    for config in configs_of(part):
        columns = read_rows(part, config).columns
        if "article_id" in columns:
            assert set(read_rows(part, config)["article_id"]) == {ONE}
    assert set(read_rows(whole, "articles")["article_id"]) == {ONE, TWO}
    shown = [telling["article_id"] for row in read_rows(part, "statements")["tellings"] for telling in row]
    assert set(shown) == {ONE}
    card = (part / "README.md").read_text(encoding="utf-8")
    assert "only its adjudicated articles are here, and 1 is left out" in card
    assert "This build holds 1 articles" in card
    assert "left out" not in (whole / "README.md").read_text(encoding="utf-8")


def test_nothing_is_built_of_gold_of_which_nobody_knows_whether_it_was_adjudicated(
    gold: Corpus, tmp_path: Path
) -> None:
    provenance_path(gold).unlink()
    with pytest.raises(Problem, match="does not say of any article"):
        build(gold, GOLD, tmp_path / "out", allow_errors=False, adjudicated_only=True)
    with pytest.raises(Problem, match="the work of one annotator"):
        build(gold, LAYER, tmp_path / "out", allow_errors=False, adjudicated_only=True)
    assert not (tmp_path / "out").exists()
