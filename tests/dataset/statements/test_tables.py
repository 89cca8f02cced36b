"""What was sorted, on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.record.corpus import open_corpus
from dataset.statements import tables
from dataset.statements.tables import make_sorting, read_sorting, write_sorting
from tests.corpora import REPOSITORY
from tests.dataset.sorting import put_sorted, sorted_rows

KEY = {"round": "e1", "annotator": "a1"}


def telling(event: str, span: str, statement: str, degree: str = "whole") -> dict[str, str]:
    where = {"event_id": event, "article_id": "one", "span_id": span}
    return {**KEY, **where, "statement": statement, "degree": degree}


def test_what_was_written_is_read_again_and_written_once(tmp_path: Path) -> None:
    sorting = make_sorting(tellings=[telling("e", "b", "one:a"), telling("e", "a", "one:a")])
    assert len(write_sorting(tmp_path, sorting)) == 3
    again = read_sorting(tmp_path)
    assert again.tellings.rows() == sorting.tellings.rows()
    assert again.tellings["span_id"].to_list() == ["a", "b"]
    assert write_sorting(tmp_path, again) == []


def test_a_table_that_holds_a_row_twice_is_refused(tmp_path: Path) -> None:
    write_sorting(tmp_path, make_sorting(tellings=[telling("e", "a", "one:a")] * 2))
    with pytest.raises(Problem, match="is there twice"):
        read_sorting(tmp_path)


def test_events_are_taken_apart_and_put_together_again() -> None:
    sorting = make_sorting(tellings=[telling("e", "a", "one:a"), telling("f", "b", "one:b")])
    assert sorting.only(["e"]).tellings.height == sorting.without(["e"]).tellings.height == 1
    assert sorting.without(["e"]).joined(sorting.only(["e"])).tellings.equals(sorting.tellings)


def test_gold_of_an_event_takes_the_place_of_what_was_there_and_of_nothing_else(tmp_path: Path) -> None:
    corpus = put_sorted(tmp_path, sorted_rows())
    tables.write_gold(corpus, [], {})  # in the record's order
    before = tables.read_gold(corpus)
    row = {**telling("another", "a", "s1"), "round": "gold"}
    tables.write_gold(corpus, ["another"], {"tellings": [row]})
    assert tables.read_gold(corpus)["tellings"].height == before["tellings"].height + 1
    tables.write_gold(corpus, ["another"], {})
    assert tables.read_gold(corpus)["tellings"].equals(before["tellings"])


def test_the_record_is_as_these_functions_write_it() -> None:
    corpus = open_corpus(REPOSITORY)
    for who in ("a1", "a2"):
        assert write_sorting(corpus.annotations / "e1" / who, read_sorting(corpus.layer_path(f"e1/{who}"))) == []
    assert tables.write_gold(corpus, [], {}) == []
