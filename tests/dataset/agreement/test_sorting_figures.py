"""The agreement of rounds of sorting, measured and kept as that of other rounds is."""

from __future__ import annotations

from pathlib import Path

import pytest

from dataset import schema
from dataset.agreement import figures
from dataset.agreement.sorting_figures import sorting_agreement, sorting_figures
from dataset.record.corpus import Corpus, open_corpus
from dataset.releasing.figures import agreement_figures
from dataset.releasing.figures import sorting_figures as as_a_table
from tests.corpora import REPOSITORY
from tests.dataset.sorting import DAM, of_annotator, put_sorted, put_sorting, sorted_rows
from tests.dataset.tiny import TWO, Rows, put_jsonl


def put_round(folder: Path, *annotators: str) -> Corpus:
    """A corpus whose event was dealt to these annotators of e1, and sorted as the gold by each."""
    corpus = put_sorted(folder, sorted_rows())
    deals = [{"event_id": DAM, "round": "e1", "annotator": who} for who in annotators]
    put_jsonl(corpus.annotations / "e1" / "event_deals.jsonl", deals)
    for who in annotators:
        put_sorting(corpus, of_annotator(sorted_rows(), f"e1/{who}"), f"e1/{who}")
    return corpus


def apart(rows: Rows) -> Rows:
    """The same, but what the second article tells is another statement."""
    for row in rows["tellings"]:
        if row["article_id"] == TWO and row["span_id"] in ("p1", "p2"):
            row["statement"] = f"{TWO}:p1"
    return rows


def measured(corpus: Corpus) -> list[tuple[object, ...]]:
    rows = sorting_figures("e1", sorting_agreement(corpus, "e1"))
    assert schema.failures(schema.Agreement, rows) == []
    return rows.select("annotators", "scope", "measure", "value", "articles", "annotator_count", "spans").rows()


def test_each_kind_has_pairs_and_b_cubed_with_what_they_rest_on(tmp_path: Path) -> None:
    assert measured(put_round(tmp_path, "a1", "a2")) == [
        ("a1,a2", "statement", "pairs", 1.0, 2, 2, 5),
        ("a1,a2", "statement", "b_cubed", 1.0, 2, 2, 5),
        ("a1,a2", "figure", "pairs", 1.0, 2, 2, 2),
        ("a1,a2", "figure", "b_cubed", 1.0, 2, 2, 2),
    ]


def test_each_two_of_three_annotators_are_measured(tmp_path: Path) -> None:
    corpus = put_round(tmp_path, "a1", "a2", "a3")
    put_sorting(corpus, apart(of_annotator(sorted_rows(), "e1/a3")), "e1/a3")
    of_pairs = {row[0]: row[3] for row in measured(corpus) if row[1:3] == ("statement", "pairs")}
    # The gold's has the pairs of q1, p1 and p2; the third annotator's has that of p1 and p2 alone.
    assert of_pairs == {"a1,a2": 1.0, "a1,a3": 0.5, "a2,a3": 0.5}


def test_an_event_that_one_skipped_or_that_is_gone_from_the_corpus_is_not_compared(tmp_path: Path) -> None:
    corpus = put_round(tmp_path, "a1", "a2")
    skipped = of_annotator(sorted_rows(), "e1/a2")["event_tasks"][0] | {"status": "skipped"}
    put_sorting(corpus, {"event_tasks": [skipped]}, "e1/a2")
    assert measured(corpus) == []
    elsewhere = put_round(tmp_path / "gone", "a1", "a2")
    articles = [row | {"event_id": "flood"} for row in elsewhere.articles.to_dicts()]
    put_jsonl(elsewhere.seeds / "articles.jsonl", articles)
    assert measured(open_corpus(elsewhere.root)) == []


def test_figures_are_stale_once_somebody_sorts_otherwise(tmp_path: Path) -> None:
    corpus = put_round(tmp_path, "a1", "a2")
    assert figures.is_stale(corpus, "e1")
    figures.write_sorting(corpus, "e1", sorting_agreement(corpus, "e1"))
    assert not figures.is_stale(corpus, "e1")
    put_sorting(corpus, apart(of_annotator(sorted_rows(), "e1/a2")), "e1/a2")
    assert figures.is_stale(corpus, "e1")


def test_a_page_tells_them_apart_from_those_of_spans(tmp_path: Path) -> None:
    corpus = put_round(tmp_path, "a1", "a2")
    figures.write_sorting(corpus, "e1", sorting_agreement(corpus, "e1"))
    assert agreement_figures(corpus) == ""
    assert "| e1 | a1, a2 | statements | 1.000" in as_a_table(corpus)


@pytest.mark.parametrize("round_name", ["e1", "e2"])
def test_the_record_keeps_those_of_its_own_rounds(round_name: str) -> None:
    here = open_corpus(REPOSITORY)
    assert not figures.is_stale(here, round_name)
    assert set(figures.read(here, round_name)["measure"]) == {"pairs", "b_cubed"}
