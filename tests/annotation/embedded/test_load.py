"""Many annotators at once, each in a session of their own, while the record is pulled."""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from annotation.embedded.accounts import Account
from annotation.embedded.server import Server
from annotation.labelstudio.seats import Seat, seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, pull, push
from dataset.record.corpus import Corpus
from dataset.record.layer import Layer, read_layer
from tests.annotation.labelstudio.test_result import blank
from tests.annotation.labelstudio.written import result_of
from tests.corpora import make_corpus

Row = dict[str, Any]
Spans = list[tuple[str, int, int]]
TEXT: Final = "The port may lose about 40 ships, its head said on Monday; nobody knows which, or when, or why. "
SEED, ATTEMPTS, PATIENCE, BETWEEN_PULLS = 22, 4, 300, 5
# What an annotator does with an article, and how often.
MIX: Final = {"submit": 66, "edit": 12, "edit twice": 4, "skip": 10, "delete": 4, "delete and submit again": 4}


@dataclass(frozen=True)
class Size:
    annotators: int
    articles: int


@dataclass
class Load:
    """What was asked of the server: how long each change took (seconds), and what it did not answer well."""

    submitted: int = 0
    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    wall: float = 0
    pulls: int = 0

    def table_row(self, where: str, size: Size) -> str:
        """A row of a table."""
        p50, p95 = (statistics.quantiles(self.seconds, n=100)[at] for at in (49, 94))
        return (
            f"| {where} | {size.annotators} | {self.submitted} | {self.submitted / self.wall:.1f} | {p50:.2f} | "
            f"{p95:.2f} | {max(self.seconds):.2f} | {self.pulls} | {len(self.failures)} |"
        )


HEAD: Final = (
    "| database | annotators | submissions | submissions/s | p50 (s) | p95 (s) | slowest (s) | pulls meanwhile | "
    "failures |"
)


class Annotator:
    """A person at the labelling page: one session, one thing at a time, and Submit pressed again where it failed."""

    def __init__(self, who: Seat, project: int, tasks: dict[str, int], load: Load) -> None:
        self.name, self.project, self.tasks, self.load = who.annotator, project, tasks, load
        self._web = httpx.AsyncClient(base_url=who.studio.url, timeout=PATIENCE)
        self._drawn = random.Random(f"{SEED} {who.annotator}")
        self.left: dict[str, tuple[str, Spans]] = {}

    async def log_in(self, account: Account) -> None:
        page = await self._web.get("/user/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        form = {"email": account.email, "password": account.password, "csrfmiddlewaretoken": token[1] if token else ""}
        answer = await self._web.post("/user/login/", data=form, headers={"Referer": str(page.url)})
        assert answer.status_code == 302, answer.text[:300]

    async def work(self) -> None:
        """Every article; what is to be in the record afterwards is in `left`."""
        for article, task in self.tasks.items():
            await self._do(self._drawn.choices(list(MIX), list(MIX.values()))[0], article, task)
        await self._web.aclose()

    async def _do(self, what: str, article: str, task: int) -> None:
        skipped = what == "skip"
        number = await self._submit(article, task, skipped=skipped)
        self.load.submitted += 1
        for _ in range({"edit": 1, "edit twice": 2}.get(what, 0)):
            spans = self._spans(article)
            await self._change("PATCH", f"/api/annotations/{number}/", spans)
            self.left[article] = ("submitted", spans)
        if what.startswith("delete"):
            await self._change("DELETE", f"/api/annotations/{number}/", None)
            del self.left[article]
        if what == "delete and submit again":
            await self._submit(article, task, skipped=False)

    async def _submit(self, article: str, task: int, *, skipped: bool) -> int:
        spans = [] if skipped else self._spans(article)
        answer = await self._change("POST", f"/api/tasks/{task}/annotations/", spans, skipped=skipped)
        self.left[article] = ("skipped" if skipped else "submitted", spans)
        return int(answer.json()["id"])

    def _spans(self, article: str) -> Spans:
        """One to three spans that nobody else has, of three kinds that do not overlap."""
        places = [(0, 8), (9, 12), (67, 72)][: self._drawn.randint(1, 3)]
        return [(f"{self.name}.{article}.{self._drawn.getrandbits(32):08x}", *place) for place in places]

    async def _change(self, method: str, path: str, spans: Spans | None, *, skipped: bool = False) -> httpx.Response:
        body = None if spans is None else {"result": written(spans), "lead_time": 12.5, "was_cancelled": skipped}
        headers = {"X-CSRFToken": self._web.cookies.get("csrftoken") or "", "Referer": str(self._web.base_url)}
        for _ in range(ATTEMPTS):
            begun = time.monotonic()
            try:
                answer = await self._web.request(
                    method, path, params={"project": self.project}, json=body, headers=headers
                )
            except httpx.HTTPError as error:
                self.load.failures.append(f"{method} {type(error).__name__}")
                continue
            finally:
                self.load.seconds.append(time.monotonic() - begun)
            if answer.is_success:
                return answer
            self.load.failures.append(f"{method} {answer.status_code} {answer.text[:200]}")
        raise AssertionError(self.load.failures[-ATTEMPTS:])


def written(spans: Spans) -> list[Row]:
    rows = [blank(name, "hedge", start, end, TEXT) | {"hedge_kind": "modal"} for name, start, end in spans]
    return result_of(rows, [])


@contextmanager
def pulling(corpus: Corpus, seats: list[Seat], load: Load) -> Iterator[None]:
    """Pulls every few seconds, until the block ends; a pull that could not be done fails the test."""
    ended = threading.Event()

    def pull_on() -> None:
        while not ended.wait(BETWEEN_PULLS):
            pulled(corpus, seats)
            load.pulls += 1

    with ThreadPoolExecutor(max_workers=1) as beside:
        done = beside.submit(pull_on)
        try:
            yield
        finally:
            ended.set()
    done.result()


def pulled(corpus: Corpus, seats: list[Seat], *, full: bool = False) -> pull.PullResult:
    return pull.pull(corpus, "r1", seats, accept_removals=True, tell=lambda line: None, full=full)


async def working(annotators: list[Annotator], accounts: dict[str, Account], begun: Callable[[], None]) -> None:
    """All of them at once, from the moment that the last one is logged in."""
    for annotator in annotators:
        await annotator.log_in(accounts[annotator.name])
    begun()
    await asyncio.gather(*(annotator.work() for annotator in annotators))


def ready(corpus: Corpus, who: Seat, load: Load) -> Annotator:
    push.push(corpus, "r1", who)
    project = projects.existing(corpus, "r1", who)
    tasks = map(read_task, who.studio.tasks(project, annotations=False))
    return Annotator(who, project, {str(task.article_id): task.id for task in tasks}, load)


def recorded(layer: Layer) -> dict[str, tuple[str, Spans]]:
    """article_id to how it ended and its spans, from the record."""
    spans: dict[str, Spans] = {article: [] for article in layer.tasks["article_id"]}
    for article, *span in layer.spans.sort("start").select("article_id", "span_id", "start", "end").rows():
        spans[article].append((span[0], span[1], span[2]))
    ends = layer.tasks.select("article_id", "status").rows()
    assert len(ends) == len(spans), "an article stands twice"
    return {article: (status, spans[article]) for article, status in ends}


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(Size(4, 5), id="short"),
        pytest.param(Size(50, 100), id="full", marks=[pytest.mark.soak, pytest.mark.timeout(3600)]),
    ],
)
@pytest.mark.parametrize("where", ["SQLite", "PostgreSQL"])
def test_every_submission_of_many_is_in_the_record_once(
    request: pytest.FixtureRequest, tmp_path: Path, where: str, size: Size
) -> None:
    server: Server = request.getfixturevalue({"SQLite": "server", "PostgreSQL": "server_on_postgres"}[where])
    names = [f"l{number:02}" for number in range(size.annotators)]
    corpus = make_corpus(tmp_path / "load", {f"n{number:03}": TEXT + str(number) for number in range(size.articles)})
    corpus.state.symlink_to(server.state)
    accounts = server.up(names, None, print).annotators
    push.deal(corpus, "r1", names)
    load, seats = Load(), [seat(corpus, name) for name in names]
    annotators = [ready(corpus, who, load) for who in seats]
    begun: list[float] = []
    with pulling(corpus, seats, load):
        work = working(annotators, accounts, lambda: begun.append(time.monotonic()))
        # In a thread of its own: a browser of another test may have an event loop in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, work).result()
        load.wall = time.monotonic() - begun[0]
    print(f"\n{HEAD}\n{load.table_row(where, size)}")

    last = pulled(corpus, seats)
    layers = [read_layer(corpus.layer_path(f"r1/{name}"), f"r1/{name}") for name in names]
    assert {layer.name: recorded(layer) for layer in layers} == {
        f"r1/{annotator.name}": annotator.left for annotator in annotators
    }
    assert not [layer.findings.rows() for layer in layers if layer.findings.height]
    assert pulled(corpus, seats, full=True).pull_id == last.pull_id
    assert load.submitted == size.annotators * size.articles
    assert not load.failures
