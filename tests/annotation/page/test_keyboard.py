"""In a real browser: an article is labelled by keys alone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_text, pulled
from tests.browser import Annotator

TEXT = "Ilsa Brandt, the mayor, said:\n“We wait for 40 ships.”\nThe harbour said no."
SPEAKER = "Ilsa Brandt, the mayor"
QUOTE = "“We wait for 40 ships.”"


def press_all(annotator: Annotator, *keys: str) -> None:
    for key in keys:
        annotator.press(key)


def selected_words(annotator: Annotator) -> str:
    words: str = annotator.page.evaluate("getSelection().toString()")
    return words


def go_to(annotator: Annotator, word: str) -> None:
    """Selects word after word until this one is selected."""
    for _ in range(20):
        press_all(annotator, "ArrowRight", "Shift+ArrowRight")
        if selected_words(annotator) == word:
            return
    raise AssertionError(word)


def mark_speaker(annotator: Annotator) -> None:
    press_all(annotator, "ArrowRight", *["Shift+ArrowRight"] * 4, "1")
    annotator.wait_until_selected(SPEAKER)
    expect(annotator.page.locator(".names .fits input")).to_have_attribute("name", "Ilsa Brandt")
    annotator.press("Enter")
    expect(annotator.page.locator(".names input:checked:visible")).to_have_attribute("name", "Ilsa Brandt")


def mark_linked_quote(annotator: Annotator) -> None:
    press_all(annotator, "ArrowRight", "ArrowRight", *["Shift+ArrowRight"] * 6, "2")
    annotator.wait_until_selected(QUOTE)
    annotator.choose("q", "direct")
    annotator.press("r")
    expect(annotator.page.locator(".hedgerow-mode")).to_contain_text("Link from")
    press_all(annotator, "ArrowUp", "ArrowLeft", "ArrowLeft", "Enter")
    annotator.page.wait_for_function("Htx.annotationStore.selected.relationStore.relations.length == 1")


def test_an_article_is_labelled_and_submitted_by_keys_alone(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    corpus, here = open_text(new_corpus, annotator, TEXT)
    mark_speaker(annotator)
    assert annotator.keys == 7
    mark_linked_quote(annotator)
    go_to(annotator, "40")
    annotator.press("4")
    annotator.wait_until_selected("40")
    annotator.take_preset()
    with annotator.page.expect_response(
        lambda answer: "/annotations" in answer.url and answer.request.method == "POST"
    ) as stored:
        annotator.press("Control+Enter")
    assert stored.value.ok
    assert annotator.actions[1:] == (0, 0)
    layer = pulled(corpus, here)
    values = ("start", "end", "speaker_entities", "quote_form", "number_value", "number_unit")
    spans = {row["label"]: row for row in layer.spans.iter_rows(named=True)}
    assert {label: tuple(row[name] for name in values) for label, row in spans.items()} == {
        "speaker": (0, 22, ["Ilsa Brandt"], None, None, None),
        "quote": (30, 53, [], "direct", None, None),
        "number": (43, 45, [], None, "40", "ships"),
    }
    ends = [(spans["quote"]["span_id"], spans["speaker"]["span_id"])]
    assert layer.relations.select("from_span", "to_span").rows() == ends


def test_the_caret_selects_by_character_and_line_and_leaves_by_escape(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, TEXT)
    caret = annotator.page.locator(".hedgerow-caret")
    expect(caret).to_have_count(0)
    press_all(annotator, "ArrowDown", "ArrowDown")
    expect(caret).to_be_visible()
    annotator.press("Shift+ArrowRight")
    assert selected_words(annotator) == "“We"
    press_all(annotator, "ArrowUp", "ArrowLeft", "ArrowLeft", "Shift+ArrowRight", *["Shift+Alt+ArrowLeft"] * 2)
    assert selected_words(annotator) == "Il"
    annotator.press("1")
    annotator.wait_until_selected("Il")
    expect(annotator.page.locator(".hedgerow-note")).to_have_text("speaker: Il")
    annotator.press("Escape")
    expect(caret).to_have_count(0)


def test_a_question_mark_shows_all_keys_and_takes_them_until_it_is_closed(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, TEXT)
    keys = annotator.page.get_by_role("dialog", name="All keys")
    for closing in ("?", "Escape"):
        annotator.press("?")
        expect(keys).to_be_visible()
        press_all(annotator, "ArrowRight", "Shift+ArrowRight", "1", closing)
        expect(keys).to_have_count(0)
    assert annotator.spans() == []
    expect(annotator.page.locator(".hedgerow-caret")).to_have_count(0)


def test_words_that_are_selected_while_a_link_is_drawn_become_the_speaker_of_the_quote(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, TEXT)
    press_all(annotator, "ArrowDown", "ArrowDown", *["Shift+ArrowRight"] * 6, "2")
    annotator.wait_until_selected(QUOTE)
    annotator.press("r")
    expect(annotator.page.locator(".hedgerow-mode")).to_contain_text("Link from")
    press_all(annotator, "ArrowUp", "Enter")
    expect(annotator.page.locator(".hedgerow-note")).to_contain_text("no span")
    press_all(annotator, *["ArrowLeft"] * 6, *["Shift+ArrowRight"] * 4, "Enter")
    annotator.page.wait_for_function("Htx.annotationStore.selected.relationStore.relations.length == 1")
    assert annotator.spans() == [QUOTE, SPEAKER]
    press_all(annotator, "ArrowDown", "Space")
    annotator.wait_until_selected(QUOTE)
