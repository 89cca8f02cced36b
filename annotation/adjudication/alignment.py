"""Annotators' spans of one article side by side: which are the same span, and in what they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from dataset.scheme import vocabulary

Row = dict[str, Any]
Offsets = tuple[int, int]


@dataclass(frozen=True)
class SpanGroup:
    """Spans of one label that mean the same, at most one an annotator. `members` is by annotator, sorted."""

    label: str
    members: dict[str, Row]

    def offsets(self) -> list[Offsets]:
        """The different offsets of the members, sorted."""
        return sorted({(row["start"], row["end"]) for row in self.members.values()})

    def missing(self, annotators: Collection[str]) -> list[str]:
        """The annotators without a span here, sorted."""
        return sorted(set(annotators) - set(self.members))

    def differing(self) -> list[str]:
        """The attributes in which the members differ, in the scheme's order."""
        rows = list(self.members.values())
        return [name for name in vocabulary.ATTRIBUTES[self.label] if len({value(row, name) for row in rows}) > 1]

    def agreed(self, annotators: Collection[str]) -> bool:
        """Whether every annotator has it, with the same offsets and the same attributes."""
        return not self.missing(annotators) and len(self.offsets()) == 1 and not self.differing()


@dataclass(frozen=True)
class LinkGroup:
    """Links of one type between the same two groups, at most one an annotator. Ends are positions of groups."""

    type: str | None
    from_group: int
    to_group: int
    members: dict[str, Row]


def value(span: Row, attribute: str) -> Any:
    """An attribute's value, so that two that mean the same are equal: names are a set, not a list."""
    if attribute == "speaker_entities":
        return frozenset(span[attribute] or ())
    return span[attribute]


def overlap_over_union(first: Offsets, second: Offsets) -> float:
    """Shared code points over all code points of two spans: 1 for the same offsets, 0 where they only touch."""
    shared = min(first[1], second[1]) - max(first[0], second[0])
    return max(shared, 0) / (first[1] - first[0] + second[1] - second[0] - shared) if shared > 0 else 0.0


def align(spans_by_annotator: Mapping[str, Iterable[Row]]) -> list[SpanGroup]:
    """Groups the spans of one article, in the order of the text.

    Spans of the same label and offsets go together first. Groups that share no annotator are then joined while all
    their spans overlap each other, those with the greatest overlap over union first. Neither the order of spans nor
    the annotators' names matter; a span is in one group.
    """
    groups: list[SpanGroup] = []
    for label in vocabulary.LABELS:
        groups += _joined(_identical(spans_by_annotator, label))
    return sorted(groups, key=_place)


def _place(group: SpanGroup) -> tuple[Any, ...]:
    ids = sorted(row["span_id"] for row in group.members.values())
    return group.offsets()[0], vocabulary.LABELS.index(group.label), group.offsets(), ids


def _identical(spans_by_annotator: Mapping[str, Iterable[Row]], label: str) -> list[SpanGroup]:
    """Groups of the same offsets; should an annotator have a span twice, the first of each go together, and so on."""
    groups: dict[tuple[int, int, int], SpanGroup] = defaultdict(lambda: SpanGroup(label, {}))
    for annotator, spans in spans_by_annotator.items():
        seen: dict[Offsets, int] = defaultdict(int)
        for row in sorted((row for row in spans if row["label"] == label), key=_content):
            offsets = row["start"], row["end"]
            groups[*offsets, seen[offsets]].members[annotator] = row
            seen[offsets] += 1
    return [groups[key] for key in sorted(groups)]


def _content(row: Row) -> tuple[Any, ...]:
    attributes = [str(sorted(row[name] or ()) if name == "speaker_entities" else row[name]) for name in _names(row)]
    return row["start"], row["end"], attributes, row["span_id"]


def _names(row: Row) -> tuple[str, ...]:
    return vocabulary.ATTRIBUTES[row["label"]]


def _joined(groups: list[SpanGroup]) -> list[SpanGroup]:
    """The groups, joined where they overlap and no annotator is in both."""
    into = list(range(len(groups)))
    members = {position: [position] for position in into}
    pairs = [(_overlap(groups[a], groups[b]), a, b) for a, b in combinations(into, 2)]
    for _, a, b in sorted((pair for pair in pairs if pair[0] > 0), key=lambda pair: (-pair[0], *pair[1:])):
        first, second = into[a], into[b]
        if first != second and _can_join(groups, members[first], members[second]):
            members[first] += members.pop(second)
            into = [first if home == second else home for home in into]
    return [
        SpanGroup(
            groups[home].label,
            dict(sorted(member for position in together for member in groups[position].members.items())),
        )
        for home, together in members.items()
    ]


def _overlap(first: SpanGroup, second: SpanGroup) -> float:
    return overlap_over_union(first.offsets()[0], second.offsets()[0])


def _can_join(groups: list[SpanGroup], these: list[int], those: list[int]) -> bool:
    return all(
        groups[a].members.keys().isdisjoint(groups[b].members) and _overlap(groups[a], groups[b]) > 0
        for a in these
        for b in those
    )


def same_links(relations_by_annotator: Mapping[str, Iterable[Row]], groups: list[SpanGroup]) -> list[LinkGroup]:
    """The links of one article over groups of its spans, and who has each; sorted by ends and type.

    A link is left out where one of its ends is in no group. Derived links are included, as a member's `derived` says.
    """
    homes = {
        (who, row["span_id"]): position for position, group in enumerate(groups) for who, row in group.members.items()
    }
    link_groups: dict[tuple[int, int, str], LinkGroup] = {}
    for who, links in relations_by_annotator.items():
        for link in sorted(links, key=lambda link: (link["from_span"], link["to_span"], link["derived"])):
            start, end = homes.get((who, link["from_span"])), homes.get((who, link["to_span"]))
            if start is not None and end is not None:
                key = start, end, link["type"] or ""
                link_groups.setdefault(key, LinkGroup(link["type"], start, end, {})).members.setdefault(who, link)
    return [link_groups[key] for key in sorted(link_groups)]
