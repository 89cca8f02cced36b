"""Results of the desk, on which an event's quotes and numbers are sorted into statements and figures.

A region is a quote or a number, named by its key on the page. Three fields say what it tells: `statement` and `partly`
hold the key of the first quote or number of a statement, `contradicts` those of statements that cannot hold beside it.
An adjudicator also writes a statement's gist at one of its quotes, and chooses the rule that decided a dispute.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from annotation.labelstudio.result import LABEL, TEXT, Result, brief, control_values, is_text

DESK: Final = "desk"
"""The model version of the prediction that holds the quotes and numbers."""
STATEMENT_FIELD: Final = "statement"
PARTLY: Final = "partly"
CONTRADICTS: Final = "contradicts"
GIST: Final = "gist"
RULE: Final = "rule"
_KEYS: Final = (STATEMENT_FIELD, PARTLY, CONTRADICTS)
_WORDS: Final = (GIST, RULE)


@dataclass(frozen=True)
class DeskRegion:
    """A quote or number in the text of the page, with what is said of it to begin with."""

    key: str
    label: str
    start: int
    end: int
    words: str
    statement: str | None = None
    partly: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()
    gist: str | None = None


@dataclass
class DeskAnswer:
    """What was said of a region: the keys in each of its fields, and an adjudicator's words."""

    statement: list[str] = field(default_factory=list)
    partly: list[str] = field(default_factory=list)
    contradicts: list[str] = field(default_factory=list)
    gist: list[str] = field(default_factory=list)
    rule: list[str] = field(default_factory=list)


@dataclass
class DeskResult:
    """What one result says, by region, and (region, message) of what cannot be read."""

    answers: dict[str, DeskAnswer] = field(default_factory=dict)
    faults: list[tuple[str | None, str]] = field(default_factory=list)


def write_desk(regions: Iterable[DeskRegion]) -> list[Result]:
    """The result that an annotator begins with. The quotes and numbers are locked; what is said of them is not."""
    results: list[Result] = []
    for region in regions:
        results.append({**_item(region, LABEL, "labels", {"labels": [region.label]}), "readonly": True})
        texts: dict[str, list[str]] = {
            STATEMENT_FIELD: [region.statement] if region.statement else [],
            PARTLY: [*region.partly],
            CONTRADICTS: [*region.contradicts],
            GIST: [region.gist] if region.gist else [],
        }
        results += [_item(region, name, "textarea", {"text": keys}) for name, keys in texts.items() if keys]
    return results


def _item(region: DeskRegion, control: str, kind: str, value: dict[str, object]) -> Result:
    place = {"start": region.start, "end": region.end, "text": region.words}
    return {"id": region.key, "from_name": control, "to_name": TEXT, "type": kind, "value": place | value}


def read_desk(result: Any) -> DeskResult:
    """Reads the result of one sorting. Never raises: what cannot be read is a fault."""
    reading = DeskResult()
    if not isinstance(result, list):
        reading.faults.append((None, "the annotation's result is not a list"))
        return reading
    for item in result:
        if not isinstance(item, dict) or not is_text(item.get("id")):
            reading.faults.append((None, f"a result has no region: {brief(item)}"))
            continue
        answer = reading.answers.setdefault(item["id"], DeskAnswer())
        name = item.get("from_name")
        if name == LABEL:
            continue
        values = control_values(name, item.get("value")) if name in (*_KEYS, *_WORDS) else None
        if values is None:
            reading.faults.append((item["id"], f"`{name}` holds {brief(item.get('value'))}"))
        elif name in _KEYS:
            getattr(answer, str(name)).extend(key for typed in values for key in typed.replace(",", " ").split())
        else:
            getattr(answer, str(name)).extend(" ".join(typed.split()) for typed in values)
    return reading
