"""Annotators' work on an article side by side: what all have alike, what differs, and what became of it in the gold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from annotation.adjudication.alignment import SpanGroup
from annotation.adjudication.questions import Sheet, SheetItem, sheet
from annotation.report.highlights import WORDS, facts
from annotation.report.labelled import LabelledArticle
from dataset.record.rows import Decision, SpanRow

AROUND: Final = 36
SAME, GOLD, LINK, ATTRIBUTE, BOUNDARY, ONLY = "same", "gold", "link", "attribute", "boundary", "missing"
STATES: Final = {
    SAME: "matched",
    GOLD: "matched, changed in gold",
    LINK: "link differs",
    ATTRIBUTE: "attribute differs",
    BOUNDARY: "boundary differs",
    ONLY: "not all have it",
}
"""How spans compare. One that compares in several ways is counted as the last of them."""


@dataclass(frozen=True)
class GoldDecision:
    """What became of a span or link in the gold, by which rule, and the adjudicator's note."""

    outcome: str
    rule: str | None
    note: str | None


@dataclass(frozen=True)
class ArticleDecisions:
    """The gold of one article and its decisions, by (annotator, span_id, to_span)."""

    gold: LabelledArticle
    decisions: Mapping[tuple[str, str, str | None], Decision]

    def decided(self, annotator: str, span: str, target: str | None = None) -> GoldDecision | None:
        """What became of an annotator's span, or link."""
        row = self.decisions.get((annotator, span, target))
        return GoldDecision(row["outcome"], row["rule"], row["note"]) if row else None


@dataclass(frozen=True)
class ComparedValue:
    """An attribute or a link as one annotator has it, and whether others have it otherwise."""

    words: str
    differs: bool
    decided: GoldDecision | None = None


@dataclass(frozen=True)
class AnnotatorSpan:
    """A span as one annotator, or the gold, has it: words before it, its words, words after it.

    `words` are runs of text with whether all have them, too.
    """

    before: str
    words: tuple[tuple[str, bool], ...]
    after: str
    values: tuple[ComparedValue, ...]
    decided: GoldDecision | None = None


@dataclass(frozen=True)
class SpanComparison:
    """A span as all have it; `states` say how it compares, `cells` are by annotator, None where one lacks it."""

    label: str
    place: int
    states: tuple[str, ...]
    holders: tuple[str, ...]
    cells: tuple[AnnotatorSpan | None, ...]
    gold: AnnotatorSpan | None = None


@dataclass(frozen=True)
class ArticleComparison:
    """An article side by side: what differs, what all have alike, and what adjudication added."""

    article_id: str
    annotators: tuple[str, ...]
    adjudicated: bool
    different: tuple[SpanComparison, ...]
    same: tuple[SpanComparison, ...]
    added: tuple[tuple[str, AnnotatorSpan], ...] = ()
    counts: dict[tuple[str, str], int] = field(default_factory=dict)


def compare(works: Mapping[str, LabelledArticle], adjudication: ArticleDecisions | None = None) -> ArticleComparison:
    """Lays the work of two or more annotators on one article side by side; all spans are to be sound."""
    article = next(iter(works.values()))
    asked = sheet(
        article.id,
        {who: work.spans for who, work in works.items()},
        {who: work.relations for who, work in works.items()},
        {},
    )
    lines = [_SpanComparisons(article, asked, adjudication).line(place) for place in range(len(asked.items))]
    counts: dict[tuple[str, str], int] = {}
    for line in lines:
        counts[line.label, line.states[0]] = counts.get((line.label, line.states[0]), 0) + 1
    return ArticleComparison(
        article.id,
        asked.annotators,
        adjudication is not None,
        tuple(line for line in lines if line.states != (SAME,)),
        tuple(line for line in lines if line.states == (SAME,)),
        tuple(_added(adjudication)) if adjudication else (),
        counts,
    )


def _added(adjudication: ArticleDecisions) -> Iterator[tuple[str, AnnotatorSpan]]:
    """The spans that no annotator had."""
    for row in adjudication.decisions.values():
        span = adjudication.gold.by_id.get(row["gold_span"] or "")
        if row["outcome"] == "added" and row["to_span"] is None and span:
            yield span["label"], _gold_cell(adjudication, span, GoldDecision("added", row["rule"], row["note"]))


def _gold_cell(adjudication: ArticleDecisions, span: SpanRow, decided: GoldDecision | None = None) -> AnnotatorSpan:
    gold = adjudication.gold
    before, after = _around(gold.text, span["start"], span["end"])
    values = [ComparedValue(f"{name}: {value}", differs=False) for name, value in facts(span, gold.kinds)]
    for relation, (words, _) in WORDS.items():
        values += [ComparedValue(f"{words} “{end['text']}”", differs=False) for end in gold.targets(relation, span)]
    return AnnotatorSpan(before, ((span["text"], True),), after, tuple(values), decided)


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """Some words before and after, on one line, whole words only."""
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    if start > AROUND:
        before = "…" + before[before.find(" ") + 1 :]
    if end + AROUND < len(text) and " " in after:
        after = after[: after.rfind(" ")] + "…"
    return before.replace("\n", " "), after.replace("\n", " ")


class _SpanComparisons:
    """Makes the lines of one article."""

    def __init__(self, article: LabelledArticle, asked: Sheet, adjudication: ArticleDecisions | None) -> None:
        self._article, self._asked, self._adjudication = article, asked, adjudication

    def line(self, place: int) -> SpanComparison:
        item = self._asked.items[place]
        cells = tuple(self._cell(place, who) for who in self._asked.annotators)
        gold = self._gold(item.group)
        states = tuple(self._states(item, cells))
        start = item.group.offsets()[0][0]
        return SpanComparison(item.group.label, start, states, tuple(sorted(item.group.members)), cells, gold)

    def _states(self, item: SheetItem, cells: Sequence[AnnotatorSpan | None]) -> Iterator[str]:
        states = [
            *([ONLY] if item.group.missing(self._asked.annotators) else []),
            *([BOUNDARY] if len(item.group.offsets()) > 1 else []),
            *([ATTRIBUTE] if item.group.differing() else []),
        ]
        yield from states
        if len(item.reasons) > len(states):
            yield LINK
        if not item.reasons:
            outcomes = {cell.decided.outcome for cell in cells if cell and cell.decided}
            yield GOLD if outcomes - {"kept"} else SAME

    def _gold(self, group: SpanGroup) -> AnnotatorSpan | None:
        if self._adjudication is None:
            return None
        for who, row in sorted(group.members.items()):
            decision = self._adjudication.decisions.get((who, row["span_id"], None))
            span = self._adjudication.gold.by_id.get(decision["gold_span"] or "") if decision else None
            if span:
                return _gold_cell(self._adjudication, span)
        return None

    def _cell(self, place: int, who: str) -> AnnotatorSpan | None:
        group = self._asked.items[place].group
        row = group.members.get(who)
        if row is None:
            return None
        first, last = min(start for start, _ in group.offsets()), max(end for _, end in group.offsets())
        before, after = _around(self._article.text, first, last)
        before += self._article.text[first : row["start"]]
        after = self._article.text[row["end"] : last] + after
        words = tuple(self._words(group, row))
        values = (*self._facts(group, row), *self._links(place, who))
        return AnnotatorSpan(before, words, after, values, self._decided(who, row["span_id"]))

    def _words(self, group: SpanGroup, row: SpanRow) -> Iterator[tuple[str, bool]]:
        """The span's words, cut where others' spans begin and end."""
        low, high = max(start for start, _ in group.offsets()), min(end for _, end in group.offsets())
        start, end = row["start"], row["end"]
        low, high = (low, high) if low < high else (start, end)
        for run_start, run_end, shared in ((start, low, False), (low, high, True), (high, end, False)):
            if run_start < run_end:
                yield self._article.text[run_start:run_end], shared

    def _facts(self, group: SpanGroup, row: SpanRow) -> Iterator[ComparedValue]:
        differing = {name.partition("_")[2] for name in group.differing()}
        values = dict(facts(row, self._article.kinds))
        for name in dict.fromkeys([*values, *sorted(differing)]):
            yield ComparedValue(f"{name}: {values.get(name, self._unsaid(name))}", name in differing)

    @staticmethod
    def _unsaid(name: str) -> str:
        return "linked" if name == "source" else "none"

    def _links(self, place: int, who: str) -> Iterator[ComparedValue]:
        start = self._asked.items[place].group
        for link in self._asked.links:
            if link.from_group != place or link.type not in WORDS:
                continue
            end = self._asked.items[link.to_group].group
            lacking = start.members.keys() & end.members.keys() - link.members.keys()
            if who in link.members:
                target = end.members[who]
                decided = self._decided(who, start.members[who]["span_id"], target["span_id"])
                yield ComparedValue(f"{WORDS[link.type][0]} “{target['text']}”", bool(lacking), decided)
            elif who in lacking:
                yield ComparedValue(f"no link: {WORDS[link.type][0]} “{end.members[who]['text']}”", differs=True)

    def _decided(self, who: str, span: str, target: str | None = None) -> GoldDecision | None:
        return self._adjudication.decided(who, span, target) if self._adjudication else None
