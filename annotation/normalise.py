"""From raw tasks to a layer of the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import polars as pl

from annotation import results
from dataset import hedging, schema
from dataset.corpus import Corpus
from dataset.layer import TABLES, Layer, make_layer
from dataset.problem import Problem

Row = dict[str, Any]
SHELF: Final = 12_000


class Normaliser:
    """Makes the rows of one annotator's layer, task by task, and hands them on, part by part.

    `put` gets each part of the layer, sorted in itself, of `at_once` rows and those of a task at most. An article that
    is on several tasks may be in several parts: see `taken_back`.
    """

    def __init__(
        self,
        corpus: Corpus,
        round_name: str,
        annotator: str,
        account: int | None = None,
        *,
        put: Callable[[Layer], None],
        at_once: int = SHELF,
    ) -> None:
        self._corpus, self._put, self._at_once = corpus, put, at_once
        self._round, self._annotator, self._account = round_name, annotator, account
        self._rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        self._places: dict[str, int] = {}
        self._strays: dict[str, int] = {}
        self._untold: set[str] = set()
        self._taken = 0

    def add(self, raw: Row) -> None:
        """Takes in one raw task. What the tables cannot hold becomes a finding.

        Raises:
            Problem: it is no task.
        """
        self._taken += 1
        if not isinstance(raw, dict):
            what = f"the export holds something that is not a task, at place {self._taken}"
            raise Problem(what, "export again as JSON, not JSON_MIN or CSV")
        self._hand_on(self._at_once)
        task = results.read_task(raw)
        article = task.article_id
        if article is None or article not in self._corpus.hashes:
            self._add_stray(task)
            return
        for fault in task.faults:
            self._find(article, "unreadable-task", None, f"of task {task.id}, {fault}")
        if not task.work:
            self._places.setdefault(article, task.id)
        elif (text := self._text_of(task, article)) is not None:
            self._places[article] = task.id
            self._add_work(task, article, text)

    def _add_stray(self, task: results.Task) -> None:
        name = f"task-{task.id}"
        self._strays[name] = task.id
        self._find(name, "unknown-article", None, f"task {task.id} holds no article of this corpus")

    def end(self) -> None:
        """Hands on what is left."""
        self._hand_on(1)

    def places(self) -> dict[str, int]:
        """article_id to the id of the task that holds it."""
        return dict(sorted(self._places.items()))

    def strays(self) -> dict[str, int]:
        """What the findings call each task without an article of the corpus, to its id."""
        return self._strays

    def untold(self) -> list[str]:
        """Articles with work that cannot be told, since the corpus's own text of them cannot be read."""
        return sorted(self._untold)

    def _hand_on(self, least: int) -> None:
        """Hands rows on once there are many."""
        if sum(map(len, self._rows.values())) >= least:
            self._put(make_layer(f"{self._round}/{self._annotator}", **self._rows))
            for rows in self._rows.values():
                rows.clear()

    def _text_of(self, task: results.Task, article: str) -> str | None:
        """The article's text, or None where it cannot be read or the task's is another."""
        try:
            text = self._corpus.text(article)
        except Problem:
            self._untold.add(article)
            message = f"the article's own text is missing or not the one taken in; work of task {task.id} is not taken"
            self._find(article, "article-text-unreadable", None, message)
            return None
        if task.text == text and task.text_sha256 in (None, self._corpus.hashes[article]):
            return text
        message = f"the text of task {task.id} is not the article's; its work is not taken"
        self._find(article, "task-text-differs", None, message)
        return None

    def _add_work(self, task: results.Task, article: str, text: str) -> None:
        work, *more = task.work
        if more:
            count = len(task.work)
            self._find(article, "several-submissions", None, f"task {task.id} has {count} submissions; none is taken")
        elif self._account is not None and work.account != self._account:
            message = f"task {task.id} was not submitted by {self._annotator}; it is not taken"
            self._find(article, "wrong-annotator", None, message)
        else:
            self._rows["tasks"].append(self._key(article) | results.ended(task, work))
            if not work.skipped:
                self._add_result(article, text, work.result)

    def _add_result(self, article: str, text: str, result: Any) -> None:
        reading = results.read_result(result, text)
        key, links = self._key(article), reading.relations + derived(text, reading)
        for row in reading.spans + links:
            row.update(key)
        self._rows["spans"] += reading.spans
        self._rows["relations"] += links
        for code, region, message in reading.findings:
            self._find(article, code, region, message)

    def _key(self, article: str) -> Row:
        return {"article_id": article, "round": self._round, "annotator": self._annotator}

    def _find(self, article: str, code: str, region: str | None, message: str) -> None:
        self._rows["findings"].append(self._key(article) | _finding(code, region, message))


def taken_back(layer: Layer) -> Layer:
    """A layer, or whole articles of it, without those that ended on several tasks, which are findings instead."""
    ended = layer.tasks.group_by("article_id", "round", "annotator").len().filter(pl.col("len") > 1)
    message = "the article was ended on several tasks; none is taken"
    told = [row | _finding("several-submissions", None, message) for row in ended.drop("len").iter_rows(named=True)]
    findings = pl.concat([layer.findings, schema.frame(schema.Findings, told)])
    return replace(layer.except_for(ended["article_id"].to_list()), findings=findings)


def _finding(code: str, region: str | None, message: str) -> Row:
    return {"code": code, "region": region, "message": message}


def derived(text: str, reading: results.Reading) -> list[Row]:
    """The `hedges` links that rule H10 makes."""
    marks = [hedging.Mark(s["span_id"], s["label"], s["start"], s["end"], s["hedge_kind"]) for s in reading.spans]
    drawn = {link["from_span"] for link in reading.relations if link["type"] == "hedges"}
    return [
        {"type": "hedges", "from_span": hedge, "to_span": target, "derived": True}
        for hedge, target in hedging.targets(text, marks, drawn)
    ]
