"""In a real browser: the units of numbers are offered, and any other can be typed."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_port
from tests.browser import Annotator


def test_units_are_offered_those_of_the_article_first(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_port(new_corpus, annotator)
    annotator.mark("4", "12,000")
    annotator.take_preset()
    annotator.mark("4", "five")
    annotator.take_preset()
    field = annotator.page.get_by_placeholder("unit: ")
    expect(field).to_be_focused()
    offered = annotator.page.evaluate("[...document.activeElement.list.options].map(option => option.value)")
    assert offered[0] == "troops"
    assert {"%", "EUR", "km"} <= set(offered)
    annotator.type_keys("ships")
    annotator.press("Enter")
    assert annotator.results("five")["number_unit"] == ["ships"]
