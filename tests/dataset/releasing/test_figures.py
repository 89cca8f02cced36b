from __future__ import annotations

from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.provenance import provenance_path
from dataset.releasing.figures import filled, refresh
from tests.dataset.sorting import put_sorted, sorted_rows
from tests.dataset.tiny import ONE, TWO, put_corpus, put_jsonl, put_layer, rests_on, valid_rows

PAGE = "Before.\n\n<!-- figures: counts -->\nold\n<!-- end of figures -->\n\nAfter.\n"


@pytest.fixture
def labelled(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path)
    put_layer(corpus, valid_rows())
    return corpus


def test_a_block_is_filled_from_the_record_and_the_prose_around_it_stays(labelled: Corpus) -> None:
    page = filled(labelled, PAGE)
    assert "- `r1/a1`: 2 articles, 3 speakers, 5 quotes, 4 hedges, 2 numbers, 3 `said_by` links" in page
    assert page.startswith("Before.\n\n<!-- figures: counts -->\n- `r1/a1`")
    assert page.endswith("<!-- end of figures -->\n\nAfter.\n")
    assert "old" not in page


def test_pages_are_brought_to_the_data_once(labelled: Corpus) -> None:
    readme = labelled.root / "README.md"
    readme.write_text(PAGE, encoding="utf-8")
    assert refresh(labelled) == [readme]
    assert refresh(labelled) == []


def test_figures_that_there_are_not_are_refused(labelled: Corpus) -> None:
    with pytest.raises(Problem, match="no figures called luck"):
        filled(labelled, PAGE.replace("counts", "luck"))


def test_a_page_says_which_program_made_the_labels(labelled: Corpus) -> None:
    page = PAGE.replace("counts", "makers")
    assert "- `a1`: expert-generated.\n<!-- end" in filled(labelled, page)
    (labelled.root / "hedgerow.toml").write_text('[annotators.m]\nkind = "machine-generated"\nnote = "A program."')
    assert "- `m`: machine-generated. The model, version and settings were not recorded." in filled(
        open_corpus(labelled.root), page
    )


def test_what_became_of_spans_is_counted_by_annotator(labelled: Corpus) -> None:
    key = {"round": "r1", "article_id": "one", "to_span": None, "gold_span": None, "rule": None, "note": None}
    rows = [
        key | {"annotator": who, "span_id": f"{n}", "outcome": "dropped"} for n, who in enumerate(("a1", "a2", "a2"))
    ]
    put_jsonl(labelled.decisions, rows)
    page = filled(labelled, PAGE.replace("counts", "agreement"))
    assert "| a1 | 0 | 0 | 1 | 0 |" in page
    assert "| a2 | 0 | 0 | 2 | 0 |" in page


def test_what_passed_without_an_adjudicator_is_not_among_what_became_of_spans(labelled: Corpus) -> None:
    key = {"round": "r1", "annotator": "a1", "to_span": None, "gold_span": None, "rule": None, "note": None}
    rows = [key | {"article_id": article, "span_id": "x", "outcome": "kept"} for article in (ONE, TWO)]
    put_jsonl(labelled.decisions, rows)
    put_jsonl(provenance_path(labelled), [rests_on(TWO, "a1", adjudicated=False)])
    assert "| a1 | 1 | 0 | 0 | 0 |" in filled(labelled, PAGE.replace("counts", "agreement"))


def test_a_page_says_what_the_gold_rests_on(labelled: Corpus) -> None:
    page = PAGE.replace("counts", "provenance")
    assert "There is no gold yet." in filled(labelled, page)
    put_layer(labelled, valid_rows(), "gold")
    put_jsonl(provenance_path(labelled), [rests_on(TWO, "a1", adjudicated=False)])
    assert "Of the articles, 1 rests on the work of 1 annotator" in filled(labelled, page)


def test_a_figure_that_does_not_exist_is_a_dash(labelled: Corpus) -> None:
    figure = {"round": "r1", "annotators": None, "scope": "all", "measure": "exact", "value": None, "low": None}
    counted = {"high": None, "articles": 0, "annotator_count": 2, "spans": 0}
    put_jsonl(labelled.annotations / "r1" / "agreement.jsonl", [figure | counted])
    assert "| all | – | – | – | – | – | 0 | 0 |" in filled(labelled, PAGE.replace("counts", "agreement"))


def test_what_articles_make_of_a_statement_is_a_row_and_what_they_agree_on_is_none(tmp_path: Path) -> None:
    corpus = put_sorted(tmp_path, sorted_rows())
    page = filled(corpus, PAGE.replace("counts", "statements"))
    assert "5 quotes tell 3 statements, 1 of them in several articles (A to B)." in page
    assert page.endswith("| --- | --- | --- |\n<!-- end of figures -->\n\nAfter.\n")


def test_statements_that_nobody_sorted_are_said_to_be_none(labelled: Corpus) -> None:
    assert "are not sorted into statements yet" in filled(labelled, PAGE.replace("counts", "statements"))
    assert filled(labelled, PAGE.replace("counts", "sorting")).count("\n|") == 2
