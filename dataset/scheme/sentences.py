"""Where sentences begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

_END: Final = re.compile(r"[.!?…][\"'”’)\]]*(?=\s+[\"'“‘(\[]*[A-Z0-9])")
_SHORTENED: Final = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Sgt|Sen|Rep|Gov|St|No|vs|[A-Z]|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$"
)
_REACH: Final = 8
"""Code points before a mark that tell whether it ends a shortened word."""
_LINE: Final = re.compile(r"[^\n]+")
_WORDS: Final = re.compile(r"\S(?:.*\S)?")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end (exclusive) of every sentence, in order. All that is not blank is in one of them.

    A sentence ends at a line's end, and at a mark that a capital or a digit follows, but not after a title, an initial
    or the short name of a month.
    """
    for line in _LINE.finditer(text):
        for start, end in pairwise([line.start(), *_ends(text, *line.span()), line.end()]):
            if words := _WORDS.search(text, start, end):
                yield words.span()


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end (exclusive) of the sentences of one line that hold `text[start:end]`.

    Words that reach over several lines have the first line's beginning and the last line's end.
    """
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    last = len(text) if last < 0 else last
    for mark in _ends(text, first, last):
        if mark <= start:
            first = _skip_space(text, mark)
        elif mark >= end:
            return first, mark
    return first, last


def _ends(text: str, first: int, last: int) -> Iterator[int]:
    """Where sentences end within `text[first:last]`, but for the last."""
    for mark in _END.finditer(text, first, last):
        if not _SHORTENED.search(text, max(first, mark.start() - _REACH), mark.end()):
            yield mark.end()


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
