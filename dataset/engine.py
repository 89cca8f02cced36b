"""What does the parts of a layer: this process, one after the other, or several processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import resource_tracker
from typing import Any, Final, Protocol, TypeVar

from dataset.problem import Problem

Given = TypeVar("Given")
Made = TypeVar("Made")

ENOUGH: Final = 16
"""So many parts are worth the start of other processes."""


class Each(Protocol):
    """Does some work for each of the parts, and hands on the results in the order of the parts, as `map` does."""

    def __call__(self, work: Callable[[Given], Made], given: Iterable[Given], /) -> Iterator[Made]:
        """The results, in order."""
        ...


def here(work: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """On this machine: in a process a core where there are many parts, else in this one.

    Raises:
        Problem: a process was ended from outside.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    left = iter(given)
    first = list(islice(left, ENOUGH))
    parts = chain(first, left)
    return _shared_out(work, parts, cores) if len(first) == ENOUGH and cores > 1 else map(work, parts)


def _shared_out(work: Callable[[Given], Made], left: Iterator[Given], processes: int) -> Iterator[Made]:
    """Few parts and results wait at a time, so that they are not all held."""
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _attend) as pool:
        begun = deque[Future[Made]]()
        try:
            begun.extend(_begun(pool, work, islice(left, processes + 1)))
            while begun:
                made = begun.popleft().result()
                begun.extend(_begun(pool, work, islice(left, 1)))
                yield made
        except BrokenProcessPool:
            raise Problem("a process of this command was ended", "free some memory, then run it again") from None
        finally:
            pool.shutdown(cancel_futures=True)


def _begun(pool: ProcessPoolExecutor, work: Callable[[Given], Made], parts: Iterable[Given]) -> Iterator[Future[Made]]:
    for part in parts:
        with _ctrl_c_later():
            future = pool.submit(work, part)
        yield future


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Ctrl-C waits for the end of the block; a process that starts in it never hears of one, from its first moment."""
    resource_tracker.ensure_running()  # its start would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _attend() -> None:
    """Makes a process end when the one that it works for is gone."""
    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)
