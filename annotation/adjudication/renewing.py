"""Questions that are asked again: those whose spans annotators changed after the article was opened, and no others.

Each region of the adjudicator's page has the stamp of what it was asked about. What was decided counts where that is
what the annotators have now; so it does not matter which page was open when the work changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annotation.adjudication.questions import Sheet, SheetItem
from annotation.labelstudio.adjudicated import AdjudicationResult, added, carried_over, read_adjudication
from annotation.labelstudio.client import BegunWork
from annotation.labelstudio.payloads import JsonObject, ListedTask, SentTask
from annotation.labelstudio.result import Result
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import AdjudicationQuestions, Task, ended


def asked_otherwise(now: Sheet, asked: AdjudicationQuestions, read: AdjudicationResult) -> list[str]:
    """What a page asked about other work than there is now, in words: what is to be asked again, or is gone.

    Nothing of a page that an earlier version opened: it does not tell one question from another.
    """
    if asked.stamps is None:
        return []
    stamps, regions = now.stamps(), {version.region for item in now.items for version in item.versions}
    shown = {span["span_id"]: span for span in read.reading.spans}
    again = [item for item in now.items if not _is_as_asked(item, stamps, asked, read)]
    gone = [span for region, span in shown.items() if region not in regions and region in read.stamps]
    lines = [(item.group.label, item.versions[0].row["text"]) for item in again]
    lines += [(span["label"], span["text"]) for span in gone]
    return [f"{label} “{' '.join(words.split())[:60]}”" for label, words in lines]


def _is_as_asked(
    item: SheetItem, stamps: Mapping[str, str], asked: AdjudicationQuestions, read: AdjudicationResult
) -> bool:
    """Whether a page asked about a span as it is now; a region that is not on it any more is as its task has it."""
    known = asked.stamps or {}
    regions = [version.region for version in item.versions]
    return all(read.stamps.get(region, known.get(region)) == stamps[region] for region in regions)


@dataclass(frozen=True)
class AskedAgain:
    """An article whose page was brought to the work that there is now: its address, and what it asks again."""

    address: str
    questions: list[str]


class Renewal:
    """One adjudicator's pages, as they are brought to the work that there is now, article by article."""

    def __init__(self, seat: Seat, project: int) -> None:
        self._seat, self._project, self._account = seat, project, seat.studio.whoami()[0]

    def is_due(self, now: Sheet, task: Task) -> bool:
        """Whether a task, or what was submitted on it, asks about other work than there is now."""
        if task.asked is None or not now.is_asked_by(task.asked.sheet_sha256):
            return True
        if task.asked.stamps is None:
            return False
        works = [work.result for work in task.work]
        if task.asked_again and not works:  # a page that was open then may have saved what it had
            works = [*self._seat.studio.begun_work(task.id).drafts.values()]
        return any(asked_otherwise(now, task.asked, self._read(result, task)) for result in works)

    def ask_again(self, now: Sheet, listed: ListedTask, task: Task, new: SentTask) -> AskedAgain | None:
        """Brings a task to the sheet that there is now, and takes over what was decided about all that is as it was.

        `new` is the task as it would be sent now. None where what the adjudicator did could not be taken over whole:
        nothing was changed then. The task's data come last, so that what was cut off is due again.
        """
        if task.asked is None or task.asked.stamps is None:
            return None
        begun = self._seat.studio.begun_work(task.id)
        old = self._latest(task, begun)
        if old is None:
            return None
        read = self._read(old, task)
        first = new["predictions"][0]["result"]
        result = carried_over(first, old, task.text or "", _untouched(now, task.asked, read))
        if task.work:
            self._seat.studio.reopen(listed["annotations"][0]["id"])
            begun = self._seat.studio.begun_work(task.id)
        if begun.drafts:
            self._seat.studio.set_draft(next(iter(begun.drafts)), result)
        else:
            self._seat.studio.set_prediction(next(iter(begun.predictions)), result)
        self._seat.studio.set_data(task.id, {**new["data"]}, _meta(listed, task))
        address = self._seat.studio.task_url(self._project, task.id)
        return AskedAgain(address, asked_otherwise(now, task.asked, read))

    def _latest(self, task: Task, begun: BegunWork) -> list[Result] | None:
        """What the adjudicator has done so far; None where it is in several places, or is another account's."""
        if not task.work:
            several = [*begun.drafts.values()] or [*begun.predictions.values()]
            return several[0] if len(several) == 1 else None
        own = len(task.work) == 1 and task.work[0].account == self._account and not task.work[0].skipped
        submitted = task.work[0].result
        if not own or not isinstance(submitted, list):
            return None
        read = self._read(submitted, task)
        drafts = (self._read(draft, task) for draft in begun.drafts.values())
        return submitted if all(_say_the_same(read, draft) for draft in drafts) else None

    def _read(self, result: object, task: Task) -> AdjudicationResult:
        return read_adjudication(result, task.text or "", task.offered)


def _untouched(now: Sheet, asked: AdjudicationQuestions, read: AdjudicationResult) -> set[str]:
    """The regions about which an adjudicator was asked as they are now, and whose links lead to what is there still.

    What nobody asked about then, and is a question now because of what a check finds, is asked.
    """
    stamps, was_open = now.stamps(), {region for question in asked.questions for region in question}
    regions = {version.region for item in now.items for version in item.versions}
    there = regions | added(read, regions)
    kept = set[str]()
    for item in now.items:
        own = {version.region for version in item.versions}
        targets = {link["to_span"] for link in read.reading.relations if link["from_span"] in own}
        if _is_as_asked(item, stamps, asked, read) and targets <= there and (not item.reasons or own & was_open):
            kept |= own
    return kept


def _say_the_same(first: AdjudicationResult, second: AdjudicationResult) -> bool:
    rows = ((read.reading.spans, read.reading.relations) for read in (first, second))
    spans, links = zip(*rows, strict=True)
    same = (sorted(map(repr, mine)) == sorted(map(repr, theirs)) for mine, theirs in (spans, links))
    return first.decisions == second.decisions and all(same)


def _meta(listed: ListedTask, task: Task) -> JsonObject:
    """What a task notes: that it asks again, and when the work on it had been submitted, which counts from then."""
    meta: dict[str, object] = {**(listed.get("meta") or {}), "asked_again": True}
    if task.work:
        first = ended(task, task.work[0])["created_at"]
        meta["returned"] = {"created_at": first, "updated_at": task.last_submitted}
    return meta
