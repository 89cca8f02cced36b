from __future__ import annotations

import polars as pl
import pytest

from dataset.record.provenance import in_words

Rests = list[tuple[int | None, bool | None]]


@pytest.mark.parametrize(
    ("rests", "sentences"),
    [
        ([(2, True)] * 5, "Of the articles, 5 rest on the work of 2 annotators (`labelled_by`). 5 were adjudicated"),
        ([(1, False)], "Of the articles, 1 rests on the work of 1 annotator (`labelled_by`). 0 were adjudicated"),
        ([(3, True), (3, False), (1, False)], "Of the articles, 2 rest on the work of 3 annotators, 1 on"),
        ([(3, True), (3, False), (1, False)], "1 passed as the one annotator left it. 1 passed because all annotators"),
        ([(2, True), (None, None)], "Of the articles, 1 rests on the work of 2 annotators"),
        ([(2, True), (None, None)], "Of 1 the record does not say it."),
        ([(None, None)], "The record does not say how many annotators labelled an article"),
    ],
)
def test_what_a_gold_rests_on_is_counted(rests: Rests, sentences: str) -> None:
    rows = pl.DataFrame(rests, {"labelled_by": pl.Int64, "adjudicated": pl.Boolean}, orient="row")
    assert sentences in in_words(rows)
