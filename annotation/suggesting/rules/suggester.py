"""The suggester `rules`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from annotation.suggesting.protocol import EventText, Suggestions, link, marked_span
from annotation.suggesting.rules.attributions import PATTERNS, Grammar, Quote, read_quotes
from annotation.suggesting.rules.entities import EntityAliases, Identities
from annotation.suggesting.rules.hedges import read_hedges
from annotation.suggesting.rules.numbers import read_numbers
from dataset.problem import Problem
from dataset.record.rows import MarkedSpan, Score
from dataset.scheme.covering import Covering
from dataset.scheme.furniture import furniture
from dataset.scheme.vocabulary import value_bounds

SCORES: Final = Path(__file__).parent / "scores.json"
UNMEASURED: Final = 0.5
"""The score of a pattern of which nothing was measured."""


class RulesSuggester:
    """Suggests by patterns alone, text by text."""

    def suggest(self, texts: Sequence[EventText]) -> list[Suggestions]:
        """What the patterns find in each text, with the measured precision of its pattern as each span's score."""
        registries = Registries()
        return [suggest_for(text.text, registries.of(text), scores_in(SCORES)) for text in texts]


def open_rules(argument: str) -> RulesSuggester:
    """The suggester.

    Raises:
        Problem: something follows its name.
    """
    if argument:
        raise Problem(f"the suggester rules takes nothing after its name, but was given {argument}", "write --by rules")
    return RulesSuggester()


class Registries:
    """The registries of texts, each made once for all the texts of its event."""

    def __init__(self) -> None:
        self._made: dict[int, EntityAliases] = {}

    def of(self, text: EventText) -> EntityAliases:
        """The registry of a text's event."""
        key = id(text.registry)
        if key not in self._made:
            self._made[key] = EntityAliases(text.registry)
        return self._made[key]


def suggest_for(
    text: str, registry: EntityAliases, scores: Mapping[str, float], grammar: Grammar = PATTERNS
) -> Suggestions:
    """What the patterns find in a text as a grammar reads it, each with the score of its pattern."""
    scored = _Scored(scores)
    _add_quotes(scored, text, registry, grammar)
    outside = _Furniture(text)
    for hedge in read_hedges(text):
        if not outside.holds(hedge.start, hedge.end) and grammar.keeps("hedge", hedge.start, hedge.end):
            span = marked_span(f"h{hedge.start}-{hedge.end}", "hedge", hedge.start, hedge.end, text)
            span["hedge_kind"] = hedge.kind
            scored.add(span, hedge.pattern)
    for number in read_numbers(text):
        if not outside.holds(number.start, number.end) and grammar.keeps("number", number.start, number.end):
            span = marked_span(f"n{number.start}-{number.end}", "number", number.start, number.end, text)
            span["number_kind"], span["number_value"] = number.reading.kind, number.reading.value
            span["number_unit"] = number.reading.unit or None
            span["number_low"], span["number_high"] = value_bounds(number.reading.value) or (None, None)
            scored.add(span, number.pattern)
    return scored.suggestions


class _Furniture:
    """Where page furniture is, which has no span (Q10)."""

    def __init__(self, text: str) -> None:
        self._places = Covering((start, end, None) for start, end in furniture(text))

    def holds(self, start: int, end: int) -> bool:
        return next(self._places.around(start, end), None) is not None


@dataclass
class _Scored:
    """Suggestions, each of which gets the score of its pattern."""

    scores: Mapping[str, float]
    suggestions: Suggestions = field(default_factory=Suggestions)

    def add(self, span: MarkedSpan, pattern: str) -> None:
        self.suggestions.spans.append(span)
        score: Score = {"span_id": span["span_id"], "pattern": pattern, "score": self.scores.get(pattern, UNMEASURED)}
        self.suggestions.scores.append(score)


def _add_quotes(scored: _Scored, text: str, registry: EntityAliases, grammar: Grammar) -> None:
    quotes = read_quotes(text, grammar)
    speakers = dict(_speakers(text, quotes, registry))
    spans: list[MarkedSpan] = []
    for quote in quotes:
        span = marked_span(f"q{quote.start}-{quote.end}", "quote", quote.start, quote.end, text)
        unnamed = quote.speaker is None and quote.continues is None
        span["quote_form"], span["quote_source"] = quote.form, "unnamed" if unnamed else "linked"
        spans.append(span)
        scored.add(span, quote.pattern)
    patterns = {quote.speaker: quote.pattern for quote in reversed(quotes)}
    for place, speaker in speakers.items():
        scored.add(speaker, f"speaker-{patterns[place]}")
    for quote, span in zip(quotes, spans, strict=True):
        if quote.speaker is not None:
            scored.suggestions.links.append(link(span, speakers[quote.speaker]))
        if quote.continues is not None:
            scored.suggestions.links.append(link(span, spans[quote.continues]))


def _speakers(text: str, quotes: list[Quote], registry: EntityAliases) -> Iterator[tuple[tuple[int, int], MarkedSpan]]:
    """A span for each place where a quote's speaker is, in the order of the text."""
    identities = Identities(text, registry)
    for place in sorted({quote.speaker for quote in quotes if quote.speaker is not None}):
        span = marked_span(f"s{place[0]}-{place[1]}", "speaker", *place, text)
        span["speaker_entities"] = identities.of(*place)
        yield place, span


@cache
def scores_in(path: Path) -> dict[str, float]:
    """The score of each pattern, from how often it was right in the texts it was developed on, as a file has it."""
    counted = json.loads(path.read_text(encoding="utf-8"))
    return {pattern: score_of(*counts) for pattern, counts in counted.items()}


def score_of(right: int, suggested: int) -> float:
    """The score of a pattern that was right so often, to two decimals.

    It is Laplace's rule of succession, (right + 1) / (suggested + 2): the precision to be expected of the next
    suggestion, which is the nearer to a half the fewer there were.
    """
    return round((right + 1) / (suggested + 2), 2)
