"""What a word is: the check of rule E5 and the labelling page, which snaps spans to whole words, read one pattern."""

from __future__ import annotations

import re
from typing import Final

MONEY_SIGNS: Final = "$€£¥₹₩₴₽"
"""What belongs to the number after it; “%” and “°C” belong to the number before them."""
HYPHENS: Final = "-‐‑"
CLITIC: Final = r"['’](?:s|S|re|ll|ve|d|m)(?![A-Za-z])"
"""What follows a word after an apostrophe and is a word of its own: “Kyiv's”, “we're”."""
_REACH: Final = 200


def word_pattern(letter: str, character: str) -> str:
    """The pattern of a word, for a language in which these are the classes of a letter, and of what words consist of.

    The two are all that Python and the script of the labelling page write differently. The parts of a compound are one
    word here: `pro-Russian`, `1,200–1,500`, `US$3.5bn`, `U.S.-led`.
    """
    shortened = rf"(?:{letter}\.)+{letter}(?!{character})\.?"
    plain = rf"(?:{letter}{{0,3}}[{MONEY_SIGNS}](?=[0-9]))?{character}+"
    joined = rf"['’&{re.escape(HYPHENS)}](?={character})|(?<=[0-9])[.,–](?=[0-9])"
    return rf"(?:{shortened}|{plain})(?:(?:{joined}){character}+)*(?:(?<=[0-9])[%‰]|(?<=[0-9])°{character}*)?"


_WORD: Final = re.compile(word_pattern(r"[^\W\d_]", r"[\w\u0300-\u036f]"))
_CLITIC: Final = re.compile(CLITIC)


def word_cut_at(text: str, place: int) -> str | None:
    """The word that an edge of a span at this place, in characters, would cut; None where the edge is between words.

    A part of a compound with hyphens may stand alone, and so may what is before a `CLITIC`.
    """
    for match in _WORD.finditer(text, max(place - _REACH, 0), place + _REACH):
        if match.start() < place < match.end():
            return None if _may_end(text, place) else match[0]
    return None


def _may_end(text: str, place: int) -> bool:
    return text[place - 1] in HYPHENS or text[place] in HYPHENS or _CLITIC.match(text, place) is not None
