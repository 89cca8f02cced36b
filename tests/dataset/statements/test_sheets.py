"""What of an event is to be sorted."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import GOLD, read_layer
from dataset.statements.sheets import EventSheet, event_sheets, items_of
from tests.corpora import REPOSITORY
from tests.dataset.sorting import DAM, put_sorted, sorted_rows
from tests.dataset.tiny import ONE, TWO, Rows, row_of


@pytest.fixture
def rows() -> Rows:
    return sorted_rows()


def sheet_of(corpus: Corpus, event: str = DAM) -> EventSheet:
    (sheet,) = event_sheets(corpus, [event])
    return sheet


def test_each_quote_and_number_has_a_key_its_source_and_its_words(tmp_path: Path, rows: Rows) -> None:
    sheet = sheet_of(put_sorted(tmp_path, rows))
    shown = {item.key: (item.id, item.content.words, item.principals) for item in sheet.items}
    assert shown["A1"] == (f"{ONE}:q1", "the dam will hold 40 years", ("City",))
    assert shown["A2"] == (f"{ONE}:q2", "“We built it,” … “for good.”", ("City",))
    assert shown["A1n"] == (f"{ONE}:n1", "40", ("City",))
    assert shown["B1"][0] == f"{TWO}:p1"
    assert len(shown) == len(sheet.items)


def test_the_words_stand_at_their_place_in_the_sentence(tmp_path: Path, rows: Rows) -> None:
    for item in sheet_of(put_sorted(tmp_path, rows)).items:
        first = item.content.words.split(" … ")[0]
        assert item.context[item.start : item.end] == first


def test_another_word_or_source_is_another_sheet_and_another_hedge_is_not(tmp_path: Path, rows: Rows) -> None:
    before = sheet_of(put_sorted(tmp_path / "before", rows)).fingerprint()
    assert sheet_of(put_sorted(tmp_path / "same", sorted_rows())).fingerprint() == before
    moved = sorted_rows()
    row_of(moved, "q1").update(end=row_of(moved, "q1")["end"] - 6, text=row_of(moved, "q1")["text"][:-6])
    assert sheet_of(put_sorted(tmp_path / "moved", moved)).fingerprint() != before
    candidate = sorted_rows()
    row_of(candidate, "mayor")["speaker_entities"] = ["Engineer"]
    assert sheet_of(put_sorted(tmp_path / "source", candidate)).fingerprint() != before


def test_an_event_that_no_article_reports_is_refused(tmp_path: Path, rows: Rows) -> None:
    with pytest.raises(Problem, match="no article of the corpus reports the event nowhere"):
        sheet_of(put_sorted(tmp_path, rows), "nowhere")


def test_numbers_are_ranked_by_their_value_and_quotes_are_not(tmp_path: Path, rows: Rows) -> None:
    items = items_of(sheet_of(put_sorted(tmp_path, rows)))
    assert {item.kind for item in items if item.quantity is None} == {"statement"}
    assert {item.kind for item in items if item.quantity is not None} == {"figure"}


def test_the_sheet_of_the_five_articles_holds_every_quote_and_number_of_the_gold() -> None:
    corpus = open_corpus(REPOSITORY)
    (sheet,) = event_sheets(corpus)
    gold = read_layer(corpus.layer_path(GOLD), GOLD)
    segments = gold.relations.filter(type="continues")["from_span"]
    first = gold.spans.filter(~pl.col("span_id").is_in(segments.implode()))
    for kind, label in (("statement", "quote"), ("figure", "number")):
        assert {item.span_id for item in sheet.of(kind)} == set(first.filter(label=label)["span_id"])
