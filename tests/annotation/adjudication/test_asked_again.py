"""In a real browser: work that changes after an article was opened, and a page that was open meanwhile."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser

from annotation.adjudication import rounds_to_gold
from annotation.adjudication.gold import read_gold
from annotation.embedded.server import Server
from annotation.labelstudio.adjudicated import ASKED
from annotation.labelstudio.seats import Seat, seat
from annotation.rounds import projects, pull, push
from annotation.rounds.projects import Role
from dataset.record.corpus import Corpus
from tests.annotation.adjudication.test_choosing import RESULT, labels
from tests.annotation.adjudication.test_rounds_to_gold import (
    TEXTS,
    NewCorpus,
    decide,
    enter,
    open_article,
    says,
    submit,
)
from tests.browser import Annotator

PAIR = ("a1", "a2")


@pytest.fixture
def pair(new_corpus: NewCorpus) -> Corpus:
    """Three questions: the speaker's words, a link, and a hedge's kind."""
    corpus = new_corpus({"one": TEXTS["one"]})
    push.deal(corpus, "r1", [*PAIR])
    for name in PAIR:
        push.push(corpus, "r1", seat(corpus, name))
    submit(corpus, "a1", "one", labels("The port", "modal", linked=True, about=True))
    submit(corpus, "a2", "one", labels("port", "evidential", linked=False, about=True))
    bring(corpus)
    return corpus


@pytest.fixture
def judge(pair: Corpus) -> Seat:
    return seat(pair, "adjudicator")


def bring(corpus: Corpus) -> None:
    pull.pull(corpus, "r1", [seat(corpus, name) for name in PAIR], accept_removals=True, tell=print)


def change(corpus: Corpus, name: str, result: list[dict[str, Any]]) -> None:
    """An annotator submits other work on the article."""
    who = seat(corpus, name)
    (task,) = who.studio.tasks(projects.existing(corpus, "r1", who))
    who.studio._request("PATCH", f"api/annotations/{task['annotations'][0]['id']}/", {"result": result})
    bring(corpus)


@pytest.fixture
def page(chromium: Browser, server: Server, pair: Corpus, judge: Seat) -> Annotator:
    assert rounds_to_gold.open_round(pair, "r1", judge, again=False).questions == 3
    page = enter(chromium, server, "adjudicator")
    open_article(page, pair, judge, "one", Role.ADJUDICATOR)
    says(page, "3 of 3 questions open")
    return page


def decide_all(page: Annotator) -> None:
    decide(page, "1", "S2")
    decide(page, "1", "S1")
    decide(page, "1", "H5")
    says(page, "All is decided")


def test_every_region_keeps_the_stamp_of_what_it_was_asked_about_whatever_is_done_to_it(page: Annotator) -> None:
    def stamps() -> dict[str, str]:
        items = [item for item in page.page.evaluate(RESULT) if item.get("meta")]
        return {item["id"]: item["meta"][ASKED] for item in items}

    before = stamps()
    assert before and all(stamp.startswith(f"{region} ") for region, stamp in before.items())
    decide(page, "2", "S2")
    page.click_words("may")
    page.wait_until_selected("may")
    page.relabel("quote")
    page.choose("q", "direct")
    page.press("k")
    page.press("Escape")
    page.press("Control+z")
    page.mark("3", "said")
    assert stamps() == before


def test_a_changed_hedge_alone_is_asked_again_and_the_submission_is_open_with_all_else_decided(
    pair: Corpus, judge: Seat, page: Annotator
) -> None:
    decide_all(page)
    page.submit()
    change(pair, "a2", labels("port", "conditional", linked=False, about=True))
    left = rounds_to_gold.pull_decisions(pair, "r1", judge, accept_removals=False)
    assert (left.taken, left.asked_otherwise) == ([], {"one": ["hedge “may”"]})
    again = rounds_to_gold.open_round(pair, "r1", judge, again=False)
    assert (again.asked_again["one"].questions, again.changed) == (["hedge “may”"], {})
    open_article(page, pair, judge, "one", Role.ADJUDICATOR)
    says(page, "1 of 3 questions open")
    page.wait_until_selected("may")
    decide(page, "2", "H8")
    says(page, "All is decided")
    page.submit()
    assert rounds_to_gold.pull_decisions(pair, "r1", judge, accept_removals=False).taken == ["one"]
    kinds = read_gold(pair).spans.filter(text="may")["hedge_kind"].to_list()
    assert (kinds, read_gold(pair).relations.filter(type="said_by").height) == (["conditional"], 1)


def test_a_page_that_was_open_meanwhile_overwrites_nothing_and_loses_nothing(
    pair: Corpus, judge: Seat, page: Annotator
) -> None:
    with page.page.expect_response(lambda answer: "/drafts" in answer.url and answer.request.method != "GET"):
        decide(page, "1", "S2")
    change(pair, "a2", labels("port", "conditional", linked=False, about=True))
    assert list(rounds_to_gold.open_round(pair, "r1", judge, again=False).asked_again) == ["one"]
    decide(page, "1", "S1")
    decide(page, "1", "H5")
    says(page, "All is decided")
    page.submit()
    left = rounds_to_gold.pull_decisions(pair, "r1", judge, accept_removals=False)
    assert (left.taken, left.asked_otherwise) == ([], {"one": ["hedge “may”"]})
    assert list(rounds_to_gold.open_round(pair, "r1", judge, again=False).asked_again) == ["one"]
    open_article(page, pair, judge, "one", Role.ADJUDICATOR)
    says(page, "1 of 3 questions open")
    decide(page, "1", "H5")
    says(page, "All is decided")
    page.submit()
    assert rounds_to_gold.pull_decisions(pair, "r1", judge, accept_removals=False).taken == ["one"]


def test_a_draft_of_such_a_page_is_said_to_be_about_other_work_until_it_is_asked_again(
    pair: Corpus, judge: Seat, page: Annotator
) -> None:
    with page.page.expect_response(lambda answer: "/drafts" in answer.url and answer.request.method != "GET"):
        decide(page, "1", "S2")
    change(pair, "a2", labels("port", "conditional", linked=False, about=True))
    rounds_to_gold.open_round(pair, "r1", judge, again=False)
    with page.page.expect_response(lambda answer: "/drafts" in answer.url and answer.request.method != "GET"):
        decide(page, "1", "S1")
    open_article(page, pair, judge, "one", Role.ADJUDICATOR)
    says(page, "“may” was labelled again")
    rounds_to_gold.open_round(pair, "r1", judge, again=False)
    open_article(page, pair, judge, "one", Role.ADJUDICATOR)
    says(page, "1 of 3 questions open · N")


def test_an_article_that_nobody_began_shows_the_work_as_it_is(pair: Corpus, judge: Seat, page: Annotator) -> None:
    change(pair, "a2", labels("The port", "modal", linked=False, about=True))
    assert list(rounds_to_gold.open_round(pair, "r1", judge, again=False).asked_again) == ["one"]
    open_article(page, pair, judge, "one", Role.ADJUDICATOR)
    says(page, "2 of 2 questions open")
    assert "evidential" not in json.dumps(page.page.evaluate(RESULT))
