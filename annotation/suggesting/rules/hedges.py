"""Cues of the closed lists H4 to H8, where they are hedges and not the same words in another use (H3)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from dataset.checks.recall import CUES, is_in_name
from dataset.scheme.lexicon import cue_kind, plain
from dataset.scheme.other_uses import AROUND, is_other_use


class Hedge(NamedTuple):
    """A cue at `start:end` and its kind."""

    start: int
    end: int
    kind: str
    pattern: str


_UNDER_AN_AGE: Final = re.compile(
    r"\s+\d{1,2}\b(?! (?:\w+ )?\w+s\b| (?:people|percent|per cent|million|billion)\b| ?%|,\d)"
)
_ASKED: Final = re.compile(r"(?:^|[.!?“\"(] ?|\b(?:how|so|what|who|why|which|where) )$", re.IGNORECASE)
_ALLEGED: Final = re.compile(
    r"\b(?:of|over|about|for|in|with|to|by|on|from|against|and|his|her|their|its|several|two|other|any|some|more)\s+"
    r"(?P<cue>alleged|reported|unconfirmed)(?= [a-z]+)(?! (?:that|to|by|in|on|at|from)\b)"
)
_SUPPOSED: Final = re.compile(
    r"\b(?:[Aa]ny|[Ss]uch)\b(?:\s+[\w’'-]+){0,9}?\s+(?P<cue>would(?:n['’]t)?)\b|"
    r"(?:^|[“\"(]|[.!?:]\s|\b(?:that|said|says|but|and|think|believe)\s)(?P<gerund>[a-z]{2,}ing|[A-Z][a-z]{2,}ing)"
    r"(?:\s+(?!(?:is|was|are|were|has|had|said|and|that|who|which|but|he|she|it|they)\b)[\w’'-]+){0,7}?\s+(?P<cue2>would(?:n['’]t)?)\b",
    re.MULTILINE,
)
_NO_GERUNDS: Final = frozenset(
    {
        "nothing",
        "something",
        "anything",
        "everything",
        "during",
        "morning",
        "evening",
        "king",
        "ring",
        "spring",
        "being",
    }
    | {"building", "meeting", "according", "including", "following", "regarding", "beijing", "thing", "string", "wing"}
)
_IF: Final = re.compile(r"\bif\b", re.IGNORECASE)
_WHETHER: Final = re.compile(
    r"\b(?:ask|asks|asked|asking|know|knows|knew|say|see|unclear|wonder|wondered|even|only|as|whether|sure)\s$"
)
_CLAUSE: Final = 120
_IN_CONDITION: Final = re.compile(r"\bif(?: \w+){1,3} $", re.IGNORECASE)
_WOULD: Final = re.compile(r"\bwould(?:n['’]t)?\b(?! (?:like|not say|not comment|rather|often|sometimes|usually)\b)")
_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?](?!\s)[^.!?\n]*)*")
_INVERTED: Final = re.compile(
    r"(?:^|[.!?:]\s+|[“\"])(?P<cue>Had|Were|Should)\s+(?:there|it|he|she|they|we|i|the|any|a|an|this|that|[A-Z]\w+)\b"
    r"[^.!?\n]*\b(?:would|could|might)\b",
    re.MULTILINE,
)
_IF_THERE: Final = re.compile(
    r"(?:^|[.!?,:;]\s+|[“\"]|\b(?:and|but|that)\s)(?P<cue>[Ii]f)\s+"
    r"(?:there (?:is|was|were|had been|has been) (?:a|an|any|such|no)\b|(?:it|this|that) (?:is|was|were) true\b"
    r"|(?:the )?(?:claims?|reports?|allegations?) (?:is|are|was|were|proved?)\b)",
    re.MULTILINE,
)
_STACKED: Final = re.compile(
    r"\b(?P<cue>up to|more than|less than|at least|fewer than|nearly|almost)"
    r"(?=\s+(?:around|about|approximately|roughly)\s+[\d$€£])",
    re.IGNORECASE,
)
"""An approximator before another one and a number."""


def read_hedges(text: str) -> list[Hedge]:
    """The hedges of a text, in order; none overlaps another."""
    places = sorted({*_listed(text), *_supposed(text), *_conditional(text)})
    hedges: list[Hedge] = []
    for hedge in places:
        if not hedges or hedge.start >= hedges[-1].end:
            hedges.append(hedge)
    return hedges


def _listed(text: str) -> Iterator[Hedge]:
    for match in CUES.finditer(text):
        start, end = match.span()
        cue, kind = _read_cue(match[0])
        opens = text[max(0, start - 3) : start].rstrip()[-1:] in "-–—"
        in_name = cue != "i think" and not opens and is_in_name(text, start)
        if kind is not None and not in_name and not _is_unlikely(text, start, end, cue):
            yield Hedge(start, end, kind, "cue-" + kind)
    for match in _STACKED.finditer(text):
        yield Hedge(*match.span("cue"), "approximator", "cue-approximator")
    for match in _ALLEGED.finditer(text):
        yield Hedge(*match.span("cue"), "evidential", "cue-evidential")


@lru_cache(maxsize=4096)
def _read_cue(words: str) -> tuple[str, str | None]:
    """A cue as the lists have it, and its kind."""
    return plain(words), cue_kind(words)


def _is_unlikely(text: str, start: int, end: int, cue: str) -> bool:
    """Whether a cue is used in another way, or asks, or bounds an age, of which few are hedges."""
    asks = cue == "could" and _ASKED.search(text[max(0, start - AROUND) : start])
    bounds = cue == "under" and _UNDER_AN_AGE.match(text[end : end + AROUND])
    return bool(asks or bounds) or is_other_use(text, start, end, cue)


def _supposed(text: str) -> Iterator[Hedge]:
    """“Would” of an act that is only supposed (H5): under “any”, “such” or “if”, or of an -ing form."""
    for match in _SUPPOSED.finditer(text):
        if match["gerund"] and match["gerund"].lower() in _NO_GERUNDS:
            continue
        yield Hedge(*match.span("cue" if match["cue"] else "cue2"), "modal", "cue-would")
    for sentence in _SENTENCE.finditer(text):
        words = sentence[0]
        if "would" not in words:
            continue
        places = [match.start() for match in _IF.finditer(words)]
        conditions = [place for place in places if not _WHETHER.search(words[max(0, place - 12) : place])]
        inverted = _INVERTED.search(words)
        for match in _WOULD.finditer(words) if conditions or inverted else ():
            before = words[max(0, match.start() - 60) : match.start()]
            if (inverted or _is_near(conditions, match.start())) and not _IN_CONDITION.search(before):
                yield Hedge(sentence.start() + match.start(), sentence.start() + match.end(), "modal", "cue-would")


def _is_near(places: list[int], place: int) -> bool:
    """Whether one of the places, in order, is no further than a long clause away."""
    nearest = bisect_left(places, place - _CLAUSE)
    return nearest < len(places) and abs(place - places[nearest]) < _CLAUSE


def _conditional(text: str) -> Iterator[Hedge]:
    """“If” of what is disputed, and the verb put first instead of it (H8)."""
    for pattern in (_INVERTED, _IF_THERE):
        for match in pattern.finditer(text):
            yield Hedge(*match.span("cue"), "conditional", "cue-conditional")
