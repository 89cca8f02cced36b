r"""Tokens and BIO tags. A token is `\w+` or one other non-blank character, cut again at span edges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow
from numpy.typing import NDArray

from dataset.scheme import vocabulary

OUTSIDE, BEGIN, INSIDE = 0, 1, 2
_WORD: Final = re.compile(r"\w")
_BLANK: Final = re.compile(r"\s")
AT_ONCE: Final = 250_000
_IS_BLANK, _IS_OTHER, _IS_WORD = 0, 1, 2
Places = NDArray[np.int64]


class _Cut(NamedTuple):
    """Where the pieces of some texts begin, counted through all of them, and which of them are tokens."""

    starts: Places
    ends: Places
    is_token: NDArray[np.bool_]


def tokenize(texts: list[str], spans: pl.DataFrame) -> pl.DataFrame:
    """Tokens of each text with their offsets and the tags of each label.

    Args:
        texts: the texts.
        spans: `number` of the text from 0, `label`, `start` and `end`; places outside the text cut nothing. Of spans of
            one label that overlap, the later has the tokens that the earlier left.

    Returns:
        A row a text: tokens, starts, ends, and the tags of each label as `<label>_tags`.
    """
    ordered = spans.filter(pl.col("label").is_in(vocabulary.LABELS)).sort("number", "start", "end")
    parts = [_tokens(texts[start:end], _within(ordered, start, end)) for start, end in _batches(texts)]
    return pl.concat([pl.DataFrame(part) for part in parts])


def _batches(texts: list[str]) -> Iterator[tuple[int, int]]:
    """From which text to which to go at once, so that long corpora need no more room than short ones."""
    start, size = 0, 0
    for number, text in enumerate(texts):
        size += len(text)
        if size >= AT_ONCE:
            yield start, number + 1
            start, size = number + 1, 0
    if start < len(texts) or not texts:
        yield start, len(texts)


def _within(spans: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
    number = pl.col("number")
    return spans.filter(number.is_between(start, end, closed="left")).with_columns(number - start)


def _tokens(texts: list[str], spans: pl.DataFrame) -> pyarrow.Table:
    whole = "".join(texts)
    codes = np.frombuffer(whole.encode("utf-32-le"), np.uint32)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    bases = np.concatenate([[0], np.cumsum(lengths)])
    starts, ends = _counted_through(spans, bases, lengths)
    cut = _cut(whole, codes, np.concatenate([bases, starts, ends]))
    tokens = cut.starts[cut.is_token], cut.ends[cut.is_token]
    rows = pyarrow.array(np.searchsorted(tokens[0], bases), pyarrow.int32())
    base_of = np.repeat(bases[:-1], np.diff(rows))
    columns: dict[str, Any] = {"tokens": _words(whole, codes, cut)}
    columns |= {"starts": tokens[0] - base_of, "ends": tokens[1] - base_of}
    for label in vocabulary.LABELS:
        own = (spans["label"] == label).fill_null(False).to_numpy()
        columns[f"{label}_tags"] = _tags(tokens, starts[own], ends[own])
    return pyarrow.table({name: pyarrow.ListArray.from_arrays(rows, values) for name, values in columns.items()})


def _counted_through(spans: pl.DataFrame, bases: Places, lengths: Places) -> tuple[Places, Places]:
    """The edges of spans, counted from the beginning of the first text; an edge outside its text is at its end."""
    number = spans["number"].to_numpy()
    starts, ends = (np.clip(spans[name].to_numpy(), 0, lengths[number]) for name in ("start", "end"))
    return starts + bases[number], ends + bases[number]


def _cut(whole: str, codes: NDArray[np.uint32], edges: Places) -> _Cut:
    kinds = _kinds(whole)[codes]
    begins = np.ones(len(codes), np.bool_)
    begins[1:] = (kinds[1:] != _IS_WORD) | (kinds[:-1] != _IS_WORD)
    begins[edges[edges < len(codes)]] = True
    starts = np.flatnonzero(begins)
    return _Cut(starts, np.append(starts[1:], len(codes))[: len(starts)], kinds[starts] != _IS_BLANK)


def _kinds(whole: str) -> NDArray[np.uint8]:
    """What each code point of the text is, as Python's `re` has it, by its number."""
    characters = set(whole)
    table = np.full(max(map(ord, characters), default=0) + 1, _IS_OTHER, np.uint8)
    for character in characters:
        if _WORD.match(character):
            table[ord(character)] = _IS_WORD
        elif _BLANK.match(character):
            table[ord(character)] = _IS_BLANK
    return table


def _words(whole: str, codes: NDArray[np.uint32], cut: _Cut) -> pyarrow.StringArray:
    """The tokens' words, cut out of the UTF-8 bytes."""
    widths = 1 + (codes > 0x7F).astype(np.int32) + (codes > 0x7FF) + (codes > 0xFFFF)
    places = np.concatenate([[0], np.cumsum(widths)])[np.append(cut.starts, len(codes))].astype(np.int32)
    buffers = [None, pyarrow.py_buffer(places), pyarrow.py_buffer(whole.encode())]
    pieces = pyarrow.StringArray.from_buffers(len(cut.starts), buffers[1], buffers[2])
    return pieces.filter(pyarrow.array(cut.is_token))


def _tags(tokens: tuple[Places, Places], starts: Places, ends: Places) -> Places:
    """BIO tag of each token for spans in order."""
    first, last = np.searchsorted(tokens[0], starts), np.searchsorted(tokens[1], ends, side="right")
    taken = np.concatenate([[0], np.maximum.accumulate(last)[:-1]])[: len(last)]
    first = np.maximum(first, taken)
    first, last = first[first < last], last[first < last]
    steps = np.zeros(len(tokens[0]) + 1, np.int64)
    steps[first] += INSIDE
    steps[last] -= INSIDE
    tags = np.cumsum(steps)[:-1]
    tags[first] = BEGIN
    return tags
