"""The questions of an article as the adjudication page lays them out: an annotator a column, a key for each version."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from annotation.adjudication.alignment import LinkGroup
from annotation.adjudication.likely import beyond, deciding_rules, rules_of
from annotation.adjudication.questions import SHOWN, Sheet, SheetItem, SpanVersion
from annotation.guidelines.titles import TITLES
from annotation.labelstudio.payloads import AgreedSpan, Card, CardRow, Cards, CardSpan, Piece, TakenVersion
from annotation.labelstudio.result import LABEL, write_span
from annotation.page.messages import both_ends
from dataset.record.rows import SpanRow, as_row
from dataset.scheme import vocabulary

BESIDE: Final = 40
"""How many characters may stand between a quote and its speaker, so that both are one question."""


def cards(asked: Sheet, names: Iterable[str], uncovered: Iterable[str]) -> Cards:
    """What the page shows of an article's questions, and what it needs to answer one at a key.

    `names` are the entities that the page offers, `uncovered` says what nobody marked.
    """
    offered = set(names)
    return {
        "annotators": [*asked.annotators],
        "cards": [_card(asked, positions, offered) for positions in together(asked)],
        "agreed": [_agreed(asked, position, offered) for position, item in enumerate(asked.items) if not item.reasons],
        "titles": TITLES,
        "rules": {label: rules_of([label]) for label in vocabulary.LABELS},
        "missed": [*uncovered],
    }


def together(asked: Sheet) -> list[list[int]]:
    """The positions of the open items, those that are one question in a list, in the order of the text.

    Spans of one label that overlap exclude each other, and are one question. So are a quote and a speaker that
    somebody links it to, where they stand side by side.
    """
    home = {position: position for position, item in enumerate(asked.items) if item.reasons}
    for first, second in [*_excluding(asked, [*home]), *_beside(asked, [*home])]:
        into, gone = sorted((home[first], home[second]))
        home = {position: into if at == gone else at for position, at in home.items()}
    return [[position for position, at in home.items() if at == first] for first in dict.fromkeys(home.values())]


def _excluding(asked: Sheet, positions: list[int]) -> Iterator[tuple[int, int]]:
    for at, first in enumerate(positions):
        for second in positions[at + 1 :]:
            one_label = asked.items[first].group.label == asked.items[second].group.label
            if one_label and _gap(asked.items[first], asked.items[second]) < 0:
                yield first, second


def _beside(asked: Sheet, positions: list[int]) -> Iterator[tuple[int, int]]:
    for link in asked.links:
        ends = link.from_group, link.to_group
        if link.type == "said_by" and {*ends} <= {*positions} and _gap(*(asked.items[at] for at in ends)) <= BESIDE:
            yield ends


def _gap(first: SheetItem, second: SheetItem) -> int:
    """The fewest characters between a version of one and a version of the other; below 0 where two overlap."""
    pairs = [(a, b) for a in first.group.offsets() for b in second.group.offsets()]
    return min(max(a[0], b[0]) - min(a[1], b[1]) for a, b in pairs)


def _card(asked: Sheet, positions: list[int], offered: set[str]) -> Card:
    items = [asked.items[position] for position in positions]
    versions = [_taken(asked, positions, who, offered) for who in asked.annotators]
    return {
        "spans": [_span(asked, position) for position in positions],
        "versions": versions,
        "rules": deciding_rules(asked, items),
        "majority": _majority(items, versions),
    }


def _majority(items: list[SheetItem], versions: list[TakenVersion]) -> list[int]:
    """The columns of more than half of three or more annotators who have the very same spans, values and links.

    None where a check finds fault with a span. That most have nothing is no majority: most miss what is easily missed.
    """
    faulty = any(reason.startswith("[") for item in items for reason in item.reasons)
    alike = defaultdict(list)
    for column, version in enumerate(versions):
        alike[_comparable(version)].append(column)
    largest = max(alike.values(), key=len)
    is_majority = len(versions) > 2 and 2 * len(largest) > len(versions)
    return largest if is_majority and not faulty and versions[largest[0]]["kept"] else []


def _comparable(version: TakenVersion) -> str:
    """A version, whatever the order of names and links in it."""
    kept = {region: {name: sorted(of) for name, of in values.items()} for region, values in version["kept"].items()}
    return json.dumps([kept, sorted(version["links"])], sort_keys=True)


def _span(asked: Sheet, position: int) -> CardSpan:
    item = asked.items[position]
    return {
        "label": item.group.label,
        "words": _shortened(item.versions[0].row["text"]),
        "reasons": [*item.reasons],
        "regions": [version.region for version in item.versions],
        "rows": [*_rows(asked, position)],
    }


# What the columns show


def _rows(asked: Sheet, position: int) -> Iterator[CardRow]:
    """The rows of a span's table that hold anything, each with a cell an annotator; what differs is marked."""
    item = asked.items[position]
    words = [_words(item, item.group.members.get(who)) for who in asked.annotators]
    yield {"name": item.group.label, "cells": words}
    differing = item.group.differing()
    for name in vocabulary.ATTRIBUTES[item.group.label]:
        cells = [_attribute(item.group.members.get(who), name, name in differing) for who in asked.annotators]
        if any(cells):
            yield {"name": name.partition("_")[2], "cells": cells}
    links = [link for link in asked.links if link.from_group == position]
    if links:
        yield {"name": "link", "cells": [[*_targets(asked, links, who)] for who in asked.annotators]}


def _words(item: SheetItem, row: SpanRow | None) -> list[Piece]:
    """A member's words, in which those that not all have are marked; “nothing” of who has no such span."""
    if row is None:
        return [("nothing", True)]
    before, shared, after = beyond(item.group, row)
    marked = [(_shortened(before), True), (_shortened(shared), False), (_shortened(after), True)]
    return [piece for piece in marked if piece[0]]


def _attribute(row: SpanRow | None, name: str, differs: bool) -> list[Piece]:
    columns: Mapping[str, object] = row or {}
    entry = columns.get(name)
    if (name, entry) == ("quote_source", "linked") or entry in (None, []):
        return [("–", True)] if row and differs else []
    return [(", ".join(entry) if isinstance(entry, list) else str(entry), differs)]


def _targets(asked: Sheet, links: list[LinkGroup], who: str) -> Iterator[Piece]:
    has_none = True
    for link in links:
        if who in link.members:
            has_none = False
            row = asked.items[link.to_group].group.members[who]
            yield f"→ {_shortened(row['text'])} ", len(link.members) < len(asked.annotators)
    if has_none:
        yield "none", True


def _shortened(words: str) -> str:
    """Both ends of words, on one line."""
    line = " ".join(words.split()) if len(words) > SHOWN else words.replace("\n", " ")
    return both_ends(line, SHOWN)


# What a key answers


def _taken(asked: Sheet, positions: list[int], annotator: str, offered: set[str]) -> TakenVersion:
    """What of a question becomes gold when an annotator's version is taken; its regions that are not kept drop."""
    kept: dict[str, dict[str, list[str]]] = {}
    links: list[tuple[str, str]] = []
    for position in positions:
        item = asked.items[position]
        if annotator in item.group.members:
            version = item.version_of(annotator)
            kept[version.region] = _values(version, item.group.members[annotator], offered)
            links += _links(asked, position, annotator)
    return {"kept": kept, "links": links}


def _values(version: SpanVersion, row: SpanRow, offered: set[str]) -> dict[str, list[str]]:
    """The values of the page's controls that say what a row says, at the region of its version."""
    items = write_span(as_row({**row, "span_id": version.region}, SpanRow), offered)
    return {
        item["from_name"]: item["value"].get("choices") or item["value"]["text"]
        for item in items
        if item["from_name"] != LABEL
    }


def _links(asked: Sheet, position: int, annotator: str) -> list[tuple[str, str]]:
    start = asked.items[position].version_of(annotator).region
    return [
        (start, asked.items[link.to_group].version_of(annotator).region)
        for link in asked.links
        if link.from_group == position and annotator in link.members
    ]


def _agreed(asked: Sheet, position: int, offered: set[str]) -> AgreedSpan:
    """A span that nobody is asked about. It needs a rule once it is changed, or linked where not all linked it."""
    item = asked.items[position]
    (version,) = item.versions
    targets = [
        ([version.region for version in asked.items[link.to_group].versions], len(link.members))
        for link in asked.links
        if link.from_group == position
    ]
    return {
        "region": version.region,
        "label": item.group.label,
        "words": version.row["text"],
        "values": _values(version, version.row, offered),
        "linked": [regions for regions, holders in targets if holders == len(asked.annotators)],
        "perhaps": [regions for regions, _ in targets],
    }
