"""A submission that is sent again under its id, as a page does that got no answer, is there once."""

from __future__ import annotations

import itertools
import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from annotation.embedded.accounts import Account
from annotation.embedded.server import Server
from annotation.labelstudio.seats import seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, push
from tests.annotation.rounds.test_pull import labelled
from tests.corpora import make_corpus

Row = dict[str, Any]
MANY = 8
_numbers = itertools.count(1)
TEXTS = {f"n{number}": f"The port said on Monday: “We may lose about 40 ships.” {number}" for number in range(MANY)}


class Desk:
    """An account at its page, with a few tasks."""

    def __init__(self, server: Server, folder: Path, annotator: str = "a1") -> None:
        corpus = make_corpus(folder / f"resent{next(_numbers)}", TEXTS)
        corpus.state.symlink_to(server.state)
        who, known = seat(corpus, annotator), server.secrets()
        assert known
        push.deal(corpus, "r1", [annotator])
        push.push(corpus, "r1", who)
        self.studio, self.project = who.studio, projects.existing(corpus, "r1", who)
        self.tasks = [read_task(raw).id for raw in who.studio.tasks(self.project, annotations=False)]
        self.web = logged_in(known.url, known.annotators[annotator])

    def send(self, task: int, **sent: Any) -> httpx.Response:
        body = {"result": labelled(), "lead_time": 9.5, **sent}
        return self.web.post(f"/api/tasks/{task}/annotations", params={"project": self.project}, json=body)

    def stored(self, task: int, what: str = "annotations") -> list[Row]:
        stored: list[Row] = self.studio._get(f"api/tasks/{task}/")[what]
        return stored


def logged_in(url: str, account: Account) -> httpx.Client:
    web = httpx.Client(base_url=url, timeout=60)
    page = web.get("/user/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    form = {"email": account.email, "password": account.password, "csrfmiddlewaretoken": token[1] if token else ""}
    assert web.post("/user/login/", data=form, headers={"Referer": str(page.url)}).status_code == 302
    return web


@pytest.fixture(params=["server", "server_on_postgres"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return Desk(request.getfixturevalue(request.param), tmp_path)


def at_once(acts: list[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    """What is answered to several requests that are sent at the same moment."""
    together = threading.Barrier(len(acts))

    def do(act: Callable[[], httpx.Response]) -> httpx.Response:
        together.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(do, acts))


def test_it_is_answered_like_the_first_and_stored_as_it_was_sent_last(desk: Desk) -> None:
    task, sent = desk.tasks[0], {"unique_id": str(uuid.uuid4())}
    first, again = desk.send(task, **sent), desk.send(task, **sent, result=labelled()[:1])
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert [work["result"] for work in desk.stored(task)] == [labelled()[:1]]


def test_the_draft_of_what_is_sent_again_is_gone(desk: Desk) -> None:
    task, sent = desk.tasks[0], {"unique_id": str(uuid.uuid4())}
    desk.send(task, **sent)
    body = {"result": labelled(), "lead_time": 9.5}
    draft = desk.web.post(f"/api/tasks/{task}/drafts", params={"project": desk.project}, json=body).json()["id"]
    assert [each["id"] for each in desk.stored(task, "drafts")] == [draft]
    desk.send(task, **sent, draft_id=draft)
    assert desk.stored(task, "drafts") == []


def test_of_two_at_the_same_moment_one_is_stored_and_both_are_answered(desk: Desk) -> None:
    for task in desk.tasks:
        sent = {"unique_id": str(uuid.uuid4())}
        answers = at_once([lambda task=task, sent=sent: desk.send(task, **sent)] * 3)  # type: ignore[misc]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(desk.stored(task)) == 1


def test_of_an_accounts_submissions_at_the_same_moment_none_is_lost(desk: Desk) -> None:
    answers = at_once([lambda task=task: desk.send(task, unique_id=str(uuid.uuid4())) for task in desk.tasks])  # type: ignore[misc]
    assert {answer.status_code for answer in answers} == {201}
    assert [len(desk.stored(task)) for task in desk.tasks] == [1] * MANY


def test_the_id_of_anothers_submission_changes_nothing_of_it(server: Server, tmp_path: Path) -> None:
    own, stranger = Desk(server, tmp_path), Desk(server, tmp_path, "a2")
    sent = {"unique_id": str(uuid.uuid4())}
    own.send(own.tasks[0], **sent)
    before = own.stored(own.tasks[0])
    assert stranger.send(stranger.tasks[0], **sent, result=[]).status_code == 409
    assert stranger.send(own.tasks[0], **sent, result=[]).status_code == 404
    assert own.stored(own.tasks[0]) == before
    assert stranger.stored(stranger.tasks[0]) == []


def test_a_skip_under_the_id_of_a_submission_is_refused(desk: Desk) -> None:
    task, sent = desk.tasks[0], {"unique_id": str(uuid.uuid4())}
    desk.send(task, **sent)
    assert desk.send(task, **sent, was_cancelled=True, result=[]).status_code == 409
    assert [work["result"] for work in desk.stored(task)] == [labelled()]
