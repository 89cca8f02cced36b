"""On a real server: who sees how an annotator did in practice, and what of it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from annotation.embedded.server import Server
from annotation.labelstudio.result import Result, write_result
from annotation.labelstudio.seats import Seat, embedded_seat
from annotation.labelstudio.tasks import read_task
from annotation.practice.material import practice_articles
from annotation.practice.project import (
    ROUND,
    not_passed,
    open_practice,
    practice_result,
    practice_seats,
)
from annotation.rounds import projects, pull, push
from annotation.rounds.projects import Role
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from tests.annotation.embedded.unprotected import client

FIRST, *LATER = practice_articles().values()


@pytest.fixture
def practising(corpus: Corpus) -> Seat:
    seat = embedded_seat(corpus, "a1")
    open_practice(corpus, seat)
    return seat


def numbers(corpus: Corpus, seat: Seat) -> dict[str, int]:
    """article_id to task id of the practice project."""
    project = projects.existing(corpus, ROUND, seat, role=Role.PRACTICE)
    return {str(task.article_id): task.id for task in map(read_task, seat.studio.tasks(project))}


def gold(article_id: str) -> list[Result]:
    article = practice_articles()[article_id]
    return write_result(article.spans, article.relations)


def submit(seat: Seat, task: int, result: list[Result], *, skipped: bool = False) -> None:
    assert seat.account
    seat.studio.annotate(task, result, skipped=skipped, seconds=1, account=seat.account)


@pytest.fixture
def web(server: Server) -> Iterator[dict[str, httpx.Client]]:
    known = server.secrets()
    assert known
    accounts = {"a1": known.annotators["a1"], "a2": known.annotators["a2"], "admin": known.admin, "stranger": None}
    clients = {name: client(server, account) for name, account in accounts.items()}
    yield clients
    for each in clients.values():
        each.close()


def test_the_sheet_is_shown_to_who_submitted_and_to_nobody_else_and_not_before(
    corpus: Corpus, practising: Seat, web: dict[str, httpx.Client]
) -> None:
    task = numbers(corpus, practising)[FIRST.article_id]
    path = f"/hedgerow/practice/{task}/"
    assert web["a1"].get(path).status_code == 404
    submit(practising, task, gold(FIRST.article_id)[1:])
    answer = web["a1"].get(path)
    assert answer.status_code == 200
    assert [item["kind"] for item in answer.json()["items"]]
    assert {name: web[name].get(path).status_code for name in ("a2", "admin")} == {"a2": 404, "admin": 404}
    assert web["stranger"].get(path).status_code in (401, 403)
    assert web["a1"].post(path).status_code == 403


def test_who_skips_an_article_does_not_see_its_gold(
    corpus: Corpus, practising: Seat, web: dict[str, httpx.Client]
) -> None:
    task = numbers(corpus, practising)[FIRST.article_id]
    submit(practising, task, [], skipped=True)
    assert web["a1"].get(f"/hedgerow/practice/{task}/").status_code == 404


def test_outside_of_practice_there_is_no_sheet(corpus: Corpus, a1: Seat, web: dict[str, httpx.Client]) -> None:
    push.deal(corpus, "r1", ["a1"])
    push.push(corpus, "r1", a1)
    task = read_task(a1.studio.tasks(projects.existing(corpus, "r1", a1))[0])
    submit(a1, task.id, [])
    assert web["a1"].get(f"/hedgerow/practice/{task.id}/").status_code == 404


def test_a_practice_article_in_a_round_has_no_sheet(
    corpus: Corpus, a1: Seat, practising: Seat, web: dict[str, httpx.Client]
) -> None:
    """Or whoever is dealt one would learn the gold."""
    project = projects.find_or_create(corpus, "r1", a1)
    practised = projects.existing(corpus, ROUND, practising, role=Role.PRACTICE)
    a1.studio.import_tasks(project, [{"data": raw["data"]} for raw in a1.studio.tasks(practised)])
    task = read_task(a1.studio.tasks(project)[0])
    submit(a1, task.id, [])
    assert web["a1"].get(f"/hedgerow/practice/{task.id}/").status_code == 404


def test_the_answer_names_the_next_article_that_is_open(
    corpus: Corpus, practising: Seat, web: dict[str, httpx.Client]
) -> None:
    tasks = list(numbers(corpus, practising).values())
    for task, following in zip(tasks, [*tasks[1:], None], strict=True):
        submit(practising, task, [])
        assert web["a1"].get(f"/hedgerow/practice/{task}/").json()["next"] == following


def test_the_answer_says_how_far_one_is_and_by_the_pass_mark_of_the_corpus(
    corpus: Corpus, practising: Seat, web: dict[str, httpx.Client]
) -> None:
    open_practice(replace(corpus, pass_mark=0.9), practising)
    tasks = numbers(corpus, practising)
    standings = []
    for article in (FIRST, *LATER):
        task, result = tasks[article.article_id], gold(article.article_id)
        submit(practising, task, [] if article is FIRST else result)
        standings.append(web["a1"].get(f"/hedgerow/practice/{task}/").json()["standing"])
    assert standings[0] == {"articles": 3, "done": 1, "f1": 0, "mark": 0.9, "passed": False}
    assert [(reached["done"], reached["passed"]) for reached in standings] == [(1, False), (2, False), (3, False)]
    assert 0 < standings[1]["f1"] < standings[2]["f1"] < 0.9


def test_no_gold_is_in_the_tasks(corpus: Corpus, practising: Seat) -> None:
    for raw in practising.studio.tasks(projects.existing(corpus, ROUND, practising, role=Role.PRACTICE)):
        article = practice_articles()[str(read_task(raw).article_id)]
        assert not [span for span in article.spans if span["span_id"] in str(raw)]
        assert not raw.get("annotations")


def test_opening_practice_again_sends_nothing_twice(corpus: Corpus, practising: Seat) -> None:
    before = numbers(corpus, practising)
    assert list(before) == list(practice_articles())
    open_practice(corpus, practising)
    assert numbers(corpus, practising) == before


def test_the_score_is_that_of_the_first_submission(
    corpus: Corpus, practising: Seat, web: dict[str, httpx.Client]
) -> None:
    task = numbers(corpus, practising)[FIRST.article_id]
    submit(practising, task, [])
    (annotation,) = web["a1"].get(f"/api/tasks/{task}/annotations/").json()
    path = f"/api/annotations/{annotation['id']}/"
    assert web["a1"].patch(path, json={"result": gold(FIRST.article_id)}).is_success
    assert web["a1"].get(f"/hedgerow/practice/{task}/").json()["items"] == []
    result = practice_result(corpus, practising)
    assert result
    assert (result.done, result.f1) == (1, 0)
    assert web["a1"].delete(path).is_success
    submit(practising, task, gold(FIRST.article_id))
    again = practice_result(corpus, practising)
    assert again
    assert again.f1 == 0


def test_who_has_all_three_right_has_passed_and_who_lacks_one_has_not(corpus: Corpus, practising: Seat) -> None:
    tasks = numbers(corpus, practising)
    for article in (FIRST, *LATER):
        result = practice_result(corpus, practising)
        assert result
        assert not result.passed
        submit(practising, tasks[article.article_id], gold(article.article_id))
    result = practice_result(corpus, practising)
    assert result
    assert (result.done, result.f1) == (3, 1)
    assert result.passed
    assert not_passed(corpus, [practising, embedded_seat(corpus, "a2")]) == ["a2"]


def test_where_nobody_practises_nobody_is_named(corpus: Corpus, a1: Seat) -> None:
    assert practice_result(corpus, a1) is None
    assert not_passed(corpus, [a1, embedded_seat(corpus, "a2")]) == []


def test_practice_of_one_annotator_is_enough_to_name_another(corpus: Corpus, practising: Seat) -> None:
    assert not_passed(corpus, [embedded_seat(corpus, "a2")]) == ["a2"]


def test_what_is_practised_never_comes_into_the_record(corpus: Corpus, practising: Seat) -> None:
    submit(practising, numbers(corpus, practising)[FIRST.article_id], gold(FIRST.article_id))
    with pytest.raises(Problem):
        pull.pull(corpus, ROUND, [practising], accept_removals=False, tell=print)
    assert corpus.layers() == []


def test_practice_is_refused_on_another_server(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "x")
    with pytest.raises(Problem, match="LABEL_STUDIO_URL"):
        practice_seats(corpus, ["a1"])
