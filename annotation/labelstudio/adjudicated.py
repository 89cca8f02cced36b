"""Results of the adjudication page: a result of the labelling page, and what the adjudicator said of each region."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from annotation.labelstudio.result import (
    LABEL,
    Result,
    ResultRows,
    control_values,
    is_text,
    read_result,
    region_item,
    write_result,
    write_span,
)
from dataset.record.rows import Link, SpanRow

# Of the adjudication page: the mark of a label that stands for a question, and what is said of it.
OPEN: Final = " ?"
DECISIONS: Final = ("keep", "drop")
DECISION_KEYS: Final = "kd"
NEXT_KEY: Final = "n"
ADJUDICATION: Final = "adjudication"
ASKED: Final = "asked"
"""In the `meta` of a region that the page began with: its id, a blank, and the stamp of what it was asked about."""


_ADJUDICATION: Final = frozenset({"decision", "rule", "note", "who"})


@dataclass(frozen=True)
class RegionDecision:
    """What an adjudicator says of a region; None where nothing was said."""

    decision: str | None
    rule: str | None
    note: str | None


@dataclass(frozen=True)
class AdjudicationResult:
    """An adjudicator's page: its regions, whatever was said of them, and what was said, by region.

    `stamps` say what each region of an annotator's was asked about. A region that the adjudicator added has none, and
    nor has one of a page that an earlier version opened.
    """

    reading: ResultRows
    decisions: dict[str, RegionDecision]
    stamps: dict[str, str] = field(default_factory=dict)


def read_adjudication(result: Any, text: str, offered: Collection[str] | None = None) -> AdjudicationResult:
    """Reads the result of one adjudication of `text`. Never raises: what cannot be read is a finding.

    `offered` are the names that the page offered; None where that is not known.
    """
    items = result if isinstance(result, list) else []
    ours = [item for item in items if _is_adjudication(item)]
    rest = [_closed(item) for item in items if not _is_adjudication(item)] if isinstance(result, list) else result
    words: dict[str, dict[str, str]] = {}
    for item in ours:
        if is_text(item.get("id")) and (values := control_values(item["from_name"], item.get("value"))):
            words.setdefault(item["id"], {})[item["from_name"]] = values[0]
    decisions = {
        region: RegionDecision(answers.get("decision"), answers.get("rule"), answers.get("note"))
        for region, answers in words.items()
    }
    return AdjudicationResult(read_result(rest, text, offered), decisions, dict(_stamps(items)))


def _stamps(items: list[Any]) -> Iterator[tuple[str, str]]:
    """What the regions were asked about. The copy of a region has the stamp of another one, and so none of its own."""
    for item in items:
        meta = item.get("meta") if isinstance(item, dict) else None
        asked = meta.get(ASKED) if isinstance(meta, dict) else None
        region, _, stamp = str(asked).rpartition(" ") if is_text(asked) else ("", "", "")
        if stamp and region == item.get("id"):
            yield region, stamp


def _is_adjudication(item: Any) -> bool:
    name = item.get("from_name") if isinstance(item, dict) else None
    return isinstance(name, str) and name in _ADJUDICATION


def _closed(item: Any) -> Any:
    """A label's result without the mark of an open question."""
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(value, dict) or not isinstance(value.get("labels"), list):
        return item
    labels = [label.removesuffix(OPEN) if isinstance(label, str) else label for label in value["labels"]]
    return {**item, "value": {**value, "labels": labels}}


def write_adjudication(
    spans: Iterable[tuple[SpanRow, list[str]]],
    links: Iterable[tuple[str, str]],
    names: Iterable[str],
    *,
    locked: bool,
    stamps: Mapping[str, str] | None = None,
) -> list[Result]:
    """The result that an adjudicator begins with: each span with who had what, empty for one that all agree on.

    What all agree on cannot be changed by hand where `locked`. `stamps` say what each region is asked about; Label
    Studio keeps them with the region whatever is done to it.
    """
    offered = set(names)
    results = []
    for span, had in spans:
        region = [*write_span(span, offered)]
        for item in region:
            if item["from_name"] == LABEL and had:
                item["value"]["labels"] = [f"{span['label']}{OPEN}"]
        if had:
            region.append(region_item(span, "who", "textarea", {"text": had}))
        marks: Result = {"readonly": True} if locked and not had else {}
        if stamps and (stamp := stamps.get(span["span_id"])):
            marks["meta"] = {ASKED: f"{span['span_id']} {stamp}"}
        results += [{**item, **marks} for item in region]
    return results + _drawn(links)


def _drawn(links: Iterable[tuple[str, str]]) -> list[Result]:
    rows: list[Link] = [{"type": None, "from_span": start, "to_span": end, "derived": False} for start, end in links]
    return write_result([], rows)


def carried_over(begun: list[Result], old: list[Result], text: str, untouched: Collection[str]) -> list[Result]:
    """What an adjudicator has done, on a page that asks about other work than before.

    `begun` is what the page would begin with now, `old` what the adjudicator made of the one before. The regions
    `untouched` are as they were, with all that was said of them and the links that start from them, and so is what the
    adjudicator added. All others are as they begin.
    """
    new, done = _by_region(begun), _by_region(old)
    read = read_adjudication(old, text)
    ours = sorted(added(read, new) & done.keys())
    kept = {*untouched, *ours} & done.keys()
    spans = [item for region in new for item in (done if region in kept else new)[region]]
    links = [(link["from_span"], link["to_span"]) for link in read.reading.relations if link["from_span"] in kept]
    links += [(item["from_id"], item["to_id"]) for item in begun if "from_id" in item and item["from_id"] not in kept]
    there = {*new, *ours}
    return [
        *spans,
        *(item for region in ours for item in done[region]),
        *_drawn(dict.fromkeys(ends for ends in links if {*ends} <= there)),
    ]


def _by_region(result: list[Result]) -> dict[str, list[Result]]:
    regions: dict[str, list[Result]] = {}
    for item in result:
        if "id" in item:
            regions.setdefault(str(item["id"]), []).append(item)
    return regions


def added(read: AdjudicationResult, regions: Collection[str]) -> set[str]:
    """The regions that an adjudicator added to a page that has stamps, and that begins with other ones."""
    return {span["span_id"] for span in read.reading.spans} - read.stamps.keys() - {*regions}
