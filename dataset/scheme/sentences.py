"""Where the sentence around some words begins and ends."""

from __future__ import annotations

import re
from typing import Final

_END: Final = re.compile(r"[.!?…][\"'”’)\]]*(?=\s+[\"'“‘(\[]*[A-Z0-9])")
_SHORTENED: Final = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Sgt|Sen|Rep|Gov|St|No|vs|[A-Z]|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$"
)


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end (exclusive) of the sentences of one line that hold `text[start:end]`.

    A sentence ends at a mark that a capital or a digit follows, but not after a title, an initial or the short name of
    a month. Words that reach over several lines have the first line's beginning and the last line's end.
    """
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    last = len(text) if last < 0 else last
    for mark in _END.finditer(text, first, last):
        if _SHORTENED.search(text, first, mark.end()):
            continue
        if mark.end() <= start:
            first = _skip_space(text, mark.end())
        elif mark.end() >= end:
            return first, mark.end()
    return first, last


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
