from __future__ import annotations

from typing import Any

import pytest

from annotation.adjudication.questions import Sheet, excluded, shown_links, summary, who_had_what
from annotation.adjudication.questions import sheet as sheet_of
from annotation.labelstudio.adjudicated import write_adjudication
from annotation.labelstudio.result import read_result
from dataset.record.rows import RelationRow, SpanRow, as_row
from tests.dataset.tiny import ONE, TEXTS, Row, hedge, link, number, place, quote, speaker

CLAIM = "that up to around 12,000 troops may cross"


def asked(*, faults: dict[tuple[str, str], list[str]] | None = None, **rows: list[Row]) -> Sheet:
    """The sheet of spans and links by annotator: `a1=`, `a2=`."""
    return asked_of(rows, faults)


def asked_of(rows: dict[str, list[Row]], faults: dict[tuple[str, str], list[str]] | None = None) -> Sheet:
    """The sheet of spans and links by annotator."""
    return sheet_of(ONE, *by_kind(rows), faults or {})


def by_kind(work: dict[str, list[Row]]) -> tuple[dict[str, list[SpanRow]], dict[str, list[RelationRow]]]:
    """Spans and links by annotator."""
    spans = {who: [as_row(row, SpanRow) for row in mine if "label" in row] for who, mine in work.items()}
    links = {who: [as_row(row, RelationRow) for row in mine if "label" not in row] for who, mine in work.items()}
    return spans, links


def reasons(sheet: Sheet) -> list[tuple[str, ...]]:
    return [item.reasons for item in sheet.items]


def test_what_all_have_is_no_question() -> None:
    sheet = asked(
        a1=[quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine"), link("said_by", "q", "s")],
        a2=[quote("x", CLAIM, "indirect"), speaker("y", "Kyiv", "Ukraine"), link("said_by", "x", "y")],
    )
    assert sheet.open() == []
    assert "All agree" in summary(sheet, [])


def test_of_an_article_that_one_labelled_nobody_is_said_to_agree() -> None:
    line = summary(asked(a1=[hedge("h", "may", "modal")]), [])
    assert ("All agree" in line, "Only a1 labelled it" in line) == (False, True)


def test_a_stamp_changes_with_the_work_at_its_span_alone() -> None:
    mine = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine"), hedge("h", "may", "modal")]
    theirs = [quote("r", CLAIM, "indirect"), speaker("t", "Kyiv", "Ukraine"), link("said_by", "r", "t")]
    before = asked(a1=mine, a2=theirs).stamps()
    assert set(before) == {"q", "s", "h"}

    def changed(**work: list[Row]) -> set[str]:
        after = asked_of({"a1": mine, "a2": theirs, **work}).stamps()
        return {region for region in before.keys() | after.keys() if before.get(region) != after.get(region)}

    assert changed() == set()
    assert changed(a1=[*mine[:2], hedge("h", "may", "evidential")]) == {"h"}
    assert changed(a1=mine[:2]) == {"h"}
    assert changed(a1=[*mine, link("said_by", "q", "s")]) == {"q"}
    assert changed(a2=[theirs[0], speaker("t", "Kyiv’s", "Ukraine"), theirs[2]]) == {"s", "t"}
    assert changed(a3=[]) == {"q", "s", "h"}


def test_a_span_that_one_lacks_is_a_question() -> None:
    sheet = asked(a1=[hedge("h", "may", "modal")], a2=[])
    assert reasons(sheet) == [("not marked by a2",)]
    assert who_had_what(sheet, sheet.items[0]) == ["a1: “may” · modal", "a2: nothing"]


def test_other_words_are_two_versions_of_one_question() -> None:
    sheet = asked(a1=[speaker("s", "Ann Bo", "Ann Bo")], a2=[speaker("t", "Bo", "Ann Bo")])
    assert reasons(sheet) == [("other words",)]
    assert [(version.region, version.holders) for version in sheet.items[0].versions] == [
        ("s", ("a1",)),
        ("t", ("a2",)),
    ]


def test_an_attribute_that_differs_is_left_empty_on_the_page() -> None:
    sheet = asked(a1=[quote("q", CLAIM, "indirect")], a2=[quote("r", CLAIM, "mixed")])
    assert reasons(sheet) == [("another form",)]
    (version,) = sheet.items[0].versions
    assert (version.row["quote_form"], version.row["quote_source"]) == (None, "linked")
    assert who_had_what(sheet, sheet.items[0]) == [f"a1: “{CLAIM}” · indirect", f"a2: “{CLAIM}” · mixed"]


def test_a_link_that_one_lacks_is_a_question_of_the_span_it_starts_from() -> None:
    ends = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine")]
    sheet = asked(a1=[*ends, link("said_by", "q", "s")], a2=ends)
    assert reasons(sheet) == [(), ("no link to “Kyiv” by a2",)]
    assert shown_links(sheet) == []
    assert who_had_what(sheet, sheet.items[1])[0].endswith("→ “Kyiv”")


def test_a_link_that_all_have_goes_to_whatever_version_its_holder_has() -> None:
    sheet = asked(
        a1=[quote("q", "“We saw them,”", "direct"), speaker("s", "Ann Bo", "Ann Bo"), link("said_by", "q", "s")],
        a2=[quote("r", "“We saw them,”", "direct"), speaker("t", "Bo", "Ann Bo"), link("said_by", "r", "t")],
    )
    assert reasons(sheet) == [(), ("other words",)]
    assert shown_links(sheet) == [("q", "s")]


def test_a_link_by_rule_counts_for_one_who_drew_it_not() -> None:
    ends = [quote("q", CLAIM, "indirect"), hedge("h", "may", "modal")]
    sheet = asked(a1=[*ends, link("hedges", "h", "q")], a2=[*ends, link("hedges", "h", "q", derived=True)])
    assert sheet.open() == []


def test_what_all_agree_on_is_open_where_the_checks_find_the_same_fault_in_every_layer() -> None:
    faults = {("a1", "h"): ["[h1] one"], ("a2", "i"): ["[h1] one"]}
    first, second = [hedge("h", "may", "modal")], [hedge("i", "may", "modal")]
    assert reasons(asked(faults=faults, a1=first, a2=second)) == [("[h1] one",)]
    assert asked(faults={("a1", "h"): ["[h1] one"]}, a1=first, a2=second).open() == []


def test_two_spans_of_the_same_id_are_two_regions() -> None:
    sheet = asked(a1=[hedge("x", "may", "modal")], a2=[speaker("x", "Kyiv", "Ukraine")])
    assert sorted(version.region for item in sheet.items for version in item.versions) == ["x", "x.a1"]


def test_the_fingerprint_is_of_what_was_said_not_of_what_the_checks_find() -> None:
    mine = [hedge("h", "may", "modal")]
    same = asked(faults={("a1", "h"): ["[h1] one"]}, a1=mine, a2=[])
    assert asked(a1=mine, a2=[]).fingerprint() == same.fingerprint()
    assert asked(a1=[hedge("h", "may", "evidential")], a2=[]).fingerprint() != same.fingerprint()


def three_who_agree() -> dict[str, list[Row]]:
    """A quote, two speakers and a number with its hedge, marked and linked alike by three annotators."""
    return {
        who: [
            quote(f"{who}q", CLAIM, "indirect"),
            speaker(f"{who}k", "Kyiv", "Ukraine", "Ann Bo"),
            speaker(f"{who}m", "Moscow", "Russia"),
            hedge(f"{who}h", "around", "approximator"),
            number(f"{who}n", "12,000", "12000", 12000.0, 12000.0),
            link("said_by", f"{who}q", f"{who}k"),
            link("hedges", f"{who}h", f"{who}n", derived=True),
        ]
        for who in ("a1", "a2", "a3")
    }


def a3_changes(at: int, **changed: Any) -> dict[str, list[Row]]:
    """The same work, but for one row of the third annotator."""
    rows = three_who_agree()
    rows["a3"][at] |= changed
    return rows


def test_a_quote_that_one_of_three_linked_to_another_speaker_is_changed_work() -> None:
    before, after = asked_of(three_who_agree()), asked_of(a3_changes(5, to_span="a3m"))
    assert before.fingerprint() != after.fingerprint()
    assert not after.is_asked_by(before.fingerprint())
    dropped = three_who_agree()
    del dropped["a3"][5]
    assert asked_of(dropped).fingerprint() not in (before.fingerprint(), after.fingerprint())


@pytest.mark.parametrize(
    ("at", "changed"),
    [
        (0, {"end": 30}),
        (0, {"quote_form": "mixed"}),
        (0, {"quote_source": "unnamed"}),
        (1, {"speaker_entities": ["Ukraine"]}),
        (3, {"hedge_kind": "modal"}),
        (4, {"number_kind": "measure"}),
        (4, {"number_value": "12001"}),
        (4, {"number_unit": "men"}),
    ],
)
def test_whatever_a_third_annotator_changes_is_changed_work(at: int, changed: Row) -> None:
    assert asked_of(a3_changes(at, **changed)).fingerprint() != asked_of(three_who_agree()).fingerprint()


@pytest.mark.parametrize(
    ("at", "changed"),
    [
        (0, {"round": "r2", "annotator": "somebody", "article_id": "elsewhere"}),
        (1, {"speaker_entities": ["Ann Bo", "Ukraine"]}),
        (4, {"number_low": None, "text": "", "a_column_of_a_later_version": 1}),
        (5, {"a_column_of_a_later_version": 1}),
    ],
)
def test_what_follows_from_elsewhere_is_no_change_of_work(at: int, changed: Row) -> None:
    assert asked_of(a3_changes(at, **changed)).fingerprint() == asked_of(three_who_agree()).fingerprint()


def test_neither_the_order_of_rows_nor_links_made_by_rule_change_the_work() -> None:
    rows = three_who_agree()
    turned = {who: [row for row in mine[::-1] if not row.get("derived")] for who, mine in reversed(rows.items())}
    assert asked_of(turned).fingerprint() == asked_of(rows).fingerprint()


def test_a_link_that_somebody_draws_where_the_rule_makes_it_is_changed_work() -> None:
    assert asked_of(a3_changes(6, derived=False)).fingerprint() != asked_of(three_who_agree()).fingerprint()


def test_a_span_marked_anew_is_changed_work_where_the_page_knows_it_by_its_id() -> None:
    """The page has the id of the first annotator who holds a version; the others' spans are found by their place."""

    def marked_anew(who: str) -> str:
        rows = three_who_agree()
        rows[who][0] |= {"span_id": "anew"}
        rows[who][5] |= {"from_span": "anew"}
        return asked_of(rows).fingerprint()

    same = asked_of(three_who_agree()).fingerprint()
    assert (marked_anew("a1") == same, marked_anew("a3") == same) == (False, True)


def test_a_task_with_the_fingerprint_of_whole_rows_asks_about_the_same_rows_only() -> None:
    """The hash is one that such a task carries."""
    first = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine"), link("said_by", "q", "s")]
    second = [quote("r", CLAIM, "mixed")]
    before = "0cedad7dcc35aa2e642f9a77738e7bca2c7453087b0f764043a75be8c1141532"
    assert asked(a1=first, a2=second).is_asked_by(before)
    assert not asked(a1=first, a2=[quote("r", CLAIM, "direct")]).is_asked_by(before)
    assert not asked(a1=first[:2], a2=second).is_asked_by(before)


def test_of_three_annotators_each_version_names_its_holders() -> None:
    names = {"a1": "Ann Bo", "a2": "Bo", "a3": "Ann Bo"}
    sheet = asked_of({who: [speaker(f"{who}s", words, "Ann Bo")] for who, words in names.items()})
    (item,) = sheet.items
    assert item.reasons == ("other words",)
    assert [(version.region, version.holders) for version in item.versions] == [("a1s", ("a1", "a3")), ("a2s", ("a2",))]


def test_of_three_annotators_those_who_lack_a_link_are_named() -> None:
    rows = three_who_agree()
    del rows["a1"][5], rows["a3"][5]
    assert [item.reasons for item in asked_of(rows).open()] == [("no link to “Kyiv” by a1, a3",)]


def test_what_excludes_a_version_is_said_be_it_of_the_same_question_or_of_another() -> None:
    long, first, last = place("x", "quote", 0, 20), place("y", "quote", 0, 11), place("z", "quote", 12, 20)
    sheet = asked(a1=[long], a2=[first, last], a3=[hedge("h", "may", "modal")])
    exclusions = {version.region: excluded(sheet, version) for item in sheet.items for version in item.versions}
    excludes = {row["span_id"]: f"excludes “{row['text']}”: keep one of them" for row in (long, first, last)}
    assert exclusions == {"x": [excludes["y"], excludes["z"]], "y": [excludes["x"]], "z": [excludes["x"]], "h": []}


def test_spans_whose_ids_collide_are_regions_of_their_own() -> None:
    sheet = asked(
        a1=[speaker("x", "Kyiv", "Ukraine"), quote("x.a2", CLAIM, "indirect")],
        a2=[hedge("x", "around", "approximator"), hedge("y", "may", "modal")],
        a3=[hedge("x.a3", "may", "modal"), hedge("x", "up to", "approximator")],
    )
    regions = [version.region for item in sheet.items for version in item.versions]
    assert len(set(regions)) == len(regions) == 5


def test_markup_in_an_article_is_shown_as_it_is() -> None:
    row = {**hedge("h", "may", "modal"), "text": "<b>*may*</b>"}
    assert "&lt;b&gt;\\*may\\*&lt;/b&gt;" in summary(asked(a1=[row], a2=[]), [])


def test_the_page_begins_with_questions_marked_as_such_and_the_rest_locked() -> None:
    sheet = asked(a1=[hedge("h", "may", "modal"), quote("q", CLAIM, "direct")], a2=[quote("r", CLAIM, "direct")])
    spans = [(v.row, who_had_what(sheet, item) if item.reasons else []) for item in sheet.items for v in item.versions]
    begun = write_adjudication(spans, [], [], locked=True)
    labels = {item["id"]: item["value"]["labels"] for item in begun if item["from_name"] == "label"}
    assert labels == {"h": ["hedge ?"], "q": ["quote"]}
    assert {item["id"] for item in begun if item.get("readonly")} == {"q"}
    assert read_result([item for item in begun if item["id"] == "q"], TEXTS[ONE]).findings == []
