"""Page furniture (Q10): dateline, advertisement, link, disclaimer, caption and credit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from dataset.scheme.lexicon import FURNITURE_CREDIT, FURNITURE_LINE, FURNITURE_OPENING

_LINE: Final = re.compile(FURNITURE_LINE)
_OPENING: Final = re.compile(FURNITURE_OPENING)
_CREDIT: Final = re.compile(FURNITURE_CREDIT, re.MULTILINE)
_SENTENCE_ENDS: Final = ".!?\n"


def furniture(text: str) -> list[tuple[int, int]]:
    """Where page furniture is in an article, in order; no two places overlap."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted([*_opening(text), *_lines(text), *_credits(text)]):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _opening(text: str) -> Iterator[tuple[int, int]]:
    if match := _OPENING.match(text):
        yield match.span()


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        if _LINE.match(line):
            yield start, start + len(line)
        start += len(line) + 1


def _credits(text: str) -> Iterator[tuple[int, int]]:
    for match in _CREDIT.finditer(text):
        caption = max(text.rfind(mark, 0, match.start()) for mark in _SENTENCE_ENDS) + 1
        yield (caption if match["photo"] else match.start()), match.end()
