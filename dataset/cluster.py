"""Parts done by Ray: on the machines of a cluster, or in processes of this one.

As plain tasks: results come in the order of the parts, few at a time, what a lost node was doing is done again, and a
Problem ends all at once. `ray.data` would make rows of what is no row, and wrap the Problem. What goes across parts is
its work, see `dataset.releasing.near_duplicates_shuffled`.
"""

from __future__ import annotations

import logging
import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from tempfile import TemporaryDirectory
from typing import Any, Final

from dataset.engine import Each, Given, Made
from dataset.problem import Problem

ADDRESS: Final = "RAY_ADDRESS"
REACHED: Final = 5.0
"""Seconds in which a cluster must answer."""
RETRIES: Final = 10
"""How many nodes or processes may be lost under one part."""
LOOKED: Final = 30.0
"""Seconds after which, while a part is waited for, it is looked whether any node is left."""
_LOOPBACK: Final = "127.0.0.1"
_STORE: Final = 256 << 20
_AHEAD: Final = 2


@contextmanager
def cluster() -> Iterator[Each]:
    """What does parts on the cluster at `RAY_ADDRESS`; without one, in a process a core of this machine.

    A cluster of this machine is bound to 127.0.0.1 and ends with the context. Nothing is sent to Ray's makers.

    Raises:
        Problem: Ray is not installed, or the cluster cannot be reached.
    """
    address = os.environ.get(ADDRESS, "")
    if address:
        _require_listener(address)
    ray = _imported(address)
    with TemporaryDirectory(prefix="hedgerow-", dir="/tmp", ignore_cleanup_errors=True) as scratch:
        try:
            _start(ray, {"address": address} if address else _local(scratch))
            yield partial(_in_order, ray)
        finally:
            ray.shutdown()


def _imported(address: str) -> Any:
    """Ray, told before it is read what it reads but once.

    By the second line it takes 127.0.0.1 for what it is; else it would listen on every interface in its place.
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


def _local(scratch: str) -> dict[str, Any]:
    limits = {"object_store_memory": _STORE, "include_dashboard": False}
    return {"address": "local", "_node_ip_address": _LOOPBACK, "_temp_dir": scratch, **limits}


def _require_listener(address: str) -> None:
    """Ray itself would wait for minutes."""
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdecimal():
        raise Problem(
            f"{ADDRESS} is {address}, which is no HOST:PORT", "name the head of the cluster, as 10.0.0.1:6379"
        )
    try:
        socket.create_connection((host, int(port)), timeout=REACHED).close()
    except (OSError, OverflowError):
        raise _unreached(address) from None


def _unreached(address: str) -> Problem:
    return Problem(
        f"no Ray cluster answers at {address}", f"start it with `ray start --head`, or mend {ADDRESS}, or unset it"
    )


def _start(ray: Any, where: dict[str, Any]) -> None:
    try:
        ray.init(**where, log_to_driver=False, logging_level=logging.CRITICAL)
    except (Exception, SystemExit) as error:
        why = "it does not speak" if isinstance(error, SystemExit) else f"{type(error).__name__}: {error}"
        if where["address"] == "local":
            raise Problem(f"Ray did not start: {why}", "free some memory, or leave --engine out") from None
        what = f"what answers at {where['address']} is no Ray cluster for us: {why}"
        raise Problem(what, "see that every machine has the same Python, Ray and Hedgerow") from None


def _in_order(ray: Any, work: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """Two parts a core are under way, so that results wait for us in bounded number."""
    begin = ray.remote(num_cpus=1, max_retries=RETRIES)(_done).remote
    shared, left = ray.put(work), iter(given)
    begun = deque(begin(shared, part) for part in islice(left, _AHEAD * _cores(ray)))
    try:
        while begun:
            made = _made(ray, begun.popleft())
            begun.extend(begin(shared, part) for part in islice(left, 1))
            yield made
    finally:
        for unwanted in begun:
            ray.cancel(unwanted, force=True)


def _done(work: Callable[[Given], Made], part: Given) -> Made:
    return work(part)


def _cores(ray: Any) -> int:
    if cores := int(ray.cluster_resources().get("CPU", 0)):
        return cores
    raise Problem("the cluster has no node with a core", "start one with `ray start --address HOST:PORT`")


def _made(ray: Any, begun: Any) -> Any:
    """The result of a task. What the work raised is raised as it was."""
    try:
        while not ray.wait([begun], timeout=LOOKED)[0]:
            _cores(ray)
        return ray.get(begun)
    except ray.exceptions.RayTaskError as failed:
        raise failed.cause from None
    except ray.exceptions.RayError as lost:
        what = f"a part was lost on the cluster more than {RETRIES} times ({type(lost).__name__})"
        raise Problem(what, "see whether its nodes have memory enough, then run it again") from None
