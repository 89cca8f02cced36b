"""Rounds of sorting: events are dealt, opened on the desk, and brought into the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from annotation.aligning.desk import Begun, DeskSorting, desk_task, read_sorted
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import Task, ended, read_task
from annotation.rounds import projects, push, raw
from annotation.rounds.locks import one_at_a_time
from annotation.rounds.projects import Role
from annotation.rounds.pull import AS_IT_WAS, TaskSource, ask
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, changing, in_silence, reading
from dataset.record.renewal import Accepted, is_accepted
from dataset.record.rows import EventTaskRow
from dataset.scheme.vocabulary import STATUSES
from dataset.statements.candidates import ranked
from dataset.statements.sheets import EventSheet, event_sheets, items_of, registry_of_event
from dataset.statements.sorted_events import SortedBy, sorted_by
from dataset.statements.tables import (
    EventSorting,
    deals_path,
    dealt_events,
    gold_sorting,
    make_sorting,
    read_sorting,
    require_dealt,
    write_sorting,
)
from dataset.storage.address import Location
from dataset.storage.atomic import write_bytes, writing
from dataset.storage.tables import table_bytes

SUBMITTED, SKIPPED = STATUSES
MANY: Final = 240
"""Quotes and numbers of one event with which the desk was measured, and is quick."""
MOST: Final = 1000
"""Quotes and numbers of one event that the desk takes at most. It was measured with nearly so many, and is slow."""


@dataclass(frozen=True)
class LeftOut:
    """Events that were not dealt, and why.

    Of those `alone`, a single article has quotes or numbers in the gold, so that there is nothing to compare. Those
    `too_large` have more quotes and numbers than the desk takes: so many.
    """

    alone: list[str]
    too_large: dict[str, int]


@dataclass(frozen=True)
class OpenedEvents:
    """What opening did for one annotator: events sent and there before, and the quotes and numbers of those sent.

    `given` is how many of these stand sorted already; `crowded` says how many an event has that has many.
    `changed` are events whose quotes or numbers are others now than when they were opened, with their task's address.
    """

    annotator: str
    project: int
    sent: int
    there: int
    items: int
    given: int
    blind: bool
    changed: dict[str, str]
    crowded: dict[str, int] = field(default_factory=dict)


@dataclass
class SortingPull:
    """What a pull brought: its id, and by annotator how many events were submitted, skipped and are still to do.

    `faults` say what was not taken, or does not fit, by annotator and event; `changed` which events were opened on
    other quotes, whose sorting the record keeps as it was; `removed` which ended events the server no longer has, and
    `held` which of these the record keeps.
    """

    pull_id: str = ""
    submitted: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, list[str]] = field(default_factory=dict)
    open: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    faults: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    removed: dict[str, list[str]] = field(default_factory=dict)
    held: dict[str, list[str]] = field(default_factory=dict)
    written: list[Location] = field(default_factory=list)


def deal_events(
    corpus: Corpus, round_name: str, annotators: list[str], events: list[str], tell: Tell = in_silence
) -> LeftOut:
    """Deals these events, or all that have a gold quote or number, to each annotator; what was dealt stays dealt.

    Returns the events that were left out, unless the round has them already.

    Raises:
        Problem: there is no such event, nothing in one to sort, all are left out, or the round is one of labelling.
    """
    if push.deals_path(corpus, round_name).exists():
        raise Problem(
            f"articles were dealt in round {round_name}, and a round holds either articles or events",
            "name another with --round",
        )
    with changing(corpus, tell):
        sheets = list(event_sheets(corpus, events or None))
        empty = [sheet.event_id for sheet in sheets if not sheet.items]
        if events and empty:
            raise Problem(f"the gold has no quote and no number of {empty[0]}", "adjudicate its articles first")
        known = dealt_events(corpus, round_name)
        left_out = _left_out(sheet for sheet in sheets if sheet.event_id not in set(known["event_id"]))
        rows = [
            {"event_id": sheet.event_id, "round": round_name, "annotator": annotator}
            for sheet in sheets
            for annotator in annotators
            if sheet.items and sheet.event_id not in {*left_out.alone, *left_out.too_large}
        ]
        if not rows:
            raise _nothing_to_sort(left_out)
        deals = pl.concat([known, schema.frame(schema.EventDeals, rows)]).unique().sort("annotator", "event_id")
        write_bytes(deals_path(corpus, round_name), table_bytes(deals))
    return left_out


def _left_out(sheets: Iterable[EventSheet]) -> LeftOut:
    left_out = LeftOut([], {})
    for sheet in sheets:
        if len(sheet.items) > MOST:
            left_out.too_large[sheet.event_id] = len(sheet.items)
        elif len({item.article_id for item in sheet.items}) == 1:
            left_out.alone.append(sheet.event_id)
    return left_out


def _nothing_to_sort(left_out: LeftOut) -> Problem:
    if left_out.too_large:
        event, size = next(iter(left_out.too_large.items()))
        return Problem(
            f"{event} has {size} quotes and numbers, and the desk takes at most {MOST}",
            "if its articles tell of several events, keep them apart in seeds/articles.jsonl",
        )
    if left_out.alone:
        event = left_out.alone[0]
        return Problem(
            f"a single article of {event} has quotes or numbers in the gold, so there is nothing to compare",
            "adjudicate another article of it, or take one in",
        )
    return Problem("the gold has no quote and no number of any event", "adjudicate a round first")


def open_events(
    corpus: Corpus,
    round_name: str,
    seat: Seat,
    progress: push.Progress = lambda done, total: None,
    tell: Tell = in_silence,
    *,
    stood: Mapping[str, SortedBy] | None = None,
) -> OpenedEvents:
    """Sends an annotator the dealt events that the server does not hold yet.

    `stood` is what the page shows as sorted already, by event; if it is not named, what the gold says.

    Raises:
        Problem: nothing was dealt, or the server cannot be asked.
    """
    with one_at_a_time(corpus, round_name, [seat.annotator], tell):
        with reading(corpus, tell):
            dealt = require_dealt(corpus, round_name).filter(annotator=seat.annotator)["event_id"].to_list()
            sheets = {sheet.event_id: sheet for sheet in event_sheets(corpus, dealt)}
            begun = _begun(corpus, sheets, stood)
        project = projects.find_or_create(corpus, round_name, seat, role=Role.SORTER, tell=tell)
        there = {task.event_id: task for task in map(read_task, seat.studio.tasks(project, annotations=False))}
        missing = [sheet for event, sheet in sheets.items() if event not in there and sheet.items]
        if missing:
            projects.refuse_other_guidelines(seat, project, "open the events in a new round")
        tasks = (desk_task(sheet, near_of(corpus, sheet), begun[sheet.event_id]) for sheet in missing)
        push.send(corpus, seat, project, tasks, len(missing), progress)
    return OpenedEvents(
        annotator=seat.annotator,
        project=project,
        sent=len(missing),
        there=len(there.keys() & sheets.keys()),
        items=sum(len(sheet.items) for sheet in missing),
        given=sum(len(begun[sheet.event_id].sorting.tells) for sheet in missing),
        blind=seat.blind,
        changed={
            str(event): seat.studio.task_url(project, task.id)
            for event, task in there.items()
            if event in sheets and task.sheet_sha256 != sheets[event].fingerprint()
        },
        crowded={sheet.event_id: len(sheet.items) for sheet in missing if len(sheet.items) > MANY},
    )


def _begun(corpus: Corpus, sheets: Mapping[str, EventSheet], stood: Mapping[str, SortedBy] | None) -> dict[str, Begun]:
    """What each event's page shows as sorted already: what `stood` there, or else what the gold says."""
    if stood is None:
        gold = gold_sorting(corpus)
        stood = {event: sorted_by(gold, event) for event in sheets}
    return {
        event: Begun(stood.get(event, SortedBy()).named_by(item.id for item in sheet.items))
        for event, sheet in sheets.items()
    }


def near_of(corpus: Corpus, sheet: EventSheet) -> dict[str, list[tuple[str, float]]]:
    """For each quote and number of an event those that may tell the same, with a score, the likeliest first."""
    ranking = ranked(items_of(sheet), registry_of_event(corpus, sheet.event_id))
    return {item: [(likely.id, likely.score) for likely in best] for item, best in ranking.items()}


def pull_sorting(
    corpus: Corpus,
    round_name: str,
    seats: list[Seat],
    *,
    accept_removals: Accepted,
    tell: Tell = in_silence,
    full: bool = False,
) -> SortingPull:
    """Pulls a round of sorting into `pulls/` and into the record, which keeps ended events that are gone on the server.

    Raises:
        Problem: the server cannot be asked, or has no project of the round.
    """
    annotators = [seat.annotator for seat in seats]
    with writing(corpus.root, AS_IT_WAS), one_at_a_time(corpus, round_name, annotators, tell):
        sources = [ask(corpus, round_name, seat, tell, full=full, role=Role.SORTER) for seat in seats]
        with raw.writing_pull(corpus, round_name) as kept:
            tasks = {}
            for source in sources:
                raw_tasks = map(source.read, source.tasks)
                passing = kept.passing(source.annotator, raw_tasks, source.server, source.project)
                tasks[source.annotator] = list(map(read_task, passing))
            pulled = SortingPull(kept.keep())
        with changing(corpus, tell):
            return _bring_in(corpus, round_name, sources, tasks, pulled, accept_removals)


def _bring_in(
    corpus: Corpus,
    round_name: str,
    sources: list[TaskSource],
    tasks: dict[str, list[Task]],
    pulled: SortingPull,
    accept_removals: Accepted,
) -> SortingPull:
    sheets = {sheet.event_id: sheet for sheet in event_sheets(corpus)}
    deals = dealt_events(corpus, round_name)
    sortings: dict[str, EventSorting] = {}
    for source in sources:
        who = source.annotator
        before = read_sorting(corpus.layer_path(f"{round_name}/{who}"))
        reader = _SortingReader(round_name, source, sheets, pulled)
        reader.read(tasks[who])
        kept = before.only(pulled.changed.get(who, []))
        sorting = make_sorting(**reader.rows).joined(kept)
        if gone := sorted(set(before.event_tasks["event_id"]) - set(sorting.event_tasks["event_id"])):
            pulled.removed[who] = gone
            pulled.held[who] = [event for event in gone if not is_accepted(event, accept_removals)]
        sortings[who] = sorting.joined(before.only(pulled.held.get(who, [])))
        ended_events = set(sortings[who].event_tasks["event_id"])
        dealt = deals.filter(annotator=who)["event_id"]
        pulled.waiting[who] = sorted(set(dealt) - ended_events)
    for who, sorting in sortings.items():
        pulled.written += write_sorting(corpus.layer_path(f"{round_name}/{who}"), sorting)
    return pulled


class _SortingReader:
    """Makes rows of an annotator's tasks; what does not fit goes into the pull's report."""

    def __init__(self, round_name: str, source: TaskSource, sheets: dict[str, EventSheet], pulled: SortingPull) -> None:
        self._round, self._source, self._sheets, self._pulled = round_name, source, sheets, pulled
        self.rows: dict[str, list[dict[str, object]]] = {"event_tasks": [], "tellings": [], "contradictions": []}

    def read(self, tasks: list[Task]) -> None:
        who = self._source.annotator
        self._pulled.submitted[who] = self._pulled.skipped[who] = 0
        by_event: dict[str, list[Task]] = {}
        for task in tasks:
            by_event.setdefault(task.event_id or f"task {task.id}", []).append(task)
        for event, several in by_event.items():
            worked = [task for task in several if task.work]
            if event not in self._sheets:
                self._fault(event, "the corpus has no such event")
            elif len(worked) > 1:
                self._fault(event, f"it was ended on {len(worked)} tasks; delete all but one")
            elif worked:
                self._read_event(self._sheets[event], worked[0])

    def _read_event(self, sheet: EventSheet, task: Task) -> None:
        who, event = self._source.annotator, sheet.event_id
        for fault in task.faults:
            self._fault(event, fault)
        work, *more = task.work
        if more:
            self._fault(event, f"task {task.id} has {len(task.work)} submissions; none is taken")
        elif self._source.account is not None and work.account != self._source.account:
            self._fault(event, f"task {task.id} was not submitted by {who}; it is not taken")
        elif task.sheet_sha256 != sheet.fingerprint():
            self._pulled.changed.setdefault(who, []).append(event)
        elif work.ended["status"] is not None:
            given: list[str] = []
            if work.skipped:
                self._pulled.skipped[who] += 1
            else:
                self._pulled.submitted[who] += 1
                result = read_sorted(work.result, sheet, self._round, who, task.given)
                given = result.given
                self._take(event, result)
            row: EventTaskRow = {
                "event_id": event,
                "round": self._round,
                "annotator": who,
                "sheet_sha256": sheet.fingerprint(),
                "given": given,
                **ended(task, work),  # type: ignore[typeddict-item]
            }
            self.rows["event_tasks"].append({**row})

    def _take(self, event: str, result: DeskSorting) -> None:
        self.rows["tellings"] += [{**row} for row in result.tellings]
        self.rows["contradictions"] += [{**row} for row in result.contradictions]
        for fault in result.faults:
            self._fault(event, fault)
        if result.open:
            self._pulled.open.setdefault(self._source.annotator, {})[event] = result.open

    def _fault(self, event: str, message: str) -> None:
        self._pulled.faults.setdefault(self._source.annotator, {}).setdefault(event, []).append(message)
