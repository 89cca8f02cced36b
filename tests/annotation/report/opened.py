"""The report opened as a file in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page

from annotation.report import report
from annotation.report.report import ReportOptions
from dataset.record.corpus import Corpus

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

# Text and what lies behind it, as the browser computes both: those below the ratio, as [words, ratio].
CONTRASTS = """(least) => {
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const over = (top, below) => {
        const [r, g, b, a = 1] = numbers(top);
        return [r, g, b].map((one, i) => one * a + below[i] * (1 - a));
    };
    const light = (rgb) => {
        const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        const [r, g, b] = rgb.map((one) => linear(one / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const low = [];
    let seen = 0;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.data.trim() || !element.checkVisibility({visibilityProperty: true})) continue;
        if (element.closest('script, style, option')) continue;
        const grounds = [];
        for (let at = element; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
        const ground = grounds.reduce((below, top) => over(top, below), [255, 255, 255]);
        const style = getComputedStyle(element);
        const ink = over(element.closest('svg') ? style.fill : style.color, ground);
        const [dark, bright] = [light(ink), light(ground)].sort((a, b) => a - b);
        const ratio = (bright + 0.05) / (dark + 0.05);
        seen += 1;
        if (ratio < least) low.push([node.data.trim().slice(0, 40), ratio]);
    }
    return {seen, low};
}"""


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
