"""In a real browser: links are numbers and words, and what the scheme forbids is refused when it is drawn."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_text, pulled
from tests.browser import Annotator

TEXT = "“We wait,” Ilsa Brandt said, “for 40 days.” About 7 boats may sink."


def sign(annotator: Annotator, words: str) -> str | None:
    """What is printed at the end of a span."""
    shown: str | None = annotator.page.evaluate(
        "words => [...document.querySelectorAll('.htx-highlight')]"
        ".filter(span => span.textContent === words).map(span => span.dataset.hedgerowSign)[0]",
        words,
    )
    return shown


def linked(annotator: Annotator) -> int:
    count: int = annotator.page.evaluate("Htx.annotationStore.selected.relationStore.relations.length")
    return count


def test_links_are_numbers_at_the_spans_and_words_in_the_card_of_the_selected_one(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    corpus, here = open_text(new_corpus, annotator, TEXT)
    page = annotator.page
    annotator.mark("2", "“for 40 days.”")
    annotator.mark("2", "“We wait,”")
    annotator.press("r")
    expect(page.locator(".hedgerow-mode")).to_contain_text("Escape")
    annotator.select("Ilsa Brandt")
    expect(page.locator(".hedgerow-mode")).to_have_text("")
    expect(page.locator(".hedgerow-links:visible li")).to_have_text(
        ["says “We wait,” ✕Alt+1".replace("says “", "says ““").replace(",” ✕", ",”” ✕")]
    )
    annotator.press("Escape")
    annotator.click_words("for 40")
    annotator.wait_until_selected("“for 40 days.”")
    annotator.press("r")
    annotator.click_words("We wait")
    page.wait_for_function("Htx.annotationStore.selected.relationStore.relations.length == 2")
    annotator.press("Escape")
    page.wait_for_function("document.querySelector('[data-hedgerow-sign=\"…1\"]')")
    assert [sign(annotator, words) for words in ("“We wait,”", "Ilsa Brandt", "“for 40 days.”")] == ["1", "1", "…1"]
    arcs = (
        "[...document.querySelectorAll('.relations-overlay g')].filter(arc => arc.getBoundingClientRect().width).length"
    )
    page.wait_for_function(f"{arcs} == 0")
    annotator.click_words("We wait")
    annotator.wait_until_selected("“We wait,”")
    expect(page.locator(".hedgerow-links:visible li")).to_have_count(2)
    page.wait_for_function(f"{arcs} == 2")
    annotator.press("Alt+1")
    page.wait_for_function("Htx.annotationStore.selected.relationStore.relations.length == 1")
    page.locator(".hedgerow-links:visible .remove").click()
    page.wait_for_function("Htx.annotationStore.selected.relationStore.relations.length == 0")
    annotator.press("Control+z")
    page.wait_for_function("Htx.annotationStore.selected.relationStore.relations.length == 1")
    annotator.submit()
    assert pulled(corpus, here).relations.filter(derived=False).height == 1


def test_a_link_or_overlap_that_the_scheme_forbids_is_refused_in_a_sentence(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, TEXT)
    note = annotator.page.locator(".hedgerow-note")
    annotator.mark("1", "Ilsa Brandt")
    annotator.mark("4", "7")
    annotator.press("r")
    annotator.click_words("Ilsa")
    expect(note).to_contain_text("a number and a speaker")
    assert linked(annotator) == 0
    annotator.press("Escape")
    annotator.press("1")
    annotator.drag_over("Ilsa Brandt said")
    expect(note).to_contain_text("never overlap (E4)")
    assert annotator.spans() == ["Ilsa Brandt", "7"]
    annotator.mark("2", "“We wait,” Ilsa Brandt said, “for 40 days.”")
    assert len(annotator.spans()) == 3  # another label may hold it
