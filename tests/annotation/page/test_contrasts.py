"""In a real browser: all that the labelling page shows stands out, light and dark, and it fits a phone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_text
from tests.browser import Annotator
from tests.contrasts import low_contrasts_by_scheme, scrolls_sideways

TEXT = (
    "Ilsa Brandt said on Monday that the port may lose about 40 ships. “We wait,” she said, and 12,000 men do."
    " The harbour said no."
)
QUOTE, HEDGE, NUMBER = "that the port may lose about 40 ships", "may", "12,000"
NOTHING_LOW: dict[str, list[str]] = {"dark": [], "light": []}


def low(page: Page, scope: str = ".page") -> dict[str, list[str]]:
    return low_contrasts_by_scheme(page, scope, at_least=20)


def label(annotator: Annotator) -> None:
    """A span of each label, with two values missing and no link; the other spans lie within the quote."""
    annotator.mark("2", QUOTE)
    annotator.mark("1", "Ilsa Brandt")
    annotator.mark("3", HEDGE)
    annotator.take_preset()
    annotator.mark("3", "about")
    annotator.mark("4", "40")
    annotator.mark("4", NUMBER)
    annotator.press("Escape")


def test_all_that_the_labelling_page_shows_stands_out(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, TEXT)
    label(annotator)
    page = annotator.page
    summary = page.locator(".hedgerow-findings .summary")
    expect(summary).to_contain_text("to correct")
    expect(summary).to_contain_text("to look at")
    summary.click()
    expect(page.locator(".finding.error + .finding.warning, .finding.warning").first).to_be_visible()
    assert low(page) == NOTHING_LOW
    summary.click()
    for words in (QUOTE[:8], "Ilsa", HEDGE, "40", NUMBER):
        annotator.click_words(words)
        expect(page.locator(".htx-highlight.__active")).to_have_count(1)
        assert low(page) == NOTHING_LOW, words
        annotator.press("Escape")
    annotator.click_words(QUOTE[:8])
    annotator.press("r")
    expect(page.locator(".hedgerow-mode")).to_contain_text("Link from")
    assert low(page) == NOTHING_LOW
    annotator.press("Escape")
    annotator.press("Escape")
    annotator.press("?")
    expect(page.get_by_role("dialog", name="All keys")).to_be_visible()
    assert low(page) == NOTHING_LOW


def test_on_a_phone_an_article_is_read_and_checked_without_scrolling_sideways(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    annotator.page.set_viewport_size({"width": 390, "height": 844})
    open_text(new_corpus, annotator, TEXT)
    annotator.mark("2", QUOTE)
    expect(annotator.page.locator(".hedgerow-findings .summary")).to_contain_text("to correct")
    annotator.page.locator(".hedgerow-findings .summary").click()
    expect(annotator.page.locator(".finding").first).to_be_visible()
    assert not scrolls_sideways(annotator.page)
    article = annotator.page.locator(".page .article").bounding_box()
    assert article
    assert article["width"] >= 0.85 * 390
