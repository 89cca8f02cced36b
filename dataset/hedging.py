"""Rule H10: what a hedge makes uncertain, where the annotator drew no link."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Mark(NamedTuple):
    """A span as this rule sees it; `kind` is a hedge's kind, else None."""

    span_id: str
    label: str
    start: int
    end: int
    kind: str | None


def targets(text: str, marks: Iterable[Mark], drawn: set[str]) -> list[tuple[str, str]]:
    """(hedge, target) for every hedge that H10 decides, in the order of the text.

    An approximator before a number hedges that number; a noncommittal outside its quote hedges the quote it governs,
    which follows it with only white space between; any other cue hedges the quote that holds it. `drawn` names the
    hedges that an annotator linked by hand: they get none.
    """
    ordered = sorted(marks, key=lambda mark: (mark.start, mark.end, mark.span_id))
    hedges = [mark for mark in ordered if mark.label == "hedge"]
    found = ((hedge, _target(text, hedge, ordered, hedges)) for hedge in hedges if hedge.span_id not in drawn)
    return [(hedge.span_id, target.span_id) for hedge, target in found if target]


def _target(text: str, hedge: Mark, marks: list[Mark], hedges: list[Mark]) -> Mark | None:
    if hedge.kind == "approximator" and (number := _following(text, hedge.end, "number", marks, hedges)):
        return number
    holder = _holder(hedge, marks)
    if hedge.kind == "noncommittal" and not holder:
        return _following(text, hedge.end, "quote", marks, [])
    return holder


def _following(text: str, end: int, label: str, marks: list[Mark], hedges: list[Mark]) -> Mark | None:
    """The first span of `label` after `end`, with only white space and approximators between."""
    after = next((mark for mark in marks if mark.label == label and mark.start >= end), None)
    if after is None:
        return None
    for hedge in hedges:
        if hedge.kind == "approximator" and hedge.start >= end and not text[end : hedge.start].strip():
            end = max(end, min(hedge.end, after.start))
    return after if not text[end : after.start].strip() else None


def _holder(hedge: Mark, marks: list[Mark]) -> Mark | None:
    """The shortest quote around the hedge."""
    around = [m for m in marks if m.label == "quote" and m.start <= hedge.start and hedge.end <= m.end]
    return min(around, key=lambda mark: (mark.end - mark.start, mark.start, mark.span_id), default=None)
