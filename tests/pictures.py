"""Draws the README's pictures anew: `python -m tests.pictures`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from annotation import adjudication, projects, push
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


def draw_adjudication_page(folder: Path, target: Path) -> None:
    """The page with the first article of the shipped round that has a question, and that question selected."""
    corpus = copy_of_the_seeds(folder / "hedgerow")
    server = Server(corpus.state)
    known = server.up(["adjudicator"], None, print)
    try:
        who = seat(corpus, "adjudicator")
        project = adjudication.open_round(corpus, "r1", who, again=True).project
        task = next(t.id for t in map(read_task, who.studio.tasks(project)) if t.asked and t.asked.questions)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            adjudicator = log_in(browser, who.studio.url, known.annotators["adjudicator"])
            adjudicator.open_task(project, task)
            adjudicator.page.locator('[data-label*="?"]').first.wait_for()
            adjudicator.press("n")
            adjudicator.page.locator(".decision").wait_for()
            adjudicator.page.screenshot(path=target)
            browser.close()
    finally:
        server.down()


if __name__ == "__main__":
    for draw, name in ((draw_labelling_page, "labelling-page"), (draw_adjudication_page, "adjudication-page")):
        with tempfile.TemporaryDirectory() as scratch:
            draw(Path(scratch), REPOSITORY / "annotation" / f"{name}.png")
