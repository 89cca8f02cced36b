"""Suggestions as a task holds them, and the prediction with which its page begins.

The task's data has them in short, so that they can be compared with what was submitted: a server may lose predictions,
and what stands in a result does not say what was suggested.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self, cast

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass as validated

from annotation.labelstudio.payloads import JsonObject, SentPrediction, SentTask, SuggestedData, SuggestedRegionData
from annotation.labelstudio.result import CHOICES, LABEL, UNNAMED, Region, Result, brief, region_item, write_span
from dataset.record.rows import Link, MarkedSpan, Score
from dataset.schema import IDENTIFIER
from dataset.scheme import vocabulary

SUGGESTIONS: Final = "suggestions"
"""The name under which the page finds its prediction."""


Probability = Annotated[float, Field(ge=0, le=1)]
Offset = Annotated[int, Field(ge=0, lt=2**53)]
_ALLOWED: Final[Mapping[str, Mapping[str, Collection[str] | None]]] = {
    "speaker": {"speaker_entities": None, "speaker_other": None},
    "quote": {"quote_form": vocabulary.QUOTE_FORMS, "quote_unnamed": (UNNAMED,)},
    "hedge": {"hedge_kind": vocabulary.HEDGE_KINDS},
    "number": {"number_kind": vocabulary.NUMBER_KINDS, "number_value": None, "number_unit": None},
}
"""The controls of each label, and the values that they may have; None stands for any."""


@validated(frozen=True)
class SuggestedRegion:
    """A suggested region: its place, its words, and the values of its controls."""

    id: Annotated[str, Field(min_length=1)]
    label: Literal["speaker", "quote", "hedge", "number"]
    start: Offset
    end: Offset
    text: str
    values: dict[str, list[str]]
    score: Probability
    pattern: str | None

    @model_validator(mode="after")
    def _fits_its_label(self) -> Self:
        if self.end <= self.start:
            raise ValueError("it ends before it begins")
        for control, values in self.values.items():
            allowed = _ALLOWED[self.label].get(control, ())
            if allowed is not None and (len(values) > 1 or not set(values) <= set(allowed)):
                raise ValueError(f"a {self.label} cannot have {control} {brief(values)}")
        return self


@validated(frozen=True)
class SuggestedTask:
    """What a task was sent with; `by` is None where it is in the share `without`."""

    by: Annotated[str, Field(pattern=IDENTIFIER)] | None
    least: Probability
    without: Annotated[float, Field(ge=0, lt=1)]
    regions: list[SuggestedRegion]
    links: list[tuple[str, str]]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        labels = {region.id: region.label for region in self.regions}
        if len(labels) < len(self.regions):
            raise ValueError("two regions have the same id")
        for start, end in self.links:
            if vocabulary.relation_type(labels.get(start), labels.get(end)) is None:
                raise ValueError(f"{brief(start)} and {brief(end)} cannot be linked")
        return self

    @property
    def result(self) -> list[Result]:
        """The result that shows them."""
        return _result(cast(list[SuggestedRegionData], [vars(region) for region in self.regions]), self.links)


_READER: Final = TypeAdapter(SuggestedTask)


@dataclass(frozen=True)
class SuggestedRows:
    """What is suggested for an article, in rows of the record; of the spans without a score, it is 1."""

    spans: Sequence[MarkedSpan]
    links: Sequence[Link]
    scores: Mapping[str, Score]


def without_suggestions(least: float, without: float) -> SuggestedData:
    """What the data of a task in the share `without` suggestions says."""
    return {"by": None, "least": least, "without": without, "regions": [], "links": []}


def suggestions_data(
    by: str, least: float, without: float, rows: SuggestedRows, offered: Iterable[str]
) -> SuggestedData:
    """What the data of a task says of its suggestions: the spans with at least this score, and the links among them.

    `without` is the share of articles without, `offered` are the names that the page offers.
    """
    names = set(offered)
    regions = [
        _region(span, score, names)
        for span in rows.spans
        for score in [rows.scores.get(span["span_id"], {"span_id": span["span_id"], "pattern": None, "score": 1.0})]
        if score["score"] >= least
    ]
    ids = {region["id"] for region in regions}
    drawn = [(link["from_span"], link["to_span"]) for link in rows.links if not link["derived"]]
    links = [link for link in drawn if ids.issuperset(link)]
    return {"by": by, "least": least, "without": without, "regions": regions, "links": links}


def _region(span: MarkedSpan, score: Score, names: set[str]) -> SuggestedRegionData:
    values = {
        item["from_name"]: item["value"]["choices" if item["type"] == "choices" else "text"]
        for item in write_span(span, names)
        if item["from_name"] != LABEL
    }
    place = {"id": span["span_id"], "label": span["label"], "start": span["start"], "end": span["end"]}
    return {**place, "text": span["text"], "values": values, "score": score["score"], "pattern": score["pattern"]}  # type: ignore[typeddict-item]


def with_suggestions(task: SentTask, suggestions: SuggestedData) -> SentTask:
    """A task whose page begins with these suggestions."""
    data = {**task["data"], "suggestions": suggestions}
    prediction: SentPrediction = {
        "model_version": SUGGESTIONS,
        "result": _result(suggestions["regions"], suggestions["links"]),
    }
    shown: list[SentPrediction] = [prediction] if suggestions["regions"] else []
    return {**task, "data": data, "predictions": shown}  # type: ignore[typeddict-item]


def _result(regions: Iterable[SuggestedRegionData], links: Iterable[tuple[str, str]]) -> list[Result]:
    result = list[Result]()
    for region in regions:
        words = {"text": region["text"]}
        span: Region = {"span_id": region["id"], "start": region["start"], "end": region["end"]}
        result.append(region_item(span, LABEL, "labels", {**words, "labels": [region["label"]]}))
        for control, values in region["values"].items():
            is_choice = control in CHOICES
            value = {**words, "choices": values} if is_choice else {"text": values}
            result.append(region_item(span, control, "choices" if is_choice else "textarea", value))
    return result + [{"type": "relation", "from_id": start, "to_id": end, "direction": "right"} for start, end in links]


def read_suggestions(data: JsonObject, faults: list[str]) -> SuggestedTask | None:
    """What the data of a task says of its suggestions; what cannot be read is a fault."""
    suggestions = data.get("suggestions")
    if suggestions is None:
        return None
    try:
        return _READER.validate_python(suggestions)
    except ValidationError as error:
        first = error.errors()[0]
        faults.append(f"its suggestions cannot be read: {'.'.join(map(str, first['loc']))}: {first['msg']}")
        return None
