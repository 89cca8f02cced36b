"""In a real browser: an annotator submits a practice article and sees what differs from the gold."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, expect

from annotation.embedded.server import Server
from annotation.labelstudio.result import Result
from annotation.labelstudio.seats import Seat, embedded_seat
from annotation.labelstudio.tasks import read_task
from annotation.practice.material import PracticeArticle, practice_articles
from annotation.practice.project import open_practice
from annotation.rounds import projects, push
from dataset.record.corpus import Corpus
from tests.annotation.embedded.unprotected import client
from tests.annotation.labelstudio.written import result_of
from tests.browser import Annotator, log_in
from tests.contrasts import low_contrasts_by_scheme

FIRST, SECOND, LAST = practice_articles().values()
MISSED, REKINDED, UNLINKED = "likely", "60 km", "Ilmgard"
TOO_MUCH = "its spokesman"


@pytest.fixture
def annotator(chromium: Browser, server: Server) -> Annotator:
    known = server.secrets()
    assert known
    return log_in(chromium, str(server.url()), known.annotators["a1"])


@pytest.fixture
def practising(corpus: Corpus) -> tuple[Seat, int]:
    seat = embedded_seat(corpus, "a1")
    return seat, open_practice(corpus, seat)


def task_of(practising: tuple[Seat, int], article: PracticeArticle) -> int:
    seat, project = practising
    return next(t.id for t in map(read_task, seat.studio.tasks(project)) if t.article_id == article.article_id)


def nearly_right() -> list[Result]:
    """The gold with one span missed, one attribute changed, one link left out and one span too much."""
    spans = [span for span in FIRST.spans if span["text"] != MISSED]
    spans = [span | {"number_kind": "count"} if span["text"] == REKINDED else span for span in spans]
    start = FIRST.text.index(TOO_MUCH)
    place = {"start": start, "end": start + len(TOO_MUCH), "text": TOO_MUCH}
    extra = {**FIRST.spans[0], **place, "span_id": "extra", "speaker_entities": ["Edda Lomm"]}
    (speaker,) = [span for span in FIRST.spans if span["text"] == UNLINKED]
    first_quote = min(
        (link["from_span"] for link in FIRST.relations if link["to_span"] == speaker["span_id"]), key=_place_of
    )
    links = [link for link in FIRST.relations if link["from_span"] != first_quote]
    return result_of([*spans, extra], links, ["Edda Lomm"])


def _place_of(span_id: str) -> int:
    return int(next(span["start"] for span in FIRST.spans if span["span_id"] == span_id))


def draft(server: Server, task: int, result: list[Result]) -> None:
    """Leaves work that the page opens and submits, as an annotator who marked all this would have."""
    known = server.secrets()
    assert known
    with client(server, known.annotators["a1"]) as web:
        assert web.post(f"/api/tasks/{task}/drafts", json={"result": result, "lead_time": 1}).is_success


def sheet(annotator: Annotator) -> Locator:
    return annotator.page.get_by_role("dialog", name="How you labelled the article")


def test_the_sheet_shows_exactly_what_differs_each_with_its_rule(
    server: Server, practising: tuple[Seat, int], annotator: Annotator
) -> None:
    task = task_of(practising, FIRST)
    draft(server, task, nearly_right())
    annotator.open_task(practising[1], task)
    annotator.submit()
    rows = sheet(annotator).locator("section")
    expect(rows).to_have_count(4)
    assert [row.get_attribute("data-kind") for row in rows.all()] == ["attribute", "extra", "missed", "link"]
    attribute, extra, missed, link = (row.inner_text() for row in rows.all())
    assert REKINDED in attribute
    assert "your kind count" in attribute
    assert "gold measure" in attribute
    assert f"“{TOO_MUCH}”" in extra
    assert "S8" in extra
    assert f"“{MISSED}”" in missed
    assert "H5" in missed
    assert "your link none" in link
    assert f"gold speaker “{UNLINKED}”" in link
    for row in rows.all():
        assert row.locator(".hedgerow-right .s, .hedgerow-right .q, .hedgerow-right .h, .hedgerow-right .n").count()
    scores = [row.inner_text().split() for row in sheet(annotator).locator("tr").all()]
    assert ["hedge", "0.92", "6", "6", "7"] in scores
    assert [row[0] for row in scores[1:]] == ["all", "speaker", "quote", "hedge", "number"]
    standing = sheet(annotator).locator(".hedgerow-standing")
    expect(standing).to_contain_text(f"Not passed yet: F1 {scores[1][1]} over 1 of 3 articles; 0.80 over all 3 passes")
    low = low_contrasts_by_scheme(annotator.page, ".hedgerow-sheet", at_least=50)
    assert low == {"dark": [], "light": []}
    annotator.page.set_viewport_size({"width": 390, "height": 844})
    for part in (".hedgerow-article", ".hedgerow-list"):
        expect(sheet(annotator).locator(part)).to_be_in_viewport(ratio=1)
        assert sheet(annotator).locator(part).evaluate("part => part.scrollWidth <= part.clientWidth")


def test_the_sheet_of_the_last_article_says_whether_one_has_passed(
    server: Server, practising: tuple[Seat, int], annotator: Annotator
) -> None:
    seat, _ = practising
    for article in (SECOND, LAST):
        result = result_of(article.spans, article.relations)
        seat.studio.annotate(task_of(practising, article), result, skipped=False, seconds=1, account=seat.account or 0)
    draft(server, task_of(practising, FIRST), nearly_right())
    annotator.open_task(practising[1], task_of(practising, FIRST))
    annotator.submit()
    expect(sheet(annotator).locator(".hedgerow-standing")).to_contain_text("You have passed: F1 0.9")


@pytest.mark.parametrize("key", ["Enter", "Escape"])
def test_a_key_closes_the_sheet_and_goes_to_the_next_article(
    practising: tuple[Seat, int], annotator: Annotator, key: str
) -> None:
    annotator.open_task(practising[1], task_of(practising, FIRST))
    annotator.submit()
    expect(sheet(annotator).locator("section")).to_have_count(len(FIRST.spans))
    annotator.press("2")
    annotator.press(key)
    expect(sheet(annotator)).to_have_count(0)
    annotator.page.wait_for_url(f"**/projects/{practising[1]}/data?task={task_of(practising, SECOND)}*")
    annotator.wait_for_article()


def test_in_the_stream_the_next_article_is_below_the_sheet(practising: tuple[Seat, int], annotator: Annotator) -> None:
    annotator.open_stream(practising[1])
    annotator.submit()
    expect(sheet(annotator).locator("section")).to_have_count(len(FIRST.spans))
    annotator.press("Enter")
    expect(sheet(annotator)).to_have_count(0)
    expect(annotator.page.locator(".lsf-htx-richtext")).to_contain_text(SECOND.text[:40])


def test_an_update_is_compared_again(server: Server, practising: tuple[Seat, int], annotator: Annotator) -> None:
    task = task_of(practising, FIRST)
    draft(server, task, result_of(FIRST.spans, FIRST.relations))
    annotator.open_task(practising[1], task)
    annotator.submit()
    expect(sheet(annotator).get_by_text("All as in the gold")).to_be_visible()
    annotator.page.goto("about:blank")
    annotator.open_task(practising[1], task)
    annotator.mark("1", TOO_MUCH)
    annotator.update()
    expect(sheet(annotator).locator("section")).to_have_count(1)


def test_a_skipped_article_has_no_sheet(practising: tuple[Seat, int], annotator: Annotator) -> None:
    annotator.open_stream(practising[1])
    with annotator.page.expect_response(lambda answer: "/hedgerow/practice/" in answer.url) as asked:
        annotator.skip()
    assert asked.value.status == 404
    expect(sheet(annotator)).to_have_count(0)
    expect(annotator.page.locator(".lsf-htx-richtext")).to_contain_text(SECOND.text[:40])


def test_in_a_round_nothing_is_asked_and_nothing_is_shown(corpus: Corpus, a1: Seat, annotator: Annotator) -> None:
    push.deal(corpus, "r1", ["a1"])
    push.push(corpus, "r1", a1)
    project = projects.existing(corpus, "r1", a1)
    asked = list[str]()
    annotator.page.on("request", lambda request: asked.append(request.url))
    annotator.open_task(project, read_task(a1.studio.tasks(project)[0]).id)
    annotator.submit()
    annotator.page.wait_for_load_state("networkidle")
    assert asked
    assert not [address for address in asked if "/hedgerow/practice/" in address]
    expect(sheet(annotator)).to_have_count(0)
