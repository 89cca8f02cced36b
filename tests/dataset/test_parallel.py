"""What does the parts."""

from __future__ import annotations

import errno
import gc
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl
import psutil
import pytest

from dataset import parallel
from dataset.garbage import collect_seldom
from dataset.parallel import local_map, standing_by
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from tests.dataset.tiny import put_corpus


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def refuse(number: int) -> int:
    if number == 3:
        raise Problem("three is no number", "take another")
    return number


def end_itself(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def allocations(number: int) -> int:
    return gc.get_threshold()[0]


def same_articles(corpus: Corpus, number: int) -> tuple[int, int]:
    return id(corpus.articles), corpus.articles.height


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "WORTH_PROCESSES", 4)


@pytest.mark.parametrize("count", [0, 1, 3, 9])
def test_results_come_in_the_order_of_the_parts(count: int) -> None:
    assert [made for made, _ in local_map(square, range(count))] == [number * number for number in range(count)]


def test_few_parts_are_done_in_this_process_and_many_in_others() -> None:
    assert {process for _, process in local_map(square, range(3))} == {os.getpid()}
    if len(os.sched_getaffinity(0)) > 1:
        assert os.getpid() not in {process for _, process in local_map(square, range(9))}


def test_other_processes_look_for_garbage_as_seldom_as_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    made_by_command = list[int]()
    monkeypatch.setattr(gc, "set_threshold", lambda allocations, *_: made_by_command.append(allocations))
    collect_seldom()
    if len(os.sched_getaffinity(0)) > 1:
        assert set(local_map(allocations, range(9))) == set(made_by_command)


@pytest.mark.parametrize("count", [4, 9])
def test_what_is_wrong_with_a_part_is_told_as_it_is(count: int) -> None:
    with pytest.raises(Problem, match="three is no number; take another"):
        list(local_map(refuse, range(count)))


def test_a_process_that_was_ended_is_told(tmp_path: Path) -> None:
    work: Callable[[int], int] = end_itself
    with pytest.raises(Problem, match="a process of this command was killed; free some memory, then run it again"):
        list(local_map(work, range(6)))


def test_a_process_reads_the_tables_of_a_corpus_once(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path)
    made = list(local_map(partial(same_articles, corpus), range(12)))
    assert {height for _, height in made} == {3}
    assert len({place for place, _ in made}) <= len(os.sched_getaffinity(0))


def first_never_ends(number: int) -> int:
    """Says which process it is."""
    print(os.getpid(), flush=True)
    while number == 0:
        signal.pause()
    return number


def many_parts() -> None:
    """One process stays at work, and the others have nothing to do."""
    list(local_map(first_never_ends, range(max(parallel.WORTH_PROCESSES, len(os.sched_getaffinity(0)) + 1))))


def takes_ctrl_c(number: int = 0) -> bool:
    return signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


BORN_TAKING = takes_ctrl_c()


def born_taking_ctrl_c(number: int) -> bool:
    """Whether it was so while the process was still importing."""
    return BORN_TAKING


@pytest.mark.parametrize("taking", [takes_ctrl_c, born_taking_ctrl_c])
def test_ctrl_c_is_for_the_command_and_no_other_process_tells_of_it(taking: Callable[[int], bool]) -> None:
    if len(os.sched_getaffinity(0)) > 1:
        assert not any(local_map(taking, range(9)))
    assert all(local_map(taking, range(3)))
    assert takes_ctrl_c()


def assert_none_outlives(command: subprocess.Popen[str]) -> None:
    """Kills a command once its processes are at work."""
    assert command.stdout
    cores = len(os.sched_getaffinity(0))
    for _ in range(cores + 1):
        command.stdout.readline()
    processes = psutil.Process(command.pid).children(recursive=True)
    assert len(processes) >= cores
    command.kill()
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert not alive


FRESH = """
from tests.dataset.test_parallel import {work}
if __name__ == "__main__": {work}()
"""


def in_a_fresh_process(work: Callable[[], None]) -> subprocess.Popen[str]:
    """A process in which polars has done nothing yet, as at the beginning of a command."""
    code = FRESH.format(work=work.__name__)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def born_when_asked_for() -> None:
    """Says whether processes know what was set after they stood by, for each of two maps."""
    with standing_by():
        os.environ["SET_LATER"] = "yes"
        for _ in range(2):
            print(set(local_map(knows_what_was_set_later, range(9))), flush=True)


def knows_what_was_set_later(number: int) -> bool:
    return "SET_LATER" in os.environ


def after_polars() -> None:
    """Says the same where polars has begun, and sorts in the processes."""
    pl.Series([2, 1]).sort()
    with standing_by():
        os.environ["SET_LATER"] = "yes"
        print(set(local_map(sorted_elsewhere, range(9))), flush=True)


def sorted_elsewhere(number: int) -> bool:
    return pl.DataFrame({"a": range(9)}).lazy().sort("a").collect().height == 9 and "SET_LATER" in os.environ


def refused_and_then_well() -> None:
    """Maps anew after a part was wrong."""
    with standing_by():
        try:
            list(local_map(refuse, range(9)))
        except Problem as problem:
            print(problem, flush=True)
        print([made for made, _ in local_map(square, range(9))][-1], flush=True)


def stands_by_for_ever() -> None:
    """The same with processes that stand by."""
    with standing_by():
        many_parts()


several_cores = pytest.mark.skipif(
    not 1 < len(os.sched_getaffinity(0)) <= parallel.MOST_STANDING, reason="nothing stands by on this machine"
)


@several_cores
def test_processes_that_stand_by_were_there_before_and_serve_several_maps() -> None:
    with in_a_fresh_process(born_when_asked_for) as command:
        assert command.communicate(timeout=60)[0].splitlines() == ["{False}", "{False}"]


@several_cores
def test_none_stands_by_where_polars_has_begun() -> None:
    with in_a_fresh_process(after_polars) as command:
        assert command.communicate(timeout=60)[0].splitlines() == ["{True}"]


@several_cores
def test_what_is_wrong_with_a_part_leaves_those_that_stand_by_at_work() -> None:
    with in_a_fresh_process(refused_and_then_well) as command:
        assert command.communicate(timeout=60)[0].splitlines() == ["three is no number; take another", "64"]


def test_no_process_outlives_a_command_that_was_killed() -> None:
    if len(os.sched_getaffinity(0)) == 1:
        pytest.skip("on one core, parts are done in the process itself")
    with in_a_fresh_process(many_parts) as command:
        assert_none_outlives(command)


@several_cores
def test_none_that_stands_by_outlives_a_command_that_was_killed() -> None:
    with in_a_fresh_process(stands_by_for_ever) as command:
        assert_none_outlives(command)


def squares_where_forks_are_refused() -> None:
    """The second process cannot be forked."""
    fork, forked = os.fork, itertools.count()

    def refuse_second() -> int:
        if next(forked):
            raise BlockingIOError(errno.EAGAIN, "no more processes")
        return fork()

    os.fork = refuse_second
    with standing_by():
        print([made for made, _ in local_map(square, range(3))], flush=True)


@several_cores
def test_a_system_that_refuses_processes_does_not_keep_a_small_command_from_its_work() -> None:
    with in_a_fresh_process(squares_where_forks_are_refused) as command:
        assert command.communicate(timeout=60)[0].splitlines() == ["[0, 1, 4]"]
    assert command.returncode == 0
