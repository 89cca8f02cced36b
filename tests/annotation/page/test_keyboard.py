"""In a real browser: an article is labelled by keys alone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_text, pulled
from tests.browser import Annotator

TEXT = "Ilsa Brandt, the mayor, said:\n“We wait for 40 days.”\nThe harbour said no."


def caret_at(annotator: Annotator, *keys: str) -> None:
    for key in keys:
        annotator.press(key)


def selected_words(annotator: Annotator) -> str:
    words: str = annotator.page.evaluate("getSelection().toString()")
    return words


def mark(annotator: Annotator, key: str, words: str) -> None:
    annotator.press(key)
    annotator.wait_until_selected(words)


def test_an_article_is_labelled_and_submitted_by_keys_alone(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    corpus, here = open_text(new_corpus, annotator, TEXT)
    page = annotator.page
    caret_at(annotator, "ArrowRight", *["Shift+ArrowRight"] * 4)
    assert selected_words(annotator) == "Ilsa Brandt, the mayor"
    mark(annotator, "1", "Ilsa Brandt, the mayor")
    expect(page.locator(".names .fits input")).to_have_attribute("name", "Ilsa Brandt")
    annotator.press("Enter")
    expect(page.locator(".names input:checked:visible")).to_have_attribute("name", "Ilsa Brandt")
    assert annotator.keys == 7

    caret_at(annotator, "ArrowRight", "ArrowRight", *["Shift+ArrowRight"] * 6)
    mark(annotator, "2", "“We wait for 40 days.”")
    annotator.choose("q", "direct")
    annotator.press("r")
    expect(page.locator(".hedgerow-mode")).to_contain_text("Link from")
    caret_at(annotator, "ArrowUp", "Enter")
    page.wait_for_function("Htx.annotationStore.selected.relationStore.relations.length == 1")

    caret_at(annotator, "ArrowDown")
    while page.evaluate("getSelection().toString()") != "40":
        caret_at(annotator, "ArrowRight", "Shift+ArrowRight")
    mark(annotator, "4", "40")
    annotator.take_preset()
    with page.expect_response(
        lambda answer: "/annotations" in answer.url and answer.request.method == "POST"
    ) as stored:
        annotator.press("Control+Enter")
    assert stored.value.ok
    assert annotator.actions[1:] == (0, 0)
    layer = pulled(corpus, here)
    assert layer.spans.sort("start").select("label", "text", "speaker_entities", "quote_form", "number_value").rows() == []
    assert layer.relations.rows() == []
