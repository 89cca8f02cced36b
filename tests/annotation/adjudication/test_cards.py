"""What the page lays out of a sheet, and that a version which is taken whole is exactly its annotator's work."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from annotation.adjudication.cards import cards, together
from annotation.adjudication.decisions import Outcome, decide
from annotation.adjudication.questions import Sheet, shown_links, who_had_what
from annotation.labelstudio.adjudicated import read_adjudication, write_adjudication
from annotation.labelstudio.payloads import Cards, TakenVersion
from annotation.labelstudio.result import CHOICES, LABEL
from dataset.scheme import vocabulary
from tests.annotation.adjudication.test_gold_of_any_page import overlaps, rounds
from tests.annotation.adjudication.test_questions import CLAIM, asked, asked_of
from tests.dataset.tiny import BLANK, ENTITIES, ONE, TEXTS, Row, hedge, link, number, place, quote, speaker

LATER = "“near the bridge.”"


def cards_of(sheet: Sheet, *missed: str) -> Cards:
    return cards(sheet, ENTITIES, missed)


def regions(sheet: Sheet) -> list[list[str]]:
    """The regions of each question."""
    return [[region for span in card["spans"] for region in span["regions"]] for card in cards_of(sheet)["cards"]]


def three_who_differ() -> dict[str, list[Row]]:
    """a2 has other words of the speaker, a3 another speaker and form and no hedge; all have the number."""
    many = number("n", "12,000", "12000", 12000.0, 12000.0)
    a1 = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine"), hedge("h", "may", "modal"), many]
    a2 = [quote("q2", CLAIM, "indirect"), speaker("s2", "Kyiv’s", "Ukraine"), hedge("h2", "may", "evidential")]
    a3 = [quote("q3", CLAIM, "mixed"), speaker("s3", "Moscow", "Russia")]
    return {
        "a1": [*a1, link("said_by", "q", "s")],
        "a2": [*a2, many | {"span_id": "n2"}, link("said_by", "q2", "s2")],
        "a3": [*a3, many | {"span_id": "n3"}, link("said_by", "q3", "s3")],
    }


def test_a_quote_and_the_speaker_beside_it_are_one_question_and_one_further_off_is_another() -> None:
    sheet = asked_of(three_who_differ())
    assert regions(sheet) == [["s", "s2", "q"], ["h"], ["s3"]]


def test_spans_of_one_label_that_overlap_are_one_question() -> None:
    long, first, last = place("x", "quote", 0, 20), place("y", "quote", 0, 11), place("z", "quote", 12, 20)
    sheet = asked(a1=[long], a2=[first, last], a3=[hedge("h", "may", "modal")])
    assert regions(sheet) == [["y", "x", "z"], ["h"]]


def test_what_all_agree_on_is_in_no_question() -> None:
    sheet = asked(a1=[hedge("h", "may", "modal")], a2=[hedge("i", "may", "modal")])
    page = cards_of(sheet, "no number covers “12,000”")
    assert (page["cards"], page["missed"]) == ([], ["no number covers “12,000”"])
    (agreed,) = page["agreed"]
    assert (agreed["region"], agreed["label"], agreed["values"]) == ("h", "hedge", {"hedge_kind": ["modal"]})


def test_each_annotator_has_a_cell_in_which_what_differs_is_marked() -> None:
    sheet = asked(
        a1=[speaker("s", "Kyiv", "Ukraine")], a2=[speaker("t", "Kyiv’s", "Ukraine")], a3=[hedge("h", "may", "modal")]
    )
    first, second = cards_of(sheet)["cards"]
    words, entities = first["spans"][0]["rows"]
    assert words == {
        "name": "speaker",
        "cells": [[("Kyiv", False)], [("Kyiv", False), ("’s", True)], [("nothing", True)]],
    }
    assert entities == {"name": "entities", "cells": [[("Ukraine", False)], [("Ukraine", False)], []]}
    assert second["spans"][0]["rows"][1]["cells"] == [[], [], [("modal", False)]]


def test_an_attribute_and_a_link_that_differ_are_marked() -> None:
    ends = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine")]
    theirs = [quote("r", CLAIM, "mixed"), speaker("t", "Kyiv", "Ukraine")]
    (card,) = cards_of(asked(a1=[*ends, link("said_by", "q", "s")], a2=theirs))["cards"]
    rows = {row["name"]: row["cells"] for row in card["spans"][0]["rows"]}
    assert rows["form"] == [[("indirect", True)], [("mixed", True)]]
    assert rows["link"] == [[("→ Kyiv ", True)], [("none", True)]]


def test_a_source_that_one_ticked_as_not_named_is_marked_in_both_columns() -> None:
    ticked = quote("r", CLAIM, "indirect") | {"quote_source": "unnamed"}
    (card,) = cards_of(asked(a1=[quote("q", CLAIM, "indirect")], a2=[ticked]))["cards"]
    rows = {row["name"]: row["cells"] for row in card["spans"][0]["rows"]}
    assert rows["source"] == [[("–", True)], [("unnamed", True)]]


def test_long_words_show_both_ends() -> None:
    row = place("q", "quote", 0, 100, quote_form="direct", quote_source="linked")
    (card,) = cards_of(asked(a1=[row], a2=[]))["cards"]
    ((words, _),) = card["spans"][0]["rows"][0]["cells"][0]
    assert words == f"{TEXTS[ONE][:30]} … {TEXTS[ONE][70:100]}".replace("\n", " ")


# Versions that are taken


def taken(sheet: Sheet, versions: list[TakenVersion], rules: list[str]) -> Outcome:
    """What the page submits after a version of each question is taken, and its first rule."""
    spans = [(v.row, who_had_what(sheet, item) if item.reasons else []) for item in sheet.items for v in item.versions]
    begun = write_adjudication(spans, shown_links(sheet), ENTITIES, locked=True)
    asked_about = {version.region for item in sheet.open() for version in item.versions}
    kept = {region: values for version in versions for region, values in version["kept"].items()}
    links = [ends for version in versions for ends in version["links"]]
    result = [
        item
        for item in begun
        if item.get("from_id") not in kept
        and (item.get("id") not in asked_about or item.get("from_name") in (LABEL, "who"))
    ]
    result += [choice(region, name, values) for region, all_of in kept.items() for name, values in all_of.items()]
    result += [choice(region, "decision", ["keep" if region in kept else "drop"]) for region in asked_about]
    result += [choice(region, "rule", [rules[0]]) for region in asked_about]
    result += [{"type": "relation", "from_id": a, "to_id": b, "direction": "right"} for a, b in links]
    return decide(sheet, read_adjudication(result, TEXTS[ONE]), "judge")


def choice(region: str, name: str, values: list[str]) -> Row:
    chosen = name in (*CHOICES, "decision", "rule")
    kind = "choices" if chosen else "text"
    return {"id": region, "from_name": name, "type": "choices" if chosen else "textarea", "value": {kind: values}}


def content(row: Any) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("label", "start", "end", *(name for name in BLANK if name in ATTRIBUTES)))


ATTRIBUTES = [name for names in vocabulary.ATTRIBUTES.values() for name in names]


@pytest.mark.parametrize("who", [0, 1, 2])
def test_taking_one_annotators_versions_makes_their_work_the_gold(who: int) -> None:
    work = three_who_differ()
    sheet = asked_of(work)
    page = cards_of(sheet)["cards"]
    outcome = taken(sheet, [card["versions"][who] for card in page], ["S1"])
    assert outcome.undecided == []
    rows = work[f"a{who + 1}"]
    mine = [row for row in rows if "label" in row]
    gold = {span["span_id"]: content(span) for span in outcome.spans}
    assert sorted(gold.values(), key=str) == sorted(map(content, mine), key=str)
    own = {row["span_id"]: content(row) for row in mine}
    links = [(own[row["from_span"]], own[row["to_span"]]) for row in rows if "label" not in row]
    assert [(gold[row["from_span"]], gold[row["to_span"]]) for row in outcome.relations] == links
    became = {row["outcome"] for row in outcome.decisions if row["annotator"] == f"a{who + 1}"}
    assert became == {"kept"}


def test_a_version_of_one_who_has_nothing_drops_the_question() -> None:
    sheet = asked(a1=[hedge("h", "may", "modal")], a2=[])
    (card,) = cards_of(sheet)["cards"]
    assert card["versions"][1] == {"kept": {}, "links": []}
    outcome = taken(sheet, [card["versions"][1]], ["H3"])
    assert (outcome.spans, outcome.undecided) == ([], [])
    assert [(row["outcome"], row["rule"]) for row in outcome.decisions] == [("dropped", "H3")]


def test_questions_are_in_the_order_of_the_text() -> None:
    sheet = asked(a1=[quote("q", LATER, "direct"), hedge("h", "may", "modal")], a2=[])
    assert [sheet.items[first].group.label for (first,) in together(sheet)] == ["hedge", "quote"]


@settings(max_examples=200, deadline=None)
@given(rounds(), st.data())
def test_whatever_was_marked_one_annotators_versions_together_are_their_work(
    work: dict[str, list[Row]], data: st.DataObject
) -> None:
    """Links between quotes are left out: a pull turns them to go from the later to the earlier."""
    work = {name: [row for row in rows if row.get("type") != "continues"] for name, rows in work.items()}
    who = data.draw(st.sampled_from(sorted(work)))
    mine = [row for row in work[who] if "label" in row]
    assume(not overlaps(mine))
    sheet = asked_of(work)
    page = cards_of(sheet)
    versions = [card["versions"][page["annotators"].index(who)] for card in page["cards"]]
    outcome = taken(sheet, versions, ["E3"])
    assert outcome.undecided == []
    assert sorted(map(content, outcome.spans), key=str) == sorted(map(content, mine), key=str)
    drawn = {(row["from_span"], row["to_span"]) for row in work[who] if "label" not in row}
    kept = {(row["span_id"], row["to_span"]) for row in outcome.decisions if is_kept_link(row, who)}
    assert (kept, len(outcome.relations)) == (drawn, len(drawn))


def is_kept_link(row: Any, who: str) -> bool:
    return bool(row["annotator"] == who and row["to_span"] and row["outcome"] == "kept")


def majorities(sheet: Sheet) -> list[list[int]]:
    return [card["majority"] for card in cards_of(sheet)["cards"]]


def test_what_more_than_half_of_three_have_is_the_majority() -> None:
    first, second = hedge("h", "may", "modal"), hedge("i", "may", "modal")
    assert majorities(asked(a1=[first], a2=[second], a3=[hedge("j", "may", "evidential")])) == [[0, 1]]
    assert majorities(asked(a1=[first], a2=[hedge("j", "may", "evidential")], a3=[second])) == [[0, 2]]
    assert majorities(asked(a1=[first], a2=[second], a3=[])) == [[0, 1]]


def test_half_is_no_majority_nor_are_two_annotators_nor_most_who_have_nothing() -> None:
    first, second = hedge("h", "may", "modal"), hedge("i", "may", "modal")
    more = [hedge("j", "may", "evidential")]
    assert majorities(asked(a1=[first], a2=[second], a3=more, a4=[more[0] | {"span_id": "k"}])) == [[]]
    assert majorities(asked(a1=[first], a2=more)) == [[]]
    assert majorities(asked(a1=[first], a2=[], a3=[])) == [[]]


def test_a_majority_has_the_same_names_and_links_in_any_order() -> None:
    def work(who: str, *names: str, linked: bool = True) -> list[Row]:
        ends = [quote(f"q{who}", CLAIM, "indirect"), speaker(f"s{who}", "Kyiv", *names)]
        return [*ends, link("said_by", f"q{who}", f"s{who}")] if linked else ends

    both = ("Ukraine", "Russia")
    sheet = asked(a1=work("1", *both), a2=work("2", *both[::-1]), a3=work("3", "Ukraine", linked=False))
    assert majorities(sheet) == [[0, 1]]
    sheet = asked(a1=work("1", *both), a2=work("2", *both, linked=False), a3=work("3", "Ukraine", linked=False))
    assert majorities(sheet) == [[]]


def test_no_majority_is_preset_where_a_check_finds_fault() -> None:
    hedges = {who: [hedge(who, "may", kind)] for who, kind in (("a1", "modal"), ("a2", "modal"), ("a3", "evidential"))}
    fault = {(who, who): ["[h3-doubtful-cue] no hedge"] for who in hedges}
    assert majorities(asked_of(hedges)) == [[0, 1]]
    assert majorities(asked_of(hedges, fault)) == [[]]
