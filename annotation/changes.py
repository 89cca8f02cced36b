"""A pull that asks only for what changed since the last one, and tells what one that asks for everything would."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from annotation.studio import Studio

Row = dict[str, Any]


@dataclass(frozen=True)
class Listed:
    """A project's tasks by id, how many there are, and how many of them were asked for anew."""

    tasks: Iterable[Row]
    count: int
    asked: int


def listed(studio: Studio, project: int, kept: Path | None) -> Listed:
    """The tasks of a project. `kept` is the raw file of an earlier pull of it, None where there is none.

    The server notes a new time at a task whenever something in it is submitted, changed or deleted. A task that has
    the same time as in `kept` is taken from there; one that is gone from the server is left out.

    Raises:
        Problem: the server cannot be asked, or its listing does not add up.
    """
    if kept is None:
        return _everything(studio, project)
    known, now = {_id(task): task.get("updated_at") for task in _read(kept)}, studio.versions(project)
    changed = {task for task, version in now.items() if known.get(task) != version}
    since = min((now[task] for task in changed), default=None)
    found = {_id(task): task for task in studio.tasks_since(project, since)} if since else {}
    if changed - found.keys():
        return _everything(studio, project)
    fresh = [found[task] for task in sorted(changed)]
    unchanged = (task for task in _read(kept) if _id(task) in now and _id(task) not in changed)
    return Listed(heapq.merge(unchanged, fresh, key=_id), len(now), len(changed))


def _everything(studio: Studio, project: int) -> Listed:
    tasks = studio.tasks(project)
    return Listed(tasks, len(tasks), len(tasks))


def _id(task: Row) -> int:
    return int(task["id"])


def _read(kept: Path) -> Iterator[Row]:
    with kept.open("rb") as lines:
        for line in lines:
            yield _task(line)


def _task(line: bytes) -> Row:
    try:
        return dict(orjson.loads(line))
    except orjson.JSONDecodeError:  # a lone surrogate, which orjson does not take
        return dict(json.loads(line.decode("utf-8", "surrogatepass")))
