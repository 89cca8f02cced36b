"""Many annotators at once on the embedded server, and on Label Studio's development server with the same settings.

`python -m tests.benchmarks.serving --people 50 200`. Each annotator has a session and a project of its own. Without
thinking they label as fast as they are answered; with thinking, each submits every two minutes. Afterwards the database
is asked whether each submission is there once, and its sender's.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import psutil
import psycopg

from annotation.embedded.accounts import new_account
from annotation.embedded.backup import DATABASE
from annotation.embedded.server import Server
from annotation.labelstudio.seats import seat
from annotation.rounds import projects, push
from dataset.record.corpus import open_corpus
from tests.benchmarks import results
from tests.benchmarks.many_accounts import Desk
from tests.benchmarks.people import (
    CHECK,
    DRAFT,
    OPEN,
    PERIOD,
    STEPS,
    SUBMIT,
    Load,
    Person,
    canonical,
    gold_of,
    thinking,
    without_thinking,
)
from tests.corpora import REPOSITORY, make_corpus
from tests.postgres import Postgres, cluster, programs
from tests.serving import free_port

FORMER, NOW = "development server", "gunicorn"
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
TITLE: Final = "Many annotators at once on the embedded server"
HEAD: Final = (
    *("server", "database", "annotators", "think", "submissions", "a second"),
    *("open p50, s", "open p95, s", "check p95, s", "draft p95, s", "submit p50, s", "submit p95, s", "slowest, s"),
    *("failures", "server CPU, s", "database CPU, s", "client CPU, s"),
)
_START_SECONDS: Final = 120


@dataclass(frozen=True)
class Made:
    """A state that runs copy: its folder, the annotators' desks, and the PostgreSQL that its database is in."""

    state: Path
    desks: list[Desk]
    postgres: Postgres | None


@dataclass(frozen=True)
class Run:
    """One line of the table. `articles` are each annotator's, `seconds` how long they think; None for not at all."""

    served_by: str
    database: str
    people: int
    articles: int
    seconds: float | None


@dataclass(frozen=True)
class Served:
    """A server that answers: its port and its first process."""

    port: int
    process: psutil.Process


def made(folder: Path, people: int, articles: int, postgres: Postgres | None) -> Made:
    """The state of a server with that many annotators, each with that many articles of the shipped ones."""
    own = open_corpus(REPOSITORY)
    corpus = make_corpus(folder, {article: own.text(article) for article in own.by_id})
    server = Server(corpus.state)
    server.up(["a1"], None, _say_nothing, postgres.create("made") if postgres else None)
    try:
        who = seat(corpus, "a1")
        push.deal(corpus, "r1", ["a1"])
        push.push(corpus, "r1", who)
        project = projects.existing(corpus, "r1", who)
    finally:
        server.down()
    known = server.secrets()
    assert known
    accounts = [asdict(new_account(f"p{number:03}")) for number in range(people)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.many_accounts"],
        input=json.dumps({"accounts": accounts, "project": project, "tasks": articles}),
        env=server._environment(known) | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return Made(server.state, json.loads(done.stdout.splitlines()[-1]), postgres)


def _say_nothing(line: str) -> None:
    pass


@contextmanager
def copy_of(state: Made, folder: Path) -> Iterator[Server]:
    """A server with a copy of that state, not started; both are gone when the block ends."""
    copied = Server(Path(shutil.copytree(state.state, folder / "state")))
    known = copied.secrets()
    assert known
    url = state.postgres.copy("made", "copied") if state.postgres else None
    copied.write_secrets(replace(known, port=free_port(), database=url))
    try:
        yield copied
    finally:
        if state.postgres:
            state.postgres.drop("copied")
        shutil.rmtree(copied.state)


@contextmanager
def running(server: Server, served_by: str) -> Iterator[Served]:
    """The server, started in one of the two ways."""
    if served_by == NOW:
        known = server.up([], None, _say_nothing)
        process = server.process()
        assert process
        try:
            yield Served(known.port, process)
        finally:
            server.down()
        return
    secrets = server.secrets()
    assert secrets
    # Label Studio has a package `tests` of its own, which it puts first.
    paths = f"{REPOSITORY}{os.pathsep}{Path(__file__).parent / 'former'}"
    former = {"PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "former_settings"}
    program = "from label_studio.server import main; main()"
    command = [sys.executable, "-c", program, "start", "-b", "--internal-host", "127.0.0.1", "-p", str(secrets.port)]
    with server._output(begin=True) as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=server._environment(secrets) | former,
            cwd=server.state,
        )
    try:
        _wait(server, child)
        yield Served(secrets.port, psutil.Process(child.pid))
    finally:
        child.terminate()
        child.wait()


def _wait(server: Server, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.answers():
        is_starting = child.poll() is None and time.monotonic() < deadline
        assert is_starting, server.output_path.read_text(encoding="utf-8")[-2000:]
        time.sleep(0.3)


def cpu_of(process: psutil.Process) -> float:
    """Seconds of CPU that a process and all that it ever started have taken; of those that ended, if it waited."""
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            taken = each.cpu_times()
            total += taken.user + taken.system + taken.children_user + taken.children_system
    return total


def line_of(run: Run, state: Made, folder: Path) -> list[str]:
    """Does a run on a copy of the state: its line of the table.

    Raises:
        AssertionError: a submission is not there, is there twice, or is another's.
    """
    load, clock = Load(), dict[str, float]()
    with copy_of(state, folder) as server, running(server, run.served_by) as served:
        watched = {"server": served.process, "client": psutil.Process()}
        if state.postgres:
            watched["database"] = state.postgres.process()

        def begin() -> None:
            for seconds in load.seconds.values():
                seconds.clear()
            clock.update({name: -cpu_of_one(name, process) for name, process in watched.items()})
            clock["wall"] = -time.monotonic()

        gold = gold_of(open_corpus(REPOSITORY))
        warm(state.desks[-1], served.port, gold)
        people = [Person(desk, served.port, gold, load) for desk in state.desks[: run.people]]
        if run.seconds is None:
            without_thinking(people, run.articles, begin)
        else:
            thinking(people, run.seconds, begin)
        clock["wall"] += time.monotonic()
        for name, process in watched.items():
            clock[name] += cpu_of_one(name, process)
        for person in people:
            person.leave()
        check(server, state, load)
    for failure in load.failures:
        print(failure, file=sys.stderr)
    return line(run, load, clock)


def line_or_end(run: Run, state: Made, folder: Path) -> list[str]:
    """The line of a run, or that the server could not bear it."""
    try:
        return line_of(run, state, folder)
    except RuntimeError as end:
        think = "" if run.seconds is None else f"{PERIOD} s"
        return [run.served_by, run.database, str(run.people), think, str(end), *[""] * (len(HEAD) - 5)]


def cpu_of_one(name: str, process: psutil.Process) -> float:
    """Of the client what it has taken itself: the servers are among its children."""
    return time.process_time() if name == "client" else cpu_of(process)


def warm(desk: Desk, port: int, gold: dict[str, str]) -> None:
    """Has each process load what it loads when it is first asked: connections are shared out among them."""
    people = [Person(desk, port, gold, Load()) for _ in range(8)]
    for person in people:
        person.open()
        person.save_draft()
    for person in people:
        person.leave()


def check(server: Server, state: Made, load: Load) -> None:
    """Whether the database holds each submission that was answered for, once and as its sender's, and nothing else."""
    known = server.secrets()
    assert known
    asked = "SELECT task_id, completed_by_id, result FROM task_completion"
    if known.database is None:
        with closing(sqlite3.connect(server.data_path / DATABASE)) as database:
            rows = database.execute(asked).fetchall()
    else:
        assert state.postgres
        with psycopg.connect(known.database, password=state.postgres.password) as cluster:
            rows = cluster.execute(asked).fetchall()
    stored = Counter((task, account, _canonical(result)) for task, account, result in rows)
    assert stored == Counter(load.stored)


def _canonical(result: object) -> str:
    return canonical(json.loads(result) if isinstance(result, str) else result)


def line(run: Run, load: Load, clock: dict[str, float]) -> list[str]:
    """A line of the table: seconds of the steps, and of CPU for each submission."""
    submissions = len(load.of(SUBMIT))
    wanted = ((OPEN, 50), (OPEN, 95), (CHECK, 95), (DRAFT, 95), (SUBMIT, 50), (SUBMIT, 95))
    quantiles = (statistics.quantiles(load.of(step), n=100)[percent - 1] for step, percent in wanted)
    cpu = (f"{clock[name] / submissions:.3f}" if name in clock else "" for name in ("server", "database", "client"))
    return [
        *(run.served_by, run.database, str(run.people), "" if run.seconds is None else f"{PERIOD} s"),
        *(str(submissions), f"{submissions / clock['wall']:.1f}"),
        *(f"{seconds:.2f}" for seconds in (*quantiles, load.of(*STEPS)[-1])),
        *(str(len(load.failures)), *cpu),
    ]


def runs(people: Sequence[int], submissions: int, minutes: float, *, every: bool) -> list[Run]:
    """The lines of the table: both servers without thinking, and with it the one that is used."""
    planned = []
    for database in (POSTGRESQL, SQLITE):
        for count in people:
            articles = max(1, submissions // count)
            planned += [Run(served_by, database, count, articles, None) for served_by in (FORMER, NOW)]
    for database, count in ((POSTGRESQL, max(people)), *((SQLITE, count) for count in people)):
        servers = (FORMER, NOW) if every else (NOW,)
        articles = 2 + int(minutes * 60 / PERIOD)
        planned += [Run(served_by, database, count, articles, minutes * 60) for served_by in servers]
    return planned


def measured(planned: Sequence[Run]) -> Iterator[list[str]]:
    """The lines of the table, each when it is done."""
    installed = programs()
    with tempfile.TemporaryDirectory() as scratch:
        for database in (POSTGRESQL, SQLITE):
            mine = [run for run in planned if run.database == database]
            if not mine or (database == POSTGRESQL and installed is None):
                continue
            people, articles = max(run.people for run in mine), 2 + max(run.articles for run in mine)
            folder = Path(scratch) / database.lower()
            if database == SQLITE:
                state = made(folder / "made", people + 1, articles, None)
                yield from (line_or_end(run, state, folder) for run in mine)
                continue
            assert installed
            with cluster(installed) as postgres, postgres.password_given():
                state = made(folder / "made", people + 1, articles, postgres)
                yield from (line_or_end(run, state, folder) for run in mine)


def main() -> None:
    """Measures, prints, and writes the page."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--people", type=int, nargs="+", default=[50, 200], help="annotators at once")
    words.add_argument("--submissions", type=int, default=300, help="of all together, without thinking; 0 for none")
    words.add_argument("--minutes", type=float, default=4, help="how long they label with thinking; 0 for not at all")
    words.add_argument("--every", action="store_true", help="the development server with thinking, too")
    words.add_argument("--only", choices=(POSTGRESQL, SQLITE), help="one database")
    words.add_argument("--server", choices=(FORMER, NOW), help="one server")
    words.add_argument("--print", action="store_true", help="leave the page of results as it is")
    given = words.parse_args()
    planned = [
        run
        for run in runs(given.people, given.submissions, given.minutes, every=given.every)
        if given.only in (None, run.database) and given.server in (None, run.served_by)
        if run.seconds != 0 and (given.submissions or run.seconds)
    ]
    machine, rows = results.machine(), []
    for row in measured(planned):
        rows.append(row)
        print(results.table(HEAD, [row]).splitlines()[-1], flush=True)
    print(results.table(HEAD, rows))
    if not given.print:
        results.put(TITLE, f"{machine}\n\n{results.table(HEAD, rows)}")


if __name__ == "__main__":
    main()
