"""In a real browser: a link opens an article in a new project, and the server's answers come in an awkward order."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import read_task
from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_article
from tests.annotation.rounds.assisted import NewCorpus, article_id, pushed, with_suggestions
from tests.browser import Annotator


def test_suggestions_are_shown_where_the_list_of_tasks_comes_before_the_article_is_drawn(
    new_corpus: NewCorpus, annotator: Annotator, tmp_path: Path
) -> None:
    who, project = pushed(with_suggestions(new_corpus, tmp_path))
    task = next(
        task for task in map(read_task, who.studio.tasks(project)) if task.article_id == article_id(assisted=True)
    )
    draw_after_the_list(annotator.page)
    annotator.open_task(project, task.id)
    assert len(annotator.spans()) == 10


def draw_after_the_list(page: Page) -> None:
    """Holds back the scripts that the page asks for once it has the task, until it has the list of tasks, too."""
    answered: list[str] = []
    scripts: list[Route] = []

    def hold_scripts(route: Route) -> None:
        if "task" in answered and "list" not in answered:
            scripts.append(route)
        else:
            route.continue_()

    def answer_task(route: Route) -> None:
        route.fulfill(response=route.fetch())
        answered.append("task")

    def answer_list(route: Route) -> None:
        route.fulfill(response=route.fetch())
        answered.append("list")
        while scripts:
            scripts.pop().continue_()

    page.route("**/react-app/*.js*", hold_scripts)
    page.route("**/api/tasks/*", answer_task)
    page.route("**/api/tasks?*", answer_list)


def test_an_article_is_asked_for_once(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    asked: list[str] = []
    annotator.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    open_article(seeds, who, annotator)
    assert len([path for path in asked if re.fullmatch(r"/api/tasks/\d+/?", path)]) == 1
