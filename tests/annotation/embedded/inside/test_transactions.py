"""A change on the server is whole or none, and whoever waits to make one gets a turn."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from annotation.embedded.backup import DATABASE
from annotation.embedded.inside.transactions import Turns
from annotation.embedded.server import Server
from annotation.labelstudio.seats import Seat
from annotation.rounds import projects
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from tests.annotation.rounds.test_pull import labelled, submit


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


def test_a_submission_that_breaks_off_leaves_nothing_and_is_there_once_when_it_is_sent_again(
    server: Server, corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    def stored() -> int:
        tasks = a1.studio.tasks(projects.existing(corpus, "r1", a1))
        return sum(len(task["annotations"]) for task in tasks)

    with (
        a_task_that_cannot_be_written(server, tasks["one"]),
        pytest.raises(Problem, match="answers 500"),
    ):
        submit(a1, tasks["one"], labelled())
    assert stored() == 0
    submit(a1, tasks["one"], labelled())
    assert stored() == 1


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
