"""Which events a round of sorting is dealt, and which are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.aligning import sorting_rounds
from annotation.aligning.sorting_rounds import LeftOut, deal_events
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import GOLD
from dataset.statements.sheets import event_sheets
from dataset.statements.tables import dealt_events
from tests.annotation.report.retold import ALONE, ANONYMOUS, BRIDGE, FAIR, FULL, SHORT, put_retold
from tests.dataset.sorting import DAM, put_sorted, sorted_rows
from tests.dataset.tiny import ONE, TWO, article_row, key, put_jsonl, put_layer, task

ITEMS = 11
"""Quotes and numbers of the bridge, which three articles report."""


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return put_retold(tmp_path)


def dealt(corpus: Corpus) -> list[tuple[str, str]]:
    return dealt_events(corpus, "e1").select("event_id", "annotator").sort("event_id", "annotator").rows()


@pytest.mark.parametrize("named", [[], [FAIR, BRIDGE]])
def test_an_event_of_a_single_article_is_left_out(corpus: Corpus, named: list[str]) -> None:
    assert deal_events(corpus, "e1", ["a1"], named) == LeftOut([FAIR], {})
    assert dealt(corpus) == [(BRIDGE, "a1")]


def test_an_event_that_is_too_large_for_the_desk_is_left_out(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting_rounds, "MOST", ITEMS)
    assert deal_events(corpus, "e1", ["a1"], [BRIDGE]).too_large == {}
    monkeypatch.setattr(sorting_rounds, "MOST", ITEMS - 1)
    with pytest.raises(Problem, match=f"{BRIDGE} has {ITEMS} quotes and numbers"):
        deal_events(corpus, "e2", ["a1"], [])
    assert dealt_events(corpus, "e2").is_empty()


def test_what_is_left_out_does_not_keep_the_others_back(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    events = {FULL: BRIDGE, SHORT: BRIDGE, ANONYMOUS: FAIR, ALONE: FAIR}
    rows = [article_row(article, corpus.text(article), event) for article, event in events.items()]
    put_jsonl(corpus.seeds / "articles.jsonl", rows)
    sizes = {sheet.event_id: len(sheet.items) for sheet in event_sheets(open_corpus(corpus.root))}
    monkeypatch.setattr(sorting_rounds, "MOST", sizes[FAIR])
    assert deal_events(open_corpus(corpus.root), "e1", ["a1"], []) == LeftOut([], {BRIDGE: sizes[BRIDGE]})
    assert dealt(corpus) == [(FAIR, "a1")]


def test_where_nothing_else_is_there_the_reason_is_a_problem(corpus: Corpus) -> None:
    with pytest.raises(Problem, match=f"a single article of {FAIR} has quotes or numbers in the gold"):
        deal_events(corpus, "e1", ["a1"], [FAIR])
    assert dealt(corpus) == []


def test_an_article_without_quotes_and_numbers_is_none_to_compare_with(tmp_path: Path) -> None:
    rows = sorted_rows()
    corpus = put_sorted(tmp_path, rows)
    of_one = {table: [row for row in rows[table] if row["article_id"] == ONE] for table in ("spans", "relations")}
    put_layer(corpus, {"tasks": [task(article) | key(article, GOLD) for article in (ONE, TWO)], **of_one}, GOLD)
    with pytest.raises(Problem, match=f"a single article of {DAM} has quotes or numbers in the gold"):
        deal_events(corpus, "e1", ["a1"], [])


def test_what_a_round_has_already_is_dealt_to_others_too(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    deal_events(corpus, "e1", ["a1"], [BRIDGE])
    monkeypatch.setattr(sorting_rounds, "MOST", ITEMS - 1)
    assert deal_events(corpus, "e1", ["a2"], []) == LeftOut([FAIR], {})
    assert dealt(corpus) == [(BRIDGE, "a1"), (BRIDGE, "a2")]
