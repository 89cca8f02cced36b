"""In a real browser: an annotator asks the lead, reads the answer, and corrects an article that came back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from typer.testing import CliRunner

from annotation.embedded.server import Server
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import inbox, projects
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from dataset.record.notes import read_notes
from scripts.main import app
from tests.browser import Annotator, log_in

QUOTE = "“We may lose about 40 ships.”"
ABOUT_SPAN, ABOUT_ARTICLE = "Is it $text, or *direct*?", "Which port is it?"


@pytest.fixture
def annotator(chromium: Browser, server: Server) -> Annotator:
    known = server.secrets()
    assert known
    return log_in(chromium, str(server.url()), known.annotators["a1"])


def hedgerow(corpus: Corpus, *words: str) -> str:
    ran = CliRunner().invoke(app, [*words, "--corpus", str(corpus.root)])
    assert ran.exit_code in (0, 1), (ran.output, ran.exception)
    return ran.output


def ask(annotator: Annotator, about: str, question: str) -> None:
    field = annotator.page.get_by_placeholder(f"question to the lead about {about}")
    field.fill(question)
    field.press("Enter")
    expect(annotator.page.locator(".ask").get_by_text(question)).to_be_visible()


def test_a_question_is_answered_and_the_article_comes_back_to_be_corrected(
    corpus: Corpus, a1: Seat, tasks: dict[str, int], annotator: Annotator
) -> None:
    project = projects.existing(corpus, "r1", a1)
    annotator.open_task(project, tasks["one"])
    ask(annotator, "the article", ABOUT_ARTICLE)
    annotator.mark("2", QUOTE)
    ask(annotator, "this span", ABOUT_SPAN)
    annotator.submit()
    assert "2 questions without an answer" in hedgerow(corpus, "pull", "--round", "r1")
    listed = hedgerow(corpus, "inbox")
    asked = {each.note["question"]: each for each in inbox.questions(corpus)}
    assert asked.keys() == {ABOUT_SPAN, ABOUT_ARTICLE}
    assert asked[ABOUT_SPAN].words == QUOTE
    assert all(f"{each.id}  r1/a1  one" in listed and each.note["question"] in listed for each in asked.values())

    hedgerow(corpus, "inbox", "--answer", asked[ABOUT_SPAN].id, "It is *direct*: <b>Q1</b>.")
    annotator.open_task(project, tasks["one"])
    shown = annotator.page.locator(".from-lead:visible")
    expect(shown).to_contain_text(f"{QUOTE}: Is it $ text, or *direct*? It is *direct*: <b>Q1</b>.")
    assert "without an answer" in hedgerow(corpus, "pull", "--round", "r1")
    assert sorted(filter(None, read_notes(corpus, "r1/a1")["answer"])) == ["It is *direct*: <b>Q1</b>."]

    assert "1 article returned" in hedgerow(corpus, "return", "--round", "r1")
    assert "a1: returned and not corrected yet: one" in hedgerow(corpus, "pull", "--round", "r1")
    assert read_layer(corpus.layer_path("r1/a1"), "r1/a1").spans["text"].to_list() == [QUOTE]
    annotator.open_stream(project)
    annotator.submit()  # the article that was at hand; the one that was returned follows
    expect(annotator.page.locator(".from-lead:visible").first).to_contain_text(f"{QUOTE}: the quote has no quote_form")
    annotator.click_words("We may lose")
    annotator.choose("q", "direct")
    annotator.choose("t", "source not named")
    annotator.submit()
    assert "a1: returned and corrected: one" in hedgerow(corpus, "pull", "--round", "r1")
    layer = read_layer(corpus.layer_path("r1/a1"), "r1/a1")
    assert layer.spans.select("text", "quote_form", "span_id").rows() == [
        (QUOTE, "direct", asked[ABOUT_SPAN].note["span_id"])
    ]
    assert {each.note["question"] for each in inbox.open_only(inbox.questions(corpus))} == {ABOUT_ARTICLE}
    (task,) = [read_task(raw) for raw in a1.studio.tasks(project) if raw["id"] == tasks["one"]]
    assert len(task.work) == 1
