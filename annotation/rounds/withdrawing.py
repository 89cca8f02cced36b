"""What this machine and the server still hold of an article that was withdrawn from the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from annotation.embedded.kept_backups import archives
from annotation.labelstudio.client import BegunTask, Studio, foreign_server
from annotation.labelstudio.seats import embedded_studios
from annotation.rounds.kept_pulls import pulls_with
from dataset.problem import Problem
from dataset.record.corpus import Corpus


@dataclass
class WithdrawnElsewhere:
    """Where else a withdrawn article is, or was.

    `deleted` are the addresses of tasks that went from the server, with what was on them: `submitted`, `begun` or
    nothing. `desks` are those of tasks that show its quotes among others of its event, and stay, with the same.
    `unasked` says why the server could not be asked. `pulls` and `backups` still hold the article, or may.
    """

    deleted: dict[str, str] = field(default_factory=dict)
    desks: dict[str, str] = field(default_factory=dict)
    unasked: str | None = None
    pulls: list[str] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)


def clear_elsewhere(corpus: Corpus, article: str) -> WithdrawnElsewhere:
    """Deletes an article's tasks from the server, with the work on them, and names what holds the article otherwise.

    A server that cannot be asked is passed over; the same call deletes them later. All backups are named: which
    articles one holds shows only where it is put back.

    Raises:
        Problem: a raw pull cannot be read.
    """
    left = WithdrawnElsewhere(pulls=pulls_with(corpus, article), backups=[path for path, _ in archives(corpus)])
    try:
        for studio, project, task in _tasks(corpus):
            page = studio.task_url(project, task.id)
            work = "submitted" if task.submitted else "begun" if task.begun else ""
            if task.article_id == article:
                studio.delete_task(task.id)
                left.deleted[page] = work
            elif article in task.on_desk:
                left.desks[page] = work
    except Problem as problem:
        left.unasked = problem.what
    return left


def _tasks(corpus: Corpus) -> Iterator[tuple[Studio, int, BegunTask]]:
    """The tasks of all projects of a corpus, with the project's id and an account that has it."""
    foreign = foreign_server()
    for studio in [Studio(*foreign)] if foreign else embedded_studios(corpus):
        for project, description in studio.projects().items():
            if description.startswith(f"hedgerow corpus={corpus.name} "):
                yield from ((studio, project, task) for task in studio.begun(project))
