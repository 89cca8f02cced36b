from __future__ import annotations

from pathlib import Path

import pytest

from annotation.report.labelled import LabelledArticle, labelled_articles
from annotation.report.side_by_side import (
    AnnotatorSpan,
    ArticleComparison,
    ArticleDecisions,
    GoldDecision,
    SpanComparison,
    compare,
)
from dataset.record.rows import Decision
from tests.dataset.tiny import ONE, Rows, hedge, put_corpus, put_layer, row_of, speaker, valid_rows

Decisions = dict[tuple[str, str, str | None], Decision]


class Works:
    """Works on the article ONE, all valid before something is changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, rows: Rows, name: str = "r1/a1") -> LabelledArticle:
        corpus = put_corpus(self._folder)
        layer = put_layer(corpus, rows, name)
        return next(article for article in labelled_articles(corpus, layer) if article.id == ONE)


@pytest.fixture
def works(tmp_path: Path) -> Works:
    return Works(tmp_path)


def line(comparison: ArticleComparison, words: str) -> SpanComparison:
    return next(line for line in comparison.different if any(words == words_of(cell) for cell in line.cells))


def words_of(cell: AnnotatorSpan | None) -> str:
    return "".join(words for words, _ in cell.words) if cell else ""


def without(rows: Rows, span_id: str) -> Rows:
    """The rows without a span and its links."""
    rows["spans"] = [row for row in rows["spans"] if row["span_id"] != span_id]
    rows["relations"] = [row for row in rows["relations"] if span_id not in (row["from_span"], row["to_span"])]
    return rows


def decision(span_id: str, outcome: str, gold: str | None, note: str | None = None) -> Decision:
    return {
        "annotator": "a1",
        "span_id": span_id,
        "to_span": None,
        "outcome": outcome,
        "gold_span": gold,
        "rule": "S1",
        "note": note,
    }


def test_the_same_work_is_all_matched(works: Works) -> None:
    comparison = compare({"a1": works.of(valid_rows()), "a2": works.of(valid_rows())})
    assert comparison.different == ()
    assert len(comparison.same) == 12
    assert comparison.counts == {
        ("speaker", "same"): 3,
        ("quote", "same"): 4,
        ("hedge", "same"): 4,
        ("number", "same"): 1,
    }


def test_a_span_that_one_lacks_is_said_to_be_the_others(works: Works) -> None:
    comparison = compare({"a1": works.of(valid_rows()), "a2": works.of(without(valid_rows(), "may"))})
    (only,) = comparison.different
    assert (only.states, only.holders) == (("missing",), ("a1",))
    assert only.cells[1] is None
    assert comparison.counts["hedge", "missing"] == 1


def test_words_that_not_all_have_are_told_apart(works: Works) -> None:
    rows = valid_rows()
    rows["spans"] = [row if row["span_id"] != "ann" else speaker("ann", "Bo", "Ann Bo") for row in rows["spans"]]
    comparison = compare({"a1": works.of(valid_rows()), "a2": works.of(rows)})
    span = line(comparison, "Ann Bo")
    assert span.states == ("boundary",)
    first, second = span.cells
    assert first and second
    assert (first.words, second.words) == ((("Ann ", False), ("Bo", True)), (("Bo", True),))
    assert first.before + words_of(first) + first.after == second.before + words_of(second) + second.after


def test_an_attribute_that_differs_is_told_for_each(works: Works) -> None:
    rows = valid_rows()
    row_of(rows, "crossed")["quote_form"] = "mixed"
    row_of(rows, "crossed")["quote_source"] = "unnamed"
    span = line(compare({"a1": works.of(valid_rows()), "a2": works.of(rows)}), "that they crossed")
    assert span.states == ("attribute",)
    values = [
        [(detail.words, detail.differs) for detail in cell.values if detail.differs] for cell in span.cells if cell
    ]
    assert values[0] == [("form: indirect", True), ("source: linked", True)]
    assert values[1] == [("form: mixed", True), ("source: unnamed", True)]


def test_a_link_that_one_lacks_is_told_for_each(works: Works) -> None:
    rows = valid_rows()
    rows["relations"] = [row for row in rows["relations"] if row["from_span"] != "claim"]
    span = line(
        compare({"a1": works.of(valid_rows()), "a2": works.of(rows)}), "that up to around 12,000 troops may cross"
    )
    assert span.states == ("link",)
    differing = [detail.words for cell in span.cells if cell for detail in cell.values if detail.differs]
    assert differing == ["said by “Kyiv”", "no link: said by “Kyiv”"]


def test_spans_that_share_no_word_are_shown_whole(works: Works) -> None:
    rows = valid_rows()
    rows["spans"].append(hedge("two", "up to around", "approximator"))
    comparison = compare({"a1": works.of(valid_rows()), "a2": works.of(without(without(rows, "upto"), "around"))})
    assert {words_of(cell) for span in comparison.different for cell in span.cells} >= {
        "up to",
        "around",
        "up to around",
    }


def test_what_became_of_each_span_stands_with_it(works: Works) -> None:
    rows = valid_rows()
    rows["spans"] = [row if row["span_id"] != "ann" else speaker("ann", "Bo", "Ann Bo") for row in rows["spans"]]
    decisions: Decisions = {
        ("a1", "ann", None): decision("ann", "kept", "ann"),
        ("a2", "ann", None): decision("ann", "changed", "ann", note="the whole name"),
        ("a2", "seen", "ann"): decision("seen", "dropped", None),
    }
    gold = works.of(valid_rows(), "gold")
    span = line(
        compare({"a1": works.of(valid_rows()), "a2": works.of(rows)}, ArticleDecisions(gold, decisions)), "Ann Bo"
    )
    assert [cell.decided for cell in span.cells if cell] == [
        GoldDecision("kept", "S1", None),
        GoldDecision("changed", "S1", "the whole name"),
    ]
    assert words_of(span.gold) == "Ann Bo"


def test_what_all_had_and_adjudication_changed_is_no_match(works: Works) -> None:
    decisions: Decisions = {(who, "may", None): decision("may", "dropped", None) for who in ("a1", "a2")}
    gold = works.of(without(valid_rows(), "may"), "gold")
    comparison = compare(
        {"a1": works.of(valid_rows()), "a2": works.of(valid_rows())}, ArticleDecisions(gold, decisions)
    )
    (changed,) = comparison.different
    assert (changed.states, changed.gold) == (("gold",), None)


def test_what_nobody_had_is_told_as_added(works: Works) -> None:
    decisions: Decisions = {("adjudicator", "near", None): decision("near", "added", "near")}
    alone = {who: works.of(without(valid_rows(), "near")) for who in ("a1", "a2")}
    comparison = compare(alone, ArticleDecisions(works.of(valid_rows(), "gold"), decisions))
    ((label, cell),) = comparison.added
    assert (label, words_of(cell), cell.decided) == ("quote", "“near the bridge.”", GoldDecision("added", "S1", None))


def test_three_annotators_are_told_in_order(works: Works) -> None:
    rows = valid_rows()
    row_of(rows, "seen")["quote_form"] = "mixed"
    three = {"a2": works.of(rows), "a3": works.of(without(valid_rows(), "seen")), "a1": works.of(valid_rows())}
    comparison = compare(three)
    assert comparison.annotators == ("a1", "a2", "a3")
    span = line(comparison, "“We saw them,”")
    assert span.states == ("missing", "attribute")
    assert span.cells[2] is None
