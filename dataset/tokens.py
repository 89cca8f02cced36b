r"""Tokens and BIO tags. A token is `\w+` or one other non-blank character, cut again at span edges."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
OUTSIDE, BEGIN, INSIDE = 0, 1, 2


def tokenize(text: str, cuts: Iterable[int]) -> list[tuple[int, int]]:
    """Offsets of the tokens of `text`, cut again at every offset in `cuts`."""
    wanted = sorted(set(cuts))
    tokens: list[tuple[int, int]] = []
    position = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while position < len(wanted) and wanted[position] <= start:
            position += 1
        ahead = position
        while ahead < len(wanted) and wanted[ahead] < end:
            tokens.append((start, wanted[ahead]))
            start = wanted[ahead]
            ahead += 1
        tokens.append((start, end))
    return tokens


def tag(tokens: list[tuple[int, int]], spans: Iterable[tuple[int, int]]) -> list[int]:
    """BIO tag of each token for the spans of one label, which must not overlap each other."""
    tags = [OUTSIDE] * len(tokens)
    position = 0
    for start, end in sorted(spans):
        while position < len(tokens) and tokens[position][0] < start:
            position += 1
        first = True
        while position < len(tokens) and tokens[position][1] <= end:
            tags[position] = BEGIN if first else INSIDE
            first = False
            position += 1
    return tags


def spans_of(tokens: list[tuple[int, int]], tags: list[int]) -> list[tuple[int, int]]:
    """The spans that BIO tags tell: the inverse of `tag` for spans that begin and end at a token."""
    spans: list[tuple[int, int]] = []
    for (start, end), one in zip(tokens, tags, strict=True):
        if one == BEGIN:
            spans.append((start, end))
        elif one == INSIDE and spans:
            spans[-1] = (spans[-1][0], end)
    return spans
