"""Spans read back from BIO tags."""

from __future__ import annotations

from dataset.published.tokens import BEGIN, INSIDE


def spans_of(tokens: list[tuple[int, int]], tags: list[int]) -> list[tuple[int, int]]:
    """The spans that BIO tags tell: the inverse of tagging for spans that begin and end at a token."""
    spans: list[tuple[int, int]] = []
    for (start, end), tag in zip(tokens, tags, strict=True):
        if tag == BEGIN:
            spans.append((start, end))
        elif tag == INSIDE and spans:
            spans[-1] = (spans[-1][0], end)
    return spans
