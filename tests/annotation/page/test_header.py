"""In a real browser: the article has the room, and the page says how far one is and what is saved."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from playwright.sync_api import Browser, expect

from annotation.embedded.server import Server
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects
from dataset.record.corpus import Corpus, open_corpus
from dataset.storage.tables import table_bytes
from tests.annotation.page.opened import open_text, pushed
from tests.browser import Annotator, log_in_anew

DRAFTS = "fetch(`/api/tasks/${Htx.task.id}/drafts`).then(answer => answer.json())"
NEEDLESS = [".lsf-topbar", ".lsf-label-view__dataview", ".lsf-sidepanels__wrapper_align_right", "[aria-label=Reset]"]


@pytest.mark.parametrize(("width", "height", "share"), [(1440, 900, 0.55), (1280, 720, 0.5)])
def test_the_article_has_the_room(
    width: int, height: int, share: float, new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    annotator.page.set_viewport_size({"width": width, "height": height})
    open_text(new_corpus, annotator, "The port is shut. " * 400)
    box = annotator.page.locator(".page .article").bounding_box()
    assert box
    assert box["width"] >= share * width
    assert box["height"] >= 0.55 * height
    for part in NEEDLESS:
        expect(annotator.page.locator(part).locator("visible=true")).to_have_count(0)


def test_the_header_names_the_article_and_says_what_is_saved(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, "A storm is near\n\nThe port said it may shut.")
    header = annotator.page.locator(".hedgerow-header")
    expect(header.locator(".counted")).to_have_text("0 of 1 articles ended")
    expect(header.locator(".title")).to_have_text("A storm is near")
    with annotator.page.expect_response(lambda answer: "/drafts" in answer.url and answer.request.method == "POST"):
        annotator.mark("3", "may")
    expect(header.locator(".saved")).to_have_text("saved")
    (draft,) = annotator.page.evaluate(DRAFTS)
    assert [item["value"]["text"] for item in draft["result"]] == ["may", "may"]
    annotator.page.reload()
    annotator.wait_for_article()
    assert annotator.spans() == ["may"]


def titled(corpus: Corpus, title: str) -> Corpus:
    """The corpus with a title for its articles."""
    rows = corpus.articles.with_columns(title=pl.lit(title))
    (corpus.seeds / "articles.jsonl").write_bytes(table_bytes(rows))
    return open_corpus(corpus.root)


def test_a_title_stands_above_the_text_and_is_no_part_of_it(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(lambda texts: titled(new_corpus(texts), "It <b>may</b> *storm*"), annotator, "The port said it may shut.")
    headline, article = (annotator.page.locator(f".page .{part}") for part in ("headline", "article"))
    expect(headline).to_have_text("It <b>may</b> *storm*")
    expect(article).not_to_contain_text("storm")
    above, below = headline.bounding_box(), article.bounding_box()
    assert above and below
    assert above["y"] + above["height"] <= below["y"] + 1
    annotator.mark("3", "may")
    assert annotator.spans() == ["may"]


def test_where_no_title_is_known_there_is_no_room_for_one(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, "The port said it may shut.")
    expect(annotator.page.locator(".page .article")).to_be_visible()
    expect(annotator.page.locator(".page .headline")).to_be_hidden()


def test_a_log_in_lands_on_the_next_article(corpus: Corpus, server: Server, chromium: Browser) -> None:
    pushed(corpus)
    known = server.secrets()
    assert known
    page = log_in_anew(chromium, str(server.url()), known.annotators["a2"])
    page.wait_for_url("**/projects/*/data?labeling=1**")
    page.wait_for_function("window.Htx?.annotationStore?.selected")


def test_a_submission_from_the_list_goes_on_and_an_article_that_was_submitted_before_is_one_click_from_the_next(
    corpus: Corpus, annotator: Annotator
) -> None:
    here = pushed(corpus)
    project = projects.existing(corpus, "r7", here)
    first = next(map(read_task, here.studio.tasks(project))).id
    page, header = annotator.page, annotator.page.locator(".hedgerow-header")
    annotator.open_task(project, first)
    expect(header.locator(".counted")).to_have_text("0 of 3 articles ended")
    expect(header.locator(".next")).to_have_count(0)
    title = header.locator(".title").inner_text()
    annotator.submit()
    assert "labeling=1" in page.url
    expect(header.locator(".title")).not_to_have_text(title)
    annotator.open_task(project, first)
    expect(header.locator(".counted")).to_have_text("1 of 3 articles ended")
    header.locator(".next").click()
    page.wait_for_url("**/data?labeling=1**")
    annotator.wait_for_article()
    expect(header.locator(".title")).not_to_have_text(title)
