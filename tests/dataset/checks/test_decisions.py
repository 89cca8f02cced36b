from __future__ import annotations

from pathlib import Path

import pytest

from dataset.checks.suite import check_record
from dataset.record.corpus import Corpus
from dataset.record.provenance import provenance_path
from tests.dataset.tiny import ONE, TWO, Row, put_corpus, put_jsonl, put_layer, rests_on, valid_rows

GOLD = "gold"


@pytest.fixture
def gold(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path)
    rows = valid_rows()
    owner = {"round": GOLD, "annotator": "adj"}
    put_layer(corpus, {name: [row | owner for row in table] for name, table in rows.items()}, GOLD)
    put_jsonl(corpus.decisions, [decision(row["article_id"], row["span_id"]) for row in rows["spans"]])
    return corpus


def decision(article: str, span: str, **changed: str | None) -> Row:
    key = {"round": "r1", "annotator": "a1", "article_id": article, "span_id": span, "to_span": None}
    return key | {"outcome": "kept", "gold_span": span, "rule": None, "note": None} | changed


def add(corpus: Corpus, row: Row) -> None:
    before = corpus.decisions.read_bytes()
    added = put_jsonl(corpus.root / "added.jsonl", [row]).read_bytes()
    corpus.decisions.write_bytes(before + added)


def messages(corpus: Corpus) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in check_record(corpus, [GOLD])]


def test_gold_whose_spans_all_have_a_decision_is_sound(gold: Corpus) -> None:
    assert messages(gold) == []


def test_a_span_without_a_decision_is_told(gold: Corpus) -> None:
    lines = gold.decisions.read_bytes().splitlines(keepends=True)
    gold.decisions.write_bytes(b"".join(lines[1:]))
    assert messages(gold) == [("unsound-decision", "no decision made the span kyiv")]


def test_a_decision_about_a_span_that_is_not_there_is_told(gold: Corpus) -> None:
    add(gold, decision(ONE, "gone"))
    assert messages(gold) == [("unsound-decision", "a decision names the span gone, which the gold lacks")]


def test_a_decision_by_a_rule_that_there_is_not_is_told(gold: Corpus) -> None:
    add(gold, decision(ONE, "x", outcome="dropped", gold_span=None, rule="Z9"))
    assert messages(gold) == [("unsound-decision", "decisions.jsonl: row 15: rule is 'Z9'")]


def test_decisions_that_cannot_be_read_are_a_finding(gold: Corpus) -> None:
    gold.decisions.write_bytes(b"{\n")
    assert [code for code, _ in messages(gold)] == ["unreadable-table"]


def test_gold_that_cannot_be_read_is_one_finding_with_decisions_beside_it(gold: Corpus) -> None:
    (gold.layer_path(GOLD) / "spans.jsonl").write_bytes(b"{\n")
    assert [code for code, _ in messages(gold)] == ["unreadable-table"]


def test_a_span_that_is_told_as_kept_and_was_changed_in_the_gold_is_told(gold: Corpus) -> None:
    put_layer(gold, valid_rows())
    assert messages(gold) == []
    spans = gold.layer_path(GOLD) / "spans.jsonl"
    spans.write_text(spans.read_text(encoding="utf-8").replace('["Ann Bo"]', '["Russia"]'), encoding="utf-8")
    assert messages(gold) == [("unsound-decision", "a1's span ann is said to be kept, but differs in the gold")]


def test_a_span_that_is_told_as_changed_and_is_the_same_is_told(gold: Corpus) -> None:
    put_layer(gold, valid_rows())
    lines = gold.decisions.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[0] = lines[0].replace('"kept"', '"changed"')
    gold.decisions.write_text("".join(lines), encoding="utf-8")
    assert messages(gold) == [("unsound-decision", "a1's span kyiv is said to be changed, but is the same in the gold")]


ALL_OF_IT = [rests_on(ONE, "a1", adjudicated=True), rests_on(TWO, "a1", "a2", adjudicated=False)]


def test_what_the_gold_rests_on_is_sound_where_each_row_is_about_one_article_of_it(gold: Corpus) -> None:
    for rows in ([], ALL_OF_IT[:1], ALL_OF_IT):
        put_jsonl(provenance_path(gold), rows)
        assert messages(gold) == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([rests_on("gone", "a1", adjudicated=True)], "provenance.jsonl has the article, and the gold lacks it"),
        ([rests_on(ONE, adjudicated=True)], "provenance.jsonl names nobody who labelled it"),
        (ALL_OF_IT[::-1], "provenance.jsonl is not sorted by article"),
        ([*ALL_OF_IT[:1], *ALL_OF_IT[:1]], "provenance.jsonl: one is there twice"),
    ],
)
def test_what_the_record_does_not_bear_out_is_told(gold: Corpus, rows: list[Row], message: str) -> None:
    put_jsonl(provenance_path(gold), rows)
    assert messages(gold) == [("unsound-provenance", message)]


def test_a_table_of_it_that_cannot_be_read_is_a_finding(gold: Corpus) -> None:
    provenance_path(gold).write_bytes(b"{\n")
    assert [code for code, _ in messages(gold)] == ["unreadable-table"]
