"""Quotation marks in a text: which belong together, and which have no other half."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

MARKS: Final = "\"“”„«»‘'’"
_CLOSES: Final = {"“": "”", "„": "”“", "«": "»", "‘": "’", '"': '"', "'": "'"}
_DEPTH: Final = 4
_MARK_OR_LINE_END: Final = re.compile(f"[{MARKS}\n]")


_TITLE_WORDS: Final = 7
_SMALL_WORDS: Final = frozenset(
    {*("a", "an", "the", "of", "and", "or", "in", "on", "at", "to", "for", "from", "with", "by", "de", "la", "vs")}
)


class QuotedPlace(NamedTuple):
    """A place between two marks, both inside."""

    start: int
    end: int


class QuotationMarks(NamedTuple):
    """Pairs of marks by where they begin, and the places of marks without another half."""

    pairs: list[QuotedPlace]
    single: list[int]


def read_marks(text: str) -> QuotationMarks:
    """Pairs the quotation marks of a text, paragraph by paragraph. An apostrophe is not a quotation mark."""
    pairs: list[QuotedPlace] = []
    single: list[int] = []
    opened: list[int] = []
    for match in _MARK_OR_LINE_END.finditer(text):
        place = match.start()
        if text[place] == "\n":
            single, opened = single + opened, []
        elif (depth := _closed(text, opened, place)) is not None:
            pairs.append(QuotedPlace(opened[depth], place + 1))
            single, opened = single + opened[depth + 1 :], opened[:depth]
        elif text[place] in _CLOSES and _may_open(text, place):
            opened.append(place)
        else:
            single.append(place)
    return QuotationMarks(sorted(pairs), sorted(place for place in single + opened if text[place] not in "'’"))


def is_title(words: str) -> bool:
    """Whether words between marks look like a title or name: few, with a capital or digits each, and no sentence."""
    inside = words.strip(MARKS).removesuffix(",").split()
    if not 0 < len(inside) <= _TITLE_WORDS or inside[-1][-1] in ".!?…":
        return False
    main = [word for word in inside if word not in _SMALL_WORDS]
    return bool(main) and main[0] == inside[0] and all(word[0].isupper() or word[0].isdigit() for word in main)


def _closed(text: str, opened: list[int], place: int) -> int | None:
    """Which of the open marks the mark at `place` closes: the innermost that it can."""
    if text[place] in "'’" and text[place - 1 : place].isalnum() and text[place + 1 : place + 2].isalnum():
        return None
    depths = range(len(opened) - 1, max(-1, len(opened) - 1 - _DEPTH), -1)
    return next((depth for depth in depths if text[place] in _CLOSES[text[opened[depth]]]), None)


def _may_open(text: str, place: int) -> bool:
    """Straight single marks open only before a word; before a digit they stand for what was left out (’90s)."""
    if text[place] != "'":
        return True
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return not before.isalnum() and bool(after.strip()) and not after.isdigit()
