"""Push, pull and adjudication while the server fails: each is run until it ends, and nothing is lost or doubled."""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tenacity import wait_fixed, wait_none

from annotation.adjudication import rounds_to_gold
from annotation.adjudication.passing import Opened
from annotation.embedded.server import Server
from annotation.labelstudio import sending
from annotation.labelstudio.client import Studio
from annotation.labelstudio.seats import Seat, seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, pull, push
from annotation.rounds import raw as raws
from annotation.rounds.projects import Role
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from tests.annotation.rounds.test_pull import labelled, submit
from tests.corpora import make_corpus
from tests.faults.kills import Entries
from tests.faults.proxy import FAULTS, Proxy, then
from tests.faults.table import Tally, tally

TEXTS = {"one": "The port said on Monday: “We may lose about 40 ships.”", "two": "Nothing was said.", "three": "Rain."}
Step = Callable[[Corpus, Seat], None]
TRIES = 6


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long here: what this server has not stored within seconds it never got."""
    monkeypatch.setattr("annotation.labelstudio.client.WAIT", wait_none())
    monkeypatch.setattr("annotation.labelstudio.client.LONGEST_WAIT", 0.1)
    monkeypatch.setattr(sending, "SETTLE_SECONDS", 3)
    monkeypatch.setattr(sending, "LOOKING", wait_fixed(0.2))


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(str(server.url())).running() as running:
        yield running


def through(proxy: Proxy, who: Seat) -> Seat:
    """The same seat, at the proxy."""
    return Seat(
        who.annotator, Studio(proxy.url, who.studio._token, timeout=3, key=who.studio._key), who.account, blind=True
    )


def push_all(corpus: Corpus, who: Seat) -> None:
    push.deal(corpus, "r1", [who.annotator])
    push.push(corpus, "r1", who)


def pull_all(corpus: Corpus, who: Seat) -> None:
    pull.pull(corpus, "r1", [who], accept_removals=False, tell=print, full=True)


def open_all(corpus: Corpus, who: Seat) -> None:
    rounds_to_gold.open_round(corpus, "r1", who, again=False, which=Opened.ALL)


def take_all(corpus: Corpus, who: Seat) -> None:
    rounds_to_gold.pull_decisions(corpus, "r1", who, accept_removals=False)


def on_server(corpus: Corpus, who: Seat, role: Role = Role.ANNOTATOR) -> Entries:
    """Each task by its article, with its text and the work and questions on it; one project holds them all."""
    project = projects.existing(corpus, "r1", who, role=role)
    entries: Entries = []
    for raw in who.studio.tasks(project):
        task = read_task(raw)
        work = [(annotation["result"], annotation["was_cancelled"]) for annotation in raw["annotations"]]
        entries.append((str(task.article_id), (task.text, task.text_sha256, task.asked, work)))
    return entries


def record(corpus: Corpus) -> Entries:
    """The tables of the record, without the times, which are the server's."""
    paths = sorted(corpus.annotations.rglob("*.jsonl"))
    return [(path.relative_to(corpus.annotations).as_posix(), _rows(path)) for path in paths]


def _rows(path: Path) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [{name: value for name, value in row.items() if not name.endswith("_at")} for row in rows]


def submit_all(corpus: Corpus, who: Seat) -> None:
    for raw in who.studio.tasks(projects.existing(corpus, "r1", who)):
        submit(who, raw["id"], labelled() if read_task(raw).article_id == "one" else [])


def prepared(corpus: Corpus, command: str) -> tuple[Step, Seat, Callable[[], Entries]]:
    """The command's step, whose seat it takes, and what shows what it did; all that comes before it is done."""
    a1, judge = seat(corpus, "a1"), seat(corpus, "adjudicator")
    if command == "push":
        return push_all, a1, lambda: on_server(corpus, a1)
    push_all(corpus, a1)
    submit_all(corpus, a1)
    if command == "pull":
        return pull_all, a1, lambda: record(corpus) + on_server(corpus, a1)
    pull_all(corpus, a1)
    if command == "adjudicate":
        return open_all, judge, lambda: on_server(corpus, judge, Role.ADJUDICATOR)
    open_all(corpus, judge)
    for raw in judge.studio.tasks(projects.existing(corpus, "r1", judge, role=Role.ADJUDICATOR)):
        begun = judge.studio._get(f"api/tasks/{raw['id']}/")["predictions"]
        submit(judge, raw["id"], begun[0]["result"] if begun else [])
    return take_all, judge, lambda: record(corpus) + on_server(corpus, judge, Role.ADJUDICATOR)


COMMANDS = ["push", "pull", "adjudicate", "adjudicate --pull"]
Fresh = Callable[[dict[str, str]], Corpus]


def until_done(step: Step, corpus: Corpus, who: Seat) -> None:
    """Runs a command again, as its words say, until it is done."""
    for _ in range(TRIES):
        try:
            return step(corpus, who)
        except Problem as problem:
            assert "again" in str(problem) or "hedgerow up" in str(problem), problem
    raise AssertionError("it never ends")


def undisturbed(fresh: Fresh, proxy: Proxy, command: str) -> tuple[dict[str, object], int]:
    """What a command leaves that nothing disturbs, and how many requests it takes."""
    corpus = fresh(TEXTS)
    step, who, read_entries = prepared(corpus, command)
    proxy.spoil(0, lambda ask: None)
    step(corpus, through(proxy, who))
    return dict(read_entries()), proxy.asked


SHORT = ["502, after the server stored it", "504, before the server stores it", "answer cut in the middle"]


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
@pytest.mark.parametrize("command", [*COMMANDS[:3], pytest.param(COMMANDS[3], marks=pytest.mark.soak)])
def test_a_server_that_fails_at_a_request_costs_nothing(
    new_corpus: Fresh, proxy: Proxy, command: str, every: bool
) -> None:
    """The long form tries every fault at the last request, and at two before it; the short one some at the last."""
    expected, requests = undisturbed(new_corpus, proxy, command)
    for name in FAULTS if every else SHORT if command == "push" else SHORT[:2]:
        with tally(name, command) as counted:
            for place in (requests, 1 + requests // 2, 1) if every else (requests,):
                strike(new_corpus, proxy, command, place, name, counted, expected)


def strike(
    fresh: Fresh, proxy: Proxy, command: str, place: int, name: str, counted: Tally, expected: dict[str, object]
) -> None:
    corpus = fresh(TEXTS)
    step, who, read_entries = prepared(corpus, command)
    proxy.spoil(place, FAULTS[name])
    until_done(step, corpus, through(proxy, who))
    counted.tried += proxy.struck
    counted.compare(expected, read_entries())


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_server_that_is_killed_and_started_again_costs_nothing(tmp_path: Path) -> None:
    own = Server(tmp_path / "state")
    own.up(["a1", "adjudicator"], None, print)
    numbers = itertools.count()

    def fresh(texts: dict[str, str]) -> Corpus:
        corpus = make_corpus(tmp_path / f"own{next(numbers)}", texts)
        corpus.state.symlink_to(own.state)
        return corpus

    def die() -> None:
        process = own.process()
        assert process
        process.kill()
        process.wait(20)

    try:
        with Proxy(str(own.url())).running() as proxy:
            for command in COMMANDS:
                kill_server(fresh, proxy, command, die, own)
    finally:
        own.down()


def kill_server(fresh: Fresh, proxy: Proxy, command: str, die: Callable[[], None], own: Server) -> None:
    expected, requests = undisturbed(fresh, proxy, command)
    with tally("server killed", command) as counted:
        for place, stored in itertools.product(sorted({1, 1 + requests // 2, requests}), (False, True)):
            corpus = fresh(TEXTS)
            step, who, read_entries = prepared(corpus, command)
            proxy.spoil(place, then(die, stored=stored))
            with suppress(Problem):
                step(corpus, through(proxy, who))
            assert own.process() is None
            own.up(["a1", "adjudicator"], None, print)
            until_done(step, corpus, through(proxy, who))
            counted.tried += proxy.struck
            counted.compare(expected, read_entries())


def edit(who: Seat, task: int) -> None:
    """Takes the last span off a submission."""
    (stored,) = [row for row in who.studio.tasks(_project_of(who, task)) if row["id"] == task]
    (work,) = stored["annotations"]
    who.studio._client.annotations.update(id=work["id"], result=work["result"][:1])


def _project_of(who: Seat, task: int) -> int:
    return int(who.studio._get(f"api/tasks/{task}/")["project"])


def same_as_a_full_pull(corpus: Corpus, who: Seat, counted: Tally) -> None:
    """What the record holds after one more pull, compared with what asking for everything brings."""
    pull.pull(corpus, "r1", [who], accept_removals=True, tell=print)
    quick = record(corpus)
    shutil.rmtree(str(corpus.layer_path("r1/a1")))
    pull.pull(corpus, "r1", [who], accept_removals=True, tell=print, full=True)
    counted.compare(dict(record(corpus)), quick)


@pytest.mark.counted
def test_a_clock_that_is_set_back_between_pulls_loses_nothing(
    corpus: Corpus, a1: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    push_all(corpus, a1)
    tasks = [raw["id"] for raw in a1.studio.tasks(projects.existing(corpus, "r1", a1))]
    submit(a1, tasks[0], labelled())
    with tally("clock set back between pulls", "pull") as counted:
        for moment in ("2031-05-02T12:00:00Z", "2031-05-02T09:00:00Z", "2030-01-01T00:00:00Z"):
            monkeypatch.setattr(raws, "now", lambda moment=moment: moment)
            pull.pull(corpus, "r1", [a1], accept_removals=True, tell=print)
            edit(a1, tasks[0]) if counted.tried else submit(a1, tasks[1], [])
            counted.tried += 1
            same_as_a_full_pull(corpus, a1, counted)


@pytest.mark.counted
def test_times_that_the_server_sets_back_between_pulls_lose_nothing(corpus: Corpus, a1: Seat, server: Server) -> None:
    push_all(corpus, a1)
    tasks = [raw["id"] for raw in a1.studio.tasks(projects.existing(corpus, "r1", a1))]
    submit(a1, tasks[0], labelled())
    pull.pull(corpus, "r1", [a1], accept_removals=True, tell=print)
    with tally("server's times set back between pulls", "pull") as counted:
        for hours in (1, 24, 9000):
            edit(a1, tasks[0]) if counted.tried else submit(a1, tasks[1], [])
            set_back(server, tasks, hours)
            counted.tried += 1
            same_as_a_full_pull(corpus, a1, counted)


def set_back(server: Server, tasks: list[int], hours: int) -> None:
    """Gives these tasks and the work on them times that are hours before now."""
    back = f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '-{hours} hours')"
    marks = ", ".join("?" * len(tasks))
    with closing(sqlite3.connect(server.data_path / "label_studio.sqlite3", timeout=30)) as database:
        database.execute(f"UPDATE task SET updated_at = {back} WHERE id IN ({marks})", tasks)
        database.execute(f"UPDATE task_completion SET updated_at = {back} WHERE task_id IN ({marks})", tasks)
        database.commit()


@pytest.mark.parametrize("often", [3, pytest.param(100, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_work_that_is_submitted_and_edited_during_pulls_is_all_there_after(
    new_corpus: Fresh, a1: Seat, often: int
) -> None:
    corpus = new_corpus({f"n{number}": TEXTS["one"] for number in range(often)})
    push_all(corpus, a1)
    tasks = [raw["id"] for raw in a1.studio.tasks(projects.existing(corpus, "r1", a1))]

    def annotate() -> None:
        for task in tasks:
            submit(a1, task, labelled())
            edit(a1, task)

    with tally("annotators at work during pulls", "pull") as counted:
        working = threading.Thread(target=annotate)
        working.start()
        while working.is_alive():
            pull.pull(corpus, "r1", [a1], accept_removals=True, tell=print)
            counted.tried += 1
        working.join()
        same_as_a_full_pull(corpus, a1, counted)
    layer = read_layer(corpus.layer_path("r1/a1"), "r1/a1")
    assert (layer.tasks.height, layer.spans.height) == (often, often)
    assert not layer.findings.height
