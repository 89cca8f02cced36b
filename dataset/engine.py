"""What does the parts of a layer: this process, one after the other, or several processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Final, Protocol, TypeVar

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
    parts, cores = list(given), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return _shared_out(work, parts, cores) if len(parts) >= ENOUGH and cores and cores > 1 else map(work, parts)


def _shared_out(work: Callable[[Given], Made], parts: Sequence[Given], processes: int) -> Iterator[Made]:
    """Few results wait at a time, so that they are not all held."""
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        left, begun = iter(parts), deque[Future[Made]]()
        try:
            begun.extend(pool.submit(work, part) for part in islice(left, processes + 1))
            while begun:
                made = begun.popleft().result()
                begun.extend(pool.submit(work, part) for part in islice(left, 1))
                yield made
        except BrokenProcessPool:
            raise Problem("a process of this command was ended", "free some memory, then run it again") from None
        finally:
            pool.shutdown(cancel_futures=True)
