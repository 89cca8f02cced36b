"""An event as several annotators sorted it, side by side: what they agree on, and what they do not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dataset.record.rows import ContradictionRow, EventTaskRow, TellingRow, rows_of
from dataset.scheme.vocabulary import DEGREES
from dataset.statements.sheets import EventSheet
from dataset.statements.tables import EventSorting

WHOLE, PARTLY = DEGREES
Pair = tuple[str, str]


@dataclass(frozen=True)
class Telling:
    """What a quote or number tells: the statement that it tells wholly, and the one that it tells partly."""

    whole: str | None = None
    partly: str | None = None


@dataclass(frozen=True)
class SortedBy:
    """An annotator's sorting of one event: what each quote and number tells, by its id, and what contradicts what.

    `given` are the ids of those that stood sorted when the event was opened, and were left as they were.
    """

    tells: Mapping[str, Telling] = field(default_factory=dict)
    contradictions: frozenset[Pair] = frozenset()
    given: frozenset[str] = frozenset()

    def members(self) -> dict[str, frozenset[str]]:
        """The ids of all that tell each statement wholly, by its name."""
        groups: dict[str, set[str]] = defaultdict(set)
        for item, telling in self.tells.items():
            if telling.whole is not None:
                groups[telling.whole].add(item)
        return {name: frozenset(ids) for name, ids in groups.items()}

    def renamed(self, names: Mapping[str, str]) -> SortedBy:
        """The same with other names for the statements; one that `names` lacks keeps its own."""
        tells = {
            item: Telling(
                None if telling.whole is None else names.get(telling.whole, telling.whole),
                None if telling.partly is None else names.get(telling.partly, telling.partly),
            )
            for item, telling in self.tells.items()
        }
        pairs = (sorted(names.get(name, name) for name in pair) for pair in self.contradictions)
        return SortedBy(tells, frozenset((first, second) for first, second in pairs), self.given)

    def named_by(self, order: Iterable[str]) -> SortedBy:
        """The same of the items in `order`, each statement named by the first of them that tells it wholly.

        What none of them tells wholly is left out.
        """
        kept = {item: self.tells[item] for item in order if item in self.tells}
        names: dict[str, str] = {}
        for item, telling in kept.items():
            if telling.whole is not None:
                names.setdefault(telling.whole, item)
        tellings = {
            item: Telling(names.get(telling.whole or ""), names.get(telling.partly or ""))
            for item, telling in kept.items()
        }
        tells = {item: telling for item, telling in tellings.items() if telling != Telling()}
        pairs = (pair for pair in self.contradictions if names.keys() >= set(pair))
        named = (sorted(names[name] for name in pair) for pair in pairs)
        return SortedBy(tells, frozenset((first, second) for first, second in named), self.given & tells.keys())


def sorted_by(sorting: EventSorting, event: str) -> SortedBy:
    """What the rows of a layer say of one event."""
    of_event = sorting.only([event])
    given = frozenset(item for row in rows_of(of_event.event_tasks, EventTaskRow) for item in row["given"])
    sorted_event = sorted_as(rows_of(of_event.tellings, TellingRow), rows_of(of_event.contradictions, ContradictionRow))
    return replace(sorted_event, given=given)


def sorted_as(tellings: Iterable[TellingRow], contradictions: Iterable[ContradictionRow] = ()) -> SortedBy:
    """What rows of one event and one annotator say."""
    tells: dict[str, Telling] = {}
    for row in tellings:
        item = f"{row['article_id']}:{row['span_id']}"
        before = tells.get(item, Telling())
        whole = row["degree"] == WHOLE
        tells[item] = Telling(row["statement"] if whole else before.whole, before.partly if whole else row["statement"])
    pairs = (sorted((row["statement"], row["against"])) for row in contradictions)
    return SortedBy(tells, frozenset((first, second) for first, second in pairs))


def matched_names(reference: SortedBy, sorting: SortedBy) -> dict[str, str]:
    """For each statement of a sorting, the name of the reference's statement that it shares most with.

    Statements are matched one to one, those with most in common first, and of equal ones the first by name. One without
    a match keeps its name, with a `+` where the reference has a statement of that name.
    """
    members, of_reference = sorting.members(), reference.members()
    common = sorted(
        (-len(ids & reference_ids), name, reference_name)
        for name, ids in members.items()
        for reference_name, reference_ids in of_reference.items()
        if ids & reference_ids
    )
    names: dict[str, str] = {}
    for _, name, reference_name in common:
        if name not in names and reference_name not in names.values():
            names[name] = reference_name
    for name in members:
        if name not in names:
            names[name] = f"{name}+" if name in of_reference else name
    return names


@dataclass(frozen=True)
class Compared:
    """An event's sortings with one set of names: what all say of a quote or number, and else what each says.

    `agreed` and `disputed` are by id; `contradictions` are those that all have, `doubted` those that only some have.
    """

    agreed: dict[str, Telling]
    disputed: dict[str, dict[str, Telling]]
    contradictions: frozenset[Pair]
    doubted: dict[Pair, list[str]]


def compared(sheet: EventSheet, sortings: Mapping[str, SortedBy]) -> Compared:
    """Lays the sortings of an event side by side; the names are those of the first annotator."""
    first, *more = sortings
    named = {first: sortings[first]} | {
        who: sortings[who].renamed(matched_names(sortings[first], sortings[who])) for who in more
    }
    agreed: dict[str, Telling] = {}
    disputed: dict[str, dict[str, Telling]] = {}
    for item in sheet.items:
        tellings = {who: sorting.tells.get(item.id, Telling()) for who, sorting in named.items()}
        if len(set(tellings.values())) == 1 and tellings[first] != Telling():
            agreed[item.id] = tellings[first]
        else:
            disputed[item.id] = tellings
    claimed: dict[Pair, list[str]] = defaultdict(list)
    for who, sorting in named.items():
        for pair in sorted(sorting.contradictions):
            claimed[pair].append(who)
    everybody = frozenset(pair for pair, whom in claimed.items() if len(whom) == len(named))
    return Compared(agreed, disputed, everybody, {pair: w for pair, w in claimed.items() if pair not in everybody})


def statement_ids(
    groups: Mapping[str, Sequence[str]], known: SortedBy, prefix: str, used: Iterable[str]
) -> dict[str, str]:
    """An id for each statement, kept from the gold where most of its tellings are there already.

    Args:
        groups: the ids of the tellings of each statement, by its name, in the order in which new ids are given.
        known: the gold before.
        prefix: what ids begin with: `s` for statements, `f` for figures.
        used: every id of the event that was ever given.
    """
    taken: set[str] = set()
    ids: dict[str, str] = {}
    for name, members in groups.items():
        before = Counter(telling.whole for member in members if (telling := known.tells.get(member)) and telling.whole)
        for candidate, _ in sorted(before.items(), key=lambda entry: (-entry[1], entry[0])):
            if candidate not in taken:
                ids[name] = candidate
                taken.add(candidate)
                break
    numbers = [int(name[1:]) for name in used if name[:1] == prefix and name[1:].isdecimal()]
    following = max(numbers, default=0) + 1
    for name in groups:
        if name not in ids:
            ids[name] = f"{prefix}{following}"
            following += 1
    return ids
