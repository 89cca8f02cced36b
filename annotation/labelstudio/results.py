"""Label Studio's JSON: the only module that knows it. Everything else sees spans and relations.

A region is told by several results that share its id: one with its label, one for each attribute. A control of the
page bears the name of the record's column that it fills, but for `label`, `speaker_other` and `quote_unnamed`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from dataset.problem import Problem
from dataset.schema import IDENTIFIER
from dataset.scheme import vocabulary
from dataset.storage.files import sha256

Row = dict[str, Any]
Result = dict[str, Any]

LABEL: Final = "label"
TEXT: Final = "text"
CHOICES: Final = ("speaker_entities", "quote_form", "quote_unnamed", "hedge_kind", "number_kind")
TYPED: Final = ("speaker_other", "number_value", "number_unit")
UNNAMED: Final = "source not named"
# Of the adjudication page: the mark of a label that stands for a question, and what is said of it.
OPEN: Final = " ?"
DECISIONS: Final = ("keep", "drop")
DECISION_KEYS: Final = "kd"
NEXT_KEY: Final = "n"
ADJUDICATION: Final = "adjudication"
_ADJUDICATION: Final = frozenset({"decision", "rule", "note", "who"})
_CHOOSING: Final = frozenset({*CHOICES, "decision", "rule"})
_COLUMN_OF: Final = {"speaker_other": "speaker_entities", "quote_unnamed": "quote_source"}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SWITCHES: Final = frozenset({"readonly", "hidden", "locked"})
_DIRECTIONS: Final = (None, "right", "left", "bi")
_SPACES: Final = re.compile(r"(?:\s|\\[nr])+")
_AND: Final = ";"
_LISTS: Final = ("speaker_entities", "speaker_other")
_CONTROLS: Final = CHOICES + TYPED
_LABEL_OF: Final = {name: label for label, names in vocabulary.ATTRIBUTES.items() for name in names}
_PLACE: Final = ("span_id", "label", "start", "end", "text")
_BLANK: Final = dict.fromkeys((*_PLACE, *(name for names in vocabulary.ATTRIBUTES.values() for name in names)))


@dataclass
class Reading:
    """What one result says: span and relation rows without the layer's key.

    `findings` are (code, region, message) of what the rows cannot hold.
    """

    spans: list[Row] = field(default_factory=list)
    relations: list[Row] = field(default_factory=list)
    findings: list[tuple[str, str | None, str]] = field(default_factory=list)

    def found(self, code: str, region: str | None, message: str) -> None:
        """Notes a finding."""
        self.findings.append((code, region, message))


# Result to rows


def read_result(result: Any, text: str) -> Reading:
    """Reads the result of one annotation of `text`. Never raises: what cannot be read is a finding."""
    reading = Reading()
    if not isinstance(result, list):
        reading.found("unreadable-result", None, "the annotation's result is not a list")
        return reading
    for region, items in _regions(result, reading).items():
        _read_region(region, items, text, reading)
    _read_relations(result, reading)
    return reading


def _regions(result: list[Any], reading: Reading) -> dict[str, list[Result]]:
    """The results by region id, in the order in which the regions first appear."""
    regions: dict[str, list[Result]] = {}
    for item in result:
        if not isinstance(item, dict):
            reading.found("unreadable-result", None, "a result is not an object")
        elif item.get("type") == "relation":
            continue
        elif not _is_text(region := item.get("id")) or not region:
            reading.found("region-without-id", None, f"a result of {_brief(item.get('from_name'))} has no region id")
        else:
            for name in _SWITCHES & item.keys():
                if not isinstance(item[name], bool):
                    reading.found("unreadable-value", region, f"`{name}` is {_brief(item[name])}, not true or false")
            regions.setdefault(region, []).append(item)
    return regions


def _read_region(region: str, items: list[Result], text: str, reading: Reading) -> None:
    labelled = [item for item in items if item.get("from_name") == LABEL]
    if len(labelled) != 1:
        code = "region-without-label" if not labelled else "duplicate-region-id"
        reading.found(code, region, f"the region has {len(labelled)} results of the control `{LABEL}`")
        return
    offsets, label = _offsets(labelled[0].get("value")), _label(region, labelled[0], reading)
    if offsets is None:
        reading.found(
            "unreadable-offsets", region, f"offsets are not whole numbers: {_brief(labelled[0].get('value'))}"
        )
    elif label is not None:
        start, end = offsets
        span = _blank_span(region, label, start, end, text)
        _compare_surface(span, labelled[0]["value"].get("text"), text, reading)
        for item in items:
            if item is not labelled[0]:
                _read_attribute(span, item, offsets, reading)
        reading.spans.append(_finish(span))


def _offsets(value: Any) -> tuple[int, int] | None:
    if not isinstance(value, dict):
        return None
    start, end = value.get("start"), value.get("end")
    return (start, end) if type(start) is type(end) is int and -(2**63) < start < 2**63 > end > -(2**63) else None


def _label(region: str, item: Result, reading: Reading) -> str | None:
    value = item.get("value")
    labels = value.get("labels") if isinstance(value, dict) else None
    if isinstance(labels, list) and len(labels) == 1 and _is_text(labels[0]):
        return str(labels[0])
    reading.found("region-without-label" if not labels else "several-labels", region, f"labels are {_brief(labels)}")
    return None


def _blank_span(region: str, label: str, start: int, end: int, text: str) -> Row:
    span = _BLANK.copy()
    span["span_id"], span["label"], span["start"], span["end"] = region, label, start, end
    span["text"] = text[start:end] if 0 <= start <= end <= len(text) else ""
    span["speaker_entities"] = []
    return span


def _compare_surface(span: Row, surface: Any, text: str, reading: Reading) -> None:
    """Notes where a region's own words are not the article's at its offsets.

    Label Studio writes a line end as a backslash and an n, and takes doubled blanks for one: both sides are brought to
    that form. Offsets that count UTF-16 units, as older data and other front ends have them, are named as such.
    """
    start, end = span["start"], span["end"]
    if not _is_text(surface) or not 0 <= start < end <= len(text) or _same_words(span["text"], surface):
        return
    units = text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", "replace")
    reason = "; the offsets count UTF-16 units" if _same_words(units, surface) else ""
    reading.found(
        "surface-differs",
        span["span_id"],
        f"the region says “{surface[:60]}”, its offsets “{span['text'][:60]}”{reason}",
    )


def _same_words(one: str, other: str) -> bool:
    return one == other or _SPACES.sub(" ", one).strip() == _SPACES.sub(" ", other).strip()


def _read_attribute(span: Row, item: Result, offsets: tuple[int, int], reading: Reading) -> None:
    name, value = item.get("from_name"), item.get("value")
    if name not in _CONTROLS:
        reading.found("unknown-control", span["span_id"], f"the control {_brief(name)} is not on the labelling page")
    elif (values := _values(name, value)) is None:
        reading.found("unreadable-value", span["span_id"], f"`{name}` holds {_brief(value)}")
    else:
        own = _offsets(value)
        if own is None and isinstance(value, dict) and not {"start", "end"}.isdisjoint(value):
            reading.found("unreadable-offsets", span["span_id"], f"`{name}` has offsets that are not whole numbers")
        elif own is not None and own != offsets:
            reading.found("offsets-disagree", span["span_id"], f"`{name}` stands at {own}, its region at {offsets}")
        if _is_foreign(span["label"], str(name)):
            if values:
                reading.found(
                    "foreign-attribute", span["span_id"], f"the {span['label']} has `{name}` {_brief(values)}"
                )
        else:
            _fill(span, str(name), values, reading)


def _is_foreign(label: str, control: str) -> bool:
    """Whether a control fills an attribute of another label. A label that the scheme does not know has all of them."""
    return label in vocabulary.LABELS and _LABEL_OF[_COLUMN_OF.get(control, control)] != label


def _values(name: Any, value: Any) -> list[str] | None:
    if not isinstance(value, dict):
        return None
    values = value.get("choices" if name in _CHOOSING else "text")
    values = [values] if isinstance(values, str) else values
    if not isinstance(values, list):
        return None
    for one in values:
        if not _is_text(one):
            return None
    return values


def _is_text(value: Any) -> bool:
    """A string that UTF-8 can hold: no lone surrogate."""
    return isinstance(value, str) and (value.isascii() or not _SURROGATE.search(value))


def _fill(span: Row, name: str, values: list[str], reading: Reading) -> None:
    column = _COLUMN_OF.get(name, name)
    if name in _LISTS:
        names = values if name in CHOICES else [one.strip() for value in values for one in value.split(_AND)]
        span[column] += [one for one in dict.fromkeys(names) if one and one not in span[column]]
    elif len(values) > 1 or (span[column] is not None and values):
        reading.found("several-values", span["span_id"], f"`{name}` holds several values: {_brief(values)}")
    elif values:
        span[column] = "unnamed" if (name, values[0]) == ("quote_unnamed", UNNAMED) else values[0]


def _finish(span: Row) -> Row:
    """Adds what follows from what was typed. Names are a set: listed or typed, in whatever order, they are sorted."""
    span["speaker_entities"].sort()
    if span["label"] == "quote" and span["quote_source"] is None:
        span["quote_source"] = "linked"
    span["number_low"], span["number_high"] = vocabulary.value_bounds(span["number_value"]) or (None, None)
    return span


def _brief(value: Any) -> str:
    return json.dumps(value, default=str)[:120]


# Relations


def _read_relations(result: list[Any], reading: Reading) -> None:
    spans = {span["span_id"]: span for span in reading.spans}
    seen = set()
    for item in result:
        if not (isinstance(item, dict) and item.get("type") == "relation"):
            continue
        ends = (item.get("from_id"), item.get("to_id"))
        if not all(_is_text(end) and end for end in ends):
            reading.found("unreadable-relation", None, f"a relation's ends are {_brief(ends)}")
            continue
        if item.get("direction") not in _DIRECTIONS:
            reading.found("unreadable-relation", None, f"a relation's direction is {_brief(item['direction'])}")
            continue
        row = _relation(*_directed(str(ends[0]), str(ends[1]), item.get("direction"), spans), spans)
        if (row["from_span"], row["to_span"]) not in seen:
            seen.add((row["from_span"], row["to_span"]))
            reading.relations.append(row)


def _relation(start: str, end: str, spans: dict[str, Row]) -> Row:
    labels = (spans.get(start, {}).get("label"), spans.get(end, {}).get("label"))
    return {"type": vocabulary.relation_type(*labels), "from_span": start, "to_span": end, "derived": False}


def _directed(start: str, end: str, direction: Any, spans: dict[str, Row]) -> tuple[str, str]:
    """The ends in the scheme's direction, whichever way the link was drawn; where neither way is one, as drawn."""
    ways = [(end, start), (start, end)] if direction == "left" else [(start, end), (end, start)]
    known = [way for way in ways if _relation(*way, spans)["type"]]
    if len(known) == 2:
        return max(known, key=lambda way: (spans[way[0]]["start"], spans[way[0]]["end"], way[0]))
    return known[0] if known else ways[0]


# Rows to result


def write_result(spans: Iterable[Row], relations: Iterable[Row], names: Iterable[str] = ()) -> list[Result]:
    """The result that shows these rows on the labelling page. Derived relations are left out.

    `names` are the entities that the page offers; any other goes into the field for other names.

    Raises:
        Problem: a name that the page does not offer cannot be typed there and be read as the same name again.
    """
    offered = set(names)
    regions = [result for span in spans for result in _write_span(span, offered)]
    drawn = (relation for relation in relations if not relation["derived"])
    return regions + [
        {"type": "relation", "from_id": link["from_span"], "to_id": link["to_span"], "direction": "right"}
        for link in drawn
    ]


def _write_span(span: Row, offered: set[str]) -> Iterator[Result]:
    yield _item(span, LABEL, "labels", {"text": span["text"], "labels": [span["label"]]})
    others = [_typeable(span, name) for name in span["speaker_entities"] if name not in offered]
    chosen = {
        "speaker_entities": [name for name in span["speaker_entities"] if name in offered],
        "quote_unnamed": [UNNAMED] if span["quote_source"] == "unnamed" else [],
        **{
            name: [span[name]] if span[name] is not None else [] for name in ("quote_form", "hedge_kind", "number_kind")
        },
    }
    typed = {
        "speaker_other": [f"{_AND} ".join(others)] if others else [],
        **{n: [span[n]] if span[n] is not None else [] for n in ("number_value", "number_unit")},
    }
    for name, values in chosen.items():
        if values:
            yield _item(span, name, "choices", {"text": span["text"], "choices": values})
    for name, values in typed.items():
        if values:
            yield _item(span, name, "textarea", {"text": values})


def _typeable(span: Row, name: str) -> str:
    if not name or name != name.strip() or _AND in name:
        raise Problem(
            f"the speaker {span['span_id']} of {span.get('article_id', 'the article')} has the name {_brief(name)}, "
            f"which would be read as another: “{_AND}” stands between names",
            "mend the name, or register it in entities.jsonl",
        )
    return name


def _item(span: Row, control: str, kind: str, value: Row) -> Result:
    return {
        "id": span["span_id"],
        "from_name": control,
        "to_name": TEXT,
        "type": kind,
        "origin": "manual",
        "value": {"start": span["start"], "end": span["end"], **value},
    }


# Adjudication


@dataclass(frozen=True)
class Said:
    """What an adjudicator says of a region; None where nothing was said."""

    decision: str | None
    rule: str | None
    note: str | None


@dataclass(frozen=True)
class Adjudicated:
    """An adjudicator's page: its regions, whatever was said of them, and what was said, by region."""

    reading: Reading
    said: dict[str, Said]


def read_adjudication(result: Any, text: str) -> Adjudicated:
    """Reads the result of one adjudication of `text`. Never raises: what cannot be read is a finding."""
    items = result if isinstance(result, list) else []
    ours = [item for item in items if _is_adjudication(item)]
    rest = [_closed(item) for item in items if not _is_adjudication(item)] if isinstance(result, list) else result
    words: dict[str, dict[str, str]] = {}
    for item in ours:
        if _is_text(item.get("id")) and (values := _values(item["from_name"], item.get("value"))):
            words.setdefault(item["id"], {})[item["from_name"]] = values[0]
    said = {region: Said(one.get("decision"), one.get("rule"), one.get("note")) for region, one in words.items()}
    return Adjudicated(read_result(rest, text), said)


def _is_adjudication(item: Any) -> bool:
    name = item.get("from_name") if isinstance(item, dict) else None
    return isinstance(name, str) and name in _ADJUDICATION


def _closed(item: Any) -> Any:
    """A label's result without the mark of an open question."""
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(value, dict) or not isinstance(value.get("labels"), list):
        return item
    labels = [one.removesuffix(OPEN) if isinstance(one, str) else one for one in value["labels"]]
    return {**item, "value": {**value, "labels": labels}}


def write_adjudication(
    spans: Iterable[tuple[Row, list[str]]], links: Iterable[tuple[str, str]], names: Iterable[str], *, locked: bool
) -> list[Result]:
    """The result that an adjudicator begins with: each span with who had what, empty for one that all agree on.

    What all agree on cannot be changed by hand where `locked`.
    """
    offered = set(names)
    found = []
    for span, had in spans:
        for item in _write_span(span, offered):
            if item["from_name"] == LABEL and had:
                item["value"]["labels"] = [f"{span['label']}{OPEN}"]
            found.append({**item, "readonly": True} if locked and not had else item)
        if had:
            found.append(_item(span, "who", "textarea", {"text": had}))
    relations = ({"from_span": start, "to_span": end, "derived": False} for start, end in links)
    return found + write_result([], relations)


# Tasks


@dataclass(frozen=True)
class Work:
    """What an account submitted or skipped. `told` is how and when: status, created_at, updated_at (UTC), seconds.

    The status is None where it cannot be read: then nobody can tell whether the work counts.
    """

    result: Any
    account: int | str | None
    told: Row

    @property
    def skipped(self) -> bool:
        """Whether the task was skipped."""
        return bool(self.told["status"] == "skipped")


@dataclass(frozen=True)
class Asked:
    """What a task of adjudication asks: the hash of what the annotators said, and the regions of each question."""

    sheet_sha256: str
    questions: list[list[str]]


@dataclass(frozen=True)
class Task:
    """A task as the server tells it, as far as the record needs it. `faults` say what of it could not be read.

    `restored` holds what a restored task's work tells of itself, and `restored_sha256` the result that it is true of.
    """

    id: int
    article_id: str | None
    text: str | None
    text_sha256: str | None
    guidelines_version: str | None
    work: list[Work]
    restored: Row
    restored_sha256: str | None
    asked: Asked | None
    faults: list[str]


def read_task(raw: Row) -> Task:
    """Reads a task. Drafts and predictions are left out."""
    faults: list[str] = []
    data, annotations = _object(raw, "data", faults), _list(raw, "annotations", faults)
    faults += _work_elsewhere(raw, annotations)
    restored = _object(_object(raw, "meta", faults), "restored", faults)
    return Task(
        id=_id(raw.get("id"), faults),
        article_id=_string(data.get("article_id")),
        text=_string(data.get("text")),
        text_sha256=_checked_string(data, "text_sha256", faults),
        guidelines_version=_version(data, faults),
        work=[_read_work(one, faults) for one in annotations],
        restored=_read_restored(restored, faults) if restored else {},
        restored_sha256=_checked_string(restored, "result_sha256", faults),
        asked=_read_asked(data),
        faults=faults,
    )


def _read_asked(data: Row) -> Asked | None:
    fingerprint, questions = _string(data.get("sheet_sha256")), data.get("questions")
    if fingerprint is None or not isinstance(questions, list):
        return None
    return Asked(fingerprint, [[*filter(_is_text, one)] for one in questions if isinstance(one, list)])


def _object(within: Row, name: str, faults: list[str]) -> Row:
    value = within.get(name)
    if value is not None and not isinstance(value, dict):
        faults.append(f"`{name}` is {_brief(value)}, not an object")
    return value if isinstance(value, dict) else {}


def _list(within: Row, name: str, faults: list[str]) -> list[Row]:
    """The objects of a list; whatever else is in it, or in its place, is a fault."""
    value = within.get(name)
    if value is not None and not isinstance(value, list):
        faults.append(f"`{name}` is {_brief(value)}, not a list")
    items = value if isinstance(value, list) else []
    faults += [f"`{name}` holds {_brief(one)}, not an object" for one in items if not isinstance(one, dict)]
    return [one for one in items if isinstance(one, dict)]


def _work_elsewhere(raw: Row, annotations: list[Row]) -> Iterator[str]:
    """Signs that a task holds work in another form than a list `annotations`, as exports of Label Studio 0.x do."""
    for name, value in raw.items():
        if name not in _READ and any(isinstance(one, dict) and "result" in one for one in _items(value)):
            yield f"it holds work as `{name}`, a form that is not read; export it as JSON from Label Studio 1.23"
    if "result" in raw:
        yield "it holds a `result` outside of `annotations`"
    if raw.get("annotations") is None:
        yield "it has no `annotations`, so whether there is work on it is not known"
    counts = [raw.get(name) for name in ("total_annotations", "cancelled_annotations")]
    if not annotations and any(type(count) is int and count > 0 for count in counts):
        yield "it says that it has annotations, and holds none"


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [value, *value.values()]
    return value if isinstance(value, list) else ()


_READ: Final = frozenset({"annotations", "predictions", "drafts", "data", "meta"})


def _id(value: Any, faults: list[str]) -> int:
    if type(value) is int:
        return value
    faults.append(f"its id is {_brief(value)}, not a number")
    return 0


def _read_work(annotation: Row, faults: list[str]) -> Work:
    told = {"status": _status(annotation, faults), **_read_times(annotation, "lead_time", faults)}
    if not isinstance(annotation.get("ground_truth", False), bool | None):
        faults.append(f"`ground_truth` is {_brief(annotation['ground_truth'])}, not true or false")
    return Work(annotation.get("result"), _account(annotation, faults), told)


def _status(annotation: Row, faults: list[str]) -> str | None:
    """Whether it was skipped or submitted, None where that cannot be read."""
    cancelled = annotation.get("was_cancelled", False)
    if isinstance(cancelled, bool):
        return "skipped" if cancelled else "submitted"
    faults.append(f"`was_cancelled` is {_brief(cancelled)}, not true or false; whether it counts is not known")
    return None


def _read_times(told: Row, seconds: str, faults: list[str]) -> Row:
    """created_at, updated_at (UTC) and seconds; None, and a fault, where one cannot be read."""
    names = {"created_at": "created_at", "updated_at": "updated_at", seconds: "seconds"}
    times = {column: (_seconds if name == seconds else _utc)(told.get(name)) for name, column in names.items()}
    for name, column in names.items():
        if told.get(name) is not None and times[column] is None:
            faults.append(f"`{name}` is {_brief(told[name])}")
    return times


def _read_restored(restored: Row, faults: list[str]) -> Row:
    return {
        **_read_times(restored, "seconds", faults),
        "guidelines_version": _version(restored, faults),
    }


def _version(told: Row, faults: list[str]) -> str | None:
    """The guidelines' version, which goes onto the card as it is."""
    version = _checked_string(told, "guidelines_version", faults)
    if version is None or re.fullmatch(IDENTIFIER, version):
        return version
    faults.append(f"the guidelines' version is {_brief(version)}")
    return None


def _string(value: Any) -> str | None:
    return value if _is_text(value) else None


def _checked_string(within: Row, name: str, faults: list[str]) -> str | None:
    """A string or None; anything else is a fault."""
    value = within.get(name)
    if value is not None and not _is_text(value):
        faults.append(f"`{name}` is {_brief(value)}, not a text")
    return _string(value)


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value) if type(value) in (int, float) else math.nan
    except OverflowError:
        return None
    return seconds if math.isfinite(seconds) else None


def _utc(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat().replace("+00:00", "Z")


def _account(annotation: Row, faults: list[str]) -> int | str | None:
    """The account that submitted: its id, or its address in exports that hold the whole account."""
    who = annotation.get("completed_by")
    account = who.get("id") or who.get("email") if isinstance(who, dict) else who
    if type(account) is int or isinstance(account, str):
        return account
    if who is not None:
        faults.append(f"`completed_by` is {_brief(who)}, not an account")
    return None


def ended(task: Task, work: Work) -> Row:
    """How and when a task was ended: status, created_at, updated_at (UTC), seconds, guidelines_version.

    Work that was restored and not touched since keeps its first times.
    """
    told = work.told | {"guidelines_version": task.guidelines_version}
    untouched = task.restored_sha256 is not None and task.restored_sha256 == _result_hash(work.result)
    return told | task.restored if untouched else told


def _result_hash(result: Any) -> str:
    """SHA-256 of a result, whatever the order of its keys."""
    return sha256(json.dumps(result, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def same_work(task: Task, result: list[Result], *, skipped: bool) -> bool:
    """Whether a task holds one piece of work that says the same as `result`, in whatever order."""
    if len(task.work) != 1 or task.work[0].skipped != skipped:
        return False
    first, second = (read_result(one, task.text or "") for one in (task.work[0].result, result))
    kinds = ("spans", "relations", "findings")
    return all(sorted(map(repr, getattr(first, kind))) == sorted(map(repr, getattr(second, kind))) for kind in kinds)


def write_task(article: Row, text: str, entities: list[str], guidelines_version: str, taken: str = "") -> Row:
    """A task as it is sent: the article's text, the names that the page offers, and what identifies both.

    `taken` are keys that the page has other work for.
    """
    data = {
        "text": text,
        "article_id": article["article_id"],
        "text_sha256": article["text_sha256"],
        "guidelines_version": guidelines_version,
        "entities": [
            {"value": name, **({"hotkey": key} if key else {})}
            for name, key in zip(entities, _keys(len(entities), taken), strict=True)
        ],
    }
    return {"data": data}


def article_of(task: Row) -> str:
    """The article_id of a task as it is sent."""
    return str(task["data"]["article_id"])


def _keys(count: int, taken: str) -> list[str | None]:
    """Keys for the names on the page; past the last, names have none. 1-4, r, u and Escape have other work."""
    keys: list[str | None] = [key for key in "qwetasdfgzxcvbnyiopjklm" if key not in taken]
    return (keys + [None] * count)[:count]


def with_questions(task: Row, asked: Asked, summary: str, begun: list[Result]) -> Row:
    """A task as it is sent to an adjudicator, who begins with the result `begun`."""
    data = task["data"] | {"sheet_sha256": asked.sheet_sha256, "questions": asked.questions, "summary": summary}
    return {"data": data, "predictions": [{"model_version": ADJUDICATION, "result": begun}]}


def with_work(task: Row, row: Row, result: list[Result], account: int) -> Row:
    """A task as it is sent to hold the work that `row` of the table `tasks` tells."""
    annotation = {
        "result": result,
        "was_cancelled": row["status"] == "skipped",
        "lead_time": row["seconds"],
        "completed_by": account,
        "ground_truth": False,
    }
    data = task["data"] | {"guidelines_version": row["guidelines_version"]}
    return {"data": data, "meta": restored_meta(row, result), "annotations": [annotation]}


def restored_meta(row: Row, result: list[Result]) -> Row:
    """What a restored task remembers: when its work was really done, valid for as long as the result is this one."""
    kept = {name: row[name] for name in ("created_at", "updated_at", "seconds", "guidelines_version")}
    return {"restored": {**kept, "result_sha256": _result_hash(result)}}


# Canonical form

_VOLATILE: Final = frozenset({"created_ago", "created_username"})
_STABLE: Final = ("id", "data", "meta")
_DIGITS: Final = bytes(0x30 if 0x30 <= byte <= 0x39 else byte for byte in range(256))
_TOO_LONG: Final = b"0" * 19


def canonical_line(task: Row) -> bytes:
    """A task on a line, without what changes while nobody works: ages, user names, the server's own counts."""
    stable: Row = {name: task.get(name) for name in _STABLE}
    work = task.get("annotations")
    stable["annotations"] = [_without_volatile(one) for one in work] if isinstance(work, list) else work or []
    return _line(stable, sort=True)


def raw_line(task: Row) -> bytes:
    """A task on a line, with all that it holds."""
    return _line(task, sort=False)


def raw_task(line: bytes) -> Any:
    """What `raw_line` wrote; what orjson does not take, as half a surrogate pair or more than 64 bits, the slow way."""
    with suppress(orjson.JSONDecodeError):
        if not has_long_number(line):
            return orjson.loads(line)
    return json.loads(line.decode("utf-8", "surrogatepass"))


def has_long_number(text: bytes) -> bool:
    """Whether there may be a whole number of more than 64 bits, which orjson takes for a float."""
    return _TOO_LONG in text.translate(_DIGITS)


def _line(content: Row, *, sort: bool) -> bytes:
    """JSON on a line; what orjson does not take, as half a surrogate pair or more than 64 bits, the slow way."""
    try:
        return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE | (orjson.OPT_SORT_KEYS if sort else 0))
    except orjson.JSONEncodeError:
        line = json.dumps(content, sort_keys=sort, ensure_ascii=False, separators=(",", ":"))
        return line.encode("utf-8", "surrogatepass") + b"\n"


def _without_volatile(annotation: Any) -> Any:
    if not isinstance(annotation, dict):
        return annotation
    return {name: value for name, value in annotation.items() if name not in _VOLATILE}
