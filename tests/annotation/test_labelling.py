"""In a real browser: an annotator labels an article, and the pull brings exactly that."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, expect

from annotation import projects, pull, push
from annotation.accounts import Seat, seat
from annotation.results import read_task
from annotation.server import Server
from dataset.corpus import Corpus
from tests.browser import Annotator, log_in

ARTICLE = "001_db3276e140bb1d05"
SPEAKER = "Ukrainian military intelligence"
QUOTE = (
    "that approximately 12,000 North Korean troops, including 500 officers and three generals, "
    "were already in Russia and undergoing training at five military bases"
)


@pytest.fixture
def who(seeds: Corpus) -> Seat:
    here = seat(seeds, "a2")
    push.deal(seeds, "r7", ["a2"])
    push.push(seeds, "r7", here)
    return here


@pytest.fixture
def annotator(chromium: Browser, server: Server) -> Annotator:
    known = server.secrets()
    assert known
    return log_in(chromium, str(server.url()), known.annotators["a2"])


def open_article(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    project = projects.existing(seeds, "r7", who)
    task = next(task.id for task in map(read_task, who.studio.tasks(project)) if task.article_id == ARTICLE)
    annotator.open_task(project, task)


def test_all_four_labels_an_attribute_each_and_a_link(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    annotator.mark("1", SPEAKER)
    annotator.press(entity_key(seeds, "Main Directorate of Intelligence (Ukraine)"))
    annotator.press("Escape")
    annotator.mark("2", QUOTE)
    annotator.press("w")
    annotator.press("r")
    annotator.click_words(SPEAKER)
    annotator.press("Escape")
    annotator.mark("3", "approximately")
    annotator.press("e")
    annotator.press("Escape")
    annotator.mark("4", "12,000")
    annotator.press("q")
    annotator.type_into("value: 12000, 3000..5000, 1000..", "12000")
    annotator.type_into("unit: troops, USD, %, km", "troops")
    annotator.submit()
    (layer,) = pull.pull(seeds, "r7", [who], accept_removals=False, tell=print).layers
    text = seeds.text(ARTICLE)
    spans = {row["label"]: row for row in layer.spans.iter_rows(named=True)}
    places = {label: (text.index(words), text.index(words) + len(words)) for label, words in WORDS.items()}
    assert {label: (row["start"], row["end"]) for label, row in spans.items()} == places
    assert {label: row["text"] for label, row in spans.items()} == WORDS
    assert layer.spans.height == 4
    assert spans["speaker"]["speaker_entities"] == ["Main Directorate of Intelligence (Ukraine)"]
    assert (spans["quote"]["quote_form"], spans["quote"]["quote_source"]) == ("indirect", "linked")
    assert spans["hedge"]["hedge_kind"] == "approximator"
    number = spans["number"]
    assert [number[f"number_{name}"] for name in ("kind", "value", "low", "unit")] == [
        "count",
        "12000",
        12000,
        "troops",
    ]
    links = {
        (row["type"], row["from_span"], row["to_span"], row["derived"]) for row in layer.relations.iter_rows(named=True)
    }
    ids = {label: row["span_id"] for label, row in spans.items()}
    assert links == {("said_by", ids["quote"], ids["speaker"], False), ("hedges", ids["hedge"], ids["number"], True)}
    assert not layer.findings.height


WORDS = {"speaker": SPEAKER, "quote": QUOTE, "hedge": "approximately", "number": "12,000"}


def entity_key(corpus: Corpus, name: str) -> str:
    """The key that the page gives a name."""
    data = push.task(corpus, ARTICLE)["data"]
    return str(next(entity["hotkey"] for entity in data["entities"] if entity["value"] == name))


def test_a_speaker_who_is_not_listed_and_a_source_that_is_not_named(
    seeds: Corpus, who: Seat, annotator: Annotator
) -> None:
    open_article(seeds, who, annotator)
    annotator.mark("1", "South Korean lawmakers")
    annotator.type_into("other name; another", "Somebody Else; The harbour union")
    annotator.press("Escape")
    annotator.mark("2", "around 3,000 soldiers have already been sent, with more expected")
    annotator.press("w")
    annotator.press("t")
    annotator.submit()
    (layer,) = pull.pull(seeds, "r7", [who], accept_removals=False, tell=print).layers
    speaker, quote = layer.spans.iter_rows(named=True)
    assert speaker["speaker_entities"] == ["Somebody Else", "The harbour union"]
    assert quote["quote_source"] == "unnamed"


def test_a_quote_without_its_form_is_not_accepted(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    annotator.mark("2", "around 3,000 soldiers have already been sent, with more expected")
    annotator.press("Escape")
    annotator.page.get_by_role("button", name="Submit").click()
    expect(annotator.page.get_by_text("Every quote needs a form")).to_be_visible()


def test_skipping_is_kept_apart_from_submitting_nothing(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    annotator.submit()
    (layer,) = pull.pull(seeds, "r7", [who], accept_removals=False, tell=print).layers
    assert layer.tasks.select("article_id", "status").rows() == [(ARTICLE, "submitted")]
    assert layer.spans.height == 0


def test_the_page_asks_nobody_but_its_own_server(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    asked: list[str] = []
    annotator.page.on("request", lambda request: asked.append(request.url))
    open_article(seeds, who, annotator)
    outside = [url for url in asked if not url.startswith((annotator.url, "data:", "blob:"))]
    assert asked
    assert outside == [], json.dumps(outside)
