from __future__ import annotations

import copy
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.labelstudio.payloads import JsonObject
from annotation.labelstudio.result import Result, read_result
from annotation.labelstudio.suggested import SuggestedRows, SuggestedTask, read_suggestions, suggestions_data
from annotation.rounds.outcomes import DecidedWork, decided
from dataset.record.rows import Link, MarkedSpan, Score
from tests.annotation.labelstudio.test_result import blank
from tests.annotation.labelstudio.written import result_of

TEXT = "👍 The port said that 40 boats may wait."
NAMES = ["Port of Lomma"]


def span(span_id: str, label: str, words: str, **attributes: Any) -> dict[str, Any]:
    start = TEXT.index(words)
    return {**blank(span_id, label, start, start + len(words), words), **attributes}


SPEAKER = span("s", "speaker", "The port", speaker_entities=["Ilsa Brandt", "Port of Lomma"])
QUOTE = span("q", "quote", "that 40 boats may wait", quote_form="indirect", quote_source="linked")
NUMBER = span(
    "n", "number", "40", number_kind="count", number_value="40", number_low=40.0, number_high=40.0, number_unit="boats"
)
HEDGE = span("h", "hedge", "may", hedge_kind="modal")
SPANS = [SPEAKER, QUOTE, NUMBER, HEDGE]
LINK = {"type": "said_by", "from_span": "q", "to_span": "s", "derived": False}
ALL = {"s": 1.5, "q": None, "n": 0.25, "h": 2.0}


def suggested(least: float = 0) -> SuggestedTask:
    scores: dict[str, Score] = {"h": {"span_id": "h", "pattern": "modal verb", "score": 0.5}}
    rows = SuggestedRows(cast("list[MarkedSpan]", SPANS), [cast("Link", LINK)], scores)
    data: JsonObject = {"suggestions": suggestions_data("rules", least, 0.2, rows, NAMES)}
    faults = list[str]()
    task = read_suggestions(data, faults)
    assert task and not faults
    return task


def submitted(spans: list[dict[str, Any]], links: list[dict[str, Any]], kept: dict[str, float | None]) -> list[Result]:
    return result_of(spans, links, NAMES, kept=kept)


def work(result: list[Result], least: float = 0) -> DecidedWork:
    return decided(suggested(least), read_result(result, TEXT), TEXT)


def outcomes(result: list[Result]) -> dict[str, tuple[str, list[str]]]:
    return {shown["span_id"]: (shown["outcome"], shown["changes"]) for shown in work(result).spans}


def test_what_is_submitted_as_it_was_suggested_without_a_decision_is_nobodys_work() -> None:
    done = work(submitted(SPANS, [LINK], {}))
    assert {shown["outcome"] for shown in done.spans} == {"unseen"} == {shown["outcome"] for shown in done.links}
    assert (done.rows.spans, done.rows.relations) == ([], [])


def test_what_was_kept_is_the_annotators_with_its_links_and_the_seconds_that_it_took() -> None:
    done = work(submitted(SPANS, [LINK], ALL))
    assert sorted(each["span_id"] for each in done.rows.spans) == ["h", "n", "q", "s"]
    assert [(link["from_span"], link["to_span"]) for link in done.rows.relations] == [("q", "s")]
    assert {shown["span_id"]: shown["seconds"] for shown in done.spans} == ALL
    assert [link["outcome"] for link in done.links] == ["kept"]
    assert {shown["span_id"]: (shown["score"], shown["pattern"]) for shown in done.spans}["h"] == (0.5, "modal verb")


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        ({"number_value": "41"}, ["number_value"]),
        ({"start": NUMBER["start"], "end": NUMBER["end"] + 6}, ["words"]),
        ({"label": "hedge", "number_kind": None, "number_value": None, "number_unit": None}, ["label"]),
    ],
)
def test_any_change_decides_and_is_named(change: dict[str, Any], changes: list[str]) -> None:
    changed = {**NUMBER, **change}
    assert outcomes(submitted([SPEAKER, QUOTE, HEDGE, changed], [LINK], {}))["n"] == ("changed", changes)


def test_a_change_counts_even_where_the_span_was_kept_before() -> None:
    changed = {**NUMBER, "number_unit": "ships"}
    assert outcomes(submitted([changed], [], {"n": 1.0}))["n"] == ("changed", ["number_unit"])


def test_a_speaker_has_the_same_names_in_whatever_order_and_field() -> None:
    turned = {**SPEAKER, "speaker_entities": ["Port of Lomma", "Ilsa Brandt"]}
    assert outcomes(submitted([turned], [], {}))["s"] == ("unseen", [])


def test_a_link_that_was_removed_decides_on_the_span_that_it_began_at() -> None:
    done = work(submitted(SPANS, [], {}))
    assert {shown["span_id"]: shown["outcome"] for shown in done.spans} == dict.fromkeys("snh", "unseen") | {
        "q": "changed"
    }
    assert [link["outcome"] for link in done.links] == ["dropped"]


def test_a_link_that_went_with_its_dropped_speaker_decides_nothing() -> None:
    assert outcomes(submitted([QUOTE], [], {})) == {
        "s": ("dropped", []),
        "q": ("unseen", []),
        "n": ("dropped", []),
        "h": ("dropped", []),
    }


def test_a_link_to_a_suggestion_without_a_decision_is_left_out_with_it() -> None:
    done = work(submitted(SPANS, [LINK], {"q": 1.0}))
    assert [each["span_id"] for each in done.rows.spans] == ["q"]
    assert done.rows.relations == []
    assert [link["outcome"] for link in done.links] == ["unseen"]


def test_a_span_of_ones_own_stays_whatever_became_of_the_suggestions() -> None:
    own = span("own", "hedge", "said", hedge_kind="evidential")
    done = work(submitted([*SPANS, own], [LINK], {}))
    assert [each["span_id"] for each in done.rows.spans] == ["own"]


def test_a_question_about_a_suggestion_without_a_decision_is_one_about_the_article() -> None:
    result = result_of(SPANS, [LINK], NAMES, [{"span_id": "h", "question": "Is it one?"}])
    assert work(result).rows.questions == [{"span_id": None, "question": "Is it one?"}]


def test_only_spans_with_the_least_score_are_shown_with_the_links_among_them() -> None:
    assert [region.id for region in suggested(0.6).regions] == ["s", "q", "n"]


@given(
    present=st.sets(st.sampled_from("sqnh")),
    kept=st.sets(st.sampled_from("sqnh")),
    changed=st.sets(st.sampled_from("nh")),
)
def test_each_suggestion_has_one_outcome_and_the_layer_has_what_was_kept_or_changed(
    present: set[str], kept: set[str], changed: set[str]
) -> None:
    spans = copy.deepcopy([each for each in SPANS if each["span_id"] in present])
    for each in spans:
        if each["span_id"] in changed:
            each["number_value" if each["span_id"] == "n" else "hedge_kind"] = "7" if each["span_id"] == "n" else None
    links = [LINK] if {"s", "q"} <= present else []
    done = work(submitted(spans, links, dict.fromkeys(kept & present)))
    became = {shown["span_id"]: shown["outcome"] for shown in done.spans}
    assert became.keys() == set("sqnh")
    assert {each["span_id"] for each in done.rows.spans} == {
        span_id for span_id, outcome in became.items() if outcome in ("kept", "changed")
    }
    assert {span_id for span_id, outcome in became.items() if outcome == "dropped"} == set("sqnh") - present
    assert {span_id for span_id, outcome in became.items() if outcome == "changed"} == changed & present


@pytest.mark.parametrize(
    "broken",
    ["rules", {"by": "rules"}, {"by": 1, "least": 0, "without": 0, "regions": [], "links": []}, {"regions": [{}]}],
)
def test_suggestions_that_cannot_be_read_are_a_fault_of_the_task(broken: Any) -> None:
    faults = list[str]()
    assert read_suggestions({"suggestions": broken}, faults) is None
    assert len(faults) == 1
