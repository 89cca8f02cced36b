"""The report opened as a file in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page

from annotation.report import report
from annotation.report.report import ReportOptions
from dataset.record.corpus import Corpus

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def show(page: Page, corpus: Corpus, wanted: ReportOptions | None = None) -> Page:
    """Opens the report of a corpus as a file."""
    out = corpus.root / "dist" / "report.html"
    report.write(report.report(corpus, wanted or ReportOptions()), out)
    page.goto(out.as_uri())
    return page


def tab_to(page: Page, selector: str) -> None:
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")
