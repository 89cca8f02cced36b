"""What an adjudicator is asked of an article: what all annotators agree on, and what is open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from annotation.adjudication.alignment import LinkGroup, SpanGroup, align, same_links, value, values
from annotation.page.messages import both_ends
from dataset.record.rows import RelationRow, SpanRow, as_row
from dataset.scheme import vocabulary
from dataset.storage.atomic import sha256

SHOWN: Final = 60
_STAMP: Final = 16
_UNSHOWN: Final = ("quote_source", "linked")
_BLANK: Final[Mapping[str, object]] = {"speaker_entities": []}


@dataclass(frozen=True)
class SpanVersion:
    """One way in which annotators marked a span: a region of the page, and who marked it so.

    `row` is the span as the page shows it; attributes in which its holders differ are empty there.
    """

    region: str
    row: SpanRow
    holders: tuple[str, ...]


@dataclass(frozen=True)
class SheetItem:
    """A span as the annotators have it, in one version or several; `reasons` say why it is open, none: it is not."""

    group: SpanGroup
    versions: tuple[SpanVersion, ...]
    reasons: tuple[str, ...] = ()

    def version_of(self, annotator: str) -> SpanVersion:
        """The version that an annotator has."""
        return next(version for version in self.versions if annotator in version.holders)


@dataclass(frozen=True)
class Sheet:
    """All that the annotators of one article say of it; `links` are over positions of `items`."""

    article_id: str
    annotators: tuple[str, ...]
    items: tuple[SheetItem, ...]
    links: tuple[LinkGroup, ...]

    def open(self) -> list[SheetItem]:
        """The questions."""
        return [item for item in self.items if item.reasons]

    def fingerprint(self) -> str:
        """SHA-256 of what the page asks about: every annotator's spans and drawn links, and the regions they stand as.

        A span counts with its label, offsets and attributes, a link with its ends. The order of rows, columns that
        follow from others, links made by rule and what the checks find do not count.
        """
        items = [
            [
                item.group.label,
                {who: _content(row) for who, row in item.group.members.items()},
                [version.region for version in item.versions],
            ]
            for item in self.items
        ]
        links = [[link.from_group, link.to_group, _drawn_by(link)] for link in self.links]
        return _hash([self.article_id, self.annotators, items, links])

    def stamps(self) -> dict[str, str]:
        """By region, a short hash of what the page asks about the span there, or shows as what all agree on.

        It changes with whatever an annotator changes of that span, of its links, or of whether it is there, and with
        who is asked about; what annotators change elsewhere leaves it as it is.
        """
        stamps = dict[str, str]()
        for position, item in enumerate(self.items):
            members = {who: _content(row) for who, row in item.group.members.items()}
            regions = [version.region for version in item.versions]
            links = [self._link(link) for link in self.links if link.from_group == position]
            stamp = _hash([item.group.label, self.annotators, members, regions, links])[:_STAMP]
            stamps |= dict.fromkeys(regions, stamp)
        return stamps

    def _link(self, link: LinkGroup) -> list[object]:
        """Who drew a link to which span of theirs, and who could have and did not."""
        start, end = self.items[link.from_group].group, self.items[link.to_group].group
        drawn = {who: end.members[who]["span_id"] for who in _drawn_by(link)}
        return [drawn, _lacking(link, start, end)]

    def is_asked_by(self, fingerprint: str) -> bool:
        """Whether a task with this fingerprint asks about this very work.

        Tasks that were sent before fingerprints left out what does not count have one of whole rows. It covers more,
        so it, too, shows any change.
        """
        members = [item.group.members for item in self.items]
        links = [link.members for link in self.links]
        return fingerprint in (self.fingerprint(), _hash([[self.article_id, self.annotators, members], links]))


def _hash(content: Any) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode())


def _content(row: SpanRow) -> list[object]:
    """What an annotator says with a span of a known label."""
    return [row["start"], row["end"], *values(row)]


def _drawn_by(link: LinkGroup) -> list[str]:
    return sorted(who for who, row in link.members.items() if not row["derived"])


def sheet(
    article_id: str,
    spans: Mapping[str, list[SpanRow]],
    relations: Mapping[str, list[RelationRow]],
    faults: Mapping[tuple[str, str], list[str]],
) -> Sheet:
    """The sheet of an article from each annotator's rows of it.

    `faults` are what the checks found, by (annotator, span_id): a span that a check finds fault with is open even if
    all agree on it.
    """
    annotators = tuple(sorted(spans))
    groups = align(spans)
    shared = same_links(relations, groups)
    links = tuple(link for link in shared if any(not row["derived"] for row in link.members.values()))
    taken: set[str] = set()
    items = []
    for position, group in enumerate(groups):
        from_here = [link for link in links if link.from_group == position]
        reasons = _reasons(group, annotators, from_here, groups, faults)
        items.append(SheetItem(group, tuple(_versions(group, taken)), tuple(reasons)))
    return Sheet(article_id, annotators, tuple(items), links)


def _reasons(
    group: SpanGroup,
    annotators: tuple[str, ...],
    links: list[LinkGroup],
    groups: list[SpanGroup],
    faults: Mapping[tuple[str, str], list[str]],
) -> Iterator[str]:
    """Why a span is open, in words."""
    if missing := group.missing(annotators):
        yield f"not marked by {', '.join(missing)}"
    if len(group.offsets()) > 1:
        yield "other words"
    if names := group.differing():
        yield f"another {' and '.join(name.partition('_')[2] for name in names)}"
    for link in links:
        target = groups[link.to_group]
        if lacking := _lacking(link, group, target):
            first = target.members[min(target.members)]
            yield f"no link to “{_short(first['text'])}” by {', '.join(lacking)}"
    yield from _faults(group, faults)


def _lacking(link: LinkGroup, start: SpanGroup, end: SpanGroup) -> list[str]:
    """Who has both ends and not the link; who lacks an end is asked about that."""
    return sorted((start.members.keys() & end.members.keys()) - link.members.keys())


def _faults(group: SpanGroup, faults: Mapping[tuple[str, str], list[str]]) -> list[str]:
    """What the checks found in every member's span; what only some have, another question settles."""
    by_member = [faults.get((who, row["span_id"]), []) for who, row in sorted(group.members.items())]
    return [line for line in dict.fromkeys(by_member[0]) if all(line in lines for lines in by_member[1:])]


def _versions(group: SpanGroup, taken: set[str]) -> Iterator[SpanVersion]:
    """The group's versions in the order of the text; a region id is its first holder's, unless that is taken."""
    for offsets in group.offsets():
        holders = tuple(sorted(who for who, row in group.members.items() if (row["start"], row["end"]) == offsets))
        region = group.members[holders[0]]["span_id"]
        while region in taken:
            region = f"{region}.{holders[0]}"
        taken.add(region)
        yield SpanVersion(region, _shown(region, [group.members[who] for who in holders]), holders)


def _shown(region: str, rows: list[SpanRow]) -> SpanRow:
    """A span as the page shows it: what its holders agree on."""
    attributes = vocabulary.ATTRIBUTES[rows[0]["label"]]
    differing = [name for name in attributes if len({value(row, name) for row in rows}) > 1]
    return as_row({**rows[0], "span_id": region, **{name: _BLANK.get(name) for name in differing}}, SpanRow)


def shown_links(asked: Sheet) -> list[tuple[str, str]]:
    """The links that the page shows, as regions: those that all holders of a version have who have the target."""
    shown = []
    for link in asked.links:
        start, end = asked.items[link.from_group], asked.items[link.to_group]
        lacking = _lacking(link, start.group, end.group)
        for version in start.versions:
            having = [who for who in version.holders if who in link.members]
            if having and not set(lacking) & set(version.holders):
                shown.append((version.region, end.version_of(having[0]).region))
    return shown


def who_had_what(asked: Sheet, item: SheetItem) -> list[str]:
    """A line for each annotator, and why the question is there."""
    position = asked.items.index(item)
    lines = [f"{who}: {_had(asked, position, who)}" for who in asked.annotators]
    return lines + [reason for reason in item.reasons if reason.startswith("[")]


def excluded(asked: Sheet, version: SpanVersion) -> list[str]:
    """A line for each span that cannot be gold beside this version: of the same label, and sharing words with it."""
    mine = version.row
    return [
        f"excludes “{both_ends(row['text'], 2 * SHOWN)}”: keep one of them"
        for item in asked.items
        if item.group.label == mine["label"]
        for row in (candidate.row for candidate in item.versions if candidate is not version)
        if row["start"] < mine["end"] and mine["start"] < row["end"]
    ]


def _had(asked: Sheet, position: int, annotator: str) -> str:
    row = asked.items[position].group.members.get(annotator)
    if row is None:
        return "nothing"
    columns: Mapping[str, object] = row
    entries = [columns[name] for name in vocabulary.ATTRIBUTES[row["label"]] if (name, columns[name]) != _UNSHOWN]
    attributes = [
        ", ".join(entry) if isinstance(entry, list) else str(entry) for entry in entries if entry not in (None, [])
    ]
    targets = [
        f"→ “{_short(asked.items[link.to_group].group.members[annotator]['text'])}”"
        for link in asked.links
        if link.from_group == position and annotator in link.members
    ]
    return " · ".join([f"“{both_ends(row['text'], 2 * SHOWN)}”", *attributes, *targets])


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


_MARKUP: Final = str.maketrans(
    {sign: f"\\{sign}" for sign in r"\`*_{}[]#+!|~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
)


def summary(asked: Sheet, uncovered: Iterable[str]) -> str:
    """What is open in an article, in Markdown, and what nobody marked that looks as if somebody should."""
    count = len(asked.open())
    questions = [
        f"- **{item.group.label}** “{_plain(item.versions[0].row['text'])}”: {_plain('; '.join(item.reasons))}"
        for item in asked.open()
    ]
    agreed = "All agree" if len(asked.annotators) > 1 else f"Only {asked.annotators[0]} labelled it"
    title = f"**{count} {'question' if count == 1 else 'questions'}**" if count else f"**{_plain(agreed)}**"
    missed = [f"- {_plain(line)}" for line in uncovered]
    return "\n".join([title, "", *questions, *(["", "**Nobody marked**", "", *missed] if missed else [])])


def _plain(text: str) -> str:
    return " ".join(_short(text).split()).translate(_MARKUP)
