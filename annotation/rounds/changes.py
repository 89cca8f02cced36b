"""A pull that asks only for what changed since the last one, and returns what a full pull would."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from annotation.labelstudio.canonical import raw_task
from annotation.labelstudio.client import Studio
from annotation.labelstudio.payloads import ListedTask


@dataclass(frozen=True)
class ListedTasks:
    """A project's tasks by id, how many there are, and how many of them were asked for again."""

    tasks: Iterable[ListedTask]
    count: int
    asked: int


def listed(studio: Studio, project: int, kept: Iterable[bytes] | None) -> ListedTasks:
    """The tasks of a project. `kept` are the raw lines of an earlier pull of it, None where there is none.

    They are gone through several times.

    The server notes a new time at a task whenever something in it is submitted, changed or deleted. A task that has
    the same time as in `kept` is taken from there; one that is gone from the server is left out.

    Raises:
        Problem: the server cannot be asked, or its listing does not add up.
    """
    if kept is None:
        return _everything(studio, project)
    now = studio.versions(project)
    changed, stale = _differing(kept, now)
    since = min(changed.values(), default=None)
    asked = studio.tasks_since(project, since) if since else ()
    if len(changed) > sum(_id(task) in changed for task in asked):
        return _everything(studio, project)
    fresh = (task for task in asked if _id(task) in changed)
    unchanged = (task for task in map(raw_task, kept) if _id(task) not in stale)
    return ListedTasks(heapq.merge(unchanged, fresh, key=_id), len(now), len(changed))


def _differing(kept: Iterable[bytes], now: Iterable[ListedTask]) -> tuple[dict[int, str], set[int]]:
    """The tasks that are new or changed, with their times, and those in `kept` that are changed or gone. Both by id."""
    changed: dict[int, str] = {}
    stale: set[int] = set()
    known = ((_id(task), 0, str(task.get("updated_at"))) for task in map(raw_task, kept))
    current = ((_id(task), 1, str(task["updated_at"])) for task in now)
    for task, versions in groupby(heapq.merge(known, current), key=itemgetter(0)):
        times = {side: time for _, side, time in versions}
        if times.get(0) != times.get(1):
            changed |= {task: times[1]} if 1 in times else {}
            stale |= {task} if 0 in times else set()
    return changed, stale


def _everything(studio: Studio, project: int) -> ListedTasks:
    tasks = studio.listing(project)
    return ListedTasks(tasks, len(tasks), len(tasks))


def _id(task: ListedTask) -> int:
    return task["id"]
