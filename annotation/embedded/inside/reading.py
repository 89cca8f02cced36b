"""What the scripts of the pages know of the scheme: patterns and tables of `dataset.scheme`, on each page as JSON."""

from __future__ import annotations

from typing import Any, Final

from dataset.scheme import lexicon, quantities, vocabulary, words

READER: Final[dict[str, Any]] = {
    "word": words.word_pattern(r"\p{L}", r"[\p{L}\p{M}\p{N}_]"),
    "clitic": words.CLITIC,
    "hyphens": words.HYPHENS,
    "cueKinds": lexicon.CUE_KINDS,
    "noncommittal": lexicon.NONCOMMITTAL,
    "number": quantities.reader(),
    "required": vocabulary.REQUIRED,
    "linked": {
        start: [end for end in vocabulary.LABELS if vocabulary.relation_type(start, end)] for start in vocabulary.LABELS
    },
}


def reader(request: object) -> dict[str, Any]:
    """For every template that Django fills in: the tables under the name `hedgerow_reader`."""
    return {"hedgerow_reader": READER}
