"""A layer of the record back into Label Studio, as its annotator's work, so that a pull tells the same layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from annotation import projects, push, results
from annotation.accounts import Seat
from annotation.locks import Tell, one_at_a_time
from dataset.corpus import Corpus
from dataset.layer import Layer, missing_files, read_layer
from dataset.problem import Problem

Row = dict[str, Any]


@dataclass(frozen=True)
class Restored:
    """How many articles were put back, and how many were there already."""

    project: int
    put_back: int
    there: int


@dataclass(frozen=True)
class Work:
    """A row of the table `tasks`, and the result that shows its spans and links on the page."""

    row: Row
    result: list[Row]

    @property
    def skipped(self) -> bool:
        """Whether the article was skipped."""
        return bool(self.row["status"] == "skipped")


def restore(
    corpus: Corpus,
    round_name: str,
    seat: Seat,
    progress: push.Progress = lambda done, total: None,
    tell: Tell = lambda line: None,
) -> Restored:
    """Puts a layer back. What the server holds already is left; nothing there is overwritten.

    Raises:
        Problem: there is no such layer, the page cannot show it, or the server holds other work on one of its articles.
    """
    with one_at_a_time(corpus, round_name, [seat.annotator], tell):
        return _restore(corpus, round_name, seat, progress)


def _restore(corpus: Corpus, round_name: str, seat: Seat, progress: push.Progress) -> Restored:
    layer = _layer(corpus, round_name, seat.annotator)
    work = {row["article_id"]: _work(corpus, layer, row) for row in layer.tasks.iter_rows(named=True)}
    project = projects.find_or_create(corpus, round_name, seat)
    there = {task.article_id: task for task in map(results.read_task, seat.studio.tasks(project))}
    _refuse_overwriting(seat, project, work, there)
    _refuse_other_texts(corpus, seat, project, there)
    account = seat.account if seat.account is not None else seat.studio.whoami()[0]
    done = sum(_annotate(seat, there[article], work[article], account) for article in work if article in there)
    new = [article for article in work if article not in there]
    tasks = (_task(corpus, article, work[article], account) for article in new)
    push.send(corpus, seat, project, tasks, len(new), progress)
    return Restored(project, done + len(new), len(work) - done - len(new))


def _layer(corpus: Corpus, round_name: str, annotator: str) -> Layer:
    name = f"{round_name}/{annotator}"
    layer = read_layer(corpus.layer_path(name), name)
    if lost := missing_files(corpus.layer_path(name)):
        raise Problem(f"{name} lacks {', '.join(lost)}", "put the file back, then restore again")
    if not layer.tasks.height:
        known = ", ".join(corpus.layers()) or "none"
        raise Problem(f"the record has no layer {name}", f"name one that it has: {known}")
    if layer.findings.height:
        raise Problem(
            f"{name} has {layer.findings.height} findings that a server cannot be given back",
            "see `hedgerow validate`; mend them where the work is, and pull again",
        )
    return layer


def _work(corpus: Corpus, layer: Layer, task: Row) -> Work:
    """The work on one article."""
    article = task["article_id"]
    if article not in corpus.by_id:
        raise Problem(f"{layer.name} holds {article}, which the corpus does not have", "take it in again, or out of it")
    here = pl.col("article_id") == article
    result = results.write_result(
        layer.spans.filter(here).iter_rows(named=True),
        layer.relations.filter(here).iter_rows(named=True),
        corpus.speakers.get(corpus.by_id[article]["event_id"], []),
    )
    return Work(task, result)


def _refuse_overwriting(seat: Seat, project: int, work: dict[str, Work], there: dict[str | None, results.Task]) -> None:
    for article, one in work.items():
        task = there.get(article)
        if task and task.work and not results.same_work(task, one.result, skipped=one.skipped):
            where = seat.studio.task_url(project, task.id)
            raise Problem(
                f"the server holds other work of {seat.annotator} on {article}: {where}",
                "pull it, or delete it there, then restore again; nothing was changed",
            )


def _refuse_other_texts(corpus: Corpus, seat: Seat, project: int, there: dict[str | None, results.Task]) -> None:
    for article, task in there.items():
        if article in corpus.by_id and task.text != corpus.text(str(article)):
            where = seat.studio.task_url(project, task.id)
            raise Problem(
                f"the server holds {article} with another text at {where}", "mend that task, then restore again"
            )


def _annotate(seat: Seat, task: results.Task, work: Work, account: int) -> bool:
    """Submits the work on a task that is on the server without any. Returns whether it did."""
    if task.work:
        return False
    seat.studio.set_meta(task.id, results.restored_meta(work.row, work.result))
    seconds = work.row["seconds"]
    seat.studio.annotate(task.id, work.result, skipped=work.skipped, seconds=seconds, account=account)
    return True


def _task(corpus: Corpus, article: str, work: Work, account: int) -> Row:
    """A task with its annotation, for an article that is not on the server."""
    return results.with_work(push.task(corpus, article), work.row, work.result, account)
