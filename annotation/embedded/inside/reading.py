"""What the script of the labelling page reads words with: the patterns and tables of `dataset.scheme`, on each page."""

from __future__ import annotations

from typing import Any, Final

from dataset.scheme import lexicon, quantities, words

READER: Final[dict[str, Any]] = {
    "word": words.word_pattern(r"\p{L}", r"[\p{L}\p{M}\p{N}_]"),
    "clitic": words.CLITIC,
    "hyphens": words.HYPHENS,
    "cueKinds": lexicon.CUE_KINDS,
    "noncommittal": lexicon.NONCOMMITTAL,
    "number": quantities.reader(),
}


def reader(request: object) -> dict[str, Any]:
    """For every template that Django fills in: the tables under the name `hedgerow_reader`."""
    return {"hedgerow_reader": READER}
