from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dataset.published.build import build
from dataset.record.corpus import Corpus
from dataset.record.counts import summary_of
from dataset.record.layer import read_layer
from dataset.releasing.pages import article_texts, put_plots, put_report
from tests.dataset.release_setup import put_repository
from tests.dataset.tiny import EVENT, ONE, TEXTS, TWO, put_jsonl


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return put_repository(tmp_path / "corpus")


def figure(scope: str, value: float | None, annotators: str | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {"round": "r1", "annotators": annotators, "scope": scope, "measure": "exact", "value": value}
    return row | {"low": value, "high": value, "articles": 2, "annotator_count": 2, "spans": 9}


def test_the_articles_of_a_folder_have_their_split(corpus: Corpus, tmp_path: Path) -> None:
    build(corpus, "gold", tmp_path / "out", allow_errors=False)
    assert article_texts(tmp_path / "out").rows() == [
        (ONE, EVENT, TEXTS[ONE], "train"),
        (TWO, EVENT, TEXTS[TWO], "train"),
    ]


def test_near_duplicates_are_reported_without_their_words(corpus: Corpus, tmp_path: Path) -> None:
    build(corpus, "gold", tmp_path / "out", allow_errors=False)
    path = tmp_path / "out" / "articles" / "train-00000-of-00001.parquet"
    rows = pl.read_parquet(path)
    rows.vstack(rows.head(1).with_columns(article_id=pl.lit("copy"))).write_parquet(path)
    put_report(tmp_path / "out")
    (line,) = (tmp_path / "out" / "near-duplicates.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "article_id": "copy",
        "other": ONE,
        "jaccard": 1.0,
        "containment": 1.0,
        "shared": 25,
        "split": "train",
        "other_split": "train",
    }


def test_counts_are_drawn_and_agreement_where_it_was_measured(corpus: Corpus, tmp_path: Path) -> None:
    gold = read_layer(corpus.layer_path("gold"), "gold")
    assert list(put_plots(corpus, summary_of(gold), tmp_path).values()) == ["plots/counts.svg"]
    figures = [figure("all", 0.75), figure("quote", 0.5), figure("quote", 0.1, "a1,a2")]
    put_jsonl(corpus.annotations / "r1" / "agreement.jsonl", figures)
    drawn = put_plots(corpus, summary_of(gold), tmp_path)
    assert list(drawn.values()) == ["plots/counts.svg", "plots/agreement-r1.svg"]
    svg = (tmp_path / "plots" / "agreement-r1.svg").read_text()
    assert "0.75" in svg
    assert "0.50" in svg
    assert "0.10" not in svg
    before = {path: path.read_bytes() for path in (tmp_path / "plots").iterdir()}
    put_plots(corpus, summary_of(gold), tmp_path)
    assert {path: path.read_bytes() for path in (tmp_path / "plots").iterdir()} == before
