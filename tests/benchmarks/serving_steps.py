"""Push and pull on a real Label Studio, of tasks without work and with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from annotation.embedded.server import Server
from annotation.labelstudio.payloads import SentAnnotation, SentTask
from annotation.labelstudio.seats import Seat, seat
from annotation.rounds import projects, pull, push
from dataset.record.corpus import Corpus
from tests.benchmarks.articles import articles
from tests.benchmarks.corpora import exported, write_corpus
from tests.benchmarks.measure import Measured

Row = dict[str, Any]


def server_steps(folder: Path, count: int) -> Iterator[tuple[str, Measured]]:
    """Push of that many articles; pull of as many labelled ones, and again when nothing has changed."""
    corpus = write_corpus(folder / "server", count)
    server = Server(corpus.state)
    server.up(["a1"], None, lambda line: None)
    try:
        who = seat(corpus, "a1")
        push.deal(corpus, "r1", ["a1"])
        yield "push", timed(lambda: push.push(corpus, "r1", who))
        send_labelled(corpus, who, count)
        yield "pull", timed(lambda: pull_step(corpus, who))
        yield "pull again, nothing changed", timed(lambda: pull_step(corpus, who))
    finally:
        server.down()


def page_steps(folder: Path, count: int) -> Iterator[tuple[str, Measured]]:
    """What an annotator's page asks of a project of that many tasks; the middle of five times each."""
    corpus = write_corpus(folder / "page", count)
    server = Server(corpus.state)
    known = server.up(["a1"], None, lambda line: None)
    try:
        who = seat(corpus, "a1")
        push.deal(corpus, "r1", ["a1"])
        project = push.push(corpus, "r1", who).project
        headers = {"Authorization": f"Token {known.annotators['a1'].token}"}
        with httpx.Client(base_url=known.url, headers=headers, timeout=600) as page:
            tasks = f"/api/tasks/?project={project}&page_size=30"
            last = page.get(f"{tasks}&page={-(-count // 30)}").raise_for_status().json()["tasks"][-1]["id"]
            asked = {
                "list of tasks, first page": tasks,
                "list of tasks, last page": f"{tasks}&page={-(-count // 30)}",
                "project": f"/api/projects/{project}/",
                "next task": f"/api/projects/{project}/next/",
                "opening a task": f"/api/tasks/{last}/",
            }
            for step, path in asked.items():
                yield step, middle(partial(_get, page, path))
            yield (
                "submitting",
                middle(lambda: page.post(f"/api/tasks/{last}/annotations/", json={"result": []}).raise_for_status()),
            )
    finally:
        server.down()


def _get(page: httpx.Client, path: str) -> None:
    page.get(path).raise_for_status()


def middle(step: Callable[[], object]) -> Measured:
    """The median of five times."""
    return sorted((timed(step) for _ in range(5)), key=lambda measured: measured.seconds)[2]


def send_labelled(corpus: Corpus, who: Seat, count: int) -> None:
    """Round r2: every article with its work."""
    push.deal(corpus, "r2", ["a1"])
    project = projects.find_or_create(corpus, "r2", who)
    tasks = (labelled(exported(number, article), who) for number, article in enumerate(articles(count), start=1))
    push.send(corpus, who, project, tasks, count, lambda done, total: None)


def labelled(task: Row, who: Seat) -> SentTask:
    """A task of an export as one to send, with its work as that account's."""
    (work,) = task["annotations"]
    mine: SentAnnotation = {
        "result": work["result"],
        "was_cancelled": False,
        "lead_time": work["lead_time"],
        "completed_by": who.account or 0,
        "ground_truth": False,
    }
    return {"data": task["data"], "annotations": [mine]}


def pull_step(corpus: Corpus, who: Seat) -> None:
    """What `pull` does in round r2."""
    pull.pull(corpus, "r2", [who], accept_removals=False, tell=lambda line: None)


def timed(step: Callable[[], object]) -> Measured:
    """Seconds of a step in this process; its memory is not told."""
    start = time.perf_counter()
    step()
    return Measured(time.perf_counter() - start, 0, None)
