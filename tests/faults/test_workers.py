"""Twenty people submit while processes of the server end: each submission is there once, whole and its sender's."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil
import pytest

from annotation.embedded import processes
from annotation.embedded.accounts import Account, new_account
from annotation.embedded.server import Server
from annotation.labelstudio.client import Studio
from annotation.labelstudio.seats import seat
from annotation.rounds import projects, push
from tests.annotation.labelstudio.test_result import blank
from tests.annotation.labelstudio.written import result_of
from tests.benchmarks.many_accounts import Desk
from tests.corpora import REPOSITORY, make_corpus
from tests.postgres import Postgres

TEXT: Final = "The port may lose about 40 ships, its head said on Monday."
PEOPLE, ARTICLES, FAULTS = 20, 2, 4
PATIENCE: Final = 60
ON: Final = ["server", "server_on_postgres"]


@dataclass(frozen=True)
class Office:
    """A server, the desks of its people with the tasks that each still has, and their accounts."""

    server: Server
    desks: list[Desk]
    accounts: list[Account]
    tasks: dict[str, list[int]]

    @property
    def port(self) -> int:
        known = self.server.secrets()
        assert known
        return known.port

    def studio(self, number: int) -> Studio:
        """The server as the account of that desk sees it."""
        known = self.server.secrets()
        assert known
        return Studio(known.url, self.accounts[number].token, key=known.key)


def office_of(server: Server, folder: Path) -> Office:
    """Twenty people at a running server, with articles for every fault."""
    corpus = make_corpus(folder, {f"n{number}": f"{TEXT} {number}" for number in range(2)})
    corpus.state.symlink_to(server.state)
    who = seat(corpus, "a1")
    push.deal(corpus, "r1", ["a1"])
    push.push(corpus, "r1", who)
    accounts = [new_account(f"{folder.name}{number:02}") for number in range(PEOPLE)]
    wanted = {
        "accounts": [asdict(account) for account in accounts],
        "project": projects.existing(corpus, "r1", who),
        "tasks": ARTICLES * FAULTS,
    }
    known = server.secrets()
    assert known
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.many_accounts"],
        input=json.dumps(wanted),
        env=server._environment(known) | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    desks: list[Desk] = json.loads(done.stdout.splitlines()[-1])
    office = Office(server, desks, accounts, {})
    for number, desk in enumerate(desks):
        listed = office.studio(number).tasks(desk["project"], annotations=False)
        office.tasks[desk["name"]] = [int(task["id"]) for task in listed]
    return office


@pytest.fixture(scope="module")
def offices(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Office]]:
    """The office at each of the two servers, made when it is first asked for; their servers run again at the end."""
    made: dict[str, Office] = {}

    def office(on: str) -> Office:
        if on not in made:
            made[on] = office_of(request.getfixturevalue(on), tmp_path_factory.mktemp(on.replace("_", "")))
        return made[on]

    yield office
    for each in made.values():
        each.server.up([], None, print)


@dataclass
class Work:
    """What twenty people do: what was submitted, and what they saw of the fault."""

    office: Office
    up: threading.Event = field(default_factory=threading.Event)
    answered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    sent: dict[int, tuple[int, list[Any]]] = field(default_factory=dict)
    """Task to the account and the result."""
    drafts: dict[int, int] = field(default_factory=dict)
    """Task to the draft that was submitted, which the submission takes the place of."""
    failures: list[str] = field(default_factory=list)

    def do(self, desk: Desk, tasks: list[int]) -> None:
        """A person's articles, one after the other: a draft, then the submission."""
        page = Page(self, desk)
        for task in tasks:
            result = written(f"{desk['name']}.{task}")
            work = {"lead_time": 9.5, "result": result, "project": str(desk["project"])}
            draft = self.drafts[task] = page.send(f"/api/tasks/{task}/drafts", {**work, "draft_id": 0})["id"]
            self.sent[task] = (desk["account"], result)
            page.send(f"/api/tasks/{task}/annotations", {**work, "draft_id": draft, "unique_id": str(uuid.uuid4())})
            self.answered.release()
        page.close()


class Page:
    """A person's page. What gets no answer, or a 500, is sent again, once the server is there."""

    def __init__(self, work: Work, desk: Desk) -> None:
        self._work = work
        self._web = http.client.HTTPConnection("127.0.0.1", work.office.port, timeout=PATIENCE)
        self._headers = {"Cookie": f"sessionid={desk['session']}", "Content-Type": "application/json"}
        self._query = f"?project={desk['project']}"
        self.close = self._web.close

    def send(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        while True:
            assert self._work.up.wait(PATIENCE)
            is_kept = self._web.sock is not None
            try:
                self._web.request("POST", path + self._query, json.dumps(body), self._headers)
                answer = self._web.getresponse()
                read = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._web.close()
                # A browser, too, opens another connection where the one that it kept was closed meanwhile.
                if not (is_kept and isinstance(error, http.client.RemoteDisconnected | ConnectionError)):
                    self._work.failures.append(f"{path} {error!r}")
                continue
            if answer.status < 500:
                assert answer.status < 400, read
                stored: dict[str, Any] = json.loads(read)
                return stored
            self._work.failures.append(f"{path} {answer.status}")


def written(name: str) -> list[Any]:
    spans = [(f"{name}.{number}", *place) for number, place in enumerate([(0, 8), (9, 12), (24, 29)])]
    rows = [blank(span, "hedge", start, end, TEXT) | {"hedge_kind": "modal"} for span, start, end in spans]
    return list(result_of(rows, []))


@contextmanager
def people_at_work(office: Office) -> Iterator[Work]:
    """Twenty people who submit; the block begins in the middle of it, and they end before it does."""
    work = Work(office)
    work.up.set()
    with ThreadPoolExecutor(PEOPLE) as people:
        tasks = [[office.tasks[desk["name"]].pop() for _ in range(ARTICLES)] for desk in office.desks]
        done = [people.submit(work.do, desk, own) for desk, own in zip(office.desks, tasks, strict=True)]
        for _ in range(PEOPLE):
            assert work.answered.acquire(timeout=PATIENCE)
        yield work
        for each in done:
            each.result()


def assert_whole(work: Work) -> None:
    """Whether each submission is there once, as it was sent, and nothing of it is left half."""
    assert len(work.sent) == PEOPLE * ARTICLES
    studios = {desk["account"]: work.office.studio(number) for number, desk in enumerate(work.office.desks)}
    for task, (account, result) in work.sent.items():
        kept = studios[account]._get(f"api/tasks/{task}/")
        assert [(each["completed_by"]["id"], each["result"]) for each in kept["annotations"]] == [(account, result)]
        assert (kept["total_annotations"], kept["is_labeled"]) == (1, True)
        assert work.drafts[task] not in {draft["id"] for draft in kept["drafts"]}


def first_of(server: Server) -> psutil.Process:
    process = server.process()
    assert process
    return process


def workers_of(server: Server) -> set[int]:
    return {each.pid for each in first_of(server).children() if each.status() != psutil.STATUS_ZOMBIE}


@pytest.mark.parametrize("on", ON)
def test_a_worker_that_is_killed_costs_nothing(offices: Callable[[str], Office], on: str) -> None:
    office = offices(on)
    with people_at_work(office) as work:
        psutil.Process(min(workers_of(office.server))).kill()
    assert_whole(work)


@pytest.mark.parametrize("on", ON)
def test_a_first_process_that_is_killed_costs_nothing_once_up_is_given_again(
    offices: Callable[[str], Office], on: str
) -> None:
    office = offices(on)
    server, port, first = office.server, office.port, first_of(office.server)
    before = {first.pid, *workers_of(server)}
    with people_at_work(office) as work:
        work.up.clear()
        first.kill()
        first.wait(PATIENCE)
        server.up([], None, print)
        work.up.set()
        now = {first_of(server).pid, *workers_of(server)}
        assert office.port == port
        assert {each.pid for each in processes.serving(server.data_path)} == now
        assert not [pid for pid in before if psutil.pid_exists(pid)]
    assert_whole(work)


def test_a_postgresql_that_is_killed_and_started_again_costs_nothing(
    offices: Callable[[str], Office], postgres: Postgres
) -> None:
    with people_at_work(offices("server_on_postgres")) as work:
        work.up.clear()
        postgres.kill()
        postgres.start()
        work.up.set()
    assert_whole(work)
    assert work.failures


@pytest.mark.parametrize("on", ON)
def test_a_restart_that_is_asked_for_answers_every_request(offices: Callable[[str], Office], on: str) -> None:
    office = offices(on)
    before, first = workers_of(office.server), first_of(office.server)
    with people_at_work(office) as work:
        first.send_signal(signal.SIGHUP)
    assert work.failures == []
    assert_whole(work)
    psutil.wait_procs([psutil.Process(pid) for pid in before if psutil.pid_exists(pid)], PATIENCE)
    assert first_of(office.server) == first
    assert not before & workers_of(office.server)
