"""Results of the adjudication page: a result of the labelling page, and what the adjudicator said of each region."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
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
from dataset.record.rows import SpanRow

# Of the adjudication page: the mark of a label that stands for a question, and what is said of it.
OPEN: Final = " ?"


DECISIONS: Final = ("keep", "drop")


DECISION_KEYS: Final = "kd"


NEXT_KEY: Final = "n"


ADJUDICATION: Final = "adjudication"


_ADJUDICATION: Final = frozenset({"decision", "rule", "note", "who"})


@dataclass(frozen=True)
class RegionDecision:
    """What an adjudicator says of a region; None where nothing was said."""

    decision: str | None
    rule: str | None
    note: str | None


@dataclass(frozen=True)
class AdjudicationResult:
    """An adjudicator's page: its regions, whatever was said of them, and what was said, by region."""

    reading: ResultRows
    decisions: dict[str, RegionDecision]


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
    return AdjudicationResult(read_result(rest, text, offered), decisions)


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
    spans: Iterable[tuple[SpanRow, list[str]]], links: Iterable[tuple[str, str]], names: Iterable[str], *, locked: bool
) -> list[Result]:
    """The result that an adjudicator begins with: each span with who had what, empty for one that all agree on.

    What all agree on cannot be changed by hand where `locked`.
    """
    offered = set(names)
    results = []
    for span, had in spans:
        row = {**span}
        for item in write_span(row, offered):
            if item["from_name"] == LABEL and had:
                item["value"]["labels"] = [f"{span['label']}{OPEN}"]
            results.append({**item, "readonly": True} if locked and not had else item)
        if had:
            results.append(region_item(row, "who", "textarea", {"text": had}))
    relations = ({"from_span": start, "to_span": end, "derived": False} for start, end in links)
    return results + write_result([], relations)
