"""One changed span opens its question again, and no other; whichever page was open meanwhile."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from annotation.adjudication.gold import read_gold
from annotation.labelstudio.adjudicated import read_adjudication
from annotation.labelstudio.seats import Seat
from dataset.record.corpus import Corpus
from tests.annotation.adjudication.test_gold import ACCOUNT, Held, adjudicator, opened, pulled, put_round
from tests.dataset.tiny import ONE, TEXTS, Row, hedge, link, put_corpus, quote, renamed, speaker

KYIV, MAY = ("keep", "S2"), ("keep", "H5")


def first() -> list[Row]:
    """An annotator's work; a2 has other words of the speaker, and nothing of the hedge."""
    ends = [quote("claim", "that up to around 12,000 troops may cross", "indirect"), speaker("s", "Kyiv", "Ukraine")]
    return [*ends, link("said_by", "claim", "s"), hedge("h", "may", "modal")]


def second() -> list[Row]:
    ends = [quote("q2", "that up to around 12,000 troops may cross", "indirect"), speaker("s2", "Kyiv’s", "Ukraine")]
    return [*ends, link("said_by", "q2", "s2")]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = put_corpus(tmp_path / "corpus")
    put_round(made, "r1", a1=first(), a2=second())
    return made


@pytest.fixture
def asked(corpus: Corpus) -> tuple[Held, Seat]:
    """Two questions, opened: which words the speaker is, and whether “may” is a hedge."""
    held, who = adjudicator()
    assert opened(corpus, who).questions == 2
    return held, who


def decide(result: list[Row], **decisions: tuple[str, str]) -> list[Row]:
    """What is on a page, with decision and rule by region."""
    answers = [
        {"id": region, "from_name": control, "type": "choices", "value": {"choices": [word]}}
        for region, words in decisions.items()
        for control, word in zip(("decision", "rule"), words, strict=True)
    ]
    return [*copy.deepcopy(result), *answers]


def begun(held: Held) -> list[Row]:
    """What the page begins with now."""
    task = held.held[0]
    return list(next(iter(task.get("drafts", {}).values()), task["predictions"][0]["result"]))


def submit(held: Held, result: list[Row]) -> None:
    held.held[0]["annotations"] = [{"id": 1, "result": result, "completed_by": ACCOUNT, "was_cancelled": False}]
    held.held[0].pop("drafts", None)


def decided(result: list[Row]) -> dict[str, tuple[str | None, str | None]]:
    decisions = read_adjudication(result, TEXTS[ONE]).decisions
    return {region: (answer.decision, answer.rule) for region, answer in decisions.items() if answer.decision}


def with_another_kind(rows: list[Row]) -> list[Row]:
    return [row | {"hedge_kind": "evidential"} if row.get("span_id") == "h" else row for row in rows]


ALL = {"s": KYIV, "s2": ("drop", "S2"), "h": MAY}


def test_a_hedge_that_changed_is_asked_about_again_and_the_speaker_stays_decided(
    corpus: Corpus, asked: tuple[Held, Seat]
) -> None:
    held, who = asked
    submit(held, decide(begun(held), **ALL))
    put_round(corpus, "r1", a1=with_another_kind(first()), a2=second())
    left = pulled(corpus, who)
    assert (left.taken, left.asked_otherwise, left.changed) == ([], {ONE: ["hedge “may”"]}, [])
    again = opened(corpus, who)
    assert (again.changed, again.asked_again[ONE].questions) == ({}, ["hedge “may”"])
    assert held.held[0]["annotations"] == []
    assert decided(begun(held)) == {"s": KYIV, "s2": ("drop", "S2")}
    (kind,) = (item["value"]["choices"] for item in begun(held) if item.get("from_name") == "hedge_kind")
    assert kind == ["evidential"]
    assert opened(corpus, who).asked_again == {}
    submit(held, decide(begun(held), h=("keep", "H4")))
    assert pulled(corpus, who).taken == [ONE]
    rows = read_gold(corpus).spans.select("span_id", "hedge_kind").rows()
    assert sorted(rows, key=str) == [("claim", None), ("h", "evidential"), ("s", None)]
    assert read_gold(corpus).relations.filter(type="said_by").select("from_span", "to_span").rows() == [("claim", "s")]


def test_edges_that_changed_ask_about_the_speaker_and_leave_the_hedge_as_it_was_decided(
    corpus: Corpus, asked: tuple[Held, Seat]
) -> None:
    held, who = asked
    submit(held, decide(begun(held), **ALL))
    moved = [speaker("s2", "Kyiv’s claim", "Ukraine") if row.get("span_id") == "s2" else row for row in second()]
    put_round(corpus, "r1", a1=first(), a2=moved)
    assert opened(corpus, who).asked_again[ONE].questions == ["speaker “Kyiv”"]
    assert decided(begun(held)) == {"h": MAY}
    read = read_adjudication(begun(held), TEXTS[ONE])
    assert [(row["from_span"], row["to_span"]) for row in read.reading.relations] == [("claim", "s")]


def test_a_span_that_is_new_is_a_question_more_and_one_that_is_gone_is_none(
    corpus: Corpus, asked: tuple[Held, Seat]
) -> None:
    held, who = asked
    submit(held, decide(begun(held), **ALL))
    put_round(corpus, "r1", a1=[*first()[:-1], hedge("x", "around", "approximator")], a2=second())
    assert sorted(pulled(corpus, who).asked_otherwise[ONE]) == ["hedge “around”", "hedge “may”"]
    opened(corpus, who)
    assert decided(begun(held)) == {"s": KYIV, "s2": ("drop", "S2")}
    assert {item["id"] for item in begun(held) if "id" in item} == {"claim", "s", "s2", "x"}


def test_what_the_adjudicator_added_or_wrote_about_what_is_as_it_was_stays(
    corpus: Corpus, asked: tuple[Held, Seat]
) -> None:
    held, who = asked
    place = {"start": TEXTS[ONE].index("Ann Bo"), "end": TEXTS[ONE].index("Ann Bo") + 6}
    label = {"id": "new", "from_name": "label", "type": "labels", "value": {**place, "labels": ["speaker"]}}
    name = {"id": "new", "from_name": "speaker_entities", "type": "choices", "value": {**place, "choices": ["Ann Bo"]}}
    note = {"id": "s", "from_name": "note", "type": "textarea", "value": {"text": ["as in S2"]}}
    submit(held, [*decide(begun(held), **ALL, new=("keep", "S1")), label, name, note])
    put_round(corpus, "r1", a1=with_another_kind(first()), a2=second())
    opened(corpus, who)
    assert [item for item in begun(held) if item.get("id") == "new" and item["from_name"] == "label"] == [label]
    assert note in begun(held)


def test_work_that_was_begun_and_not_submitted_is_taken_over_as_well(corpus: Corpus, asked: tuple[Held, Seat]) -> None:
    held, who = asked
    held.held[0]["drafts"] = {4: decide(begun(held), s=KYIV, s2=("drop", "S2"))}
    put_round(corpus, "r1", a1=with_another_kind(first()), a2=second())
    assert list(opened(corpus, who).asked_again) == [ONE]
    assert list(held.held[0]["drafts"]) == [4]
    assert decided(begun(held)) == {"s": KYIV, "s2": ("drop", "S2")}


def test_a_page_that_nobody_touched_is_brought_to_the_work_as_it_is(corpus: Corpus, asked: tuple[Held, Seat]) -> None:
    held, who = asked
    put_round(corpus, "r1", a1=with_another_kind(first()), a2=second())
    opened(corpus, who)
    fresh = adjudicator()
    opened(corpus, fresh[1])
    assert begun(held) == begun(fresh[0])
    assert held.held[0]["data"] == fresh[0].held[0]["data"]


def test_what_was_submitted_on_a_page_that_was_open_meanwhile_counts_where_nothing_changed(
    corpus: Corpus, asked: tuple[Held, Seat]
) -> None:
    held, who = asked
    old = begun(held)
    put_round(corpus, "r1", a1=with_another_kind(first()), a2=second())
    opened(corpus, who)
    submit(held, decide(old, **ALL))
    left = pulled(corpus, who)
    assert (left.taken, left.asked_otherwise) == ([], {ONE: ["hedge “may”"]})
    assert opened(corpus, who).asked_again[ONE].questions == ["hedge “may”"]
    assert decided(begun(held)) == {"s": KYIV, "s2": ("drop", "S2")}


def test_a_draft_that_such_a_page_saved_is_brought_to_the_work_as_well(
    corpus: Corpus, asked: tuple[Held, Seat]
) -> None:
    held, who = asked
    old = begun(held)
    put_round(corpus, "r1", a1=with_another_kind(first()), a2=second())
    opened(corpus, who)
    held.held[0]["drafts"] = {9: decide(old, **ALL)}
    assert opened(corpus, who).asked_again[ONE].questions == ["hedge “may”"]
    assert decided(begun(held)) == {"s": KYIV, "s2": ("drop", "S2")}


def test_a_third_annotator_who_comes_late_is_asked_about_everywhere(corpus: Corpus, asked: tuple[Held, Seat]) -> None:
    held, who = asked
    submit(held, decide(begun(held), **ALL))
    third = [renamed(row, ".3") for row in first()]
    put_round(corpus, "r1", a1=first(), a2=second(), a3=third)
    opened(corpus, who)
    assert decided(begun(held)) == {}
    assert held.held[0]["data"]["cards"]["annotators"] == ["a1", "a2", "a3"]


@pytest.mark.parametrize("trouble", ["another account", "two drafts", "changes begun", "an earlier version"])
def test_what_cannot_be_taken_over_whole_is_left_alone_and_named(
    corpus: Corpus, asked: tuple[Held, Seat], trouble: str
) -> None:
    held, who = asked
    task, work = held.held[0], decide(begun(held), **ALL)
    if trouble == "two drafts":
        task["drafts"] = {1: work, 2: begun(held)}
    else:
        submit(held, work)
    if trouble == "another account":
        task["annotations"][0]["completed_by"] = ACCOUNT + 1
    elif trouble == "changes begun":
        task["drafts"] = {1: decide(begun(held), **ALL | {"h": ("drop", "H3")})}
    elif trouble == "an earlier version":
        del task["data"]["stamps"]
    before = copy.deepcopy(task)
    put_round(corpus, "r1", a1=with_another_kind(first()), a2=second())
    again = opened(corpus, who)
    assert (list(again.changed), again.asked_again, task) == ([ONE], {}, before)
    assert pulled(corpus, who).taken == []


def test_a_page_of_an_earlier_version_whose_work_is_as_it_was_is_taken(
    corpus: Corpus, asked: tuple[Held, Seat]
) -> None:
    held, who = asked
    del held.held[0]["data"]["stamps"]
    submit(
        held, [{name: value for name, value in item.items() if name != "meta"} for item in decide(begun(held), **ALL)]
    )
    assert (opened(corpus, who).changed, pulled(corpus, who).taken) == ({}, [ONE])


def test_a_renewal_that_was_cut_off_is_done_by_the_next(
    corpus: Corpus, asked: tuple[Held, Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    held, who = asked
    submit(held, decide(begun(held), **ALL))
    put_round(corpus, "r1", a1=with_another_kind(first()), a2=second())

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("set_draft", "set_data"):
        with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
            cut.setattr(held, step, cut_off)
            opened(corpus, who)
    assert list(opened(corpus, who).asked_again) == [ONE]
    assert decided(begun(held)) == {"s": KYIV, "s2": ("drop", "S2")}
