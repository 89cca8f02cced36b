"""Values that nobody can have chosen on the labelling page: in the raw results, and in rows edited by hand.

Each changes one thing of the export `whole.json`, or of its rows, in which nothing is wrong.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from annotation.labelstudio.result import LABEL, UNNAMED
from annotation.rounds.normalise import Normaliser
from dataset.checks.suite import check_layer
from dataset.record.corpus import Corpus
from dataset.record.layer import Layer, make_layer
from tests.annotation.rounds.layers import rows_so_far
from tests.annotation.rounds.test_broken_exports import ARTICLES, FOLDER
from tests.dataset.checks.wrong import ARTICLE
from tests.dataset.tiny import put_corpus

Row = dict[str, Any]
WHOLE: Row = json.loads((FOLDER / "whole.json").read_text(encoding="utf-8"))[0]
RESULT: list[Row] = WHOLE["annotations"][0]["result"]
PLACES = {item["id"]: item["value"] for item in RESULT if item.get("from_name") == LABEL}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return put_corpus(tmp_path_factory.mktemp("impossible"), {ARTICLE: ARTICLES["whole"]})


def pulled(corpus: Corpus, result: list[Row], offered: list[str] | None = None) -> Layer:
    task = copy.deepcopy(WHOLE)
    task["annotations"][0]["result"] = result
    if offered is not None:
        task["data"]["entities"] = [{"value": name} for name in offered]
    normaliser = Normaliser(corpus, "r1", "a1")
    normaliser.add(task)
    return rows_so_far(normaliser)


def codes(corpus: Corpus, layer: Layer) -> list[str]:
    return [finding.code for finding in check_layer(corpus, layer)]


def given(region: str, control: str, values: Any, holder: str = "choices", **place: int) -> Row:
    """A result of a region for a control; `place` are offsets in place of the region's own."""
    where = {name: PLACES[region][name] for name in ("start", "end")} | place
    return {"id": region, "from_name": control, "to_name": "text", "value": {**where, holder: values}}


def with_item(item: Row) -> list[Row]:
    """The sound result with an item more, or with this one in place of the region's own for that control."""
    here = (item["id"], item["from_name"])
    return [kept for kept in RESULT if (kept.get("id"), kept.get("from_name")) != here] + [item]


def test_nothing_is_found_where_all_was_offered_and_chosen(corpus: Corpus) -> None:
    assert codes(corpus, pulled(corpus, RESULT)) == []
    assert codes(corpus, pulled(corpus, RESULT, ["Russia", "Ukraine"])) == []


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        (given("claim", "quote_form", ["reported"]), ["value-not-allowed"]),
        (given("may", "hedge_kind", ["doubt"]), ["h3-kind-of-another-list", "value-not-allowed"]),
        (given("many", "number_kind", ["weight"]), ["value-not-allowed"]),
        (given("claim", "quote_unnamed", ["unnamed"]), ["value-not-offered"]),
        (given("claim", "quote_unnamed", ["linked"]), ["value-not-offered"]),
        (given("claim", "quote_unnamed", ["source not known"]), ["value-not-offered"]),
        (given("claim", "quote_unnamed", [UNNAMED, UNNAMED]), ["several-values"]),
        (given("claim", "quote_form", ["indirect", "mixed"]), ["missing-attribute", "several-values"]),
        (given("kyiv", "speaker_other", ["Ann Bo", "Russia"], "text"), ["several-values"]),
        (given("many", "number_value", ["12000", "12000"], "text"), ["missing-attribute", "several-values"]),
        (given("many", "number_unit", ["men", "people"], "text"), ["several-values"]),
        (given("many", "number_value", ["about 12000"], "text"), ["unreadable-number"]),
        (given("many", "number_value", ["5..3"], "text"), ["unreadable-number"]),
        (given("many", "number_value", [12000], "text"), ["missing-attribute", "unreadable-value"]),
        (given("claim", "quote_form", ["indirect"], "text"), ["missing-attribute", "unreadable-value"]),
        (given("claim", "speaker_entities", ["Ukraine"]), ["foreign-attribute"]),
        (given("may", "speaker_other", ["Ann Bo"], "text"), ["foreign-attribute"]),
        (given("kyiv", "quote_unnamed", [UNNAMED]), ["foreign-attribute"]),
        (given("kyiv", "number_unit", ["men"], "text"), ["foreign-attribute"]),
        (given("many", "hedge_kind", ["modal"]), ["foreign-attribute"]),
        (given("kyiv", "speaker_entities", ["Ukrane"]), ["entity-not-registered"]),
        (given("claim", "mood", ["sad"]), ["unknown-control"]),
        (given("claim", "rule", ["Q2"]), ["unknown-control"]),
        (given("claim", "quote_form", ["indirect"], start=0), ["offsets-disagree"]),
        (given("claim", LABEL, ["fact"], "labels"), ["relation-wrong-types", "unknown-label"]),
        (given("kyiv", LABEL, ["speaker", "quote"], "labels"), ["several-labels"]),
    ],
)
def test_a_value_that_the_page_cannot_give_is_found(corpus: Corpus, item: Row, wanted: list[str]) -> None:
    assert set(codes(corpus, pulled(corpus, with_item(item)))) - _FOLLOWING == set(wanted)


_FOLLOWING = {"s8-speaker-without-quote", "q9-no-source", "relation-end-missing", "h9-unlabelled-cue"}
"""What else is found where a span is lost or is of another label."""


def test_a_control_that_was_answered_twice_is_found(corpus: Corpus) -> None:
    assert codes(corpus, pulled(corpus, [*RESULT, given("may", "hedge_kind", ["modal"])])) == ["several-values"]


@pytest.mark.parametrize("offered", [[], ["Russia"]])
def test_a_registered_name_that_the_task_did_not_offer_is_found(corpus: Corpus, offered: list[str]) -> None:
    assert codes(corpus, pulled(corpus, RESULT, offered)) == ["value-not-offered"]


def test_a_name_may_be_typed_whether_it_is_offered_or_not(corpus: Corpus) -> None:
    typed = [item for item in RESULT if item.get("from_name") != "speaker_entities"]
    typed.append(given("kyiv", "speaker_other", ["Ukraine"], "text"))
    assert codes(corpus, pulled(corpus, typed, ["Russia"])) == []


@pytest.mark.parametrize(
    ("span", "changed", "wanted"),
    [
        ("many", {"number_low": 5.0}, ["bounds-differ"]),
        ("many", {"number_high": None}, ["bounds-differ"]),
        ("many", {"number_value": None}, ["missing-attribute"]),
        ("many", {"number_value": "13000"}, ["bounds-differ", "n4-value-differs"]),
        ("kyiv", {"number_low": 5.0}, ["foreign-attribute"]),
        ("kyiv", {"speaker_entities": ["Ukraine", None]}, ["missing-attribute"]),
        ("kyiv", {"speaker_entities": ["Ukraine", " "]}, ["entity-not-registered", "missing-attribute"]),
        ("kyiv", {"speaker_entities": ["Atlantis"]}, ["entity-not-registered"]),
        ("kyiv", {"quote_source": "linked"}, ["foreign-attribute"]),
        ("claim", {"quote_source": "hidden"}, ["value-not-allowed"]),
        ("claim", {"quote_source": None}, ["missing-attribute"]),
        ("may", {"hedge_kind": None}, ["missing-attribute"]),
    ],
)
def test_a_row_that_no_page_gives_is_found(corpus: Corpus, span: str, changed: Row, wanted: list[str]) -> None:
    layer = pulled(corpus, RESULT)
    rows = {name: getattr(layer, name).to_dicts() for name in ("tasks", "spans", "relations")}
    rows["spans"] = [row | changed if row["span_id"] == span else row for row in rows["spans"]]
    assert sorted(codes(corpus, make_layer("r1/a1", **rows))) == wanted
