"""In a real browser: eight mistakes of a trial, each made again, and where it is caught now."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_port
from tests.browser import Annotator


def test_each_mistake_is_prevented_or_shown_before_the_work_is_submitted(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_port(new_corpus, annotator)
    page = annotator.page
    summary, note = page.locator(".hedgerow-findings .summary"), page.locator(".hedgerow-note")

    annotator.mark("1", "dam Schif")  # a cut word
    annotator.mark("1", "Kyiv's ")  # a blank and a possessive at the edge
    assert annotator.spans() == ["Adam Schiff", "Kyiv"]

    expect(page.locator(".hedgerow-wrong")).to_have_count(2)  # names that are missing

    annotator.mark("2", "five old ships")  # a form that is missing
    expect(page.locator(".hedgerow-wrong")).to_have_count(3)
    expect(summary).to_contain_text("to correct")

    annotator.press("Escape")
    annotator.press("1")
    annotator.drag_over("Schiff")  # an overlap
    expect(note).to_contain_text("E4")
    assert len(annotator.spans()) == 3

    annotator.press("Escape")
    annotator.mark("4", "12,000")
    annotator.take_preset()
    annotator.press("r")
    annotator.click_words("Kyiv")  # a link that says nothing
    expect(note).to_contain_text("No link joins")

    annotator.press("Escape")
    annotator.click_words("12,000")
    annotator.wait_until_selected("12,000")
    annotator.relabel("hedge")
    assert annotator.results("12,000") == {"label": ["hedge"]}  # nothing of the number stays

    annotator.click_words("Kyiv")
    annotator.wait_until_selected("Kyiv")
    annotator.press("/")
    annotator.type_keys("Kiev city hall")  # a name that is not on the list
    annotator.press("Enter")
    summary.click()
    expect(page.locator(".hedgerow-findings .finding.note")).to_contain_text("Kiev city hall")
