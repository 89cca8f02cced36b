"""The quotes of an article with all that hangs on each: its segments, who said it, its cues and its numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from dataset.record.rows import RelationRow, SpanRow
from dataset.scheme.lexicon import bound_of
from dataset.statements.comparison import Cue
from dataset.statements.numbers import Quantity

BETWEEN_SEGMENTS = " … "


class ArticleQuotes:
    """The spans and links of one article, asked by quote. A quote is its first segment; segments continue it."""

    def __init__(self, spans: list[SpanRow], links: Iterable[RelationRow]) -> None:
        self._spans = {span["span_id"]: span for span in spans}
        self._pointed: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._pointing: dict[tuple[str, str], list[str]] = defaultdict(list)
        for link in links:
            if link["type"] and link["from_span"] in self._spans and link["to_span"] in self._spans:
                self._pointed[link["type"], link["from_span"]].append(link["to_span"])
                self._pointing[link["type"], link["to_span"]].append(link["from_span"])
        self._segments: dict[str, list[SpanRow]] = defaultdict(list)
        for span in spans:
            if span["label"] == "quote":
                self._segments[self._first(span["span_id"])].append(span)
        self.numbers = [span for span in spans if span["label"] == "number"]

    def _first(self, span_id: str) -> str:
        passed = [span_id]
        while (before := self._pointed.get(("continues", passed[-1]))) and before[0] not in passed:
            passed.append(before[0])
        return passed[-1]

    def quotes(self) -> Iterator[SpanRow]:
        """The first segment of each quote, in the order of the text."""
        return (self._spans[span_id] for span_id in self._segments)

    def words(self, quote: SpanRow) -> str:
        """The words of all segments of a quote."""
        return BETWEEN_SEGMENTS.join(segment["text"] for segment in self._segments[quote["span_id"]])

    def sources(self, quote: SpanRow) -> frozenset[str]:
        """The entities that said a quote."""
        speakers = self._pointed.get(("said_by", quote["span_id"]), [])
        return frozenset(name for speaker in speakers for name in self._spans[speaker]["speaker_entities"])

    def numbers_in(self, quote: SpanRow) -> list[SpanRow]:
        """The numbers inside a quote."""
        return [number for number in self.numbers if self._holds(quote, number)]

    def _holds(self, quote: SpanRow, inner: SpanRow) -> bool:
        segments = self._segments[quote["span_id"]]
        return any(segment["start"] <= inner["start"] and inner["end"] <= segment["end"] for segment in segments)

    def holder(self, number: SpanRow) -> SpanRow | None:
        """The shortest quote that holds a number; None for a number in the article's own voice."""
        around = [quote for quote in self.quotes() if self._holds(quote, number)]
        return min(around, key=lambda quote: quote["end"] - quote["start"], default=None)

    def cues(self, quote: SpanRow) -> tuple[Cue, ...]:
        """The hedges on a quote and on the numbers in it."""
        targets = [*self._segments[quote["span_id"]], *self.numbers_in(quote)]
        return tuple(cue for target in targets for cue in self._cues_on(target))

    def quantity(self, number: SpanRow) -> Quantity:
        """A number with the bound that the cues on it give."""
        return Quantity(
            words=number["text"],
            kind=number["number_kind"],
            low=number["number_low"],
            high=number["number_high"],
            bound=bound_of(cue.words for cue in self._cues_on(number)),
            unit=number["number_unit"],
        )

    def _cues_on(self, target: SpanRow) -> list[Cue]:
        hedges = (self._spans[hedge] for hedge in self._pointing.get(("hedges", target["span_id"]), []))
        return [Cue(hedge["text"], hedge["hedge_kind"] or "") for hedge in hedges]
