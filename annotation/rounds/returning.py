"""Articles back to their annotators: those with errors, or whose questions were answered, come first in the queue.

The submission of a returned article becomes a draft, so that the queue shows it again with all that it held. It is the
annotator's own while the record keeps what was pulled. A submission is left as it is where something could be lost.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any

from annotation.labelstudio.canonical import canonical_line, raw_task
from annotation.labelstudio.payloads import JsonObject, ListedTask
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import Task, ended, read_task, says_the_same
from annotation.page.messages import Correction, corrections_markdown
from annotation.rounds import projects, raw
from annotation.rounds.inbox import answered_since
from annotation.rounds.locks import one_at_a_time
from dataset import schema
from dataset.checks.findings import CATALOGUE, Finding
from dataset.checks.suite import check_record
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import table_path
from dataset.record.locks import Tell, in_silence, reading
from dataset.record.notes import read_notes
from dataset.storage.atomic import sha256
from dataset.storage.tables import read_table


@dataclass
class ReasonToReturn:
    """What is to be corrected in an article, and whether a question about it was answered since it was submitted."""

    corrections: list[Correction] = field(default_factory=list)
    answered: bool = False

    @property
    def shown(self) -> str:
        """The same in Markdown, for the page."""
        return corrections_markdown(self.corrections, answered=self.answered)


@dataclass
class ReturnResult:
    """What became of an annotator's articles that are to be returned; each with the address of its page.

    `opened` ones are in the queue again, `out` ones were before. `submitted` ones say on their page what to correct,
    but come to the annotator by their address alone: their submission belongs to another account, or changes to it were
    begun and not submitted. `not_pulled` ones were changed since the last pull, and `absent` ones have no submission on
    the server; nothing was done about either. `cleared` ones need no correction any more.
    """

    annotator: str
    queue: str
    opened: dict[str, str] = field(default_factory=dict)
    out: dict[str, str] = field(default_factory=dict)
    submitted: dict[str, str] = field(default_factory=dict)
    not_pulled: dict[str, str] = field(default_factory=dict)
    cleared: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)


def return_articles(corpus: Corpus, round_name: str, seat: Seat, tell: Tell = in_silence) -> ReturnResult:
    """Returns an annotator's articles that have errors, by the checks, or answers that are younger than the work.

    Raises:
        Problem: the record cannot be read, or the server cannot be asked.
    """
    layer = f"{round_name}/{seat.annotator}"
    with one_at_a_time(corpus, round_name, [seat.annotator], tell):
        with reading(corpus, tell):
            times = _times(corpus, layer)
            reasons = _reasons(corpus, layer, times)
        return _hand_back(corpus, round_name, seat, reasons, times)


def _times(corpus: Corpus, layer: str) -> dict[str, str | None]:
    """When each article of a layer was last submitted, by the record."""
    tasks = read_table(table_path(corpus.layer_path(layer), "tasks"), schema.Tasks)
    return dict(tasks.select("article_id", "updated_at").iter_rows())


def _reasons(corpus: Corpus, layer: str, times: dict[str, str | None]) -> dict[str, ReasonToReturn]:
    """Why articles are to be returned, by article_id."""
    reasons: dict[str, ReasonToReturn] = {}
    for finding in check_record(corpus, [layer], errors_only=True):
        if finding.severity == "error" and corpus.has(finding.article_id):
            reasons.setdefault(finding.article_id, ReasonToReturn()).corrections.append(_correction(corpus, finding))
    for article in answered_since(read_notes(corpus, layer), times) & times.keys():
        reasons.setdefault(article, ReasonToReturn()).answered = True
    return reasons


def _correction(corpus: Corpus, finding: Finding) -> Correction:
    words = None
    if finding.start is not None and finding.end is not None:
        try:
            words = corpus.text(finding.article_id)[max(finding.start, 0) : max(finding.end, 0)]
        except Problem:
            words = None
    return Correction(words or None, finding.message, CATALOGUE[finding.code].rule)


def _hand_back(
    corpus: Corpus, round_name: str, seat: Seat, reasons: dict[str, ReasonToReturn], times: dict[str, str | None]
) -> ReturnResult:
    project = projects.existing(corpus, round_name, seat)
    kept = raw.latest(corpus, round_name, seat.annotator, seat.studio.url, project)
    returning = _Returning(seat, project, reasons, times, _pulled(kept, reasons) if kept else {})
    for listed in seat.studio.listing(project):
        returning.add(listed, read_task(listed))
    return returning.ended()


class _Returning:
    """One annotator's articles as they are returned, task by task."""

    def __init__(
        self,
        seat: Seat,
        project: int,
        reasons: dict[str, ReasonToReturn],
        times: dict[str, str | None],
        pulled: dict[int, str],
    ) -> None:
        self._seat, self._project, self._account = seat, project, seat.studio.whoami()[0]
        self._reasons, self._times, self._pulled = reasons, times, pulled
        self._seen = set[str]()
        self._result = ReturnResult(seat.annotator, seat.studio.project_url(project))

    def ended(self) -> ReturnResult:
        """What became of all of them."""
        self._result.absent += sorted(self._reasons.keys() - self._seen)
        return self._result

    def add(self, listed: ListedTask, task: Task) -> None:
        """Returns the article of a task if there is a reason to; else takes an earlier one off its page."""
        article, address = str(task.article_id), self._seat.studio.task_url(self._project, task.id)
        reason = self._reasons.get(article)
        if reason is None:
            if task.corrections and task.work:
                self._seat.studio.set_data(task.id, {**_data(listed), "corrections": ""})
                self._result.cleared[article] = address
            return
        self._seen.add(article)
        if task.work:
            self._return_submitted(listed, task, reason, address)
        elif task.is_out:
            self._show(listed, task, reason)
            self._result.out[article] = address
        else:
            self._result.absent.append(article)

    def _return_submitted(self, listed: ListedTask, task: Task, reason: ReasonToReturn, address: str) -> None:
        article = str(task.article_id)
        if self._pulled.get(task.id) != _work_hash(listed) or not self._is_recorded(task):
            self._result.not_pulled[article] = address
            return
        self._show(listed, task, reason)
        if self._can_reopen(task):
            self._seat.studio.reopen(listed["annotations"][0]["id"])
            self._result.opened[article] = address
        else:
            self._result.submitted[article] = address

    def _can_reopen(self, task: Task) -> bool:
        """Whether a submission can become a draft without loss. Drafts that say the same as it are deleted then.

        The page may have saved one while the work was submitted; the annotator would find the article twice.
        """
        if len(task.work) != 1 or task.work[0].account != self._account:
            return False
        drafts = self._seat.studio.drafts(task.id)
        if not all(says_the_same(task, result) for result in drafts.values()):
            return False
        for draft in drafts:
            self._seat.studio.delete_draft(draft)
        return True

    def _is_recorded(self, task: Task) -> bool:
        """Whether the record has a task's work as it is, or has none of it, for a reason that a finding gives."""
        article = str(task.article_id)
        return article not in self._times or self._times[article] == ended(task, task.work[0])["updated_at"]

    def _show(self, listed: ListedTask, task: Task, reason: ReasonToReturn) -> None:
        """Says on an article's page why it is returned, and notes at the task when its work had been submitted."""
        data, meta = _data(listed), {**(listed.get("meta") or {})}
        new = {**data, "corrections": reason.shown}
        if task.work:
            first = ended(task, task.work[0])["created_at"]
            meta = {**meta, "returned": {"created_at": first, "updated_at": task.last_submitted}}
        if (new, meta) != (data, listed.get("meta") or {}):
            self._seat.studio.set_data(task.id, new, meta)


def _data(listed: ListedTask) -> dict[str, Any]:
    return {**(listed.get("data") or {})}


def _pulled(kept: Iterable[bytes], articles: Container[str]) -> dict[int, str]:
    """The SHA-256 of the work on each task of some articles, as a raw pull has it."""
    tasks = (task for task in map(raw_task, kept) if read_task(task).article_id in articles)
    return {task["id"]: _work_hash(task) for task in tasks}


def _work_hash(task: JsonObject) -> str:
    """SHA-256 of a task's submissions, without what changes while nobody works."""
    return sha256(canonical_line({"annotations": task.get("annotations")}))
