"""Draws the README's pictures anew: `python -m tests.pictures`, or those named: `python -m tests.pictures report`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from annotation.adjudication import rounds_to_gold
from annotation.aligning import sorting_rounds
from annotation.embedded.server import Server
from annotation.labelstudio.seats import Seat, seat
from annotation.labelstudio.tasks import read_task
from annotation.report import report
from annotation.rounds import projects, push
from annotation.rounds.restore import restore
from dataset.record.corpus import Corpus
from tests.browser import CHROMIUM, FLAGS, Annotator, log_in
from tests.corpora import REPOSITORY, copy_of_the_seeds

ARTICLE = "003_264d08579a95b09f"
WORDS = "they could be sent into battle"


@contextmanager
def a_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def logged_in(folder: Path, name: str) -> Iterator[tuple[Corpus, Seat, Annotator]]:
    """The shipped record with a server of its own, and somebody logged in there."""
    corpus = copy_of_the_seeds(folder / "hedgerow")
    server = Server(corpus.state)
    known = server.up([name], None, print)
    try:
        who = seat(corpus, name)
        with a_browser() as browser:
            yield corpus, who, log_in(browser, who.studio.url, known.annotators[name])
    finally:
        server.down()


def draw_desk(folder: Path, target: Path) -> None:
    """The desk with the quotes of the shipped event, some of them sorted."""
    with logged_in(folder, "a1") as (corpus, who, annotator):
        sorting_rounds.deal_events(corpus, "e9", ["a1"], [])
        opened = sorting_rounds.open_events(corpus, "e9", who, stood={})
        (task,) = map(read_task, who.studio.tasks(opened.project))
        annotator.open_task(opened.project, task.id)
        for key in ("ArrowDown", "n", "n", "1", "n"):
            annotator.press(key)
            annotator.page.wait_for_timeout(500)
        annotator.page.screenshot(path=target)


def draw_labelling_page(folder: Path, target: Path) -> None:
    """The page with an article of the shipped layer, one quote selected."""
    with logged_in(folder, "a1") as (corpus, who, annotator):
        push.push(corpus, "r1", who)
        restore(corpus, "r1", who)
        project = projects.existing(corpus, "r1", who)
        task = next(t.id for t in map(read_task, who.studio.tasks(project)) if t.article_id == ARTICLE)
        annotator.open_task(project, task)
        annotator.click_words(WORDS)
        annotator.page.get_by_role("checkbox", name="source not named").wait_for()
        annotator.page.screenshot(path=target)


def draw_adjudication_page(folder: Path, target: Path) -> None:
    """The page with the first article of the shipped round that has a question, and that question selected."""
    with logged_in(folder, "adjudicator") as (corpus, who, adjudicator):
        project = rounds_to_gold.open_round(corpus, "r1", who, again=True).project
        task = next(t.id for t in map(read_task, who.studio.tasks(project)) if t.asked and t.asked.questions)
        adjudicator.open_task(project, task)
        adjudicator.page.locator('[data-label*="?"]').first.wait_for()
        adjudicator.page.locator(".versions").wait_for()
        adjudicator.page.screenshot(path=target)


def draw_report(folder: Path, target: Path) -> None:
    """The report of the shipped gold at the same article, with the mouse on a quote."""
    corpus, out = copy_of_the_seeds(folder / "hedgerow"), folder / "report.html"
    report.write(report.report(corpus), out)
    with a_browser() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page.goto(out.as_uri())
        article = page.get_by_role("article", name=ARTICLE)
        article.evaluate("article => article.scrollIntoView()")
        article.locator(".text .quote", has_text="there is such a thing").first.hover()
        page.screenshot(path=target)


def draw_matrix(folder: Path, target: Path) -> None:
    """The first section of the report: the statements of the shipped event, article by article."""
    corpus, out = copy_of_the_seeds(folder / "hedgerow"), folder / "report.html"
    report.write(report.report(corpus), out)
    with a_browser() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page.goto(out.as_uri())
        page.locator("form.filter").first.evaluate("form => form.scrollIntoView()")
        page.screenshot(path=target)


PICTURES = {
    "labelling-page": draw_labelling_page,
    "desk-page": draw_desk,
    "adjudication-page": draw_adjudication_page,
    "report": draw_report,
    "matrix": draw_matrix,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or PICTURES:
        with tempfile.TemporaryDirectory() as scratch:
            PICTURES[name](Path(scratch), REPOSITORY / "annotation" / f"{name}.png")
