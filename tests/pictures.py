"""Draws the README's pictures anew: `python -m tests.pictures`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from annotation import projects, push, report
from annotation.accounts import seat
from annotation.restore import restore
from annotation.results import read_task
from annotation.server import Server
from tests.browser import CHROMIUM, FLAGS, log_in
from tests.corpora import REPOSITORY, copy_of_the_seeds

ARTICLE = "003_264d08579a95b09f"
WORDS = "they could be sent into battle"


def draw_labelling_page(folder: Path, target: Path) -> None:
    """The page with an article of the shipped layer, one quote selected."""
    corpus = copy_of_the_seeds(folder / "hedgerow")
    server = Server(corpus.state)
    known = server.up(["a1"], None, print)
    try:
        who = seat(corpus, "a1")
        push.push(corpus, "r1", who)
        restore(corpus, "r1", who)
        project = projects.existing(corpus, "r1", who)
        task = next(t.id for t in map(read_task, who.studio.tasks(project)) if t.article_id == ARTICLE)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            annotator = log_in(browser, who.studio.url, known.annotators["a1"])
            annotator.open_task(project, task)
            annotator.click_words(WORDS)
            annotator.page.get_by_role("checkbox", name="source not named").wait_for()
            annotator.page.screenshot(path=target)
            browser.close()
    finally:
        server.down()


def draw_report(folder: Path, target: Path) -> None:
    """The report of the shipped layer at the same article, with the mouse on a quote."""
    corpus, out = copy_of_the_seeds(folder / "report"), folder / "report.html"
    report.write(report.report(corpus), out)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page.goto(out.as_uri())
        article = page.get_by_role("article", name=ARTICLE)
        article.evaluate("article => article.scrollIntoView()")
        article.locator(".text .quote", has_text="there is such a thing").first.hover()
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        draw_labelling_page(Path(scratch), REPOSITORY / "annotation" / "labelling-page.png")
        draw_report(Path(scratch), REPOSITORY / "annotation" / "report.png")
