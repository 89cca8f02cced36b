"""From a round of sorting to the gold: an adjudicator decides on the desk, and writes each statement's gist."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from annotation.aligning.desk import Begun, DeskSorting, desk_task, read_sorted
from annotation.aligning.sorting_rounds import near_of
from annotation.labelstudio.payloads import SentDeskTask
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import Task, read_task
from annotation.rounds import projects, push, raw
from annotation.rounds.locks import one_at_a_time
from annotation.rounds.projects import Role
from annotation.rounds.pull import AS_IT_WAS
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from dataset.record.locks import Tell, changing, in_silence, reading
from dataset.record.rows import EventTaskRow, rows_of
from dataset.scheme.vocabulary import OUTCOMES, STATUSES
from dataset.statements.sheets import FIGURE, STATEMENT, EventSheet, event_sheets
from dataset.statements.sorted_events import (
    WHOLE,
    Compared,
    SortedBy,
    Telling,
    compared,
    matched_names,
    sorted_as,
    sorted_by,
    statement_ids,
)
from dataset.statements.tables import EventSorting, gold_sorting, read_gold, read_sorting, require_dealt, write_gold
from dataset.storage.address import Location
from dataset.storage.atomic import sha256, writing

SUBMITTED, _ = STATUSES
KEPT, CHANGED = OUTCOMES[:2]
PREFIXES = {STATEMENT: "s", FIGURE: "f"}


@dataclass(frozen=True)
class OpenedSorting:
    """What opening did: events sent and there before, disputes of those sent, and events that wait, with for whom.

    `changed` were sorted again after they were opened, with the address of their task; `gold` have gold already.
    """

    project: int
    sent: int
    there: int
    disputes: int
    waiting: dict[str, list[str]]
    changed: dict[str, str]
    gold: list[str]


@dataclass
class SortingDecisions:
    """What a pull of the decisions brought: events taken, with how many statements and figures.

    `undecided` says what is open still, by event, `changed` which events were sorted again since they were opened.
    """

    pull_id: str = ""
    taken: dict[str, dict[str, int]] = field(default_factory=dict)
    undecided: dict[str, list[str]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    not_ended: list[str] = field(default_factory=list)
    written: list[Location] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)


class SortingRound:
    """A round's sortings, ready to be laid side by side.

    Raises:
        Problem: nothing was dealt, or a table cannot be read.
    """

    def __init__(self, corpus: Corpus, name: str) -> None:
        self.corpus, self.name = corpus, name
        deals = require_dealt(corpus, name)
        self._dealt: dict[str, list[str]] = dict(deals.group_by("event_id").agg("annotator").iter_rows())
        self.annotators = sorted(set(deals["annotator"]))
        self._sortings = {who: read_sorting(corpus.layer_path(f"{name}/{who}")) for who in self.annotators}
        self._tasks = {
            who: {row["event_id"]: row for row in rows_of(sorting.event_tasks, EventTaskRow)}
            for who, sorting in self._sortings.items()
        }
        self.sheets = {sheet.event_id: sheet for sheet in event_sheets(corpus, self._dealt)}

    def unfinished(self, event: str) -> list[str]:
        """The annotators who have not ended an event that was dealt to them, or ended it on other quotes."""
        wanted = self.sheets[event].fingerprint()
        return sorted(
            who
            for who in self._dealt[event]
            if (row := self._tasks[who].get(event)) is None or row["sheet_sha256"] != wanted
        )

    def sorted_by(self, event: str) -> dict[str, SortedBy]:
        """How each annotator who submitted an event sorted it."""
        return {
            who: sorted_by(self._sortings[who], event)
            for who in self.annotators
            if (row := self._tasks[who].get(event)) is not None and row["status"] == SUBMITTED
        }

    def ready(self) -> list[str]:
        """The events that all who were dealt them have ended, and that somebody submitted."""
        return [event for event in sorted(self._dealt) if not self.unfinished(event) and self.sorted_by(event)]

    def is_sorted(self, event: str, gold: EventSorting) -> bool:
        """Whether the gold says of every quote and number of an event what it tells."""
        tells = sorted_by(gold, event).tells
        return all(item.id in tells for item in self.sheets[event].items)

    def events(self) -> list[str]:
        """The events that were dealt."""
        return sorted(self._dealt)

    def fingerprint(self, event: str) -> str:
        """SHA-256 of an event's sheet and of how each annotator sorted it."""
        sortings = [
            {
                "annotator": who,
                "tells": sorted((item, telling.whole, telling.partly) for item, telling in sorting.tells.items()),
                "contradictions": sorted(sorting.contradictions),
            }
            for who, sorting in self.sorted_by(event).items()
        ]
        return sha256(json.dumps([self.sheets[event].fingerprint(), sortings]).encode())


def open_sorting(
    corpus: Corpus,
    round_name: str,
    seat: Seat,
    *,
    again: bool,
    progress: push.Progress = lambda done, total: None,
    tell: Tell = in_silence,
) -> OpenedSorting:
    """Sends the adjudicator each event that all its annotators ended, once; events with gold only if `again`.

    Raises:
        Problem: the round cannot be laid side by side, or the server cannot be asked.
    """
    with one_at_a_time(corpus, round_name, [f".adjudication.{seat.annotator}"], tell):
        with reading(corpus, tell):
            this_round = SortingRound(corpus, round_name)
            gold = gold_sorting(corpus)
        _refuse_own_work(this_round, seat)
        project = projects.find_or_create(corpus, round_name, seat, role=Role.SORTING_ADJUDICATOR, tell=tell)
        opened = {str(task.event_id): task for task in map(read_task, seat.studio.tasks(project))}
        has_gold = set() if again else {event for event in this_round.events() if this_round.is_sorted(event, gold)}
        ready = this_round.ready()
        new = [event for event in ready if event not in opened and event not in has_gold]
        if new:
            projects.refuse_other_guidelines(seat, project, "adjudicate the events in a new round")
        disputes = {event: compared(this_round.sheets[event], this_round.sorted_by(event)) for event in new}
        push.send(corpus, seat, project, _tasks(this_round, disputes), len(new), progress)
    return OpenedSorting(
        project=project,
        sent=len(new),
        there=len(opened),
        disputes=sum(len(event.disputed) for event in disputes.values()),
        waiting={event: late for event in this_round.events() if (late := this_round.unfinished(event))},
        changed={
            event: seat.studio.task_url(project, task.id)
            for event, task in opened.items()
            if event in ready and task.sheet_sha256 != this_round.fingerprint(event)
        },
        gold=[event for event in ready if event in has_gold and event not in opened],
    )


def _refuse_own_work(this_round: SortingRound, seat: Seat) -> None:
    if seat.annotator.casefold() in {name.casefold() for name in this_round.annotators}:
        raise Problem(
            f"{seat.annotator} sorts in round {this_round.name}, and cannot adjudicate work of their own",
            "name somebody else with --adjudicator",
        )


def _tasks(this_round: SortingRound, events: Mapping[str, Compared]) -> Iterator[SentDeskTask]:
    gold, gists = gold_sorting(this_round.corpus), read_gold(this_round.corpus)["statements"]
    for event, comparison in events.items():
        sheet = this_round.sheets[event]
        agreed = SortedBy(comparison.agreed, comparison.contradictions)
        names = matched_names(agreed, sorted_by(gold, event))
        known = dict(gists.filter(event_id=event).select("statement_id", "gist").iter_rows())
        begun = Begun(
            sorting=agreed,
            gists={names[name]: gist for name, gist in known.items() if name in names},
            disputes=_disputes(sheet, comparison),
        )
        task = desk_task(sheet, near_of(this_round.corpus, sheet), begun)
        task["data"]["sheet_sha256"] = this_round.fingerprint(event)
        yield task


def _disputes(sheet: EventSheet, comparison: Compared) -> dict[str, str]:
    """Who put what where, by item id; what contradicts what for some only stands at the item that names the first."""
    keys = {item.id: item.key for item in sheet.items}
    words = {
        item: " · ".join(f"{who}: {_words(telling, keys)}" for who, telling in tellings.items())
        for item, tellings in comparison.disputed.items()
    }
    for (first, second), whom in comparison.doubted.items():
        item = first.rstrip("+")
        doubt = f"contradicts {_key(second, keys)} for {', '.join(whom)} alone"
        words[item] = f"{words[item]} · {doubt}" if item in words else doubt
    return words


def _words(telling: Telling, keys: Mapping[str, str]) -> str:
    parts = [_key(telling.whole, keys)] if telling.whole else []
    parts += [f"partly {_key(telling.partly, keys)}"] if telling.partly else []
    return "tells " + " and ".join(parts) if parts else "not sorted"


def _key(name: str, keys: Mapping[str, str]) -> str:
    """A statement by the key of the item that names it."""
    return f"another one, begun by {keys[name[:-1]]}" if name.endswith("+") else keys[name]


def pull_sorting_decisions(
    corpus: Corpus, round_name: str, seat: Seat, *, again: bool = False, tell: Tell = in_silence
) -> SortingDecisions:
    """Brings what the adjudicator decided into the gold; events with anything open stay out.

    Raises:
        Problem: the round is not open for this adjudicator, or the server cannot be asked.
    """
    with writing(corpus.root, AS_IT_WAS), one_at_a_time(corpus, GOLD, ["statements"], tell):
        project = projects.existing(corpus, round_name, seat, role=Role.SORTING_ADJUDICATOR)
        with raw.writing_pull(corpus, f"{round_name}-{GOLD}") as kept:
            passing = kept.passing(seat.annotator, seat.studio.tasks(project), seat.studio.url, project)
            tasks = list(map(read_task, passing))
            decided = SortingDecisions(kept.keep())
        with changing(corpus, tell):
            this_round = SortingRound(corpus, round_name)
            _refuse_own_work(this_round, seat)
            gold = _GoldOfEvents(this_round, seat.annotator)
            for task in tasks:
                decided.places[str(task.event_id)] = seat.studio.task_url(project, task.id)
                _decide(this_round, gold, task, decided, seat.account)
            decided.written = write_gold(corpus, list(decided.taken), gold.rows)
    return decided


def _decide(
    this_round: SortingRound, gold: _GoldOfEvents, task: Task, decided: SortingDecisions, account: int | None
) -> None:
    event = str(task.event_id)
    if event not in this_round.sheets:
        decided.undecided[event] = ["it was not dealt in the round"]
    elif task.sheet_sha256 != this_round.fingerprint(event):
        decided.changed.append(event)
    elif not task.work or task.work[0].ended["status"] != SUBMITTED:
        decided.not_ended.append(event)
    elif len(task.work) > 1:
        decided.undecided[event] = [f"task {task.id} has {len(task.work)} submissions; none is taken"]
    elif account is not None and task.work[0].account != account:
        decided.undecided[event] = ["it was submitted from another account"]
    elif event in decided.taken:
        decided.undecided[event] = ["the project holds it on several tasks; delete all but one"]
    else:
        result = read_sorted(task.work[0].result, this_round.sheets[event], GOLD, gold.annotator, task.given)
        if problems := gold.problems(event, result):
            decided.undecided[event] = problems
        else:
            decided.taken[event] = gold.take(event, result)


class _GoldOfEvents:
    """Makes rows of the gold's tables of what an adjudicator submitted."""

    def __init__(self, this_round: SortingRound, annotator: str) -> None:
        self.annotator = annotator
        self._round = this_round
        self._gold = gold_sorting(this_round.corpus)
        gold = read_gold(this_round.corpus)
        self._known, self._decisions = gold["statements"], gold["telling_decisions"]
        self.rows: dict[str, list[Mapping[str, object]]] = {
            "tellings": [],
            "contradictions": [],
            "telling_decisions": [],
            "statements": [],
        }

    def problems(self, event: str, result: DeskSorting) -> list[str]:
        """What is open in a submission, in words."""
        sheet = self._round.sheets[event]
        keys = {item.id: item.key for item in sheet.items}
        comparison = compared(sheet, self._round.sorted_by(event))
        names = list(dict.fromkeys(row["statement"] for row in result.tellings))
        return [
            *result.faults,
            *(f"{key} is not sorted" for key in result.open),
            *(f"the statement of {keys[name]} has no gist" for name in names if name not in result.gists),
            *(f"{keys[item]} has no rule" for item in comparison.disputed if item not in result.rules),
        ]

    def take(self, event: str, result: DeskSorting) -> dict[str, int]:
        """Adds the rows of an event. Returns how many statements and figures it has."""
        sheet = self._round.sheets[event]
        ids, counts = dict[str, str](), dict[str, int]()
        for kind, prefix in PREFIXES.items():
            groups = _groups(result, {item.id for item in sheet.of(kind)})
            used = self._known.filter(event_id=event)["statement_id"]
            new = statement_ids(groups, sorted_by(self._gold, event), prefix, used)
            counts[kind] = len(new)
            ids |= new
            self.rows["statements"] += [
                {"event_id": event, "statement_id": new[name], "kind": kind, "gist": result.gists[name]}
                for name in groups
            ]
        self.rows["tellings"] += [{**row, "statement": ids[row["statement"]]} for row in result.tellings]
        for pair in result.contradictions:
            first, second = sorted((ids[pair["statement"]], ids[pair["against"]]))
            self.rows["contradictions"].append({**pair, "statement": first, "against": second})
        self._add_decisions(event, result)
        return counts

    def _add_decisions(self, event: str, result: DeskSorting) -> None:
        """Decisions about what was asked; about what was given, the earlier rounds' decisions stand."""
        sheet = self._round.sheets[event]
        decided = sorted_as(result.tellings)
        sortings = self._round.sorted_by(event)
        given = {
            item.id
            for item in sheet.items
            if item.id not in result.rules and all(item.id in sorting.given for sorting in sortings.values())
        }
        earlier = self._decisions.filter(event_id=event).iter_rows(named=True)
        self.rows["telling_decisions"] += [row for row in earlier if f"{row['article_id']}:{row['span_id']}" in given]
        for who, sorting in sortings.items():
            named = sorting.renamed(matched_names(decided, sorting))
            for item in (item for item in sheet.items if item.id not in given):
                same = named.tells.get(item.id, Telling()) == decided.tells.get(item.id, Telling())
                self.rows["telling_decisions"].append(
                    {
                        "event_id": event,
                        "round": self._round.name,
                        "annotator": who,
                        "article_id": item.article_id,
                        "span_id": item.span_id,
                        "outcome": KEPT if same else CHANGED,
                        "rule": result.rules.get(item.id),
                    }
                )


def _groups(result: DeskSorting, items: set[str]) -> dict[str, list[str]]:
    """The ids of the items that tell each statement wholly, by its name, in the order of the sheet."""
    groups: dict[str, list[str]] = {}
    for row in result.tellings:
        item = f"{row['article_id']}:{row['span_id']}"
        if item in items and row["degree"] == WHOLE:
            groups.setdefault(row["statement"], []).append(item)
    return groups
