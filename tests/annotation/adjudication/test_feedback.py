from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from annotation.adjudication.feedback import Feedback, feedback, show
from annotation.embedded.server import Server
from annotation.labelstudio.seats import seat
from annotation.labelstudio.tasks import read_task
from annotation.page.messages import SpanOutcome, outcomes_markdown
from annotation.rounds import projects, push
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from dataset.record.provenance import provenance_path
from tests.browser import log_in
from tests.dataset.tiny import (
    ONE,
    TWO,
    as_layer,
    decision,
    put_corpus,
    put_gold,
    put_jsonl,
    put_layer,
    rests_on,
    valid_rows,
)


@pytest.fixture
def adjudicated(tmp_path: Path) -> Corpus:
    """Besides what `put_gold` decides, a1's “around” is another kind in the gold, by H6."""
    corpus = put_corpus(tmp_path)
    put_gold(corpus)
    decided = {"outcome": "changed", "rule": "H6", "note": "a $5 _note_"}
    for table, key, changes in (
        ("spans", {"span_id": "around"}, {"hedge_kind": "modal"}),
        ("decisions", {"annotator": "a1", "span_id": "around"}, decided),
    ):
        path = corpus.layer_path(GOLD) / f"{table}.jsonl"
        rows = [json.loads(line) for line in path.read_bytes().splitlines()]
        put_jsonl(path, [row | changes if key.items() <= row.items() else row for row in rows])
    return corpus


def outcomes(result: Feedback, kind: str) -> list[SpanOutcome]:
    return [each for article in result.articles.values() for each in article if each.kind == kind]


def test_a_span_is_kept_changed_or_dropped_by_the_rule_that_decided(adjudicated: Corpus) -> None:
    result = feedback(adjudicated, "r1", "a1")
    (changed,), (dropped,) = outcomes(result, "changed"), outcomes(result, "dropped")
    assert (changed.own, changed.gold, changed.rule) == ("around", "around", "H6")
    assert changed.changes == ("kind: modal, not approximator",)
    assert (dropped.own, dropped.gold) == ("up to", None)
    assert dropped.rule
    assert result.tallies == {"r1": {"kept": 12, "changed": 1, "dropped": 1}}
    assert [each.own for each in result.articles[ONE]][:3] == [
        "Kyiv",
        "that up to around 12,000 troops may cross",
        "up to",
    ]


def test_what_passed_without_an_adjudicator_is_no_feedback(adjudicated: Corpus) -> None:
    put_jsonl(provenance_path(adjudicated), [rests_on(TWO, "a1", adjudicated=False)])
    assert set(feedback(adjudicated, "r1", "a1").articles) == {ONE}
    put_jsonl(provenance_path(adjudicated), [rests_on(article, "a1", adjudicated=False) for article in (ONE, TWO)])
    with pytest.raises(Problem, match="nothing that a1 did in round r1 is adjudicated"):
        feedback(adjudicated, "r1", "a1")


def test_what_only_the_gold_has_is_missed(adjudicated: Corpus) -> None:
    (missed,) = outcomes(feedback(adjudicated, "r1", "a2"), "missed")
    assert (missed.own, missed.gold, missed.label) == (None, "may", "hedge")


def test_the_page_shows_what_differs_and_the_rounds_and_nobody_else(adjudicated: Corpus) -> None:
    result = feedback(adjudicated, "r1", "a1")
    page = outcomes_markdown(result.articles[ONE], {**result.tallies, "r2": {"kept": 3, "dropped": 1}})
    assert "10 of your 12 spans" in page
    assert "H6" in page
    assert "12 of 14 kept (86%)" in page
    assert "3 of 4 kept (75%)" in page
    assert "$5" not in page  # which the page would take for task data
    assert "a2" not in page


def test_a_round_that_is_not_adjudicated_is_a_sentence(adjudicated: Corpus) -> None:
    with pytest.raises(Problem, match="r9"):
        feedback(adjudicated, "r9", "a1")
    with pytest.raises(Problem, match="nobody"):
        feedback(adjudicated, "r1", "nobody")


def test_an_annotators_page_shows_yours_the_gold_the_rule_and_the_rounds_and_nothing_of_others(
    adjudicated: Corpus, server: Server, chromium: Browser
) -> None:
    shutil.rmtree(adjudicated.state)
    adjudicated.state.symlink_to(server.state)
    put_layer(adjudicated, as_layer(valid_rows(), "r0/a1"), "r0/a1")
    path = adjudicated.layer_path(GOLD) / "decisions.jsonl"
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    for row in rows:
        if row["annotator"] == "a2":
            row["note"] = "for a2 alone"
    earlier = [decision("a1", name, "kept", gold_span=name, round="r0") for name in ("kyiv", "claim")]
    put_jsonl(path, [*rows, *earlier, decision("a1", "upto", "dropped", "H9", round="r0")])
    who = seat(adjudicated, "a1")
    push.deal(adjudicated, "r1", ["a1", "a2"])
    push.push(adjudicated, "r1", who)
    show(adjudicated, "r1", who)

    project = projects.existing(adjudicated, "r1", who)
    task = next(raw for raw in who.studio.tasks(project) if read_task(raw).article_id == ONE)
    known = server.secrets()
    assert known
    annotator = log_in(chromium, str(server.url()), known.annotators["a1"])
    annotator.open_task(project, task["id"])
    shown = annotator.page.locator(".from-lead:visible")
    expect(shown.locator("li", has_text="hedge, changed")).to_contain_text("around; kind: modal, not approximator (H6)")
    expect(shown.locator("li", has_text="hedge, not in the gold")).to_contain_text("up to (H9)")
    expect(shown.last).to_contain_text("10 of your 12 spans are in the gold as they stand")
    trend = shown.locator("li", has_text=re.compile("^r[01]:"))
    expect(trend).to_have_text(
        ["r0: 2 of 3 kept (67%), 0 changed, 1 dropped, 0 missed", re.compile("^r1: 12 of 14 kept")]
    )
    assert not re.search(r"\ba2\b", str(task["data"]) + annotator.page.locator(".page").inner_text())
