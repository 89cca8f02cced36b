"""Whatever annotators marked and whatever an adjudicator does on the page, what a pull takes into the gold is sound."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from annotation.adjudication.decisions import decide
from annotation.adjudication.gold import read_gold
from annotation.adjudication.questions import sheet, shown_links
from annotation.labelstudio.adjudicated import read_adjudication, write_adjudication
from dataset.checks.decisions import check_decisions
from dataset.checks.findings import CATALOGUE
from dataset.checks.suite import STRUCTURE, found_by
from dataset.record.corpus import Corpus
from dataset.scheme import vocabulary
from tests.annotation.adjudication.test_gold import ACCOUNT, adjudicator, opened, pulled
from tests.annotation.adjudication.test_questions import by_kind
from tests.dataset.tiny import ONE, TEXTS, Row, key, link, place, put_corpus, put_jsonl, put_layer, task

ATTRIBUTES: dict[str, Row] = {
    "speaker": {"speaker_entities": ["Ann Bo"]},
    "quote": {"quote_form": "direct", "quote_source": "linked"},
    "hedge": {"hedge_kind": "modal"},
    "number": {"number_kind": "count", "number_value": "5", "number_low": 5.0, "number_high": 5.0},
}
RULE = "E3"
_places = st.tuples(st.sampled_from(["speaker", "quote", "quote", "hedge"]), st.integers(0, 24), st.integers(1, 9))
_pools = st.lists(_places, min_size=1, max_size=6, unique_by=lambda drawn: drawn[:2])


@st.composite
def rounds(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Work of two to four annotators on one article: each has some of the same spans, with edges moved, and links."""
    pool, people = draw(_pools), draw(st.integers(2, 4))
    return {f"a{number}": _work(draw, f"a{number}", pool) for number in range(1, people + 1)}


def _work(draw: st.DrawFn, who: str, pool: list[tuple[str, int, int]]) -> list[Row]:
    spans = []
    for number, (label, start, length) in enumerate(pool):
        moved = draw(st.sampled_from([None, (0, 0), (0, 0), (0, 2), (1, 0), (3, -1)]))
        if moved is not None:
            start, end = start + moved[0], start + length + max(moved)
            spans.append(place(f"{who}.{number}", label, start, end, **ATTRIBUTES[label]))
    ways = [(first, second) for first in spans for second in spans if first is not second]
    meant = [(first, second) for first, second in ways if vocabulary.relation_type(first["label"], second["label"])]
    drawn = draw(st.sets(st.sampled_from(range(len(meant))), max_size=3)) if meant else set()
    return spans + [_linked(*meant[at]) for at in sorted(drawn)]


def _linked(start: Row, end: Row) -> Row:
    return link(vocabulary.relation_type(start["label"], end["label"]), start["span_id"], end["span_id"])


@st.composite
def pages(draw: st.DrawFn, begun: list[Row], questions: list[list[str]]) -> list[Row]:
    """What an adjudicator may submit: each question answered in some way, and a few regions, and links, altered."""
    result: list[Row] = [dict(item) for item in begun]
    asked = {region for question in questions for region in question}
    for question in questions:
        kept = draw(st.sampled_from([*({region} for region in question), *map(set, combinations(question, 2)), set()]))
        for region in question:
            result += _decided(region, "keep" if region in kept else "drop")
    regions = sorted({item["id"] for item in result if "id" in item})
    for region in regions:
        alter = draw(st.sampled_from([None] * 9 + [_move, _relabel, _delete]))
        if alter is not None:
            result = alter(result, region) + ([] if region in asked else _decided(region, None))
    if draw(st.integers(0, 3)) == 0:
        label, start, length = draw(_places)
        result += _new(label, start, start + length)
    ends = st.sampled_from([*regions, "new", "nowhere"])
    for start, end in draw(st.lists(st.tuples(ends, ends), max_size=2)):
        result.append({"type": "relation", "from_id": start, "to_id": end, "direction": "right"})
    return result


def _decided(region: str, decision: str | None) -> list[Row]:
    words = {"decision": decision, "rule": RULE}
    return [
        {"id": region, "from_name": control, "type": "choices", "value": {"choices": [word]}}
        for control, word in words.items()
        if word
    ]


def _new(label: str, start: int, end: int) -> list[Row]:
    place = {"start": start, "end": end}
    (name, value), *_ = ATTRIBUTES[label].items()
    chosen = value if isinstance(value, list) else [value]
    return [
        {"id": "new", "from_name": "label", "type": "labels", "value": {**place, "labels": [label]}},
        {"id": "new", "from_name": name, "type": "choices", "value": {**place, "choices": chosen}},
        *_decided("new", None),
    ]


def _move(result: list[Row], region: str) -> list[Row]:
    def moved(value: Row) -> Row:
        places = {"start": value["start"] + 2, "end": value["end"] + 4} if "start" in value else {}
        return {name: cell for name, cell in value.items() if name != "text" or isinstance(cell, list)} | places

    return [{**item, "value": moved(item["value"])} if item.get("id") == region else item for item in result]


def _relabel(result: list[Row], region: str) -> list[Row]:
    value = next(item["value"] for item in result if item.get("id") == region and item["from_name"] == "label")
    rest = [item for item in result if item.get("id") != region or item["from_name"] in ("decision", "rule")]
    return rest + [{**item, "id": region} for item in _new("hedge", value["start"], value["end"])[:2]]


def _delete(result: list[Row], region: str) -> list[Row]:
    return [item for item in result if item.get("id") != region]


def overlaps(spans: Iterable[Row]) -> list[tuple[str, str]]:
    return [
        (first["span_id"], second["span_id"])
        for first, second in combinations(spans, 2)
        if (first["article_id"], first["label"]) == (second["article_id"], second["label"])
        and first["start"] < second["end"]
        and second["start"] < first["end"]
    ]


@settings(max_examples=200, deadline=None)
@given(rounds(), st.data())
def test_what_is_decided_has_no_overlap_within_a_label_and_no_link_to_nowhere(
    work: dict[str, list[Row]], data: st.DataObject
) -> None:
    asked = sheet(ONE, *by_kind(work), {})
    questions = [[version.region for version in item.versions] for item in asked.open()]
    spans = [(version.row, list(item.reasons)) for item in asked.items for version in item.versions]
    begun = write_adjudication(spans, shown_links(asked), [], locked=True)
    read = read_adjudication(data.draw(pages(begun, questions)), TEXTS[ONE])
    outcome = decide(asked, read, "adj")
    if outcome.undecided or read.reading.findings:
        return
    assert overlaps({**span, "article_id": ONE} for span in outcome.spans) == []
    label_of = {span["span_id"]: span["label"] for span in outcome.spans}
    assert len(label_of) == len(outcome.spans)
    for row in outcome.relations:
        assert row["type"] == vocabulary.relation_type(label_of[row["from_span"]], label_of[row["to_span"]])
        assert row["type"] and row["from_span"] != row["to_span"]
    assert {row["gold_span"] for row in outcome.decisions} - {None} == set(label_of)
    decided = sorted((row["annotator"], row["span_id"]) for row in outcome.decisions if row["outcome"] != "added")
    spans_of = [(who, row.get("span_id", row.get("from_span"))) for who, mine in work.items() for row in mine]
    assert decided == sorted(spans_of)


def put_rounds(corpus: Corpus, works: dict[str, dict[str, list[Row]]]) -> None:
    """One round of many articles, each with its own annotators."""
    people = sorted({who for work in works.values() for who in work})
    deals = [
        {"round": "r1", "annotator": who, "article_id": article}
        for article in works
        for who in people
        if who in works[article]
    ]
    put_jsonl(corpus.annotations / "r1" / "deals.jsonl", deals)
    for who in people:
        rows: dict[str, list[Row]] = {"tasks": [], "spans": [], "relations": []}
        for article, work in works.items():
            if who in work:
                own = key(article, f"r1/{who}")
                rows["tasks"].append(task(article) | own)
                spans, links = by_kind(work)
                rows["spans"] += [{**row, **own} for row in spans[who]]
                rows["relations"] += [{**row, **own} for row in links[who]]
        put_layer(corpus, rows, f"r1/{who}")


@pytest.mark.slow
@settings(phases=[Phase.generate], max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rounds(), min_size=8, max_size=8), st.data())
def test_what_a_pull_takes_into_the_gold_is_sound(drawn: list[dict[str, list[Row]]], data: st.DataObject) -> None:
    works = {f"n{number}": work for number, work in enumerate(drawn)}
    with tempfile.TemporaryDirectory() as scratch:
        corpus = put_corpus(Path(scratch) / "corpus", dict.fromkeys(works, TEXTS[ONE]))
        put_rounds(corpus, works)
        held, who = adjudicator()
        opened(corpus, who)
        for sent in held.held:
            result = data.draw(pages(sent["predictions"][0]["result"], sent["data"]["questions"]))
            sent["annotations"] = [{"result": result, "completed_by": ACCOUNT, "was_cancelled": False}]
        decided = pulled(corpus, who)
        assert sorted([*decided.taken, *decided.undecided]) == sorted(works)
        gold = read_gold(corpus)
        assert overlaps(gold.spans.to_dicts()) == []
        assert [finding for finding in found_by(STRUCTURE, corpus, gold) if not CATALOGUE[finding.code].rule] == []
        assert list(check_decisions(corpus)) == []
