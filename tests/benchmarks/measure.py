"""Time and peak memory of one step, in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measured:
    """Seconds of the step, and the peak memory in MB of the process that did it."""

    seconds: float
    megabytes: float
    result: Any


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
    start = time.perf_counter()
    result = step(*given)
    seconds = time.perf_counter() - start
    send.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, result))
