"""A text that is too long for the labelling page, in parts that are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_PARAGRAPHS: Final = re.compile(r"\n[^\S\n]*\n\s*")
_LINES: Final = re.compile(r"\n\s*")


def split_long(text: str, limit: int) -> list[str]:
    """The text in parts of at most `limit` bytes of UTF-8, each of which ends where a paragraph does.

    The parts joined are the text. Blank lines end a paragraph; within one that is too long by itself, any line's end
    does. A line that is too long by itself stays whole. No part is blank, unless the text is.
    """
    parts: list[str] = []
    size = 0
    for piece in _pieces(text, limit):
        length = len(piece.encode("utf-8", "surrogatepass"))
        if parts and (size + length <= limit or not piece.strip() or not parts[-1].strip()):
            parts[-1] += piece
            size += length
        else:
            parts.append(piece)
            size = length
    return parts


def _pieces(text: str, limit: int) -> Iterator[str]:
    for paragraph in _cut(text, _PARAGRAPHS):
        if len(paragraph.encode("utf-8", "surrogatepass")) > limit:
            yield from _cut(paragraph, _LINES)
        else:
            yield paragraph


def _cut(text: str, ends: re.Pattern[str]) -> Iterator[str]:
    start = 0
    for end in ends.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    if start < len(text):
        yield text[start:]
