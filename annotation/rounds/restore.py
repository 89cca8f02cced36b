"""A layer of the record back into Label Studio, as its annotator's work, so that a pull gives the same layer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic

import polars as pl

from annotation.labelstudio.payloads import SentTask
from annotation.labelstudio.result import Result, write_result
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import Task, read_task, restored_meta, same_work, with_work
from annotation.page.messages import answers_markdown
from annotation.rounds import projects, push
from annotation.rounds.assistance import ShownBefore
from annotation.rounds.inbox import show_on_pages, words_of
from annotation.rounds.locks import one_at_a_time
from dataset.checks import acknowledged
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import Layer, missing_files, read_layer
from dataset.record.locks import Tell, in_silence, reading
from dataset.record.notes import read_notes
from dataset.record.rows import (
    A,
    AcknowledgedRow,
    MarkedSpan,
    NoteRow,
    RelationRow,
    SpanRow,
    TaskRow,
    by_article,
    rows_of,
)


@dataclass(frozen=True)
class RestoreResult:
    """How many articles were put back, and how many were there already."""

    project: int
    put_back: int
    there: int


@dataclass(frozen=True)
class RestoredArticle:
    """A row of the table `tasks`, the result that shows its spans, links and questions, and the page's `answers`."""

    row: TaskRow
    result: list[Result]
    answers: str

    @property
    def skipped(self) -> bool:
        """Whether the article was skipped."""
        return self.row["status"] == "skipped"


class RestoredArticles:
    """The work of a layer, made article by article as it is asked for.

    `rows` is the table `tasks` by article_id, `shown` what the annotator was shown.
    """

    def __init__(self, corpus: Corpus, layer: Layer) -> None:
        self._corpus = corpus
        self.rows = {row["article_id"]: row for row in rows_of(layer.tasks, TaskRow)}
        if gone := next((article for article in self.rows if article not in corpus.by_id), None):
            raise Problem(
                f"{layer.name} holds {gone}, which the corpus does not have",
                "take that article in again, or take it out of the layer",
            )
        self._spans = _RowsByArticle(layer.spans, SpanRow)
        self._relations = _RowsByArticle(layer.relations, RelationRow)
        self._notes = by_article(read_notes(corpus, layer.name), NoteRow)
        self._ticked = by_article(acknowledged.read(corpus, layer.name), AcknowledgedRow)
        self.shown = ShownBefore(corpus, layer.name)

    def on(self, article: str, task: Task | None = None) -> RestoredArticle:
        """The work on one article, as a task that is there already shows it, or else one that offers today's names."""
        known: Iterable[str] = self._corpus.speakers.get(self._corpus.by_id[article]["event_id"] or "", {})
        if task and task.offered is not None:
            known = task.offered
        spans, notes = self._spans[article], self._notes[article]
        ticked = [(row["code"], row["place"]) for row in self._ticked[article]]
        regions: list[MarkedSpan] = [*spans, *self.shown.undecided(article)]
        links = [*self._relations[article], *self.shown.undecided_links(article)]
        result = write_result(regions, links, known, notes, ticked, self.shown.kept(article))
        return RestoredArticle(self.rows[article], result, answers_markdown(notes, words_of(spans)))

    def require_shown(self) -> None:
        """Whether the page can show all of it.

        Raises:
            Problem: it cannot.
        """
        for article in self.rows:
            self.on(article)


class _RowsByArticle(Generic[A]):
    """The rows of a table, article by article."""

    def __init__(self, rows: pl.DataFrame, row: type[A]) -> None:
        self._row = row
        self._rows = rows.sort("article_id", maintain_order=True)
        ends = self._rows.with_row_index("at").group_by("article_id").agg(pl.col("at").min(), pl.len())
        self._places = {article: place for article, *place in ends.iter_rows()}

    def __getitem__(self, article: str) -> list[A]:
        return [*rows_of(self._rows.slice(*self._places.get(article, (0, 0))), self._row)]


def restore(
    corpus: Corpus,
    round_name: str,
    seat: Seat,
    progress: push.Progress = lambda done, total: None,
    tell: Tell = in_silence,
) -> RestoreResult:
    """Puts a layer back. What the server holds already is left; nothing there is overwritten.

    Raises:
        Problem: there is no such layer, the page cannot show it, or the server holds other work on one of its articles.
    """
    with one_at_a_time(corpus, round_name, [seat.annotator], tell):
        with reading(corpus, tell):
            work = RestoredArticles(corpus, _layer(corpus, round_name, seat.annotator))
        return _restore(corpus, round_name, seat, work, progress)


def _restore(
    corpus: Corpus, round_name: str, seat: Seat, work: RestoredArticles, progress: push.Progress
) -> RestoreResult:
    work.require_shown()
    suggestions = str(work.shown.assistance) if work.shown.assistance else None
    project = projects.find_or_create(corpus, round_name, seat, suggestions=suggestions)
    there = {task.article_id: task for task in map(read_task, seat.studio.tasks(project))}
    _refuse_overwriting(seat, project, work, there)
    _refuse_other_texts(corpus, seat, project, there)
    account = seat.account if seat.account is not None else seat.studio.whoami()[0]
    done, answers = 0, dict[str, str]()
    for article, task in ((article, there[article]) for article in work.rows if article in there):
        restored = work.on(article, task)
        done += _annotate(seat, task, restored, account)
        answers |= {article: restored.answers} if restored.answers else {}
    show_on_pages(seat, project, "answers", answers)
    new = [article for article in work.rows if article not in there]
    tasks = (_task(corpus, article, work.on(article), work.shown, account) for article in new)
    push.send(corpus, seat, project, tasks, len(new), progress)
    return RestoreResult(project, done + len(new), len(work.rows) - done - len(new))


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
            "see `hedgerow validate`; fix them where the work is, and pull again",
        )
    return layer


def _refuse_overwriting(seat: Seat, project: int, work: RestoredArticles, there: dict[str | None, Task]) -> None:
    for article in work.rows:
        task = there.get(article)
        if task and task.work and not _same(task, work.on(article, task)):
            where = seat.studio.task_url(project, task.id)
            raise Problem(
                f"the server holds other work of {seat.annotator} on {article}: {where}",
                "pull it, or delete it there, then restore again; nothing was changed",
            )


def _same(task: Task, work: RestoredArticle) -> bool:
    return same_work(task, work.result, skipped=work.skipped)


def _refuse_other_texts(corpus: Corpus, seat: Seat, project: int, there: dict[str | None, Task]) -> None:
    for article, task in there.items():
        if article in corpus.by_id and task.text != corpus.text(str(article)):
            where = seat.studio.task_url(project, task.id)
            raise Problem(
                f"the server holds {article} with another text at {where}", "fix that task, then restore again"
            )


def _annotate(seat: Seat, task: Task, work: RestoredArticle, account: int) -> bool:
    """Submits the work on a task that is on the server without any. Returns whether it did."""
    if task.work:
        return False
    seat.studio.set_meta(task.id, restored_meta(work.row, work.result))
    seconds = work.row["seconds"]
    seat.studio.annotate(task.id, work.result, skipped=work.skipped, seconds=seconds, account=account)
    return True


def _task(corpus: Corpus, article: str, work: RestoredArticle, shown: ShownBefore, account: int) -> SentTask:
    """A task with its annotation, for an article that is not on the server."""
    return with_work(shown.added_to(push.task(corpus, article)), work.row, work.result, account, work.answers)
