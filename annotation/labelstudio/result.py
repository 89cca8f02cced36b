"""What the result of an annotation says, as rows of the record, and rows as a result again.

A region is described by several results that share its id: one with its label, one for each attribute. A control of the
page bears the name of the record's column that it fills, but for `label`, `speaker_other` and `quote_unnamed`. A
question to the lead is a result of its own: of a span's region, or, about the article, of a region that has no label.
So is it that a suggested region was kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypedDict, cast

from dataset.problem import Problem
from dataset.record.rows import Asked, Link, MarkedSpan
from dataset.schema import PLACE
from dataset.scheme import vocabulary
from dataset.storage.atomic import sha256

Result = dict[str, Any]
"""A result as Label Studio's JSON has it, which may hold anything; only this package looks inside."""
_Filling = dict[str, Any]
"""A `MarkedSpan` that is filled column by column, by their names."""
LABEL: Final = "label"
TEXT: Final = "text"
CHOICES: Final = ("speaker_entities", "quote_form", "quote_unnamed", "hedge_kind", "number_kind")
TYPED: Final = ("speaker_other", "number_value", "number_unit")
QUESTION: Final = "question"
ARTICLE_QUESTION: Final = "article_question"
SUGGESTION: Final = "suggestion"
"""The control that says of a suggested region that its annotator keeps it."""
KEPT: Final = "keep"
DECIDED_AFTER: Final = "decided_after"
"""The control that says after how many seconds that was."""
UNNAMED: Final = "source not named"
TICKED: Final = "right_as_it_stands"
"""The control of what the annotator ticked as right: for each warning its code, a blank, `START:END` and the words."""
_CHOOSING: Final = frozenset({*CHOICES, "decision", "rule", SUGGESTION})
_QUESTIONS: Final = (QUESTION, ARTICLE_QUESTION)
_ASIDE: Final = (*_QUESTIONS, SUGGESTION, DECIDED_AFTER)
"""Controls whose values are not of a span's row."""
_COLUMN_OF: Final = {"speaker_other": "speaker_entities", "quote_unnamed": "quote_source"}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SWITCHES: Final = frozenset({"readonly", "hidden", "locked"})
_DIRECTIONS: Final = (None, "right", "left", "bi")
_SPACES: Final = re.compile(r"(?:\s|\\[nr])+")
_AND: Final = ";"
_LISTS: Final = ("speaker_entities", "speaker_other")
_CONTROLS: Final = CHOICES + TYPED
_LABEL_OF: Final = {
    control: label
    for label, names in vocabulary.ATTRIBUTES.items()
    for control in CHOICES + TYPED
    if _COLUMN_OF.get(control, control) in names
}
"""The label whose attribute a control fills. A label that the scheme does not know has all of them."""
_BLANK: Final = dict.fromkeys(MarkedSpan.__annotations__)


class Region(TypedDict):
    """Where a span stands; of a `MarkedSpan`, all that each of its results repeats."""

    span_id: str
    start: int
    end: int


@dataclass
class ResultRows:
    """What one result says: span and relation rows without the layer's key, and questions to the lead.

    `findings` are (code, region, message) of what the rows cannot hold, `ticked` (code, place) of the warnings that the
    annotator let stand, a place being `START:END` and the words there. `kept` are the regions that were kept as they
    were suggested, with the seconds that this took, None where they are not known.
    """

    spans: list[MarkedSpan] = field(default_factory=list)
    relations: list[Link] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    findings: list[tuple[str, str | None, str]] = field(default_factory=list)
    ticked: list[tuple[str, str]] = field(default_factory=list)
    kept: dict[str, float | None] = field(default_factory=dict)

    def add_finding(self, code: str, region: str | None, message: str) -> None:
        """Notes a finding."""
        self.findings.append((code, region, message))


def read_result(result: Any, text: str, offered: Collection[str] | None = None) -> ResultRows:
    """Reads the result of one annotation of `text`. Never raises: what cannot be read is a finding.

    `offered` are the names that the page offered; None where that is not known.
    """
    reading = ResultRows()
    if not isinstance(result, list):
        reading.add_finding("unreadable-result", None, "the annotation's result is not a list")
        return reading
    regions, relations = _parted(result, reading)
    for region, items in regions.items():
        described = [item for item in items if item.get("from_name") not in _ASIDE]
        if len(described) < len(items):
            _read_asides(region, items, reading)
        if described:
            _read_region(region, described, text, reading, offered)
    _read_relations(relations, reading)
    return reading


def _parted(result: list[Any], reading: ResultRows) -> tuple[dict[str, list[Result]], list[Result]]:
    """The results by region id, in the order in which the regions first appear; and those that are relations."""
    regions, relations = dict[str, list[Result]](), list[Result]()
    for item in result:
        if not isinstance(item, dict):
            reading.add_finding("unreadable-result", None, "a result is not an object")
        elif item.get("type") == "relation":
            relations.append(item)
        elif item.get("from_name") == TICKED:
            _read_ticked(item, reading)
        elif not is_text(region := item.get("id")) or not region:
            reading.add_finding(
                "region-without-id", None, f"a result of {brief(item.get('from_name'))} has no region id"
            )
        else:
            if not item.keys().isdisjoint(_SWITCHES):
                _check_switches(region, item, reading)
            regions.setdefault(region, []).append(item)
    return regions, relations


def _check_switches(region: str, item: Result, reading: ResultRows) -> None:
    for name in _SWITCHES & item.keys():
        if not isinstance(item[name], bool):
            reading.add_finding("unreadable-value", region, f"`{name}` is {brief(item[name])}, not true or false")


def _read_asides(region: str, items: list[Result], reading: ResultRows) -> None:
    for item in items:
        if item.get("from_name") in _QUESTIONS:
            _read_question(region, item, reading)
        elif item.get("from_name") in _ASIDE:
            _read_kept(region, item, reading)


def _read_ticked(item: Result, reading: ResultRows) -> None:
    entries = control_values(TICKED, item.get("value"))
    if entries is None:
        reading.add_finding("unreadable-value", None, f"`{TICKED}` holds {brief(item.get('value'))}")
    for entry in entries or ():
        code, _, place = entry.partition(" ")
        if re.match(PLACE, place) and (code, place) not in reading.ticked:
            reading.ticked.append((code, place))


def _read_kept(region: str, item: Result, reading: ResultRows) -> None:
    """Takes in that a suggestion was kept, or after how many seconds; what says neither says nothing of the span."""
    values = control_values(item["from_name"], item.get("value")) or []
    if item["from_name"] == SUGGESTION and KEPT in values:
        reading.kept.setdefault(region, None)
    elif item["from_name"] == DECIDED_AFTER and values and re.fullmatch(r"\d{1,6}(\.\d+)?", values[0]):
        reading.kept[region] = float(values[0])


def _read_region(
    region: str, items: list[Result], text: str, reading: ResultRows, offered: Collection[str] | None
) -> None:
    labelled = [item for item in items if item.get("from_name") == LABEL]
    if len(labelled) != 1:
        code = "region-without-label" if not labelled else "duplicate-region-id"
        reading.add_finding(code, region, f"the region has {len(labelled)} results of the control `{LABEL}`")
        return
    offsets, label = _offsets(labelled[0].get("value")), _label(region, labelled[0], reading)
    if offsets is None:
        reading.add_finding(
            "unreadable-offsets", region, f"offsets are not whole numbers: {brief(labelled[0].get('value'))}"
        )
    elif label is not None:
        start, end = offsets
        span = _blank_span(region, label, start, end, text)
        _compare_surface(span, labelled[0]["value"].get("text"), text, reading)
        for item in items:
            if item is not labelled[0]:
                _read_attribute(span, item, reading, offered)
        reading.spans.append(_finish(span))


def _read_question(region: str, item: Result, reading: ResultRows) -> None:
    """Takes in what the annotator asks about a region, or about the article; the same question counts once."""
    name, value = item["from_name"], item.get("value")
    if (questions := control_values(name, value)) is None:
        reading.add_finding("unreadable-value", region, f"`{name}` holds {brief(value)}")
        return
    for question in questions:
        asked: Asked = {"span_id": region if name == QUESTION else None, "question": question.strip()}
        if asked["question"] and asked not in reading.questions:
            reading.questions.append(asked)


def _offsets(value: Any) -> tuple[int, int] | None:
    if not isinstance(value, dict):
        return None
    start, end = value.get("start"), value.get("end")
    return (start, end) if type(start) is type(end) is int and -(2**63) < start < 2**63 > end > -(2**63) else None


def _label(region: str, item: Result, reading: ResultRows) -> str | None:
    value = item.get("value")
    labels = value.get("labels") if isinstance(value, dict) else None
    if isinstance(labels, list) and len(labels) == 1 and is_text(labels[0]):
        return str(labels[0])
    reading.add_finding(
        "region-without-label" if not labels else "several-labels", region, f"labels are {brief(labels)}"
    )
    return None


def _blank_span(region: str, label: str, start: int, end: int, text: str) -> _Filling:
    span = _BLANK.copy()
    span["span_id"], span["label"], span["start"], span["end"] = region, label, start, end
    span["text"] = text[start:end] if 0 <= start <= end <= len(text) else ""
    span["speaker_entities"] = []
    return span


def _compare_surface(span: _Filling, surface: Any, text: str, reading: ResultRows) -> None:
    """Notes where a region's own words are not the article's at its offsets.

    Label Studio writes a line end as a backslash and an n, and takes doubled blanks for one: both sides are brought to
    that form. Offsets that count UTF-16 units, as older data and other front ends have them, are named as such.
    """
    start, end = span["start"], span["end"]
    if not is_text(surface) or not 0 <= start < end <= len(text) or _same_words(span["text"], surface):
        return
    units = text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", "replace")
    reason = "; the offsets count UTF-16 units" if _same_words(units, surface) else ""
    reading.add_finding(
        "surface-differs",
        span["span_id"],
        f"the region says “{surface[:60]}”, its offsets “{span['text'][:60]}”{reason}",
    )


def _same_words(first: str, second: str) -> bool:
    return first == second or _SPACES.sub(" ", first).strip() == _SPACES.sub(" ", second).strip()


def _read_attribute(span: _Filling, item: Result, reading: ResultRows, offered: Collection[str] | None) -> None:
    name, value = item.get("from_name"), item.get("value")
    if name not in _CONTROLS:
        reading.add_finding(
            "unknown-control", span["span_id"], f"the control {brief(name)} is not on the labelling page"
        )
    elif (values := control_values(name, value)) is None:
        reading.add_finding("unreadable-value", span["span_id"], f"`{name}` holds {brief(value)}")
    else:
        _compare_offsets(span, str(name), value, reading)
        if span["label"] != _LABEL_OF[name] and span["label"] in vocabulary.LABELS:
            if values:
                reading.add_finding(
                    "foreign-attribute", span["span_id"], f"the {span['label']} has `{name}` {brief(values)}"
                )
        else:
            _find_unoffered(span, str(name), values, reading, offered)
            _fill(span, str(name), values, reading)


def _compare_offsets(span: _Filling, name: str, value: Any, reading: ResultRows) -> None:
    """Notes offsets that are not those of the region; an attribute need not have any."""
    own, offsets = _offsets(value), (span["start"], span["end"])
    if own == offsets:
        return
    if own is not None:
        reading.add_finding("offsets-disagree", span["span_id"], f"`{name}` stands at {own}, its region at {offsets}")
    elif not {"start", "end"}.isdisjoint(value):
        reading.add_finding("unreadable-offsets", span["span_id"], f"`{name}` has offsets that are not whole numbers")


def _find_unoffered(
    span: _Filling, name: str, values: list[str], reading: ResultRows, offered: Collection[str] | None
) -> None:
    """Notes choices that the page did not have. The other choices are columns' values, which the checks judge."""
    listed = offered if name == "speaker_entities" else (UNNAMED,) if name == "quote_unnamed" else None
    if listed is not None and (strange := [value for value in values if value not in listed]):
        reading.add_finding("value-not-offered", span["span_id"], f"`{name}` did not offer {brief(strange)}")


def control_values(name: Any, value: Any) -> list[str] | None:
    """The values that a control of this name holds; None where they cannot be read as text."""
    if not isinstance(value, dict):
        return None
    values = value.get("choices" if name in _CHOOSING else "text")
    values = [values] if isinstance(values, str) else values
    if not isinstance(values, list):
        return None
    for text in values:
        if not is_text(text):
            return None
    return values


def is_text(value: Any) -> bool:
    """A string that UTF-8 can hold: no lone surrogate."""
    return isinstance(value, str) and (value.isascii() or not _SURROGATE.search(value))


def _fill(span: _Filling, name: str, values: list[str], reading: ResultRows) -> None:
    column = _COLUMN_OF.get(name, name)
    if name in _LISTS:
        names = values if name in CHOICES else [entity.strip() for value in values for entity in value.split(_AND)]
        span[column] += [entity for entity in dict.fromkeys(names) if entity and entity not in span[column]]
        if len(values) > 1 and name in TYPED:
            _find_several(span, name, values, reading)
    elif len(values) > 1 or (span[column] is not None and values):
        _find_several(span, name, values, reading)
    elif values and name != "quote_unnamed":
        span[column] = values[0]
    elif values and values[0] == UNNAMED:
        span[column] = "unnamed"


def _find_several(span: _Filling, name: str, values: list[str], reading: ResultRows) -> None:
    reading.add_finding("several-values", span["span_id"], f"`{name}` holds several values: {brief(values)}")


def _finish(span: _Filling) -> MarkedSpan:
    """Adds what follows from what was typed. Names are a set: listed or typed, in whatever order, they are sorted."""
    span["speaker_entities"].sort()
    if span["label"] == "quote" and span["quote_source"] is None:
        span["quote_source"] = "linked"
    if span["number_value"] is not None:
        span["number_low"], span["number_high"] = vocabulary.value_bounds(span["number_value"]) or (None, None)
    return cast(MarkedSpan, span)


def brief(value: Any) -> str:
    """A value as JSON, cut after 120 characters, for messages."""
    return json.dumps(value, default=str)[:120]


def _read_relations(relations: list[Result], reading: ResultRows) -> None:
    spans = {span["span_id"]: span for span in reading.spans}
    seen = set()
    for item in relations:
        ends = (item.get("from_id"), item.get("to_id"))
        if not all(is_text(end) and end for end in ends):
            reading.add_finding("unreadable-relation", None, f"a relation's ends are {brief(ends)}")
            continue
        if item.get("direction") not in _DIRECTIONS:
            reading.add_finding("unreadable-relation", None, f"a relation's direction is {brief(item['direction'])}")
            continue
        row = _relation(*_directed(str(ends[0]), str(ends[1]), item.get("direction"), spans), spans)
        if (row["from_span"], row["to_span"]) not in seen:
            seen.add((row["from_span"], row["to_span"]))
            reading.relations.append(row)


def _relation(start: str, end: str, spans: dict[str, MarkedSpan]) -> Link:
    first, second = (spans[at]["label"] if at in spans else None for at in (start, end))
    return {"type": vocabulary.relation_type(first, second), "from_span": start, "to_span": end, "derived": False}


def _directed(start: str, end: str, direction: Any, spans: dict[str, MarkedSpan]) -> tuple[str, str]:
    """The ends in the scheme's direction, whichever way the link was drawn; where neither way is one, as drawn."""
    ways = [(end, start), (start, end)] if direction == "left" else [(start, end), (end, start)]
    known = [way for way in ways if _relation(*way, spans)["type"]]
    if len(known) == 2:
        return max(known, key=lambda way: (spans[way[0]]["start"], spans[way[0]]["end"], way[0]))
    return known[0] if known else ways[0]


def write_result(
    spans: Iterable[MarkedSpan],
    relations: Iterable[Link],
    names: Iterable[str] = (),
    questions: Iterable[Asked] = (),
    ticked: Iterable[tuple[str, str]] = (),
    kept: Mapping[str, float | None] | None = None,
) -> list[Result]:
    """The result that shows these rows on the labelling page. Derived relations are left out.

    `names` are the entities that the page offers; any other goes into the field for other names. Questions about a span
    that is not among `spans` are left out. `ticked` and `kept` are those of `ResultRows`.

    Raises:
        Problem: a name that the page does not offer cannot be typed there and be read as the same name again.
    """
    offered, asked = set(names), _questions_by_span(questions)
    regions = list[Result]()
    for span in spans:
        regions += write_span(span, offered)
        regions += _write_kept(span, kept or {})
        if about := asked.get(span["span_id"]):
            regions.append(region_item(span, QUESTION, "textarea", {"text": about}))
    if about := asked.get(None):
        regions.append(_article_item(ARTICLE_QUESTION, about))
    if entries := [f"{code} {place}" for code, place in ticked]:
        regions.append(_article_item(TICKED, entries))
    drawn = (relation for relation in relations if not relation["derived"])
    return regions + [
        {"type": "relation", "from_id": link["from_span"], "to_id": link["to_span"], "direction": "right"}
        for link in drawn
    ]


def _write_kept(span: MarkedSpan, kept: Mapping[str, float | None]) -> Iterator[Result]:
    if span["span_id"] in kept:
        yield region_item(span, SUGGESTION, "choices", {"text": span["text"], "choices": [KEPT]})
        if (seconds := kept[span["span_id"]]) is not None:
            yield region_item(span, DECIDED_AFTER, "textarea", {"text": [f"{seconds:g}"]})


def _questions_by_span(questions: Iterable[Asked]) -> dict[str | None, list[str]]:
    """What is asked about each span; None stands for the article."""
    by_span: dict[str | None, list[str]] = {}
    for asked in questions:
        by_span.setdefault(asked["span_id"], []).append(asked["question"])
    return by_span


def _article_item(control: str, texts: list[str]) -> Result:
    """The result of what is said of the article. Label Studio wants an id of it, so it has that of its words."""
    region = sha256("\n".join([control, *texts]).encode())[:10]
    item = {"id": region, "from_name": control, "to_name": TEXT, "type": "textarea", "origin": "manual"}
    return {**item, "value": {"text": texts}}


def write_span(span: MarkedSpan, offered: set[str]) -> Iterator[Result]:
    """A span's results: one for its label, and one for each attribute that has a value."""
    yield region_item(span, LABEL, "labels", {"text": span["text"], "labels": [span["label"]]})
    unlisted = [_typeable(span, name) for name in span["speaker_entities"] if name not in offered]
    chosen = {
        "speaker_entities": [name for name in span["speaker_entities"] if name in offered],
        "quote_unnamed": [UNNAMED] if span["quote_source"] == "unnamed" else [],
        **{
            name: [span[name]] if span[name] is not None else [] for name in ("quote_form", "hedge_kind", "number_kind")
        },
    }
    typed = {
        "speaker_other": [f"{_AND} ".join(unlisted)] if unlisted else [],
        **{n: [span[n]] if span[n] is not None else [] for n in ("number_value", "number_unit")},
    }
    for name, values in chosen.items():
        if values:
            yield region_item(span, name, "choices", {"text": span["text"], "choices": values})
    for name, values in typed.items():
        if values:
            yield region_item(span, name, "textarea", {"text": values})


def _typeable(span: MarkedSpan, name: str) -> str:
    if not name or name != name.strip() or _AND in name:
        raise Problem(
            f"the speaker {span['span_id']} of {span.get('article_id', 'the article')} has the name {brief(name)}, "
            f"which would be read as another: “{_AND}” stands between names",
            "correct the name, or register it in entities.jsonl",
        )
    return name


def region_item(span: Region, control: str, kind: str, value: Mapping[str, object]) -> Result:
    """One result of the region of a span."""
    return {
        "id": span["span_id"],
        "from_name": control,
        "to_name": TEXT,
        "type": kind,
        "origin": "manual",
        "value": {"start": span["start"], "end": span["end"], **value},
    }
