"""Time and peak memory of one step, in a process of its own."""

from __future__ import annotations

import math
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil


@dataclass(frozen=True)
class Measured:
    """Seconds of the step, and the peak memory in MB of the process that did it, and of all that it started."""

    seconds: float
    megabytes: float
    result: Any


def exponent(small: int, seconds: float, large: int, more_seconds: float) -> float:
    """e in time ~ articles^e, from two sizes."""
    return math.log(more_seconds / seconds) / math.log(large / small)


def measure(step: Callable[..., Any], *given: Any) -> Measured:
    """Runs a step in a fresh process and measures it."""
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(send, step, given))
    process.start()
    send.close()
    try:
        seconds, kilobytes, result = receive.recv()
    except EOFError:
        raise RuntimeError(f"{step.__name__} broke off") from None
    finally:
        process.join()
    return Measured(seconds, kilobytes / 1024, result)


def _run(send: Any, step: Callable[..., Any], given: tuple[Any, ...]) -> None:
    with _watching() as peak:
        start = time.perf_counter()
        result = step(*given)
        seconds = time.perf_counter() - start
    send.send((seconds, max(_high_water(), peak[0] // 1024), result))


def _high_water() -> int:
    """The peak memory of this process alone, in kB. `ru_maxrss` would begin with that of the process it came from."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


@contextmanager
def _watching() -> Iterator[list[int]]:
    """The most memory in bytes that this process and its children had together, looked at ten times a second."""
    peak, done, me = [0], threading.Event(), psutil.Process()

    def look() -> None:
        while not done.wait(0.1):
            held = 0
            for process in (me, *me.children(recursive=True)):
                with suppress(psutil.Error):
                    held += process.memory_info().rss
            peak[0] = max(peak[0], held)

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    try:
        yield peak
    finally:
        done.set()
        watch.join()
