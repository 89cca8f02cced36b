"""What a language model answers: spans by their words and which occurrence of them is meant, never by offsets."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from annotation.suggesting.protocol import Suggestions, link, marked_span
from dataset.record.rows import MarkedSpan
from dataset.scheme import vocabulary

PATTERN: Final = "endpoint"
UNMEASURED: Final = 0.5
"""The score of what a model suggests: nothing was measured of it."""
_FENCE: Final = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?```\s*", re.DOTALL)
SHAPE: Final = """Answer with one JSON object and nothing else: {"spans": [...]}, in the order of the text.
A span is an object:
- "id": a string that no other span of the answer has
- "label": "speaker", "quote", "hedge" or "number"
- "words": the words of the span, copied exactly from the article, with its marks and blanks
- "occurrence": which occurrence of exactly these characters in the article is meant: 1 is the first; 1 if left out
- of a speaker: "entities", a list of names
- of a quote: "form" ("direct", "indirect" or "mixed"), "said_by" (a list of ids of speakers), "continues" (the id of
  the quote that it carries on from, or null); a quote without said_by and continues has a source that is not named
- of a hedge: "kind" ("modal", "evidential", "approximator", "noncommittal" or "conditional")
- of a number: "kind" ("count", "money", "percent" or "measure"), "value" and "unit" as strings
Never give offsets. Links of hedges are made without you. An article with nothing to mark has an empty list of spans."""
"""How the model is asked to answer."""


class _AnsweredSpan(BaseModel):
    """A span as the model is asked for it. What it says beyond that is left out."""

    model_config = ConfigDict(strict=True, extra="ignore")

    id: str = Field(min_length=1, max_length=200)
    label: str
    words: str = Field(min_length=1)
    occurrence: int = Field(default=1, ge=1)
    entities: list[str] = []
    form: str | None = None
    said_by: list[str] = []
    continues: str | None = None
    kind: str | None = None
    value: str | None = None
    unit: str | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    spans: list[Any]


def read_answer(answer: str, text: str) -> Suggestions:
    """What an answer suggests for a text. What cannot be taken is in `rejected`, counted by the reason.

    The reasons: `answer-no-json` for all of an answer; for a span `span-malformed`, `label-unknown`,
    `words-not-in-text`, `no-such-occurrence`, `span-twice`; for a link `link-to-nothing`.
    """
    fenced = _FENCE.fullmatch(answer)
    try:
        spans = _Answer.model_validate_json(fenced[1] if fenced else answer).spans
    except ValidationError:
        return rejected("answer-no-json")
    suggestions = Suggestions()
    taken: dict[str, tuple[_AnsweredSpan, MarkedSpan]] = {}
    for answered in spans:
        reason = _take(answered, text, taken)
        if reason:
            suggestions.rejected[reason] += 1
    for _, span in taken.values():
        suggestions.spans.append(span)
        suggestions.scores.append({"span_id": span["span_id"], "pattern": PATTERN, "score": UNMEASURED})
    _add_links(suggestions, taken)
    return suggestions


def rejected(reason: str) -> Suggestions:
    """Nothing suggested, for that reason."""
    return Suggestions(rejected=Counter({reason: 1}))


def _take(answered: Any, text: str, taken: dict[str, tuple[_AnsweredSpan, MarkedSpan]]) -> str:
    """Adds a span of the answer to those taken, by its id; the reason if it cannot be, else ""."""
    try:
        span = _AnsweredSpan.model_validate(answered)
    except ValidationError:
        return "span-malformed"
    if span.label not in vocabulary.LABELS:
        return "label-unknown"
    start = text.find(span.words)
    if start < 0:
        return "words-not-in-text"
    for _ in range(span.occurrence - 1):
        start = text.find(span.words, start + 1)
        if start < 0:
            return "no-such-occurrence"
    end = start + len(span.words)
    marked = marked_span(f"{span.label[0]}{start}-{end}", span.label, start, end, text)
    if span.id in taken or any(known["span_id"] == marked["span_id"] for _, known in taken.values()):
        return "span-twice"
    _put_attributes(marked, span)
    taken[span.id] = span, marked
    return ""


def _put_attributes(marked: MarkedSpan, span: _AnsweredSpan) -> None:
    if span.label == "speaker":
        marked["speaker_entities"] = span.entities
    elif span.label == "quote":
        marked["quote_form"] = span.form
        marked["quote_source"] = "linked" if span.said_by or span.continues else "unnamed"
    elif span.label == "hedge":
        marked["hedge_kind"] = span.kind
    else:
        marked["number_kind"], marked["number_value"], marked["number_unit"] = span.kind, span.value, span.unit or None
        bounds = vocabulary.value_bounds(span.value)
        marked["number_low"], marked["number_high"] = bounds or (None, None)


def _add_links(suggestions: Suggestions, taken: dict[str, tuple[_AnsweredSpan, MarkedSpan]]) -> None:
    for span, marked in taken.values():
        if span.label != "quote":
            continue
        for name, label in [*((end, "speaker") for end in span.said_by), (span.continues, "quote")]:
            if name is None:
                continue
            end = taken.get(name)
            if end is None or end[1]["label"] != label or end[1] is marked:
                suggestions.rejected["link-to-nothing"] += 1
            else:
                suggestions.links.append(link(marked, end[1]))
