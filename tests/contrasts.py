"""Whether what a page shows can be seen: contrasts as WCAG 2.2 asks for at level AA, as the browser computes them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.sync_api import Page

_MEASURE: Final = (Path(__file__).parent / "contrasts.js").read_text(encoding="utf-8")
_SCHEME: Final = """scheme => {
    document.documentElement.dataset.colorScheme = scheme;
    return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


def low_contrasts(page: Page, scope: str, *, at_least: int = 1) -> list[str]:
    """What stands out too little in the parts of the page that a selector names, each with its ratio.

    Fewer than `at_least` texts and lines would show that the page is another.
    """
    measured = page.evaluate(_MEASURE, scope)
    assert measured["seen"] >= at_least, measured
    low: list[str] = measured["low"]
    return low


def low_contrasts_by_scheme(page: Page, scope: str, *, at_least: int = 1) -> dict[str, list[str]]:
    """The same on a page of Label Studio, light and dark, which is switched there and back."""
    page.add_style_tag(content="* { transition: none !important; }")
    low: dict[str, list[str]] = {}
    for scheme in ("dark", "light"):
        page.evaluate(_SCHEME, scheme)
        low[scheme] = low_contrasts(page, scope, at_least=at_least)
    return low


def scrolls_sideways(page: Page) -> bool:
    wider: bool = page.evaluate("document.scrollingElement.scrollWidth > innerWidth")
    return wider
