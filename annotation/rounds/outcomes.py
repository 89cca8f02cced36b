"""What an annotator made of the suggestions on the page: kept, changed, dropped, or not decided at all.

A suggestion is compared with what was submitted, for the page itself notes only what was kept as it stood. One without
a decision is nobody's work, so it is left out of the layer, with its links.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from annotation.labelstudio.result import ResultRows, read_result
from annotation.labelstudio.suggested import SuggestedTask
from dataset.record.rows import Asked, Link, MarkedSpan, Score, ShownLink, ShownSpan
from dataset.scheme import vocabulary

WORDS: Final = "words"
LINKS: Final = "links"
Ends = tuple[str, str]


@dataclass(frozen=True)
class DecidedWork:
    """The rows that the annotator decided on, and what became of each suggestion."""

    rows: ResultRows
    spans: list[ShownSpan] = field(default_factory=list)
    links: list[ShownLink] = field(default_factory=list)


def decided(
    suggested: SuggestedTask | None, rows: ResultRows, text: str, offered: Collection[str] | None = None
) -> DecidedWork:
    """What became of a task's suggestions in a result with these rows. `offered` are the names that its page offers."""
    if suggested is None or not suggested.regions:
        return DecidedWork(rows)
    compared = _Compared(read_result(suggested.result, text, offered), rows)
    scores: dict[str, Score] = {
        region.id: {"span_id": region.id, "pattern": region.pattern, "score": region.score}
        for region in suggested.regions
    }
    return DecidedWork(compared.decided_rows(), list(compared.spans(scores)), list(compared.links()))


class _Compared:
    """The rows of a prediction beside those of what was submitted."""

    def __init__(self, suggested: ResultRows, submitted: ResultRows) -> None:
        self._suggested, self._submitted = suggested, submitted
        self._spans = {span["span_id"]: span for span in submitted.spans}
        self._links = {_ends(link) for link in submitted.relations}
        self._suggested_links = {_ends(link) for link in suggested.relations}
        self._changes = {
            span["span_id"]: self._changes_of(span) for span in suggested.spans if span["span_id"] in self._spans
        }
        self._undecided = {
            span_id for span_id, changes in self._changes.items() if not changes and span_id not in submitted.kept
        }

    def _changes_of(self, span: MarkedSpan) -> list[str]:
        now = self._spans[span["span_id"]]
        changes = ["label"] if span["label"] != now["label"] else []
        changes += [WORDS] if (span["start"], span["end"]) != (now["start"], now["end"]) else []
        if changes[:1] != ["label"]:
            changes += [
                name for name in vocabulary.ATTRIBUTES[span["label"]] if _value(span, name) != _value(now, name)
            ]
        return changes + ([LINKS] if self._is_linked_anew(span["span_id"]) else [])

    def _is_linked_anew(self, span_id: str) -> bool:
        """Whether a link from a span was added or removed. One that went with its other end is no decision on this."""
        removed = {ends for ends in self._suggested_links - self._links if ends[1] in self._spans}
        return any(start == span_id for start, _ in removed | (self._links - self._suggested_links))

    def decided_rows(self) -> ResultRows:
        """What was submitted, without what was not decided. A question about that is one about the article."""
        undecided = self._undecided
        questions: list[Asked] = [
            {**asked, "span_id": None} if asked["span_id"] in undecided else asked
            for asked in self._submitted.questions
        ]
        return replace(
            self._submitted,
            spans=[span for span in self._submitted.spans if span["span_id"] not in undecided],
            relations=[link for link in self._submitted.relations if undecided.isdisjoint(_ends(link))],
            questions=questions,
            findings=[finding for finding in self._submitted.findings if finding[1] not in undecided],
        )

    def spans(self, scores: dict[str, Score]) -> Iterator[ShownSpan]:
        """What became of each span."""
        for span in self._suggested.spans:
            span_id, changes = span["span_id"], self._changes.get(span["span_id"], [])
            outcome = "changed" if changes else "kept"
            if span_id in self._undecided:
                outcome = "unseen"
            elif span_id not in self._spans:
                outcome = "dropped"
            seconds = self._submitted.kept.get(span_id) if outcome == "kept" else None
            yield {**span, **scores[span_id], "outcome": outcome, "changes": changes, "seconds": seconds}

    def links(self) -> Iterator[ShownLink]:
        """What became of each link. It is decided with the spans at its ends."""
        for link in self._suggested.relations:
            if link["type"] is None:
                continue
            ends, outcome = _ends(link), "dropped"
            if ends in self._links:
                outcome = "kept" if self._undecided.isdisjoint(ends) else "unseen"
            yield {"type": link["type"], "from_span": ends[0], "to_span": ends[1], "outcome": outcome}


def _value(span: Mapping[str, object], column: str) -> object:
    return span[column]


def _ends(link: Link) -> Ends:
    return link["from_span"], link["to_span"]
