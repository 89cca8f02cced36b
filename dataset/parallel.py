"""Work mapped over batches: in this process, in several processes of this machine, or on a Ray cluster.

All three are an `OrderedMap`: results come in the order of the items, and only a few items and results are held at a
time. On a cluster the items are plain tasks and not rows of `ray.data`, which would turn them into rows and wrap a
`Problem`; what has to be shuffled across items is in `dataset.similarity.near_duplicates_shuffled`.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from itertools import chain, islice
from multiprocessing import resource_tracker
from multiprocessing.context import BaseContext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol, TypeVar

from dataset.garbage import collect_seldom
from dataset.problem import Problem

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_PROCESSES: Final = 4
"""How many items make it worth starting other processes."""
RAY_ADDRESS: Final = "RAY_ADDRESS"
CONNECT_SECONDS: Final = 5.0
"""Seconds in which a cluster must answer."""
RETRIES: Final = 10
"""How many nodes or processes may be lost under one item."""
POLL_SECONDS: Final = 30.0
"""Seconds after which a wait for a result asks whether any node is left."""
MOST_STANDING: Final = 8
"""On how many cores at most processes stand by. A small command pays for them: 50 to 100 ms for two."""
_standing = ContextVar[ProcessPoolExecutor | None]("standing", default=None)
_LOOPBACK: Final = "127.0.0.1"
_OBJECT_STORE_BYTES: Final = 256 << 20
_ITEMS_PER_CORE: Final = 2


class OrderedMap(Protocol):
    """Applies a function to every item and yields the results in the items' order, as `map` does."""

    def __call__(self, work: Callable[[Item], Result], items: Iterable[Item], /) -> Iterator[Result]:
        """The results, in order."""
        ...


def local_map(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """On this machine: with one process per core where there are many items, otherwise in this process.

    Raises:
        Problem: a process was killed from outside.
    """
    cores = _cores_here()
    remaining = iter(items)
    first = list(islice(remaining, WORTH_PROCESSES))
    every = chain(first, remaining)
    if len(first) == WORTH_PROCESSES and cores > 1:
        return _process_map(work, every, cores)
    return map(work, every)


def _cores_here() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def standing_by() -> Iterator[None]:
    """Forks the processes that `local_map` uses within the context.

    Processes that are started later have to import everything anew, which takes a second. This is for the beginning of
    a command: once polars works in threads, a fork would take their locks along. Then it does nothing, and neither does
    it on a machine with more than `MOST_STANDING` cores, or where the system refuses to fork.
    """
    cores = _cores_here()
    may_fork = 1 < cores <= MOST_STANDING and not _polars_has_begun()
    pool = _forked(cores) if may_fork else None
    before = _standing.set(pool)
    try:
        yield
    finally:
        _standing.reset(before)
        if pool:
            pool.shutdown(cancel_futures=True)


def _forked(processes: int) -> ProcessPoolExecutor | None:
    """A pool whose processes are forked from this one; None where the system refuses."""
    pool = None
    try:
        pool = ProcessPoolExecutor(processes, multiprocessing.get_context("fork"), _begin_worker)
        with _interrupts_deferred():
            pool.submit(os.getpid)
    except (OSError, ImportError, NotImplementedError):
        for forked in multiprocessing.active_children() if pool else ():
            forked.kill()
            forked.join()
        return None
    return pool


def _polars_has_begun() -> bool:
    """Whether polars has started the threads that it works in; True where that cannot be seen.

    Importing it starts one more, which cleans up what it wrote to disk. Processes that import all anew are forked
    beside that, too.
    """
    try:
        names = {(task / "comm").read_text(errors="replace").strip() for task in Path("/proc/self/task").iterdir()}
    except OSError:
        return True
    return "polars-0" in names


def _process_map(work: Callable[[Item], Result], remaining: Iterator[Item], processes: int) -> Iterator[Result]:
    with _processes(work, processes) as pool:
        pending = deque[Future[Result]]()
        try:
            pending.extend(_submitted(pool, work, islice(remaining, processes + 1)))
            while pending:
                result = pending.popleft().result()
                pending.extend(_submitted(pool, work, islice(remaining, 1)))
                yield result
        except BrokenProcessPool:
            raise Problem("a process of this command was killed", "free some memory, then run it again") from None


@contextmanager
def _processes(work: Callable[[Any], Any], count: int) -> Iterator[ProcessPoolExecutor]:
    """Those that stand by, else new ones."""
    if standing := _standing.get():
        yield standing
        return
    resource_tracker.ensure_running()  # its start, later, would unblock signals that are held back
    with ProcessPoolExecutor(count, _one_import(work), _begin_worker) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


def _one_import(work: Callable[[Any], Any]) -> BaseContext:
    """Processes that are forked from one that has imported what the work needs and has done nothing else."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_function(work).__module__])
    return context


def _function(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return _function(work.func) if isinstance(work, partial) else work


def _submitted(
    pool: ProcessPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[Future[Result]]:
    for item in items:
        with _interrupts_deferred():
            future = pool.submit(work, item)
        yield future


@contextmanager
def _interrupts_deferred() -> Iterator[None]:
    """Holds Ctrl-C back until the block ends, so that a process started within it never receives one."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker() -> None:
    """Makes a worker process look for garbage seldom, and end when the process that started it is gone."""
    collect_seldom()

    def wait_for(parent: Any) -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait_for, args=(multiprocessing.parent_process(),), daemon=True).start()


@contextmanager
def cluster_map() -> Iterator[OrderedMap]:
    """A map over the cluster at `RAY_ADDRESS`; without that variable, over a Ray of this machine's cores.

    A Ray of this machine is bound to 127.0.0.1 and ends with the context. Nothing is sent to Ray's makers.

    Raises:
        Problem: Ray is not installed, or the cluster cannot be reached.
    """
    address = os.environ.get(RAY_ADDRESS, "")
    if address:
        _require_listener(address)
    ray = _imported_ray(address)
    with TemporaryDirectory(prefix="hedgerow-", dir="/tmp", ignore_cleanup_errors=True) as scratch:
        try:
            _start(ray, {"address": address} if address else _local_options(scratch))
            yield partial(_ray_map, ray)
        finally:
            ray.shutdown()


def _imported_ray(address: str) -> Any:
    """Imports Ray with the variables set that it reads only while it is imported.

    With the second of them it uses 127.0.0.1 where it is told to; otherwise it would listen on every interface.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if not address or address.startswith((_LOOPBACK, "localhost")):
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise Problem("Ray is not installed", "pip install -e '.[cluster]', or leave --engine out") from None
    return ray


def _local_options(scratch: str) -> dict[str, Any]:
    limits = {"object_store_memory": _OBJECT_STORE_BYTES, "include_dashboard": False}
    return {"address": "local", "_node_ip_address": _LOOPBACK, "_temp_dir": scratch, **limits}


def _require_listener(address: str) -> None:
    """Fails within seconds, where Ray itself would wait for minutes."""
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdecimal():
        raise Problem(
            f"{RAY_ADDRESS} is {address}, which is not HOST:PORT", "name the head of the cluster, as in 10.0.0.1:6379"
        )
    try:
        socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS).close()
    except (OSError, OverflowError):
        raise Problem(
            f"no Ray cluster answers at {address}",
            f"start it with `ray start --head`, or correct {RAY_ADDRESS}, or unset it",
        ) from None


def _start(ray: Any, where: dict[str, Any]) -> None:
    try:
        ray.init(**where, log_to_driver=False, logging_level=logging.CRITICAL)
    except (Exception, SystemExit) as error:
        why = "it ended without a message" if isinstance(error, SystemExit) else f"{type(error).__name__}: {error}"
        if where["address"] == "local":
            raise Problem(f"Ray did not start: {why}", "free some memory, or leave --engine out") from None
        what = f"what answers at {where['address']} is not a Ray cluster that can be used from here: {why}"
        raise Problem(what, "check that every machine has the same Python, Ray and Hedgerow") from None


def _ray_map(ray: Any, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Keeps two items per core in flight, so that the results waiting here are few."""
    submit = ray.remote(num_cpus=1, max_retries=RETRIES)(_applied).remote
    shared, remaining = ray.put(work), iter(items)
    pending = deque(submit(shared, item) for item in islice(remaining, _ITEMS_PER_CORE * _cores(ray)))
    try:
        while pending:
            result = _result(ray, pending.popleft())
            pending.extend(submit(shared, item) for item in islice(remaining, 1))
            yield result
    finally:
        for unwanted in pending:
            ray.cancel(unwanted, force=True)


def _applied(work: Callable[[Item], Result], item: Item) -> Result:
    return work(item)


def _cores(ray: Any) -> int:
    if cores := int(ray.cluster_resources().get("CPU", 0)):
        return cores
    raise Problem("the cluster has no node with a core", "start one with `ray start --address HOST:PORT`")


def _result(ray: Any, pending: Any) -> Any:
    """The result of a task; what the work raised is raised as it was."""
    try:
        while not ray.wait([pending], timeout=POLL_SECONDS)[0]:
            _cores(ray)
        return ray.get(pending)
    except ray.exceptions.RayTaskError as failed:
        raise failed.cause from None
    except ray.exceptions.RayError as lost:
        what = f"a batch was lost on the cluster more than {RETRIES} times ({type(lost).__name__})"
        raise Problem(what, "check that its nodes have enough memory, then run it again") from None
