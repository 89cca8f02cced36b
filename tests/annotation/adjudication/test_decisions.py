from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.adjudication.decisions import Outcome, decide
from annotation.adjudication.questions import Sheet, shown_links
from annotation.labelstudio.adjudicated import AdjudicationResult, RegionDecision, read_adjudication
from annotation.labelstudio.result import ResultRows
from dataset.record.rows import Link, MarkedSpan
from tests.annotation.adjudication.test_questions import CLAIM, asked, asked_of
from tests.dataset.drawn import Record, records
from tests.dataset.tiny import ONE, TEXTS, Row, hedge, link, number, place, quote, speaker


def page(sheet: Sheet, decisions: Mapping[str, tuple[str | None, str | None]], *more: Row) -> AdjudicationResult:
    """The page as it was opened, with decision and rule by region, and rows that were added or changed."""
    changed = {row["span_id"]: row for row in more if "label" in row}
    rows = {version.region: version.row for item in sheet.items for version in item.versions} | changed
    ends = [("said_by", *ends) for ends in shown_links(sheet)]
    drawn = [link(*ends) for ends in ends] + [row for row in more if "label" not in row]
    spans = [{**row} for row in rows.values()]
    return AdjudicationResult(
        ResultRows(cast(list[MarkedSpan], spans), cast(list[Link], drawn)),
        {region: RegionDecision(*what, None) for region, what in decisions.items()},
    )


def became(outcome: Outcome) -> list[tuple[Any, ...]]:
    names = ("annotator", "span_id", "to_span", "outcome", "gold_span", "rule")
    return [tuple({**row}[name] for name in names) for row in outcome.decisions]


TWO_VERSIONS = asked(a1=[speaker("s", "Ann Bo", "Ann Bo")], a2=[speaker("t", "Bo", "Ann Bo")])


def test_the_version_that_is_kept_takes_the_others_place() -> None:
    outcome = decide(TWO_VERSIONS, page(TWO_VERSIONS, {"s": ("keep", "S2")}), "adj")
    assert [span["span_id"] for span in outcome.spans] == ["s"]
    assert became(outcome) == [("a1", "s", None, "kept", "s", "S2"), ("a2", "t", None, "changed", "s", "S2")]
    assert outcome.undecided == []


def test_a_question_without_decision_or_rule_is_open() -> None:
    assert decide(TWO_VERSIONS, page(TWO_VERSIONS, {}), "adj").undecided == [
        "speaker “Ann Bo”: neither kept nor dropped"
    ]
    no_rule = decide(TWO_VERSIONS, page(TWO_VERSIONS, {"t": ("keep", None)}), "adj")
    assert no_rule.undecided == ["speaker “Ann Bo”: no rule named"]
    half = decide(TWO_VERSIONS, page(TWO_VERSIONS, {"t": ("drop", "S1")}), "adj")
    assert half.undecided == ["speaker “Ann Bo”: neither kept nor dropped"]
    unknown = decide(TWO_VERSIONS, page(TWO_VERSIONS, {"t": ("keep", "Z9")}), "adj")
    assert unknown.undecided == ["speaker “Ann Bo”: no rule named"]


def test_all_versions_dropped_leave_nothing() -> None:
    outcome = decide(TWO_VERSIONS, page(TWO_VERSIONS, {"s": ("drop", "S8"), "t": ("drop", None)}), "adj")
    assert (outcome.spans, outcome.undecided) == ([], [])
    assert [row[3:] for row in became(outcome)] == [("dropped", None, "S8")] * 2


def test_what_was_changed_on_the_page_is_kept_as_changed() -> None:
    sheet = asked(a1=[hedge("h", "may", "modal")], a2=[])
    outcome = decide(sheet, page(sheet, {"h": ("keep", "H4")}, hedge("h", "may", "evidential")), "adj")
    assert [span["hedge_kind"] for span in outcome.spans] == ["evidential"]
    assert became(outcome) == [("a1", "h", None, "changed", "h", "H4")]


def test_what_all_agree_on_is_kept_without_a_rule_and_changed_only_with_one() -> None:
    sheet = asked(a1=[hedge("h", "may", "modal")], a2=[hedge("i", "may", "modal")])
    assert [row[3:] for row in became(decide(sheet, page(sheet, {}), "adj"))] == [("kept", "h", None)] * 2
    changed = hedge("h", "may", "evidential")
    silent = decide(sheet, page(sheet, {}, changed), "adj")
    assert silent.undecided == ["hedge “may”: all agreed on it; to change it, name the rule"]
    assert decide(sheet, page(sheet, {"h": (None, "H4")}, changed), "adj").undecided == []


def test_a_span_that_nobody_had_needs_a_rule() -> None:
    sheet = asked(a1=[], a2=[])
    added = hedge("new", "may", "modal")
    assert decide(sheet, page(sheet, {}, added), "adj").undecided == ["hedge “may”: added without a rule"]
    outcome = decide(sheet, page(sheet, {"new": (None, "H5")}, added), "adj")
    assert became(outcome) == [("adj", "new", None, "added", "new", "H5")]


def test_a_link_to_a_version_that_gave_way_points_to_the_one_that_was_kept() -> None:
    sheet = asked(
        a1=[quote("q", "“We saw them,”", "direct"), speaker("s", "Ann Bo", "Ann Bo"), link("said_by", "q", "s")],
        a2=[quote("r", "“We saw them,”", "direct"), speaker("t", "Bo", "Ann Bo"), link("said_by", "r", "t")],
    )
    outcome = decide(sheet, page(sheet, {"t": ("keep", "S1")}), "adj")
    assert [(row["from_span"], row["to_span"]) for row in outcome.relations] == [("q", "t")]
    assert became(outcome)[-2:] == [("a1", "q", "s", "kept", "q", None), ("a2", "r", "t", "kept", "q", None)]


def test_a_link_that_the_adjudicator_draws_decides_between_the_annotators() -> None:
    ends = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine"), speaker("m", "Moscow", "Russia")]
    sheet = asked(a1=[*ends, link("said_by", "q", "s")], a2=[*ends, link("said_by", "q", "m")])
    outcome = decide(sheet, page(sheet, {"q": ("keep", "S4")}, link("said_by", "q", "s")), "adj")
    links = [row for row in became(outcome) if row[2]]
    assert links == [("a1", "q", "s", "kept", "q", "S4"), ("a2", "q", "m", "dropped", None, "S4")]


def test_a_link_that_nobody_had_is_added() -> None:
    ends = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine")]
    sheet = asked(a1=ends, a2=[quote("q", CLAIM, "direct"), ends[1]])
    outcome = decide(sheet, page(sheet, {"q": ("keep", "Q2")}, link("said_by", "q", "s")), "adj")
    assert became(outcome)[-1] == ("adj", "q", "s", "added", "q", "Q2")


def without(read: AdjudicationResult, *regions: str) -> AdjudicationResult:
    """The page after these regions were deleted."""
    spans = [span for span in read.reading.spans if span["span_id"] not in regions]
    return AdjudicationResult(ResultRows(spans, read.reading.relations), read.decisions)


def test_a_version_that_was_deleted_on_the_page_is_dropped() -> None:
    outcome = decide(TWO_VERSIONS, without(page(TWO_VERSIONS, {"s": ("drop", "S8")}), "t"), "adj")
    assert (outcome.spans, outcome.undecided) == ([], [])
    assert [row[3:] for row in became(outcome)] == [("dropped", None, "S8")] * 2


def test_a_question_of_which_all_was_deleted_says_what_to_do() -> None:
    (message,) = decide(TWO_VERSIONS, without(page(TWO_VERSIONS, {}), "s", "t"), "adj").undecided
    assert "deleted on the page" in message
    alone = asked(a1=[hedge("h", "may", "modal")])
    (message,) = decide(alone, without(page(alone, {}), "h"), "adj").undecided
    assert "deleted on the page" in message


def test_what_annotators_differ_in_must_be_filled_in_before_it_is_kept() -> None:
    sheet = asked(a1=[hedge("h", "may", "modal")], a2=[hedge("i", "may", "evidential")])
    assert decide(sheet, page(sheet, {"h": ("keep", "H4")}), "adj").undecided == ["hedge “may”: lacks its kind"]
    filled = page(sheet, {"h": ("keep", "H4")}, hedge("h", "may", "evidential"))
    assert decide(sheet, filled, "adj").undecided == []
    empty = asked(a1=[], a2=[])
    added = page(empty, {"new": (None, "H5")}, {**hedge("new", "may", "modal"), "hedge_kind": None})
    assert decide(empty, added, "adj").undecided == ["hedge “may”: lacks its kind"]


def test_links_of_what_all_agree_on_are_drawn_and_taken_away_only_with_a_rule() -> None:
    ends = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine"), speaker("m", "Moscow", "Russia")]
    sheet = asked(a1=[*ends, link("said_by", "q", "s")], a2=[*ends, link("said_by", "q", "s")])
    message = f"quote “{CLAIM}”: name the rule for its link to “%s”"
    assert decide(sheet, page(sheet, {}), "adj").undecided == []
    drawn = link("said_by", "q", "m")
    assert decide(sheet, page(sheet, {}, drawn), "adj").undecided == [message % "Moscow"]
    assert decide(sheet, page(sheet, {"q": (None, "S4")}, drawn), "adj").undecided == []
    bare = AdjudicationResult(ResultRows(page(sheet, {}).reading.spans, []), {})
    assert decide(sheet, bare, "adj").undecided == [message % "Kyiv"]


def test_the_rule_on_the_version_that_is_kept_decides_whatever_a_dropped_one_names() -> None:
    outcome = decide(TWO_VERSIONS, page(TWO_VERSIONS, {"s": ("drop", "S1"), "t": ("keep", "S2")}), "adj")
    assert outcome.undecided == []
    assert [row[3:] for row in became(outcome)] == [("changed", "t", "S2"), ("kept", "t", "S2")]


def test_a_link_that_two_of_three_had_goes_without_a_rule_and_one_that_all_had_does_not() -> None:
    """Who lacks an end of a link cannot have it, and is asked about that end."""
    q, s = quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine")
    linked = [q, s, link("said_by", "q", "s")]
    two = asked(a1=linked, a2=linked, a3=[q])
    kept = page(two, {"s": ("keep", "S4")})
    unlinked = AdjudicationResult(ResultRows(kept.reading.spans, []), kept.decisions)
    assert decide(two, kept, "adj").undecided == decide(two, unlinked, "adj").undecided == []
    three = asked(a1=linked, a2=linked, a3=linked)
    bare = AdjudicationResult(ResultRows(page(three, {}).reading.spans, []), {})
    assert decide(three, bare, "adj").undecided == [f"quote “{CLAIM}”: name the rule for its link to “Kyiv”"]


def test_two_of_three_agree_and_the_third_gives_way() -> None:
    sheet = asked(
        a1=[speaker("s", "Ann Bo", "Ann Bo")], a2=[speaker("t", "Bo", "Ann Bo")], a3=[speaker("u", "Ann Bo", "Ann Bo")]
    )
    outcome = decide(sheet, page(sheet, {"s": ("keep", "S2")}), "adj")
    assert [row[:2] + row[3:] for row in became(outcome)] == [
        ("a1", "s", "kept", "s", "S2"),
        ("a2", "t", "changed", "s", "S2"),
        ("a3", "u", "kept", "s", "S2"),
    ]


def test_one_of_three_linked_a_quote_to_another_speaker_and_the_rule_tells_whose_link_stays() -> None:
    ends = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine"), speaker("m", "Moscow", "Russia")]
    to = {"a1": "s", "a2": "s", "a3": "m"}
    sheet = asked_of({who: [*ends, link("said_by", "q", end)] for who, end in to.items()})
    outcome = decide(sheet, page(sheet, {"q": ("keep", "S4")}, link("said_by", "q", "s")), "adj")
    assert outcome.undecided == []
    assert [row for row in became(outcome) if row[2]] == [
        ("a1", "q", "s", "kept", "q", "S4"),
        ("a2", "q", "s", "kept", "q", "S4"),
        ("a3", "q", "m", "dropped", None, "S4"),
    ]


def test_two_versions_of_one_question_cannot_both_be_kept() -> None:
    both = {"s": ("keep", "S2"), "t": ("keep", "S2")}
    (message,) = decide(TWO_VERSIONS, page(TWO_VERSIONS, both), "adj").undecided
    assert message.startswith("speaker “Ann Bo”: 2 of its versions are kept")
    apart = speaker("t", "Moscow", "Ann Bo")
    (message,) = decide(TWO_VERSIONS, page(TWO_VERSIONS, both, apart), "adj").undecided
    assert message.startswith("speaker “Ann Bo”: 2 of its versions are kept")


def three_quotes() -> Sheet:
    """One annotator's long quote stands against two of another: `x` and `z` are versions of one question, `y` is its
    own; all have the number `n`."""
    rest = {"quote_form": "direct", "quote_source": "linked"}
    n = number("n", "12,000", "12000", 12000.0, 12000.0)
    return asked(
        a1=[place("x", "quote", 0, 20, **rest), n],
        a2=[place("y", "quote", 0, 9, **rest), place("z", "quote", 10, 20, **rest), n],
        a3=[place("y3", "quote", 0, 9, **rest), place("z3", "quote", 10, 20, **rest), n],
    )


OVERLAP = "overlaps the {}, and gold takes one of them; drop the other"


def test_spans_of_two_questions_that_overlap_cannot_both_be_kept() -> None:
    sheet = three_quotes()
    long, first = TEXTS[ONE][:20], TEXTS[ONE][:9]
    both = page(sheet, {"x": ("keep", "Q2"), "z": ("drop", "Q2"), "y": ("keep", "Q2")})
    assert decide(sheet, both, "adj").undecided == [f"quote “{first}”: {OVERLAP.format(f'quote “{long}”')}"]
    short = page(sheet, {"x": ("drop", "Q2"), "z": ("keep", "Q2"), "y": ("keep", "Q2")})
    outcome = decide(sheet, short, "adj")
    assert (outcome.undecided, sorted(span["span_id"] for span in outcome.spans)) == ([], ["n", "y", "z"])


def test_a_span_that_is_added_or_moved_onto_another_of_its_label_is_told() -> None:
    sheet = three_quotes()
    decisions = {"z": ("keep", "Q2"), "y": ("keep", "Q2"), "new": (None, "N1")}
    added = page(sheet, decisions, number("new", "2,000", "2000", 2000.0, 2000.0))
    assert decide(sheet, added, "adj").undecided == [f"number “12,000”: {OVERLAP.format('number “2,000”')}"]
    assert decide(sheet, page(sheet, decisions, hedge("new", "12", "modal")), "adj").undecided == []
    moved = page(sheet, decisions, place("z", "quote", 8, 20, quote_form="direct", quote_source="linked"))
    assert [line for line in decide(sheet, moved, "adj").undecided if "overlaps" in line]


def test_a_link_that_means_nothing_between_the_spans_as_they_are_kept_is_told() -> None:
    ends = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine")]
    sheet = asked(a1=[*ends, link("said_by", "q", "s")], a2=ends, a3=ends)
    became_a_number = {**number("s", "Kyiv", "1", 1.0, 1.0), "number_value": "1"}
    decisions = {"q": ("keep", "S4"), "s": (None, "N1")}
    undecided = decide(sheet, page(sheet, decisions, link("said_by", "q", "s"), became_a_number), "adj").undecided
    assert f"quote “{CLAIM}”: its link to the number “Kyiv” means nothing; take the link away" in undecided
    assert decide(sheet, page(sheet, decisions, link("said_by", "q", "s")), "adj").undecided == []


@st.composite
def _two_annotators(draw: st.DrawFn) -> tuple[Record, dict[str, list[Row]], dict[str, list[Row]]]:
    """A record's article twice: the second lacks some spans and the links at them."""
    record: Record = draw(records())
    spans = [row for row in record.rows["spans"] if row["article_id"] == ONE]
    links = [row for row in record.rows["relations"] if row["article_id"] == ONE]
    lacking = draw(st.sets(st.sampled_from([row["span_id"] for row in spans])))
    second = [row for row in spans if row["span_id"] not in lacking]
    kept = [row for row in links if not {row["from_span"], row["to_span"]} & lacking]
    return record, {"a1": spans, "a2": second}, {"a1": links, "a2": kept}


@given(_two_annotators())
def test_whoever_keeps_everything_gets_all_spans_once_and_a_decision_for_each(
    drawn: tuple[Record, dict[str, list[Row]], dict[str, list[Row]]],
) -> None:
    _, spans, links = drawn
    sheet = asked_of({who: spans[who] + links[who] for who in spans})
    outcome = decide(sheet, page(sheet, {item.versions[0].region: ("keep", "E3") for item in sheet.open()}), "adj")
    assert outcome.undecided == []
    assert sorted(span["span_id"] for span in outcome.spans) == sorted(row["span_id"] for row in spans["a1"])
    decided = [(row["annotator"], row["span_id"]) for row in outcome.decisions if row["to_span"] is None]
    assert sorted(decided) == sorted((who, row["span_id"]) for who, rows in spans.items() for row in rows)
    assert {row["outcome"] for row in outcome.decisions} == {"kept"}


@pytest.mark.parametrize("name", [["decision"], {"rule": 1}, None, 3])
def test_a_result_of_a_control_without_a_name_is_a_finding(name: Any) -> None:
    strange = {"id": "h", "from_name": name, "type": "choices", "value": {"choices": ["keep"]}}
    read = read_adjudication([strange], TEXTS[ONE])
    assert [code for code, _, _ in read.reading.findings] == ["region-without-label"]
