from __future__ import annotations

from typing import Any

import pytest

from annotation.adjudication.likely import deciding_rules
from annotation.adjudication.questions import Sheet
from annotation.guidelines.titles import TITLES
from dataset.scheme import vocabulary
from tests.annotation.adjudication.test_questions import CLAIM, asked
from tests.dataset.tiny import Row, hedge, link, number, place, quote, speaker

MARKED = "“We saw them,”"


def first_rule(sheet: Sheet) -> str:
    return deciding_rules(sheet, sheet.open())[0]


def edges(label: str, first: tuple[int, int], second: tuple[int, int], **attributes: Any) -> Sheet:
    return asked(a1=[place("x", label, *first, **attributes)], a2=[place("y", label, *second, **attributes)])


def test_only_the_rules_of_the_label_and_those_for_all_labels_are_offered_each_once() -> None:
    sheet = asked(a1=[hedge("h", "may", "modal")], a2=[])
    rules = deciding_rules(sheet, sheet.open())
    assert sorted(rules) == sorted([*(f"H{n}" for n in range(1, 11)), *(f"E{n}" for n in range(1, 6))])
    assert rules[-5:] == ["E1", "E2", "E3", "E4", "E5"]


@pytest.mark.parametrize(("kind", "rule"), [("modal", "H5"), ("evidential", "H4"), ("approximator", "H6")])
def test_of_a_hedge_that_one_lacks_the_list_that_it_is_on_comes_first(kind: str, rule: str) -> None:
    sheet = asked(a1=[hedge("h", "may", kind)], a2=[])
    assert deciding_rules(sheet, sheet.open())[:2] == [rule, "H3"]


def test_of_a_hedge_whose_kind_differs_both_lists_come_first() -> None:
    sheet = asked(a1=[hedge("h", "may", "evidential")], a2=[hedge("i", "may", "modal")])
    assert deciding_rules(sheet, sheet.open())[:2] == ["H5", "H4"]


@pytest.mark.parametrize(
    ("label", "first", "second", "rule"),
    [
        ("speaker", (0, 4), (0, 6), "E2"),  # Kyiv, Kyiv’s
        ("speaker", (0, 3), (0, 4), "E5"),  # Kyi, Kyiv
        ("quote", (13, 57), (13, 58), "E1"),  # a line end more
        ("hedge", (49, 52), (45, 52), "H1"),
        ("quote", (15, 57), (20, 57), "Q2"),  # “that ” more
    ],
)
def test_what_edges_differ_in_says_which_rule_decides(
    label: str, first: tuple[int, int], second: tuple[int, int], rule: str
) -> None:
    form = {"quote_form": "indirect", "quote_source": "linked"} if label == "quote" else {}
    sheet = edges(label, first, second, **form)
    rules = deciding_rules(sheet, sheet.open())
    assert rule in rules[:2], (rules[:4], [version.row["text"] for version in sheet.items[0].versions])


def test_a_quotation_mark_that_one_left_out_is_a_matter_of_direct_speech() -> None:
    mine = quote("q", MARKED, "direct")
    assert first_rule(asked(a1=[mine], a2=[quote("r", MARKED[1:-1], "direct")])) == "Q1"


@pytest.mark.parametrize(
    ("forms", "rules"), [(("indirect", "mixed"), ["Q2", "Q3"]), (("direct", "mixed"), ["Q1", "Q3"])]
)
def test_a_form_that_differs_is_decided_by_the_rules_of_both_forms(forms: tuple[str, str], rules: list[str]) -> None:
    sheet = asked(a1=[quote("q", CLAIM, forms[0])], a2=[quote("r", CLAIM, forms[1])])
    assert deciding_rules(sheet, sheet.open())[:2] == rules


def test_a_link_that_one_lacks_is_decided_by_whoever_says_it() -> None:
    ends: list[Row] = [quote("q", CLAIM, "indirect"), speaker("s", "Kyiv", "Ukraine")]
    assert first_rule(asked(a1=[*ends, link("said_by", "q", "s")], a2=ends)) == "S1"


def test_the_rule_that_a_check_names_comes_first() -> None:
    faults = {(who, "n"): ["[n2-approximator-inside] it has an approximator"] for who in ("a1", "a2")}
    mine = [number("n", "12,000", "12000", 12000.0, 12000.0)]
    assert first_rule(asked(faults=faults, a1=mine, a2=mine)) == "N2"


def test_every_rule_has_a_title_that_fits_on_a_line() -> None:
    assert tuple(TITLES) == vocabulary.RULES
    assert max(map(len, TITLES.values())) <= 40


DIFFERING: dict[str, tuple[Any, Any]] = {
    "speaker_entities": (["Ann Bo"], ["Russia"]),
    "quote_form": ("direct", "mixed"),
    "quote_source": ("linked", "unnamed"),
    "hedge_kind": ("modal", "evidential"),
    "number_kind": ("count", "money"),
    "number_value": ("12000", "12"),
    "number_unit": ("troops", "soldiers"),
}


@pytest.mark.parametrize(
    ("label", "name"), [(label, name) for label, names in vocabulary.ATTRIBUTES.items() for name in names]
)
def test_whatever_attribute_differs_a_rule_of_its_label_stands_first(label: str, name: str) -> None:
    first, second = DIFFERING[name]
    rows = [place(span_id, label, 0, 4, **{name: value}) for span_id, value in (("x", first), ("y", second))]
    assert first_rule(asked(a1=rows[:1], a2=rows[1:])).startswith(label[0].upper())
