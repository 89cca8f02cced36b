"""A change on the server is whole or none, and whoever waits to make one gets a turn."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from annotation.embedded.backup import DATABASE
from annotation.embedded.inside.transactions import Turns
from annotation.embedded.server import Server
from annotation.labelstudio.seats import Seat, seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, push
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from tests.annotation.rounds.test_pull import labelled, submit
from tests.corpora import make_corpus
from tests.postgres import Postgres


@contextmanager
def a_task_that_cannot_be_written(server: Server, task: int) -> Iterator[None]:
    """The server stores an annotation first, and then notes at its task that something is new there."""
    with closing(sqlite3.connect(server.data_path / DATABASE, timeout=60)) as database:
        database.execute(
            f"CREATE TRIGGER stop BEFORE UPDATE ON task WHEN NEW.id = {task} "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
        database.commit()
        try:
            yield
        finally:
            database.execute("DROP TRIGGER stop")
            database.commit()


@contextmanager
def a_row_that_cannot_be_written(postgres: Postgres, task: int) -> Iterator[None]:
    """The same on PostgreSQL."""
    with psycopg.connect(postgres.url("studio"), password=postgres.password, autocommit=True) as database:
        database.execute(
            "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$"
        )
        database.execute(
            "CREATE TRIGGER stop BEFORE UPDATE ON task FOR EACH ROW "
            f"WHEN (NEW.id = {task}) EXECUTE FUNCTION stop()".encode()
        )
        try:
            yield
        finally:
            database.execute("DROP FUNCTION stop CASCADE")


def test_a_submission_that_breaks_off_leaves_nothing_and_is_there_once_when_it_is_sent_again(
    server: Server, corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    with (
        a_task_that_cannot_be_written(server, tasks["one"]),
        pytest.raises(Problem, match="answers 500"),
    ):
        submit(a1, tasks["one"], labelled())
    assert stored(corpus, a1) == 0
    submit(a1, tasks["one"], labelled())
    assert stored(corpus, a1) == 1


def test_nor_does_one_on_postgresql_where_several_processes_serve(
    server_on_postgres: Server, postgres: Postgres, tmp_path: Path
) -> None:
    process = server_on_postgres.process()
    assert process
    assert len(process.children()) > 1
    corpus = make_corpus(tmp_path / "broken-off", {"one": "The port said on Monday: “We may lose about 40 ships.”"})
    corpus.state.symlink_to(server_on_postgres.state)
    who = seat(corpus, "a1")
    push.deal(corpus, "r1", ["a1"])
    push.push(corpus, "r1", who)
    (task,) = map(read_task, who.studio.tasks(projects.existing(corpus, "r1", who)))
    with a_row_that_cannot_be_written(postgres, task.id), pytest.raises(Problem, match="answers 500"):
        submit(who, task.id, labelled())
    assert stored(corpus, who) == 0
    submit(who, task.id, labelled())
    assert stored(corpus, who) == 1


def stored(corpus: Corpus, who: Seat) -> int:
    """How many submissions are there."""
    tasks = who.studio.tasks(projects.existing(corpus, "r1", who))
    return sum(len(task["annotations"]) for task in tasks)


def test_those_who_wait_are_served_in_the_order_in_which_they_came() -> None:
    turns, served = Turns(), []
    begun = [threading.Event() for _ in range(5)]

    def wait(number: int) -> None:
        begun[number].set()
        with turns:
            served.append(number)

    threads = []
    with turns:
        for number in range(5):
            threads.append(threading.Thread(target=wait, args=(number,)))
            threads[-1].start()
            while len(turns.waiting) < number + 2:
                begun[number].wait()
    for thread in threads:
        thread.join()
    assert served == list(range(5))


def test_a_turn_is_given_back_by_one_who_breaks_off() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="broke off"), turns:
        raise ValueError("broke off")
    with turns:
        assert len(turns.waiting) == 1
