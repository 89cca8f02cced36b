"""Takes a task, or a whole project, off a server by the address at which a person would open it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from annotation.labelstudio.client import Studio, foreign_server
from annotation.labelstudio.seats import embedded_studios
from annotation.labelstudio.tasks import read_task
from dataset.problem import Problem
from dataset.record.corpus import Corpus

_PATH: Final = re.compile(r"/projects/(\d+)(?:/data)?/?")
_EXAMPLE: Final = "name one as commands print it, like http://127.0.0.1:8080/projects/3/data?task=7"


@dataclass(frozen=True)
class DiscardResult:
    """What was deleted from the server: how many tasks, and how many pieces of work with them."""

    project: int
    task: int | None
    tasks: int
    work: int


def discard(corpus: Corpus, address: str, *, with_work: bool) -> DiscardResult:
    """Deletes the task, or the project, that an address names; one with work in it only if that is asked for.

    Raises:
        Problem: the address names nothing of this corpus on its server, or there is work and `with_work` is not given.
    """
    project, task = _named(address)
    studio = _owner(corpus, address, project)
    tasks = [row for row in map(read_task, studio.tasks(project)) if task in (None, row.id)]
    if task is not None and not tasks:
        raise Problem(f"project {project} has no task {task}", _EXAMPLE)
    work = sum(len(row.work) for row in tasks)
    if work and not with_work:
        raise Problem(
            f"{address} holds {work} {'submission' if work == 1 else 'submissions'}, which would be deleted with it",
            "bring the work in with `hedgerow pull` first, then run this again with --with-work",
        )
    if task is None:
        studio.delete_project(project)
    else:
        studio.delete_task(task)
    return DiscardResult(project, task, len(tasks), work)


def _named(address: str) -> tuple[int, int | None]:
    parts = urlsplit(address)
    path, task = _PATH.fullmatch(parts.path), parse_qs(parts.query).get("task", [""])[0]
    if path is None or not (task.isdecimal() or not parts.query):
        raise Problem(f"{address} is not the address of a project or a task", _EXAMPLE)
    return int(path[1]), int(task) if task else None


def _owner(corpus: Corpus, address: str, project: int) -> Studio:
    """The account that has the project.

    Raises:
        Problem: nobody here has, or the project is not this corpus's.
    """
    foreign = foreign_server()
    studios = [Studio(*foreign)] if foreign else embedded_studios(corpus)
    for studio in studios:
        if _server(address) not in (_server(studio.url), _server(studio.shown_at)):
            raise Problem(f"{address} is on another server than {studio.shown_at}", _EXAMPLE)
        description = studio.projects().get(project)
        if description is not None and description.startswith(f"hedgerow corpus={corpus.name} "):
            return studio
    raise Problem(f"no project of {corpus.name} is at {address}", _EXAMPLE)


def _server(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc
