"""In a real browser, by its accessibility tree: what the page does is announced, and its controls have names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_text
from tests.browser import Annotator

TEXT = "Ilsa Brandt said on Monday: “We wait.”"
# Marks a place, so that one that took its place later is told apart.
STAMP = "(place, name) => { place.stamp = name; }"


def parts(page: Page, role: str) -> list[dict[str, Any]]:
    """What of the page a screen reader meets in this role."""
    session = page.context.new_cdp_session(page)
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": ".page"})["nodeId"]
    nodes = session.send("Accessibility.queryAXTree", {"nodeId": node, "role": role})["nodes"]
    session.detach()
    return [node for node in nodes if not node["ignored"]]


def name_of(node: dict[str, Any]) -> str:
    return str(node.get("name", {}).get("value", "")).strip()


def live(node: dict[str, Any]) -> object:
    return next((each["value"]["value"] for each in node.get("properties", []) if each["name"] == "live"), None)


def test_what_happens_is_said_in_places_that_are_there_before(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, TEXT)
    page = annotator.page
    places = {
        "caret": page.locator(".page > .hedgerow-spoken"),
        "mark": page.locator(".hedgerow-note"),
        "findings": page.locator(".hedgerow-findings > .hedgerow-spoken"),
        "saved": page.locator(".hedgerow-header .saved"),
        "link": page.locator(".hedgerow-mode"),
    }
    for name, place in places.items():
        expect(place).to_have_role("status")
        place.evaluate(STAMP, name)
    expect(places["findings"]).to_have_text("1 to look at")

    annotator.press("ArrowDown")
    annotator.press("Shift+ArrowRight")
    expect(places["caret"]).to_have_text("Ilsa")
    annotator.press("2")
    expect(places["mark"]).to_contain_text("quote: Ilsa")
    expect(places["findings"]).to_contain_text("to correct")
    expect(places["saved"]).to_have_text("saved")
    annotator.wait_until_selected("Ilsa")
    annotator.press("r")
    expect(places["link"]).to_contain_text("Link from")

    for name, place in places.items():
        assert place.evaluate("place => place.stamp") == name
    statuses = parts(page, "status")
    assert len(statuses) >= len(places)
    assert {live(node) for node in statuses} == {"polite"}


def test_buttons_and_fields_have_names_and_all_keys_are_a_dialog(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, TEXT)
    page = annotator.page
    annotator.mark("1", "Ilsa Brandt")
    annotator.mark("2", "“We wait.”")
    annotator.press("r")
    annotator.click_words("Ilsa")
    page.locator(".hedgerow-findings .summary").click()
    expect(page.locator(".finding .goto").first).to_be_visible()
    for words in ("Ilsa", "We wait"):
        annotator.press("Escape")
        annotator.click_words(words)
        expect(page.locator(".hedgerow-links:visible .remove")).to_have_count(1)
        for role in ("button", "textbox", "searchbox", "checkbox", "radio"):
            named = list(map(name_of, parts(page, role)))
            assert all(named), (role, named)
    assert "Remove this link" in map(name_of, parts(page, "button"))
    page.keyboard.press("Escape")
    annotator.press("?")
    (dialog,) = parts(page, "dialog")
    assert name_of(dialog) == "All keys"
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "All keys"
