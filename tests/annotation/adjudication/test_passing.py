"""What comes into the gold without an adjudicator, and what is opened all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.adjudication.gold import read_gold
from annotation.adjudication.gold_places import GoldPlaces
from annotation.adjudication.passing import Opened
from annotation.rounds.plans import RoundPlan, plan_bytes, plan_path
from dataset.checks.suite import check_record
from dataset.record.corpus import Corpus
from dataset.record.provenance import read_provenance
from dataset.record.rows import ProvenanceRow, rows_of
from tests.annotation.adjudication.test_gold import adjudicator, decided_in, opened, pulled, put_round
from tests.dataset.tiny import (
    ONE,
    Row,
    hedge,
    key,
    link,
    number,
    put_corpus,
    put_jsonl,
    put_layer,
    quote,
    renamed,
    speaker,
    task,
)

DISPUTED, ALL = Opened.DISPUTED, Opened.ALL


def sound(suffix: str = "") -> list[Row]:
    """Work on the first article in which no check finds anything wrong, nor anything missing."""
    spans = [
        speaker("kyiv", "Kyiv", "Ukraine"),
        quote("claim", "that up to around 12,000 troops may cross", "indirect"),
        *(hedge(words, words, kind) for words, kind in (("up to", "approximator"), ("around", "approximator"))),
        hedge("may", "may", "modal"),
        hedge("short", "stopped short of confirming", "noncommittal"),
        quote("crossed", "that they crossed", "indirect"),
        speaker("moscow", "Moscow", "Russia"),
        quote("seen", "“We saw them,”", "direct"),
        quote("near", "“near the bridge.”", "direct"),
        speaker("ann", "Ann Bo", "Ann Bo"),
        number("many", "12,000", "12000", 12000.0, 12000.0),
    ]
    links = [("said_by", "claim", "kyiv"), ("said_by", "seen", "ann"), ("continues", "near", "seen")]
    drawn = [link(*ends) for ends in [*links, ("said_by", "crossed", "moscow")]]
    made = [("up to", "many"), ("around", "many"), ("may", "claim"), ("short", "crossed")]
    derived = [link("hedges", *ends, derived=True) for ends in made]
    return [renamed(row, suffix) for row in [*spans, *drawn, *derived]]


def without(span_id: str, suffix: str = "") -> list[Row]:
    """The same without a span and its links."""
    lacking = f"{span_id}{suffix}"
    return [
        row for row in sound(suffix) if lacking not in [row.get(name) for name in ("span_id", "from_span", "to_span")]
    ]


@pytest.fixture
def made(tmp_path: Path) -> Corpus:
    return put_corpus(tmp_path / "corpus")


def provenance(corpus: Corpus) -> list[tuple[str, str, list[str], bool]]:
    rows = rows_of(read_provenance(corpus), ProvenanceRow)
    return [(row["article_id"], row["round"], row["labelled_by"], row["adjudicated"]) for row in rows]


def findings(corpus: Corpus) -> list[str]:
    return [finding.code for finding in check_record(corpus, ["gold"])]


def test_the_work_of_one_annotator_is_not_opened_and_passes_into_the_gold_as_it_is(made: Corpus) -> None:
    put_round(made, "r1", a1=sound())
    held, who = adjudicator()
    sent = opened(made, who)
    assert (sent.sent, sent.passing.alone, sent.passing.held, held.held) == (0, [ONE], {}, [])
    decided = pulled(made, who)
    assert (decided.taken, decided.unopened, decided.passing.alone) == ([], [], [ONE])
    gold, own = read_gold(made), sound()
    assert sorted(gold.spans["span_id"]) == sorted(row["span_id"] for row in own if "span_id" in row)
    assert set(gold.spans["annotator"]) == set(gold.tasks["annotator"]) == {"a1"}
    assert gold.tasks["seconds"].to_list() == [12.5]
    assert gold.relations.filter(~gold.relations["derived"]).height == 4
    assert gold.relations.filter("derived").height == 4
    assert provenance(made) == [(ONE, "r1", ["a1"], False)]
    assert findings(made) == []


def test_a_finding_in_what_passed_is_fixed_by_its_annotator_or_opened_by_the_command_that_is_shown(
    made: Corpus,
) -> None:
    put_round(made, "r1", a1=sound())
    held, who = adjudicator()
    pulled(made, who)
    places = GoldPlaces(made)
    assert places.address(ONE, "h9-unlabelled-cue") is None
    assert places.command(ONE, "h9-unlabelled-cue") == "hedgerow adjudicate --round r1 --all"
    assert opened(made, who, which=ALL).sent == 1
    noted = {"server": held.url, "project": 3, "tasks": {ONE: 8}}
    path = made.state / "places" / "r1" / "a1.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(noted), encoding="utf-8")
    assert GoldPlaces(made).address(ONE, "h9-unlabelled-cue") == f"{held.url}/projects/3/data?task=8"
    pulled(made, who)
    assert GoldPlaces(made).address(ONE, "h9-unlabelled-cue") == held.task_url(1, held.held[0]["id"])


def test_a_finding_in_what_all_agreed_on_is_for_the_adjudicator_and_not_for_one_annotator(made: Corpus) -> None:
    put_round(made, "r1", a1=sound(), a2=sound(".2"))
    who = adjudicator()[1]
    pulled(made, who, which=DISPUTED)
    path = made.state / "places" / "r1" / "a1.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"server": who.studio.url, "project": 3, "tasks": {ONE: 8}}), encoding="utf-8")
    places = GoldPlaces(made)
    assert places.address(ONE, "h9-unlabelled-cue") is None
    assert places.command(ONE, "h9-unlabelled-cue") == "hedgerow adjudicate --round r1 --all"
    assert opened(made, who, which=ALL).sent == 1


def test_what_passed_once_passes_again_byte_for_byte_and_follows_its_annotator(made: Corpus) -> None:
    put_round(made, "r1", a1=sound())
    _, who = adjudicator()
    opened(made, who)
    pulled(made, who)
    assert pulled(made, who).written == []
    put_round(made, "r1", a1=without("may"))
    left = pulled(made, who)
    assert ("may" in read_gold(made).spans["span_id"].to_list(), len(left.removed)) == (True, 1)
    assert pulled(made, who, accept_removals=True).written != []
    assert "may" not in read_gold(made).spans["span_id"].to_list()


def planned(corpus: Corpus, *annotators: str, share: float = 1, cap: int | None = 1) -> None:
    plan_path(corpus, "r1").write_bytes(plan_bytes("r1", RoundPlan(annotators, share, cap=cap)))


def test_an_article_that_is_meant_for_several_waits_for_those_who_are_not_dealt_it_yet(made: Corpus) -> None:
    put_round(made, "r1", a1=sound())
    planned(made, "a1", "a2")
    held, who = adjudicator()
    sent = opened(made, who)
    assert (sent.waiting, sent.passing.articles, held.held) == ({ONE: ["a2"]}, [], [])
    assert pulled(made, who).passing.articles == []
    put_round(made, "r1", a1=sound(), a2=without("may", ".2"))
    assert (opened(made, who).sent, provenance(made)) == (1, [])


def test_it_waits_for_nobody_who_was_let_off_it(made: Corpus) -> None:
    put_round(made, "r1", a1=sound())
    planned(made, "a1", "a2")
    dealt = {"round": "r1", "article_id": ONE, "let_off": None}
    rows = [dealt | {"annotator": "a1"}, dealt | {"annotator": "a2", "let_off": "given back"}]
    put_jsonl(made.annotations / "r1" / "deals.jsonl", rows)
    assert opened(made, adjudicator()[1]).passing.alone == [ONE]


@pytest.mark.parametrize(
    ("annotators", "share", "cap"), [(("a1",), 1, 1), (("a1", "a2"), 0.5, 1), (("a1", "a2"), 1, None)]
)
def test_what_is_meant_for_one_annotator_alone_or_was_dealt_without_a_cap_waits_for_nobody_else(
    made: Corpus, annotators: tuple[str, ...], share: float, cap: int | None
) -> None:
    put_round(made, "r1", a1=sound())
    planned(made, *annotators, share=share, cap=cap)
    sent = opened(made, adjudicator()[1])
    assert (sent.waiting, sent.passing.alone) == ({}, [ONE])


def test_an_error_in_it_makes_it_a_question(made: Corpus) -> None:
    put_round(made, "r1", a1=[*sound(), speaker("idle", "bridge", "Nobody")])
    held, who = adjudicator()
    sent = opened(made, who)
    assert (sent.sent, sent.passing.alone, list(sent.passing.held)) == (1, [], [ONE])
    assert sent.questions > 0
    decided = pulled(made, who)
    assert (decided.passing.articles, decided.not_ended, read_gold(made).tasks.height) == ([], [ONE], 0)
    held.held.clear()
    assert pulled(made, who).unopened == [ONE]


def test_a_warning_does_not(made: Corpus) -> None:
    put_round(made, "r1", a1=without("may"))
    _, who = adjudicator()
    assert opened(made, who).passing.alone == [ONE]


def test_an_article_that_a_second_annotator_skipped_is_not_the_work_of_one(made: Corpus) -> None:
    put_round(made, "r1", a1=sound(), a2=[])
    own = key(ONE, "r1/a2")
    put_layer(made, {"tasks": [task(ONE, "skipped") | own], "spans": [], "relations": []}, "r1/a2")
    assert opened(made, adjudicator()[1]).sent == 1


def test_the_work_of_one_annotator_is_opened_where_all_is_to_be_seen(made: Corpus) -> None:
    put_round(made, "r1", a1=sound())
    held, who = adjudicator()
    assert (opened(made, who, which=ALL).sent, pulled(made, who).not_ended) == (1, [ONE])
    assert "Only a1 labelled it" in str(held.held[0]["data"]["summary"])
    held.submit({})
    assert pulled(made, who).taken == [ONE]
    assert provenance(made) == [(ONE, "r1", ["a1"], True)]


def test_what_all_agree_on_is_opened_unless_only_disputed_articles_are(made: Corpus) -> None:
    put_round(made, "r1", a1=sound(), a2=sound(".2"))
    held, who = adjudicator()
    assert opened(made, who, which=DISPUTED).passing.agreed == [ONE]
    assert (held.held, pulled(made, who).unopened) == ([], [ONE])
    decided = pulled(made, who, which=DISPUTED)
    assert (decided.passing.agreed, provenance(made)) == ([ONE], [(ONE, "r1", ["a1", "a2"], False)])
    assert set(read_gold(made).spans["annotator"]) == {"a1"}
    assert findings(made) == []


def test_what_all_agree_on_is_opened_without_that(made: Corpus) -> None:
    put_round(made, "r1", a1=sound(), a2=sound(".2"))
    held, who = adjudicator()
    assert opened(made, who).sent == 1
    held.submit({})
    assert (pulled(made, who).taken, provenance(made)) == ([ONE], [(ONE, "r1", ["a1", "a2"], True)])


@pytest.mark.parametrize("lacking", ["may", "many"])
def test_what_all_agree_on_is_a_question_where_a_check_misses_something(made: Corpus, lacking: str) -> None:
    put_round(made, "r1", a1=without(lacking), a2=without(lacking, ".2"))
    sent = opened(made, adjudicator()[1], which=DISPUTED)
    assert (sent.sent, sent.passing.agreed, list(sent.passing.held)) == (1, [], [ONE])


def test_a_disputed_article_passes_by_no_option(made: Corpus) -> None:
    put_round(made, "r1", a1=sound(), a2=without("may", ".2"))
    sent = opened(made, adjudicator()[1], which=DISPUTED)
    assert (sent.sent, sent.passing.articles, sent.passing.held) == (1, [], {})


def test_what_was_decided_is_never_replaced_by_what_passes_in_another_round_but_decided_anew_if_asked(
    made: Corpus,
) -> None:
    put_round(made, "r1", a1=[hedge("h", "may", "modal")], a2=[])
    held, who = adjudicator()
    opened(made, who)
    held.submit({"h": ("keep", "H4")})
    pulled(made, who)
    put_round(made, "r2", a1=sound())
    later, second = adjudicator()
    assert opened(made, second, "r2").gold == [ONE]
    for again in (False, True):
        left = pulled(made, second, "r2", again=again, accept_removals=True)
        assert (left.passing.articles, left.unopened) == ([], [ONE] if again else [])
    assert decided_in(made) == [("r1", "h")]
    assert (opened(made, second, "r2", again=True).sent, len(later.held)) == (1, 1)
    later.submit({})
    assert pulled(made, second, "r2", again=True, accept_removals=True).taken == [ONE]
    assert provenance(made) == [(ONE, "r2", ["a1"], True)]


def test_what_all_agree_on_replaces_no_decision_either(made: Corpus) -> None:
    put_round(made, "r1", a1=[hedge("h", "may", "modal")], a2=[])
    held, who = adjudicator()
    opened(made, who)
    held.submit({"h": ("drop", "H4")})
    pulled(made, who)
    put_round(made, "r2", a1=sound(), a2=sound(".2"))
    second = adjudicator()[1]
    assert pulled(made, second, "r2", again=True, which=DISPUTED).unopened == [ONE]
    assert (decided_in(made), provenance(made)) == ([("r1", "h")], [(ONE, "r1", ["a1", "a2"], True)])


def test_what_passed_in_one_round_gives_way_to_what_passes_in_another_if_asked(made: Corpus) -> None:
    put_round(made, "r1", a1=sound())
    who = adjudicator()[1]
    pulled(made, who)
    put_round(made, "r2", a2=sound())
    assert pulled(made, who, "r2").passing.articles == []
    assert pulled(made, who, "r2", again=True).passing.alone == [ONE]
    assert provenance(made) == [(ONE, "r2", ["a2"], False)]


def test_what_was_decided_stays_decided_when_its_task_is_gone(made: Corpus) -> None:
    put_round(made, "r1", a1=sound())
    held, who = adjudicator()
    opened(made, who, which=ALL)
    held.submit({})
    pulled(made, who)
    held.held.clear()
    for again in (False, True):
        assert pulled(made, who, again=again).passing.articles == []
    assert provenance(made) == [(ONE, "r1", ["a1"], True)]


def test_an_article_that_passed_is_opened_once_a_second_annotator_differs_and_gives_way_to_the_decision(
    made: Corpus,
) -> None:
    put_round(made, "r1", a1=sound())
    held, who = adjudicator()
    opened(made, who)
    pulled(made, who)
    put_round(made, "r1", a1=sound(), a2=without("may", ".2"))
    assert pulled(made, who).unopened == [ONE]
    assert provenance(made) == [(ONE, "r1", ["a1"], False)]
    assert opened(made, who).sent == 1
    held.submit({"may": ("keep", "H5")})
    assert pulled(made, who).taken == [ONE]
    assert provenance(made) == [(ONE, "r1", ["a1", "a2"], True)]
    assert set(read_gold(made).tasks["annotator"]) == {"adj"}
    assert findings(made) == []


def test_what_one_annotator_was_dealt_and_another_brought_by_an_export_is_the_work_of_two(made: Corpus) -> None:
    put_round(made, "r1", a1=sound(), a2=sound(".2"))
    put_jsonl(made.annotations / "r1" / "deals.jsonl", [{"round": "r1", "annotator": "a1", "article_id": ONE}])
    assert opened(made, adjudicator()[1]).passing.alone == []
