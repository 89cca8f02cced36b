from __future__ import annotations

from annotation.questions import Sheet, sheet, shown_links, summary, who_had_what
from annotation.results import read_result, write_adjudication
from tests.dataset.tiny import ONE, TEXTS, Row, hedge, link, quote, speaker

CLAIM = "that up to around 12,000 troops may cross"


def asked(*, faults: dict[tuple[str, str], list[str]] | None = None, **rows: list[Row]) -> Sheet:
    """The sheet of spans and links by annotator: `a1=`, `a2=`."""
    spans = {who: [row for row in mine if "label" in row] for who, mine in rows.items()}
    links = {who: [row for row in mine if "label" not in row] for who, mine in rows.items()}
    return sheet(ONE, spans, links, faults or {})


def reasons(one: Sheet) -> list[tuple[str, ...]]:
    return [item.reasons for item in one.items]


def test_what_all_have_is_no_question() -> None:
    one = asked(
        a1=[quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine"), link("said_by", "q", "s")],
        a2=[quote("x", CLAIM, "indirect"), speaker("y", "Kyiv", "Ukraine"), link("said_by", "x", "y")],
    )
    assert one.open() == []
    assert "All agree" in summary(one, [])


def test_a_span_that_one_lacks_is_a_question() -> None:
    one = asked(a1=[hedge("h", "may", "modal")], a2=[])
    assert reasons(one) == [("not marked by a2",)]
    assert who_had_what(one, one.items[0]) == ["a1: “may” · modal", "a2: nothing"]


def test_other_words_are_two_versions_of_one_question() -> None:
    one = asked(a1=[speaker("s", "Ann Bo", "Ann Bo")], a2=[speaker("t", "Bo", "Ann Bo")])
    assert reasons(one) == [("other words",)]
    assert [(version.region, version.holders) for version in one.items[0].versions] == [("s", ("a1",)), ("t", ("a2",))]


def test_an_attribute_that_differs_is_left_empty_on_the_page() -> None:
    one = asked(a1=[quote("q", CLAIM, "indirect")], a2=[quote("r", CLAIM, "mixed")])
    assert reasons(one) == [("another form",)]
    (version,) = one.items[0].versions
    assert (version.row["quote_form"], version.row["quote_source"]) == (None, "linked")
    assert who_had_what(one, one.items[0]) == [f"a1: “{CLAIM}” · indirect", f"a2: “{CLAIM}” · mixed"]


def test_a_link_that_one_lacks_is_a_question_of_the_span_it_starts_from() -> None:
    ends = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine")]
    one = asked(a1=[*ends, link("said_by", "q", "s")], a2=ends)
    assert reasons(one) == [(), ("no link to “Kyiv” by a2",)]
    assert shown_links(one) == []
    assert who_had_what(one, one.items[1])[0].endswith("→ “Kyiv”")


def test_a_link_that_all_have_goes_to_whatever_version_its_holder_has() -> None:
    one = asked(
        a1=[quote("q", "“We saw them,”", "direct"), speaker("s", "Ann Bo", "Ann Bo"), link("said_by", "q", "s")],
        a2=[quote("r", "“We saw them,”", "direct"), speaker("t", "Bo", "Ann Bo"), link("said_by", "r", "t")],
    )
    assert reasons(one) == [(), ("other words",)]
    assert shown_links(one) == [("q", "s")]


def test_a_link_by_rule_counts_for_one_who_drew_it_not() -> None:
    ends = [quote("q", CLAIM, "indirect"), hedge("h", "may", "modal")]
    one = asked(a1=[*ends, link("hedges", "h", "q")], a2=[*ends, link("hedges", "h", "q", derived=True)])
    assert one.open() == []


def test_what_all_agree_on_is_open_where_the_checks_find_the_same_fault_in_every_layer() -> None:
    faults = {("a1", "h"): ["[h1] one"], ("a2", "i"): ["[h1] one"]}
    first, second = [hedge("h", "may", "modal")], [hedge("i", "may", "modal")]
    assert reasons(asked(faults=faults, a1=first, a2=second)) == [("[h1] one",)]
    assert asked(faults={("a1", "h"): ["[h1] one"]}, a1=first, a2=second).open() == []


def test_two_spans_of_the_same_id_are_two_regions() -> None:
    one = asked(a1=[hedge("x", "may", "modal")], a2=[speaker("x", "Kyiv", "Ukraine")])
    assert sorted(version.region for item in one.items for version in item.versions) == ["x", "x.a1"]


def test_the_fingerprint_is_of_what_was_said_not_of_what_the_checks_find() -> None:
    mine = [hedge("h", "may", "modal")]
    same = asked(faults={("a1", "h"): ["[h1] one"]}, a1=mine, a2=[])
    assert asked(a1=mine, a2=[]).fingerprint() == same.fingerprint()
    assert asked(a1=[hedge("h", "may", "evidential")], a2=[]).fingerprint() != same.fingerprint()


def test_markup_in_an_article_is_shown_as_it_is() -> None:
    row = {**hedge("h", "may", "modal"), "text": "<b>*may*</b>"}
    assert "&lt;b&gt;\\*may\\*&lt;/b&gt;" in summary(asked(a1=[row], a2=[]), [])


def test_the_page_begins_with_questions_marked_as_such_and_the_rest_locked() -> None:
    one = asked(a1=[hedge("h", "may", "modal"), quote("q", CLAIM, "direct")], a2=[quote("r", CLAIM, "direct")])
    spans = [(v.row, who_had_what(one, item) if item.reasons else []) for item in one.items for v in item.versions]
    begun = write_adjudication(spans, [], [], locked=True)
    labels = {item["id"]: item["value"]["labels"] for item in begun if item["from_name"] == "label"}
    assert labels == {"h": ["hedge ?"], "q": ["quote"]}
    assert {item["id"] for item in begun if item.get("readonly")} == {"q"}
    assert read_result([item for item in begun if item["id"] == "q"], TEXTS[ONE]).findings == []
