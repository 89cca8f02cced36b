"""A layer of the record back into Label Studio, as its annotator's work, so that a pull tells the same layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from annotation import projects, push, results
from annotation.accounts import Seat
from dataset.corpus import Corpus
from dataset.layer import Layer, read_layer
from dataset.problem import Problem

Row = dict[str, Any]


@dataclass(frozen=True)
class Restored:
    """How many articles were put back, and how many were there already."""

    project: int
    put_back: int
    there: int


def restore(
    corpus: Corpus, round_name: str, seat: Seat, progress: push.Progress = lambda done, total: None
) -> Restored:
    """Puts a layer back. What the server holds already is left; nothing there is overwritten.

    Raises:
        Problem: there is no such layer, or the server holds other work on one of its articles.
    """
    layer = _layer(corpus, round_name, seat.annotator)
    project = projects.find_or_create(corpus, round_name, seat)
    there = {task.article_id: task for task in map(results.read_task, seat.studio.tasks(project))}
    work = {row["article_id"]: _work(corpus, layer, row) for row in layer.tasks.iter_rows(named=True)}
    _refuse_overwriting(seat, project, work, there)
    _refuse_other_texts(corpus, seat, project, there)
    account = seat.account if seat.account is not None else seat.studio.whoami()[0]
    done = sum(_annotate(seat, there[article], work[article], account) for article in work if article in there)
    new = [article for article in work if article not in there]
    tasks = (_task(corpus, layer, article, work[article], account) for article in new)
    push.send(seat, project, tasks, len(new), progress)
    return Restored(project, done + len(new), len(work) - done - len(new))


def _layer(corpus: Corpus, round_name: str, annotator: str) -> Layer:
    name = f"{round_name}/{annotator}"
    layer = read_layer(corpus.layer_path(name), name)
    if not layer.tasks.height:
        known = ", ".join(corpus.layers()) or "none"
        raise Problem(f"the record has no layer {name}", f"name one that it has: {known}")
    if layer.findings.height:
        raise Problem(
            f"{name} has {layer.findings.height} findings that a server cannot be given back",
            "see `hedgerow validate`; mend them where the work is, and pull again",
        )
    return layer


def _work(corpus: Corpus, layer: Layer, task: Row) -> Row:
    """The annotation of one article, as Label Studio takes it, and the meta that keeps its times."""
    article = task["article_id"]
    here = pl.col("article_id") == article
    result = results.write_result(
        layer.spans.filter(here).iter_rows(named=True),
        layer.relations.filter(here).iter_rows(named=True),
        corpus.entities["entity"],
    )
    return {"row": task, "result": result, "meta": results.restored_meta(task, result)}


def _refuse_overwriting(seat: Seat, project: int, work: dict[str, Row], there: dict[str | None, results.Task]) -> None:
    for article, one in work.items():
        task = there.get(article)
        if task and task.annotations and not _same(task, one):
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


def _same(task: results.Task, work: Row) -> bool:
    (first, *more) = task.annotations
    skipped = work["row"]["status"] == "skipped"
    return (
        not more
        and bool(first.get("was_cancelled")) == skipped
        and results.same_work(first.get("result"), work["result"], task.text or "")
    )


def _annotate(seat: Seat, task: results.Task, work: Row, account: int) -> bool:
    """Submits the work on a task that is on the server without any. Returns whether it did."""
    if task.annotations:
        return False
    seat.studio.set_meta(task.id, work["meta"])
    row = work["row"]
    seat.studio.annotate(
        task.id, work["result"], skipped=row["status"] == "skipped", seconds=row["seconds"], account=account
    )
    return True


def _task(corpus: Corpus, layer: Layer, article: str, work: Row, account: int) -> Row:
    """A task with its annotation, for an article that is not on the server."""
    row = work["row"]
    annotation = {
        "result": work["result"],
        "was_cancelled": row["status"] == "skipped",
        "lead_time": row["seconds"],
        "completed_by": account,
        "ground_truth": False,
    }
    task = push.task(corpus, article)
    task["data"]["guidelines_version"] = row["guidelines_version"]
    return task | {"meta": work["meta"], "annotations": [annotation]}
