"""Rule H10: what a hedge makes uncertain, where the annotator drew no link."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from dataset.scheme.covering import Covering


class TargetSpan(NamedTuple):
    """A span as this rule sees it; `kind` is a hedge's kind, else None."""

    span_id: str
    label: str
    start: int
    end: int
    kind: str | None


def targets(text: str, marks: Iterable[TargetSpan], drawn: set[str]) -> list[tuple[str, str]]:
    """(hedge, target) for every hedge that H10 decides, in the order of the text.

    An approximator before a number hedges that number; a noncommittal outside its quote hedges the quote it governs,
    which follows it with only white space between; any other cue hedges the quote that holds it. `drawn` names the
    hedges that an annotator linked by hand: they get none.
    """
    ordered = sorted(marks, key=lambda mark: (mark.start, mark.end, mark.span_id))
    article = _OrderedSpans(text, ordered)
    pairs = ((mark, article.target(mark)) for mark in ordered if mark.label == "hedge" and mark.span_id not in drawn)
    return [(hedge.span_id, target.span_id) for hedge, target in pairs if target]


class _OrderedSpans:
    """A text and its spans, ordered, by what this rule asks for."""

    def __init__(self, text: str, ordered: list[TargetSpan]) -> None:
        self._text = text
        self._quotes = Covering((mark.start, mark.end, mark) for mark in ordered if mark.label == "quote")
        self._labelled = {label: [mark for mark in ordered if mark.label == label] for label in ("number", "quote")}
        self._approximators = [m for m in ordered if m.label == "hedge" and m.kind == "approximator"]

    def target(self, hedge: TargetSpan) -> TargetSpan | None:
        if hedge.kind == "approximator" and (number := self._following(hedge.end, "number", self._approximators)):
            return number
        around = (mark for _, _, mark in self._quotes.around(hedge.start, hedge.end))
        holder = min(around, key=lambda mark: (mark.end - mark.start, mark.start, mark.span_id), default=None)
        if hedge.kind == "noncommittal" and not holder:
            return self._following(hedge.end, "quote", [])
        return holder

    def _following(self, end: int, label: str, between: list[TargetSpan]) -> TargetSpan | None:
        """The first span of `label` after `end`, with only white space and the spans `between` between."""
        marks, text = self._labelled[label], self._text
        first = bisect_left(marks, end, key=_start)
        if first == len(marks):
            return None
        after = marks[first]
        for hedge in islice(between, bisect_left(between, end, key=_start), None):
            if hedge.start >= end:
                if text[end : hedge.start].strip():
                    break
                end = max(end, min(hedge.end, after.start))
        return after if not text[end : after.start].strip() else None


def _start(mark: TargetSpan) -> int:
    return mark.start
