"""From raw tasks to a layer of the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import polars as pl

from annotation.labelstudio.canonical import canonical_line, raw_line, raw_task
from annotation.labelstudio.result import ResultRows, read_result
from annotation.labelstudio.suggested import SuggestedTask
from annotation.labelstudio.tasks import Task, ended, read_task
from annotation.rounds.outcomes import decided
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import Layer
from dataset.record.lines import ArticleRows, Lines
from dataset.record.rows import (
    AcknowledgedRow,
    ArticleRow,
    FindingRow,
    LayerKey,
    Link,
    NoteRow,
    rows_of,
)
from dataset.record.shown import ShownRows
from dataset.record.withdrawal import withdrawn_articles
from dataset.scheme import hedge_targets

AT_ONCE: Final = 2 << 20
"""Bytes of raw tasks that are normalised together, about."""


@dataclass(frozen=True)
class Batch:
    """Neighbouring tasks of a source as JSON, and the place, from 1, of the first of them."""

    first: int
    tasks: list[bytes]


@dataclass(frozen=True)
class NormalisedBatch:
    """What some tasks say: their raw lines, their canonical ones, and the rows of the layer, sorted in themselves.

    `seen` and `ended` are the tasks of articles without work and with it, `strays` those of no article, under the names
    that findings have for them; `unreadable` are articles with work whose text in the corpus cannot be read,
    `withdrawn` those that were withdrawn, of which there are no rows. `notes` are what the annotator asks, `ticked` the
    warnings that the annotator let stand. `returned` says when an article that was returned was submitted again, None
    while it is out; of the `reopened` ones there is no submission meanwhile. `shown` says what was suggested, and what
    became of it.
    """

    raw: list[bytes]
    canonical: bytes
    rows: dict[str, Lines]
    seen: dict[str, int]
    ended: dict[str, int]
    strays: dict[str, int]
    unreadable: set[str]
    withdrawn: set[str]
    notes: list[NoteRow]
    ticked: list[AcknowledgedRow]
    returned: dict[str, str | None]
    reopened: set[str]
    shown: ShownRows


def batches(tasks: Iterable[bytes]) -> Iterator[Batch]:
    """Cuts tasks into batches of about `AT_ONCE` bytes, so that no more has to be held."""
    held, size, first = list[bytes](), 0, 1
    for task in tasks:
        held.append(task)
        size += len(task)
        if size >= AT_ONCE:
            yield Batch(first, held)
            held, size, first = [], 0, first + len(held)
    if held:
        yield Batch(first, held)


def normalised(
    corpus: Corpus,
    round_name: str,
    annotator: str,
    account: int | None,
    batch: Batch,
    withdrawn: frozenset[str] = frozenset(),
    read: Callable[[bytes], Any] = raw_task,
) -> NormalisedBatch:
    """The rows of an annotator's layer that a batch of tasks holds, each of which `read` reads.

    Raises:
        Problem: something in it is not a task.
    """
    normaliser = Normaliser(corpus, round_name, annotator, account, batch.first, withdrawn)
    raw, canonical = list[bytes](), list[bytes]()
    for task in map(read, batch.tasks):
        normaliser.add(task)
        raw.append(raw_line(task))
        canonical.append(canonical_line(task))
    return normaliser.batch(raw, b"".join(canonical))


class Normaliser:
    """Makes the rows of one annotator's layer, task by task.

    An article that is on several tasks has rows of each: see `taken_back`. `first` is the place of the first task.
    Tasks of articles that were `withdrawn` are passed over.
    """

    def __init__(
        self,
        corpus: Corpus,
        round_name: str,
        annotator: str,
        account: int | None = None,
        first: int = 1,
        withdrawn: frozenset[str] = frozenset(),
    ) -> None:
        self._corpus = corpus
        self._round, self._annotator, self._account = round_name, annotator, account
        self._rows = defaultdict[str, ArticleRows](ArticleRows)
        self._seen: dict[str, int] = {}
        self._ended: dict[str, int] = {}
        self._strays: dict[str, int] = {}
        self._unreadable: set[str] = set()
        self._gone = withdrawn
        self._passed_over: set[str] = set()
        self._notes: list[NoteRow] = []
        self._ticked: list[AcknowledgedRow] = []
        self._returned: dict[str, str | None] = {}
        self._reopened: set[str] = set()
        self._shown = ShownRows()
        self._next = first

    def add(self, raw: object) -> None:
        """Takes in one raw task. What the tables cannot hold becomes a finding.

        Raises:
            Problem: it is not a task.
        """
        if not isinstance(raw, dict):
            what = f"the export holds something that is not a task, at place {self._next}"
            raise Problem(what, "export again as JSON, not JSON_MIN or CSV")
        self._next += 1
        task = read_task(raw)
        article = task.article_id
        known = None if article is None else self._corpus.find(article)
        if article in (self._gone if known else self._gone_by_now):
            self._passed_over.add(article)
            return
        if article is None or known is None:
            self._add_stray(task)
            return
        for fault in task.faults:
            self._find(article, "unreadable-task", None, f"of task {task.id}, {fault}")
        if task.returned and task.corrections:
            self._add_returned(task, article)
        if not task.work:
            self._seen.setdefault(article, task.id)
        elif (text := self._text_of(task, known)) is not None:
            self._ended[article] = task.id
            self._add_work(task, article, text)

    @cached_property
    def _gone_by_now(self) -> frozenset[str]:
        """A tombstone is written before its article goes, so it explains why the seeds, as read here, lack one."""
        return self._gone | withdrawn_articles(self._corpus)

    def _add_returned(self, task: Task, article: str) -> None:
        self._returned[article] = None if task.is_out else task.last_submitted
        if not task.work:
            self._reopened.add(article)

    def _add_stray(self, task: Task) -> None:
        name = f"task-{task.id}"
        self._strays[name] = task.id
        self._find(name, "unknown-article", None, f"task {task.id} holds no article of this corpus")

    def batch(self, raw: list[bytes], canonical: bytes) -> NormalisedBatch:
        """What the tasks so far say, of which these are the raw and the canonical lines."""
        return NormalisedBatch(
            raw=raw,
            canonical=canonical,
            rows={article: rows.lines() for article, rows in self._rows.items()},
            seen=self._seen,
            ended=self._ended,
            strays=self._strays,
            unreadable=self._unreadable,
            withdrawn=self._passed_over,
            notes=self._notes,
            ticked=self._ticked,
            returned=self._returned,
            reopened=self._reopened,
            shown=self._shown,
        )

    def _text_of(self, task: Task, known: ArticleRow) -> str | None:
        """The article's text, or None where it cannot be read or the task's is another."""
        article = known["article_id"]
        try:
            text = self._corpus.text(article)
        except Problem:
            self._unreadable.add(article)
            message = (
                f"the article's own text is missing or not the one taken in; the work on task {task.id} is not taken"
            )
            self._find(article, "article-text-unreadable", None, message)
            return None
        if task.text == text and task.text_sha256 in (None, known["text_sha256"]):
            return text
        message = f"the text of task {task.id} is not the article's; its work is not taken"
        self._find(article, "task-text-differs", None, message)
        return None

    def _add_work(self, task: Task, article: str, text: str) -> None:
        work, *more = task.work
        if more:
            count = len(task.work)
            self._find(article, "several-submissions", None, f"task {task.id} has {count} submissions; none is taken")
        elif (status := work.ended["status"]) is None:
            return  # a fault of the task says so
        elif self._account is not None and work.account != self._account:
            message = f"task {task.id} was not submitted by {self._annotator}; it is not taken"
            self._find(article, "wrong-annotator", None, message)
        else:
            self._rows[article].tasks.append({**self._key(article), **ended(task, work), "status": status})
            reading = read_result(work.result, text, task.offered)
            if task.suggested is not None:
                reading = self._add_shown(article, task.suggested, reading, text, task.offered, skipped=work.skipped)
            self._add_questions(article, reading, skipped=work.skipped)
            if not work.skipped:
                self._add_result(article, reading, text)
                reason = f"{self._annotator} ticked it as right on the labelling page"
                self._ticked += [
                    {"code": code, "article_id": article, "place": place, "reason": reason}
                    for code, place in reading.ticked
                ]

    def _add_shown(
        self,
        article: str,
        suggested: SuggestedTask,
        reading: ResultRows,
        text: str,
        offered: Collection[str] | None,
        *,
        skipped: bool,
    ) -> ResultRows:
        """Notes what became of the suggestions, of which a skipped article has none. Returns what was decided on."""
        key = self._key(article)
        self._shown.articles.append(
            {**key, "suggester": suggested.by, "least": suggested.least, "without": suggested.without}
        )
        work = decided(suggested, reading, text, offered)
        if not skipped:
            self._shown.spans += [{**key, **span} for span in work.spans]
            self._shown.links += [{**key, **link} for link in work.links]
        return work.rows

    def _add_questions(self, article: str, reading: ResultRows, *, skipped: bool) -> None:
        """Of a skipped article the record has no spans, so what is asked there is about the article."""
        key = self._key(article)
        for asked in reading.questions:
            span = None if skipped else asked["span_id"]
            note: NoteRow = {**key, "span_id": span, "question": asked["question"], "answer": None, "answered_at": None}
            self._notes.append(note)

    def _add_result(self, article: str, reading: ResultRows, text: str) -> None:
        key, rows = self._key(article), self._rows[article]
        rows.spans += [{**key, **span} for span in reading.spans]
        rows.relations += [{**key, **link} for link in reading.relations + derived(text, reading)]
        for code, region, message in reading.findings:
            self._find(article, code, region, message)

    def _key(self, article: str) -> LayerKey:
        return {"article_id": article, "round": self._round, "annotator": self._annotator}

    def _find(self, article: str, code: str, region: str | None, message: str) -> None:
        finding: FindingRow = {**self._key(article), "code": code, "region": region, "message": message}
        self._rows[article].findings.append(finding)


def taken_back(layer: Layer) -> Layer:
    """A layer, or whole articles of it, without those that ended on several tasks, which are findings instead."""
    ended = layer.tasks.group_by("article_id", "round", "annotator").len().filter(pl.col("len") > 1)
    message = "the article was ended on several tasks; none is taken"
    rows: list[FindingRow] = [
        {**key, "code": "several-submissions", "region": None, "message": message} for key in rows_of(ended, LayerKey)
    ]
    findings = pl.concat([layer.findings, schema.frame(schema.Findings, rows)])
    return replace(layer.except_for(ended["article_id"].to_list()), findings=findings)


def derived(text: str, reading: ResultRows) -> list[Link]:
    """The `hedges` links that rule H10 makes."""
    marks = [
        hedge_targets.TargetSpan(s["span_id"], s["label"], s["start"], s["end"], s["hedge_kind"]) for s in reading.spans
    ]
    drawn = {link["from_span"] for link in reading.relations if link["type"] == "hedges"}
    return [
        {"type": "hedges", "from_span": hedge, "to_span": target, "derived": True}
        for hedge, target in hedge_targets.targets(text, marks, drawn)
    ]
