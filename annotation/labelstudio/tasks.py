"""Tasks of Label Studio: read, whatever they hold, and as they are sent."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from annotation.labelstudio.adjudicated import ADJUDICATION
from annotation.labelstudio.payloads import (
    Cards,
    Ending,
    FirstEnding,
    GivenKeys,
    JsonObject,
    NamesData,
    OfferedName,
    ReturnedNote,
    SentAnnotation,
    SentDeskTask,
    SentTask,
    TaskData,
    TaskEnding,
    TaskMeta,
    Times,
)
from annotation.labelstudio.result import Result, ResultRows, brief, is_text, read_result
from annotation.labelstudio.suggested import SuggestedTask, read_suggestions
from dataset.record.rows import ArticleRow, TaskRow
from dataset.schema import IDENTIFIER
from dataset.scheme.vocabulary import DEGREES
from dataset.storage.atomic import sha256


@dataclass(frozen=True)
class Annotation:
    """What an account submitted or skipped. Where the status is None, nobody can tell whether the work counts."""

    result: Any
    account: int | str | None
    ended: Ending

    @property
    def skipped(self) -> bool:
        """Whether the task was skipped."""
        return self.ended["status"] == "skipped"


@dataclass(frozen=True)
class AdjudicationQuestions:
    """What a task of adjudication asks: the hash of what the annotators said, and the regions of each question.

    `stamps` say of each region what it is asked about; None in a task that an earlier version opened.
    """

    sheet_sha256: str
    questions: list[list[str]]
    stamps: dict[str, str] | None = None


@dataclass(frozen=True)
class Task:
    """A task as the server sends it, as far as the record needs it. `faults` say what in it could not be read.

    `offered` are the names that the page offers for a speaker; None where the task has no such list.
    A task of the desk has an `event_id`, and no article; `given` is what stood sorted on it when it was opened.
    `restored` holds when and how a restored task's work was really done, and `restored_sha256` the result of which that
    is true. `suggested` is what its page began with, None where it belongs to a round without suggestions. `returned`
    says when the work had been submitted when the task was returned, `corrections` whether its page asks for any.
    `asked_again` says that an adjudicator's page was brought to what annotators changed after it was opened.
    """

    id: int
    article_id: str | None
    event_id: str | None
    sheet_sha256: str | None
    given: dict[str, GivenKeys]
    text: str | None
    text_sha256: str | None
    offered: frozenset[str] | None
    guidelines_version: str | None
    work: list[Annotation]
    restored: FirstEnding | None
    restored_sha256: str | None
    asked: AdjudicationQuestions | None
    suggested: SuggestedTask | None
    returned: ReturnedNote | None
    corrections: bool
    faults: list[str]
    asked_again: bool = False

    @property
    def last_submitted(self) -> str | None:
        """When work on it was last submitted; None where that is not known, or there is none."""
        return max((work.ended["updated_at"] for work in self.work if work.ended["updated_at"]), default=None)

    @property
    def is_out(self) -> bool:
        """Whether it was returned and has not been submitted again since."""
        if self.returned is None or not self.corrections:
            return False
        return not self.work or self.last_submitted == self.returned["updated_at"]


def read_task(raw: JsonObject) -> Task:
    """Reads a task. Drafts and predictions are left out."""
    faults: list[str] = []
    data, annotations = _object(raw, "data", faults), _list(raw, "annotations", faults)
    faults += _work_elsewhere(raw, annotations)
    meta = _object(raw, "meta", faults)
    restored, returned = _object(meta, "restored", faults), _object(meta, "returned", faults)
    return Task(
        id=_id(raw.get("id"), faults),
        article_id=_string(data.get("article_id")),
        event_id=_string(data.get("event_id")),
        sheet_sha256=_string(data.get("sheet_sha256")),
        given=_read_given(data, faults),
        text=_string(data.get("text")),
        text_sha256=_checked_string(data, "text_sha256", faults),
        offered=_read_offered(data, faults),
        guidelines_version=_version(data, faults),
        work=[_read_work(annotation, faults) for annotation in annotations],
        restored=_read_restored(restored, faults) if restored else None,
        restored_sha256=_checked_string(restored, "result_sha256", faults),
        asked=_read_asked(data),
        suggested=read_suggestions(data, faults),
        returned=_read_returned(returned, faults) if returned else None,
        corrections=bool(_string(data.get("corrections"))),
        faults=faults,
        asked_again=meta.get("asked_again") is True,
    )


def _read_offered(data: JsonObject, faults: list[str]) -> frozenset[str] | None:
    entities = data.get("entities")
    if entities is not None and not isinstance(entities, list):
        faults.append(f"`entities` is {brief(entities)}, not a list")
    return offered_names(data)


def offered_names(data: JsonObject) -> frozenset[str] | None:
    """The names that the page offers for a speaker in a task with this data; None where it has no list of them."""
    entities = data.get("entities")
    if not isinstance(entities, list):
        return None
    names = (_string(entity.get("value") if isinstance(entity, dict) else entity) for entity in entities)
    return frozenset(name for name in names if name is not None)


def _read_given(data: JsonObject, faults: list[str]) -> dict[str, GivenKeys]:
    given: dict[str, GivenKeys] = {}
    for key, keys in _object(data, "given", faults).items():
        if not isinstance(keys, list) or len(keys) != len(DEGREES):
            faults.append(f"`given` has {brief(keys)} for {brief(key)}")
            continue
        whole, partly = map(_string, keys)
        given[key] = (whole, partly)
    return given


def _read_asked(data: JsonObject) -> AdjudicationQuestions | None:
    fingerprint, questions = _string(data.get("sheet_sha256")), data.get("questions")
    if fingerprint is None or not isinstance(questions, list):
        return None
    stamps = data.get("stamps")
    return AdjudicationQuestions(
        fingerprint,
        [[*filter(is_text, regions)] for regions in questions if isinstance(regions, list)],
        {region: stamp for region, stamp in stamps.items() if is_text(stamp)} if isinstance(stamps, dict) else None,
    )


def _object(within: JsonObject, name: str, faults: list[str]) -> JsonObject:
    value = within.get(name)
    if value is not None and not isinstance(value, dict):
        faults.append(f"`{name}` is {brief(value)}, not an object")
    return value if isinstance(value, dict) else {}


def _list(within: JsonObject, name: str, faults: list[str]) -> list[JsonObject]:
    """The objects of a list; whatever else is in it, or in its place, is a fault."""
    value = within.get(name)
    if value is not None and not isinstance(value, list):
        faults.append(f"`{name}` is {brief(value)}, not a list")
    items = value if isinstance(value, list) else []
    faults += [f"`{name}` holds {brief(entry)}, not an object" for entry in items if not isinstance(entry, dict)]
    return [entry for entry in items if isinstance(entry, dict)]


def _work_elsewhere(raw: JsonObject, annotations: list[JsonObject]) -> Iterator[str]:
    """Signs that a task holds work in another form than a list `annotations`, as exports of Label Studio 0.x do."""
    for name, value in raw.items():
        if name not in _READ and any(isinstance(entry, dict) and "result" in entry for entry in _items(value)):
            yield f"it holds work as `{name}`, a form that is not read; export it as JSON from Label Studio 1.23"
    if "result" in raw:
        yield "it holds a `result` outside of `annotations`"
    if raw.get("annotations") is None:
        yield "it has no `annotations`, so whether there is work on it is not known"
    counts = [raw.get(name) for name in ("total_annotations", "cancelled_annotations")]
    if not annotations and any(type(count) is int and count > 0 for count in counts):
        yield "it says that it has annotations, but holds none"


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [value, *value.values()]
    return value if isinstance(value, list) else ()


_READ: Final = frozenset({"annotations", "predictions", "drafts", "data", "meta"})


def _id(value: Any, faults: list[str]) -> int:
    if type(value) is int:
        return value
    faults.append(f"its id is {brief(value)}, not a number")
    return 0


def _read_work(annotation: JsonObject, faults: list[str]) -> Annotation:
    ending: Ending = {"status": _status(annotation, faults), **_read_times(annotation, "lead_time", faults)}
    if not isinstance(annotation.get("ground_truth", False), bool | None):
        faults.append(f"`ground_truth` is {brief(annotation['ground_truth'])}, not true or false")
    return Annotation(annotation.get("result"), _account(annotation, faults), ending)


def _status(annotation: JsonObject, faults: list[str]) -> str | None:
    """Whether it was skipped or submitted, None where that cannot be read."""
    cancelled = annotation.get("was_cancelled", False)
    if isinstance(cancelled, bool):
        return "skipped" if cancelled else "submitted"
    faults.append(f"`was_cancelled` is {brief(cancelled)}, not true or false; whether it counts is not known")
    return None


def _read_times(within: JsonObject, seconds: str, faults: list[str]) -> Times:
    """The times, of which the field `seconds` holds the last; None, and a fault, where one cannot be read."""
    times: Times = {
        "created_at": _utc(within.get("created_at")),
        "updated_at": _utc(within.get("updated_at")),
        "seconds": _seconds(within.get(seconds)),
    }
    for name, value in zip(("created_at", "updated_at", seconds), times.values(), strict=True):
        if within.get(name) is not None and value is None:
            faults.append(f"`{name}` is {brief(within[name])}")
    return times


def _read_restored(restored: JsonObject, faults: list[str]) -> FirstEnding:
    return {
        **_read_times(restored, "seconds", faults),
        "guidelines_version": _version(restored, faults),
    }


def _read_returned(returned: JsonObject, faults: list[str]) -> ReturnedNote:
    times = _read_times(returned, "seconds", faults)
    return {"created_at": times["created_at"], "updated_at": times["updated_at"]}


def _version(within: JsonObject, faults: list[str]) -> str | None:
    """The guidelines' version, which goes onto the card as it is."""
    version = _checked_string(within, "guidelines_version", faults)
    if version is None or re.fullmatch(IDENTIFIER, version):
        return version
    faults.append(f"the guidelines' version is {brief(version)}")
    return None


def _string(value: Any) -> str | None:
    return value if is_text(value) else None


def _checked_string(within: JsonObject, name: str, faults: list[str]) -> str | None:
    """A string or None; anything else is a fault."""
    value = within.get(name)
    if value is not None and not is_text(value):
        faults.append(f"`{name}` is {brief(value)}, not a text")
    return _string(value)


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value) if type(value) in (int, float) else math.nan
    except OverflowError:
        return None
    return seconds if math.isfinite(seconds) else None


def _utc(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat().replace("+00:00", "Z")


def _account(annotation: JsonObject, faults: list[str]) -> int | str | None:
    """The account that submitted: its id, or its address in exports that hold the whole account."""
    who = annotation.get("completed_by")
    account = who.get("id") or who.get("email") if isinstance(who, dict) else who
    if type(account) is int or isinstance(account, str):
        return account
    if who is not None:
        faults.append(f"`completed_by` is {brief(who)}, not an account")
    return None


def ended(task: Task, work: Annotation) -> TaskEnding:
    """How and when a task was ended. Work that was restored and not touched since keeps its first times.

    Work that was returned counts from when it was submitted first.
    """
    ending: TaskEnding = {**work.ended, "guidelines_version": task.guidelines_version}
    if task.returned and task.returned["created_at"]:
        ending["created_at"] = min(task.returned["created_at"], ending["created_at"] or task.returned["created_at"])
    is_again = task.returned is not None and work.ended["updated_at"] != task.returned["updated_at"]
    if task.restored is None or is_again or task.restored_sha256 != _result_hash(work.result):
        return ending
    return {**ending, **task.restored}


def _result_hash(result: Any) -> str:
    """SHA-256 of a result, whatever the order of its keys."""
    return sha256(json.dumps(result, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def same_work(task: Task, result: list[Result], *, skipped: bool) -> bool:
    """Whether a task holds one piece of work that says the same as `result`, in whatever order.

    Questions that only `result` has do not count: those that were answered stay in the record after they were deleted.
    """
    if len(task.work) != 1 or task.work[0].skipped != skipped:
        return False
    first, second = (read_result(raw_result, task.text or "") for raw_result in (task.work[0].result, result))
    return _same_rows(first, second) and all(asked in second.questions for asked in first.questions)


def says_the_same(task: Task, result: Any) -> bool:
    """Whether a task holds one piece of work, and `result` says nothing more and nothing less than that."""
    if len(task.work) != 1:
        return False
    first, second = (read_result(raw_result, task.text or "") for raw_result in (task.work[0].result, result))
    return _same_rows(first, second) and sorted(map(repr, first.questions)) == sorted(map(repr, second.questions))


def _same_rows(first: ResultRows, second: ResultRows) -> bool:
    kinds = ("spans", "relations", "findings", "ticked", "kept")
    return all(sorted(map(repr, getattr(first, kind))) == sorted(map(repr, getattr(second, kind))) for kind in kinds)


def write_task(
    article: ArticleRow, text: str, entities: Mapping[str, list[str]], guidelines_version: str, taken: str = ""
) -> SentTask:
    """A task as it is sent: the article's text, the names that the page offers, and what identifies both.

    `entities` are the names with their aliases, `taken` are keys that the page has other work for.
    """
    names = names_data(entities, taken)
    data: TaskData = {
        "text": text,
        "title": article["title"] or "",
        "article_id": article["article_id"],
        "text_sha256": article["text_sha256"],
        "guidelines_version": guidelines_version,
        "entities": names["entities"],
        "aliases": names["aliases"],
        "answers": "",
        "corrections": "",
        "outcome": "",
    }
    return {"data": data}


def names_data(entities: Mapping[str, list[str]], taken: str = "") -> NamesData:
    """The names that the page offers, with their keys, and their aliases."""
    return {
        "entities": [*map(_offered, entities, _keys(len(entities), taken))],
        "aliases": {name: aliases for name, aliases in entities.items() if aliases},
    }


def _offered(name: str, key: str | None) -> OfferedName:
    return {"value": name, "hotkey": key} if key else {"value": name}


def subject_of(task: SentTask | SentDeskTask) -> str:
    """The article_id of a task as it is sent; of a task of the desk, the event_id."""
    data: Mapping[str, object] = task["data"]
    return str(data["event_id"] if "event_id" in data else data["article_id"])


def _keys(count: int, taken: str) -> list[str | None]:
    """Keys for the names on the page; past the last, names have none. 1-4, r, u and Escape have other work."""
    keys: list[str | None] = [key for key in "qwetasdfgzxcvbnyiopjklm" if key not in taken]
    return (keys + [None] * count)[:count]


def with_questions(
    task: SentTask, asked: AdjudicationQuestions, summary: str, cards: Cards, begun: list[Result]
) -> SentTask:
    """A task as it is sent to an adjudicator, who begins with the result `begun`.

    The page of the embedded server shows the `cards`, any other one the `summary`.
    """
    data: TaskData = {
        **task["data"],
        "sheet_sha256": asked.sheet_sha256,
        "questions": asked.questions,
        "stamps": asked.stamps or {},
        "summary": summary,
        "cards": cards,
    }
    return {"data": data, "predictions": [{"model_version": ADJUDICATION, "result": begun}]}


def with_work(task: SentTask, row: TaskRow, result: list[Result], account: int, answers: str = "") -> SentTask:
    """A task as it is sent to hold the work that `row` of the table `tasks` describes, and to show `answers`."""
    annotation: SentAnnotation = {
        "result": result,
        "was_cancelled": row["status"] == "skipped",
        "lead_time": row["seconds"],
        "completed_by": account,
        "ground_truth": False,
    }
    data: TaskData = {**task["data"], "guidelines_version": row["guidelines_version"], "answers": answers}
    return {**task, "data": data, "meta": restored_meta(row, result), "annotations": [annotation]}


def restored_meta(row: FirstEnding, result: list[Result]) -> TaskMeta:
    """What a restored task remembers: when its work was really done, valid for as long as the result is this one."""
    kept: FirstEnding = {
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "seconds": row["seconds"],
        "guidelines_version": row["guidelines_version"],
    }
    return {"restored": {**kept, "result_sha256": _result_hash(result)}}
