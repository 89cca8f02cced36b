"""A text as sentences of tokens, in which a quotation with its marks is a single token."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, NamedTuple

from dataset.scheme.furniture import furniture
from dataset.scheme.quotation_marks import read_marks

WORD, QUOTATION, MARK = "word", "quotation", "mark"
_SHORTENED: Final = (
    r"(?:Mr|Mrs|Ms|Mx|Dr|Prof|Gen|Lt|Col|Sgt|Capt|Cmdr|Maj|Adm|Cpl|Pvt|Sen|Sens|Rep|Reps|Gov|Rev|Hon|Jr|Sr|Inc|Corp|Co"
    r"|Ltd|No|vs|St|Ft|Mt|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|approx)\."
)
_TOKEN: Final = re.compile(
    rf"(?P<word>[^\W\d_]+(?=[\s,])|\b{_SHORTENED}(?=\s)|(?:[^\W\d_]\.)(?:[^\W\d_]\.)+|\b[A-Z]\.(?=\s?[A-Z])"
    r"|[$€£¥₹₩₴₽]?\d+(?:[.,:/]\d+)*(?:[-–][\w]+)*%?"
    r"|[^\W_]+(?:['’](?!s\b)[^\W_]+|[-‐‑&/.][^\W_]+)*|['’]s\b|(?<=s)['’](?=\s)|&(?=\s))|(?P<mark>\.{2,}|[^\w\s])"
)
_DATELINE: Final = re.compile(
    r"^[ \t]*(?:[A-Z][A-Z .,’'-]{2,40}(?:,? [A-Z][a-z]{2,8}\.? \d{1,2})?(?: \([^)\n]{2,30}\))?"
    r"|[A-Z][\w.,’'-]*(?: [A-Z][\w.,’'-]*){0,4} \([A-Z][\w ]{1,20}\)) ?[-–—]{1,2} ",
    re.MULTILINE,
)
"""Where and by which agency a line was written, also below a headline."""
_ENDS: Final = ".!?…"
_OPENING: Final = '“"„«‘'


class Token(NamedTuple):
    """A token at `text[start:end]`; `lower` has straight apostrophes. A closed quotation has both its marks."""

    kind: str
    text: str
    lower: str
    start: int
    end: int
    closed: bool = True

    @property
    def is_capital(self) -> bool:
        """Whether it is a word that begins with a capital."""
        return self.kind == WORD and self.text[0].isupper()

    @property
    def ends_sentence(self) -> bool:
        """Whether it ends a sentence, or is a quotation whose last words do."""
        return self.text.rstrip("”\"»’'“")[-1:] in _ENDS if self.kind == QUOTATION else self.text[0] in _ENDS


class Sentence(NamedTuple):
    """The tokens of a sentence. `line` numbers its line; a short line that no mark ends is a heading."""

    tokens: list[Token]
    line: int
    heading: bool


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text line by line, without page furniture."""
    quotations = _quotations(text)
    starts = [start for start, _, _ in quotations]
    furnished = sorted({*furniture(text), *(match.span() for match in _DATELINE.finditer(text))})
    parted: list[Sentence] = []
    start = 0
    for number, line in enumerate(text.split("\n")):
        end = start + len(line)
        tokens: list[Token] = []
        for first, last in _outside(furnished, start, end):
            within = quotations[bisect_left(starts, first) : bisect_left(starts, last)]
            tokens += _tokens(text, first, last, within)
        if tokens:
            heading = not tokens[-1].ends_sentence and tokens[-1].text not in (":", ",", ";") and len(tokens) <= 20
            parted += [Sentence(part, number, heading) for part in _split(tokens)]
        start = end + 1
    return parted


def _quotations(text: str) -> list[tuple[int, int, bool]]:
    """The outermost quotations, in order: start, end and whether it is closed; if not, it runs to its line's end."""
    marks = read_marks(text)
    places = [(start, end, True) for start, end in marks.pairs]
    for place in marks.single:
        before, after = text[place - 1 : place] if place else "\n", text[place + 1 : place + 2]
        if text[place] in _OPENING and (before.isspace() or before in "([—–-:") and after.strip():
            line_end = text.find("\n", place)
            end = len(text) if line_end < 0 else line_end
            places.append((place, len(text[:end].rstrip()), False))
    outermost: list[tuple[int, int, bool]] = []
    for start, end, closed in sorted(places, key=lambda it: (it[0], -it[1])):
        if not outermost or start >= outermost[-1][1]:
            outermost.append((start, end, closed))
    return outermost


def _outside(places: list[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of start:end that none of the places covers."""
    for first, last in places:
        if first < end and start < last:
            if start < first:
                yield start, first
            start = max(start, last)
    if start < end:
        yield start, end


def _tokens(text: str, start: int, end: int, quotations: list[tuple[int, int, bool]]) -> Iterator[Token]:
    for first, last, closed in quotations:
        yield from _plain_tokens(text, start, first)
        yield Token(QUOTATION, text[first:last], "", first, last, closed)
        start = max(start, last)
    yield from _plain_tokens(text, start, end)


def _plain_tokens(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        words, kind = match[0], WORD if match.lastgroup == "word" else MARK
        lower = words.lower()
        first, last = match.span()
        yield Token(kind, words, lower.replace("’", "'") if "’" in lower else lower, first, last)


_LONGEST: Final = 400
"""Tokens after which a sentence is cut, so that a text without any sentence's end is read in reasonable time."""


def _split(tokens: list[Token]) -> Iterator[list[Token]]:
    start = 0
    for place in range(len(tokens) - 1):
        if (tokens[place].kind != WORD and _ends_here(tokens, place)) or place - start >= _LONGEST:
            yield tokens[start : place + 1]
            start = place + 1
    yield tokens[start:]


def _ends_here(tokens: list[Token], place: int) -> bool:
    """Whether a sentence ends with this token. After “…?” Smith asked, it goes on: see `attributions`."""
    token, after = tokens[place], tokens[place + 1]
    if not token.ends_sentence or (token.kind == MARK and after.text in ")]"):
        return False
    if token.kind == QUOTATION:
        begins = after.kind == QUOTATION or after.is_capital or after.text[0].isdigit()
        return begins and not (
            token.text.rstrip("”\"»’'")[-1:] in "!?" and after.kind == WORD and _saying_follows(tokens, place)
        )
    return after.kind == QUOTATION or after.is_capital or after.text[0].isdigit() or after.text in "([—–-"


def _saying_follows(tokens: list[Token], place: int) -> bool:
    """Whether a verb of saying comes within the next words, before any other mark: “Why?” Smith asked."""
    for token in tokens[place + 1 : place + 7]:
        if token.kind != WORD:
            return False
        if token.lower in _AFTER_QUESTION:
            return True
    return False


_AFTER_QUESTION: Final = frozenset(
    {"said", "says", "asked", "asks", "wrote", "writes", "added", "told", "shouted", "cried", "replied", "exclaimed"}
)
