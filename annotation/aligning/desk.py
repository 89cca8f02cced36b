"""The desk's page of an event, from its sheet, and what was sorted on it, as rows of the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from annotation import guidelines
from annotation.labelstudio.desk import DESK, DeskAnswer, DeskRegion, read_desk, write_desk
from annotation.labelstudio.payloads import DeskData, DeskQuote, GivenKeys, SentDeskTask
from dataset.record.rows import ContradictionRow, TellingRow
from dataset.scheme.vocabulary import DEGREES
from dataset.statements.sheets import FIGURE, STATEMENT, EventSheet, EventSheetItem
from dataset.statements.sorted_events import SortedBy, Telling

WHOLE, PARTLY = DEGREES
NOBODY: Final = "No source named"
LABELS: Final = {STATEMENT: "quote", FIGURE: "number"}


@dataclass(frozen=True)
class DeskPage:
    """The text of an event's page, and where each quote and number is in it."""

    text: str
    regions: tuple[DeskRegion, ...]


def desk_page(sheet: EventSheet) -> DeskPage:
    """Quotes by who said them, those with most first, then numbers by unit; each in its sentence, on a line."""
    lines, regions, at = list[str](), list[DeskRegion](), 0
    for title, items in _groups(sheet):
        for line, item in [(title.upper(), None), *((f"{item.key}  {item.context}", item) for item in items)]:
            if item:
                start = at + len(item.key) + 2 + item.start
                words = item.context[item.start : item.end]
                regions.append(DeskRegion(item.key, LABELS[item.kind], start, start + len(words), words))
            lines.append(line)
            at += len(line) + 1
    return DeskPage("\n".join(lines), tuple(regions))


def _groups(sheet: EventSheet) -> list[tuple[str, list[EventSheetItem]]]:
    """Titles and what stands below each."""
    by_source: dict[str, list[EventSheetItem]] = defaultdict(list)
    for item in sheet.of(STATEMENT):
        by_source[" & ".join(item.principals) or NOBODY].append(item)
    by_unit: dict[str, list[EventSheetItem]] = defaultdict(list)
    for item in sheet.of(FIGURE):
        by_unit[f"Numbers: {item.unit or 'without a unit'}"].append(item)
    quotes = sorted(by_source.items(), key=lambda group: (group[0] == NOBODY, -len(group[1]), group[0]))
    return quotes + sorted(by_unit.items(), key=lambda group: (-len(group[1]), group[0]))


@dataclass(frozen=True)
class Begun:
    """What a page begins with: the sorting so far by item id, with an item's id as each statement's name.

    An adjudicator's has `gists` by a statement's name, and `disputes` by item id: who put it where, in words.
    """

    sorting: SortedBy
    gists: Mapping[str, str] = field(default_factory=dict)
    disputes: Mapping[str, str] | None = None


def desk_task(sheet: EventSheet, near: Mapping[str, Sequence[tuple[str, float]]], begun: Begun) -> SentDeskTask:
    """The task that lays an event before an annotator; where `begun` has disputes, before an adjudicator.

    `near` are, for the id of each quote and number, those that may tell the same, with a score, the likeliest first.
    """
    page = desk_page(sheet)
    keys = {item.id: item.key for item in sheet.items}
    quotes: dict[str, DeskQuote] = {
        item.key: {
            "id": item.id,
            "kind": item.kind,
            "who": " & ".join(sorted(item.content.sources)) or NOBODY,
            "words": item.content.words,
        }
        for item in sheet.items
    }
    data: DeskData = {
        "text": page.text,
        "event_id": sheet.event_id,
        "sheet_sha256": sheet.fingerprint(),
        "guidelines_version": guidelines.version(),
        "quotes": quotes,
        "near": {item.key: [(keys[likely], score) for likely, score in near.get(item.id, ())] for item in sheet.items},
    }
    if begun.disputes is not None:
        data["disputes"] = {keys[item]: words for item, words in begun.disputes.items()}
    elif begun.sorting.tells:
        data["given"] = {
            keys[item]: (keys.get(telling.whole or ""), keys.get(telling.partly or ""))
            for item, telling in begun.sorting.tells.items()
        }
    return {"data": data, "predictions": [{"model_version": DESK, "result": write_desk(regions_of(sheet, begun))}]}


def regions_of(sheet: EventSheet, begun: Begun) -> tuple[DeskRegion, ...]:
    """The regions of an event's page with what is sorted so far.

    A statement's gist, and what contradicts it, stand at the item that names it.
    """
    keys = {item.id: item.key for item in sheet.items}
    ids = {item.key: item.id for item in sheet.items}
    return tuple(_begun(region, ids[region.key], begun, keys) for region in desk_page(sheet).regions)


def _begun(region: DeskRegion, item: str, begun: Begun, keys: Mapping[str, str]) -> DeskRegion:
    telling = begun.sorting.tells.get(item, Telling())
    against = [second for first, second in begun.sorting.contradictions if first == item]
    return replace(
        region,
        statement=None if telling.whole is None else keys[telling.whole],
        partly=() if telling.partly is None else (keys[telling.partly],),
        contradicts=tuple(keys[name] for name in sorted(against)),
        gist=begun.gists.get(item),
    )


@dataclass
class DeskSorting:
    """What an annotator sorted of an event: rows of `tellings` and `contradictions`, and what does not fit, in words.

    `open` are the keys of what was left unsorted, and `given` the ids of what was left as it stood when the event was
    opened. An adjudicator's has `gists`, what was written of each statement, by its name, and `rules`, the rule that
    decided, by item id.
    """

    tellings: list[TellingRow] = field(default_factory=list)
    contradictions: list[ContradictionRow] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    gists: dict[str, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)


def read_sorted(
    result: Any, sheet: EventSheet, round_name: str, annotator: str, given: Mapping[str, GivenKeys]
) -> DeskSorting:
    """The rows that a result of the desk says. A statement is named by the first of the sheet that tells it wholly.

    `given` is what stood sorted when the event was opened.

    Never raises: what does not fit is said in `faults`, and left out of the rows.
    """
    reading = read_desk(result)
    event = DeskSorting(faults=[f"{region or 'the result'}: {message}" for region, message in reading.faults])
    items = {item.key: item for item in sheet.items}
    event.faults += [f"{key} is not a quote or number of the event" for key in reading.answers if key not in items]
    answers = {key: reading.answers.get(key, DeskAnswer()) for key in items}
    tells = {key: _tells(key, answers[key], items, event.faults) for key in items}
    names = _statement_names(tells, items)
    for key, rows in tells.items():
        event.faults += [
            f"nothing tells wholly what {key} tells partly, {name}" for name, _ in rows if name not in names
        ]
        named = [(names[name], degree) for name, degree in rows if name in names]
        event.open += [] if named else [key]
        event.tellings += [
            TellingRow(
                event_id=sheet.event_id,
                round=round_name,
                annotator=annotator,
                article_id=items[key].article_id,
                span_id=items[key].span_id,
                statement=statement,
                degree=degree,
            )
            for statement, degree in named
        ]
        if key in given and rows == _given_rows(given[key]):
            event.given.append(items[key].id)
        _note_rule_and_gists(
            event, items[key].id, answers[key], [names[name] for name, degree in rows if degree == WHOLE]
        )
    event.contradictions = [
        ContradictionRow(
            event_id=sheet.event_id, round=round_name, annotator=annotator, statement=first, against=second
        )
        for first, second in _contradictions(answers, tells, names, event.faults)
    ]
    return event


def _statement_names(tells: Mapping[str, list[tuple[str, str]]], items: Mapping[str, EventSheetItem]) -> dict[str, str]:
    """By the key that names a statement on the page, the id of the first item of the sheet that tells it wholly."""
    names: dict[str, str] = {}
    for key, rows in tells.items():
        for name in (name for name, degree in rows if degree == WHOLE):
            names.setdefault(name, items[key].id)
    return names


def _note_rule_and_gists(event: DeskSorting, item: str, answer: DeskAnswer, wholly: list[str]) -> None:
    """Notes the rule that an adjudicator named at an item, and the gist of each statement that it tells `wholly`."""
    if answer.rule:
        event.rules[item] = answer.rule[0]
    for statement in wholly if answer.gist else ():
        event.gists.setdefault(statement, answer.gist[0])


def _given_rows(keys: GivenKeys) -> list[tuple[str, str]]:
    return [(name, degree) for name, degree in zip(keys, DEGREES, strict=True) if name is not None]


def _tells(
    key: str, answer: DeskAnswer, items: Mapping[str, EventSheetItem], faults: list[str]
) -> list[tuple[str, str]]:
    """What a quote or number tells, by the key that names it on the page, and how much of it."""
    rows: dict[str, str] = {}
    for name, degree in [(name, WHOLE) for name in answer.statement] + [(name, PARTLY) for name in answer.partly]:
        if name not in items:
            faults.append(f"{key} is sorted to {name}, which is not a quote or number of the event")
        elif items[name].kind != items[key].kind:
            faults.append(f"{key} is sorted to {name}, but a quote and a number never tell the same")
        else:
            rows.setdefault(name, degree)
    degrees = [*rows.values()]
    if degrees.count(WHOLE) > 1 or degrees.count(PARTLY) > 1:
        faults.append(
            f"{key} tells one statement, and may tell a second one partly, but is sorted to {', '.join(rows)}"
        )
        return []
    return [*rows.items()]


def _contradictions(
    answers: Mapping[str, DeskAnswer],
    tells: Mapping[str, list[tuple[str, str]]],
    names: Mapping[str, str],
    faults: list[str],
) -> list[tuple[str, str]]:
    """Statements that cannot both hold, each pair once, in the order of their ids."""
    pairs = set()
    for key, answer in answers.items():
        own = next((names[name] for name, _ in tells[key] if name in names), None)
        for name in answer.contradicts:
            against = names.get(name)
            if own is None or against is None or against == own:
                faults.append(f"{key} contradicts {name}, which is not a statement apart from its own")
            else:
                pairs.add((min(own, against), max(own, against)))
    return sorted(pairs)
