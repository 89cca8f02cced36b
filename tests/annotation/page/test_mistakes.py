"""In a real browser: eight mistakes of a trial, each made again, and where it is caught now."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_port
from tests.browser import Annotator
from tests.corpora import REPOSITORY

MISTAKES = [
    "a word is cut",
    "a blank or a possessive at the edge",
    "a kind or form is missing",
    "a name is missing",
    "two spans of a label overlap",
    "a link that says nothing",
    "another label for a span",
    "a name that is not on the list",
]


def test_each_mistake_is_prevented_or_shown_before_the_work_is_submitted(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_port(new_corpus, annotator)
    page = annotator.page
    summary, note = page.locator(".hedgerow-findings .summary"), page.locator(".hedgerow-note")

    annotator.mark("1", "dam Schif")  # a word is cut
    annotator.mark("1", "Kyiv's ")  # a blank or a possessive at the edge
    assert annotator.spans() == ["Adam Schiff", "Kyiv"]

    expect(page.locator(".hedgerow-wrong")).to_have_count(2)  # a name is missing

    annotator.mark("2", "five old ships")  # a kind or form is missing
    expect(page.locator(".hedgerow-wrong")).to_have_count(3)
    expect(summary).to_contain_text("to correct")

    annotator.press("Escape")
    annotator.press("1")
    annotator.drag_over("Schiff")  # two spans of a label overlap
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
    annotator.relabel("hedge")  # another label for a span
    assert annotator.results("12,000") == {"label": ["hedge"]}  # nothing of the number stays

    annotator.click_words("Kyiv")
    annotator.wait_until_selected("Kyiv")
    annotator.press("/")
    annotator.type_keys("Kiev city hall")  # a name that is not on the list
    annotator.press("Enter")
    summary.click()
    expect(page.locator(".hedgerow-findings .finding.note")).to_contain_text("Kiev city hall")


def test_the_readme_says_of_each_mistake_what_the_page_does() -> None:
    text = (REPOSITORY / "annotation" / "README.md").read_text(encoding="utf-8")
    assert [line for line in MISTAKES if f"\n| {line} | " not in text] == []
