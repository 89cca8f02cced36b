"""What an annotator may have missed: quotation marks, numbers, cues and verbs of saying that no span covers.

Only articles that were submitted and whose spans are all sound are asked, and page furniture is left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

import polars as pl

from dataset.checks.facts import Facts
from dataset.checks.findings import Finding
from dataset.scheme import lexicon
from dataset.scheme.designations import DESIGNATORS, is_designation, is_score
from dataset.scheme.other_uses import is_other_use
from dataset.scheme.quotation_marks import MARKS, QuotedPlace, is_title, read_marks
from dataset.scheme.sentences import sentence_around

_NOT_NUMBERS: Final = re.compile(rf"(?=[A-Zh\d\s])(?:{lexicon.NOT_NUMBERS})")
_DIGITS: Final = re.compile(r"\d+(?:[.,]\d+)*")
_CARDINAL: Final = lexicon.one_of(tuple(word for word in lexicon.NUMBER_WORDS if word not in ("zero", "one", "tens")))
_PART: Final = lexicon.one_of(tuple(part for part in lexicon.PARTS if part not in ("half", "halves")))
_UNIT: Final = lexicon.one_of(tuple(unit for unit in lexicon.UNITS if len(unit) > 2 and unit.isalpha()))
_HALF: Final = (
    r"(?<!first )(?<!second )(?<!other )half"
    rf"(?:[ -]an? (?:{_CARDINAL}|{_UNIT})|(?= (?:of|the|its|their|his|her|all)\b))"
)
NUMBERS: Final = re.compile(
    r"(?=[A-Za-z])(?<![\w-])(?i:"
    rf"{_HALF}|(?:an?|one)[ -]{_PART}(?= of\b)|(?:tens of )?{_CARDINAL}(?:[ -]{_CARDINAL})*(?:[ -](?:{_PART}s|halves))?"
    r")(?![\w-])"
)
_UNSURE: Final = lexicon.one_of(lexicon.BEFORE_A_CLAUSE)
_BEFORE_NUMBER: Final = rf"(?=\s+(?:[$€£¥]|\d|half\b|(?:an?|one)[ -](?:{_CARDINAL}|{_PART})\b|{_CARDINAL}\b))"
_NO_TIME: Final = r"(?!\s+\S+[\s-](?:(?:second|minute|hour|day|week|month|year)s?)\b)"
_APPROXIMATOR: Final = lexicon.one_of(
    tuple(cue for cue in lexicon.APPROXIMATORS if cue not in ("as early as", "as soon as", "over"))
)
CUES: Final = re.compile(
    lexicon.at_word(
        r"may\b|(?i:"
        + "|".join(
            (
                rf"\b{_APPROXIMATOR}\b{_BEFORE_NUMBER}",
                rf"\bover\b{_BEFORE_NUMBER}{_NO_TIME}",
                r"\bas (?:early|soon) as\b",
                r"\bcould\b(?! not\b)",
                r"\b(?:might(?:n['’]t)?|(?:un)?likely|perhaps|I think)\b",
                r"\b(?:possible|possibly|possibilit(?:y|ies)|potential|probably)\b",
                r"\b(?:allegedly|apparently|purported|reportedly|supposedly|unconfirmed|unverified|rumou?r(?:s|ed)?)\b",
                r"\b(?:seem(?:s|ed)?|appear(?:s|ed)?(?= to\b))\b",
                rf"\b{_UNSURE}\b(?= (?:that|{'|'.join(lexicon.CLAUSE_WORDS)})\b)",
                r"(?:(?<=\bthe )|(?<=\ba )|(?<=\ban ))(?:alleged|reported)(?= (?-i:[a-z]))",
                rf"\b(?:{lexicon.NONCOMMITTAL})\b",
            )
        )
        + ")",
        "aceilmnprsudfhowACEILMNPRSUDFHOW",
    )
)
"""The cues in any case, but for `may`: with a capital it is the month."""
BEGINNINGS: Final = (
    *(word for word in lexicon.NUMBER_WORDS if word not in ("zero", "one")),
    *("half", *(f"{first}{part}" for first in ("a ", "a-", "an ", "an-", "one ", "one-") for part in lexicon.PARTS)),
    *("may", "as early", "as soon", *(cue for cue in lexicon.APPROXIMATORS if not cue.startswith("as "))),
    *("could", "might", "likely", "unlikely", "possibl", "possibilit", "potential", "perhaps", "probably", "I think"),
    *("seem", "appear", "will not", "would", "won't", "won’t", "can not", "cannot", "can't", "can’t"),
    *("has not", "have not", "had not", "hasn", "haven", "hadn", "didn", "doesn", "don't", "don’t"),
    *("allegedly", "apparently", "purported", "reportedly", "alleged", "reported", "refus", "refrain", "stop"),
    *("supposedly", "unconfirmed", "unverified", "rumour", "rumor", *lexicon.BEFORE_A_CLAUSE),
    *("did not", "does not", "do not", "not feel", "feel", "felt"),
    *(*lexicon.CLAUSE_VERBS, "accus"),
)
"""What a match of `CUES`, `NUMBERS` or `SAYINGS` begins with, in any case. One search shows where to try them."""
AROUND: Final = 32
_OPENING: Final = " \t\"'“‘(["
_OPENING_LENGTH: Final = 8
_SENTENCE_ENDS: Final = ".!?:\n"
_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?](?!\s)[^.!?\n]*)*")
_VERBS: Final = lexicon.one_of(lexicon.CLAUSE_VERBS)
_STATES: Final = re.compile(r"states\b")
_BEFORE_A_NOUN: Final = re.compile(
    r"\b(?:are|were|be|become|the|these|those|some|all|any|many|most|several|other|few|both|no|member|[a-z]+ed|and|or"
    rf"|of|in|to|by|for|with|from|between|among|against|on|{_CARDINAL}) $",
    re.IGNORECASE,
)
"""What comes before “states” where it is no verb."""
_FRAGMENT: Final = 3
_SAYING: Final = re.compile(rf"\b{_VERBS}\b")
_SAID_BEFORE: Final = re.compile(rf"(?:\b{_VERBS}(?: \w+){{0,2}},?|:) ?$")
_SAID_AFTER: Final = re.compile(rf" (?:[\w’'.-]+ ){{0,3}}?{_VERBS}\b")
_DIGITS_BEFORE: Final = re.compile(r"(?P<digits>\d+(?:[.,]\d+)*)[ -]$")
_TIME_BEFORE: Final = re.compile(r"\b(?:half|quarter) (?:past|to) $")
_TIME_AFTER: Final = re.compile(r" o['’]clock\b")
SAYINGS: Final = re.compile(
    lexicon.at_word(
        rf"\b{_VERBS}\b"
        r"(?:(?: (?!that\b|whether\b)[\w’'().]+){0,4},? (?:that|whether)\b| (?:he|she|it|they|we|there)\b)|"
        r"\baccus(?:e|es|ed|ing)\b[^.!?\n]{1,80}? of \w+ing\b",
        "a-z",
    )
)


class TextPlaces:
    """Places in a text, given by where they begin, to be asked many times. Those that overlap are one."""

    def __init__(self, places: Iterable[tuple[int, int]] = ()) -> None:
        self._starts, self._ends = list[int](), list[int]()
        reached = -1
        for start, end in places:
            if start >= reached:
                self._starts.append(start)
                self._ends.append(end)
                reached = end
            elif end > reached:
                self._ends[-1] = reached = end

    def touch(self, start: int, end: int) -> bool:
        """Whether one of them shares a character with start:end."""
        after = bisect_left(self._starts, end)
        return after > 0 and self._ends[after - 1] > start


_NOWHERE: Final = TextPlaces()


class ArticleText(NamedTuple):
    """A text, where its furniture is, where its spans are by label, and where one of `BEGINNINGS` is, in order.

    `quotations` are its pairs of quotation marks, in order.
    """

    id: str
    text: str
    furniture: TextPlaces
    spans: dict[str, TextPlaces]
    beginnings: list[int]
    quotations: list[QuotedPlace]

    def labelled(self, label: str) -> TextPlaces:
        """Where the spans of a label are."""
        return self.spans.get(label, _NOWHERE)

    def is_in_title(self, start: int, end: int) -> bool:
        """Whether a title between quotation marks shares a character with start:end."""
        around = (pair for pair in self.quotations if pair.start < end and start < pair.end)
        return any(is_title(self.text[a:b]) and is_no_speech(self.text, a, b) for a, b in around)


def missed(facts: Facts) -> Iterator[Finding]:
    """All that no span covers, article by article."""
    layer = facts.layer.name
    for article in _articles(facts):
        for code, start, end, message in chain.from_iterable(look(article) for look in LOOKS):
            if not article.furniture.touch(start, end):
                yield Finding(code, layer, article.id, message, None, start, end)


_Missed = tuple[str, int, int, str]


def _articles(facts: Facts) -> Iterator[ArticleText]:
    """The submitted articles whose spans are all sound."""
    unsound = facts.layer.spans.join(facts.sound, on=["article_id", "span_id"], how="anti")
    wanted = facts.submitted.join(unsound, on="article_id", how="anti").sort("article_id")
    spans: dict[str, dict[str, TextPlaces]] = {}
    by_label = facts.sound.sort("start", "end").group_by("article_id", "label").agg("start", "end")
    for article, label, first, last in by_label.iter_rows():
        spans.setdefault(article, {})[label] = TextPlaces(zip(first, last, strict=True))
    starts = dict(zip(facts.texts["article_id"], beginnings(facts.texts["article_text"]), strict=True))
    for article in wanted["article_id"]:
        if (text := facts.text_of.get(article)) is not None:
            places = TextPlaces(facts.furniture(article))
            yield ArticleText(article, text, places, spans.get(article, {}), starts[article], read_marks(text).pairs)


def beginnings(texts: pl.Series) -> list[list[int]]:
    """For each text the places in characters, in order, where one of `BEGINNINGS` is."""
    several = texts.str.find_many(list(BEGINNINGS), ascii_case_insensitive=True, overlapping=True)
    return [_characters(text, sorted(set(places))) for text, places in zip(texts, several, strict=True)]


def _characters(text: str, places: list[int]) -> list[int]:
    """Places in bytes as places in characters."""
    if text.isascii():
        return places
    encoded, characters, last, place = text.encode(), list[int](), 0, 0
    for place_in_bytes in places:
        place += len(encoded[last:place_in_bytes].decode())
        last = place_in_bytes
        characters.append(place)
    return characters


def matches(pattern: re.Pattern[str], article: ArticleText, start: int, end: int) -> Iterator[re.Match[str]]:
    """What `finditer` gives between start and end, for a pattern whose matches begin with one of `BEGINNINGS`."""
    starts = article.beginnings
    for place in starts[bisect_left(starts, start) :]:
        if place >= end:
            return
        if place >= start and (match := pattern.match(article.text, place, end)):
            yield match
            start = match.end()


def quotations(article: ArticleText) -> Iterator[_Missed]:
    """Pairs of quotation marks outside every quote."""
    reached, quotes = 0, article.labelled("quote")
    for start, end in article.quotations:
        if start >= reached and not quotes.touch(start, end):
            reached = end
            if not is_no_speech(article.text, start, end):
                yield "q1-unlabelled-quotation", start, end, f"no quote covers {_brief(article.text[start:end])}"


def is_no_speech(text: str, start: int, end: int) -> bool:
    """Whether words between marks are a title, or three words at most without a sentence and a verb of saying.

    With such a verb in their sentence a few words in marks are part of a mixed quote (Q3), else they are none (Q7).
    """
    words = text[start:end]
    if is_title(words):
        return not _SAID_BEFORE.search(text, max(0, start - AROUND), start) and not _SAID_AFTER.match(text, end)
    inside = words.strip(MARKS)
    if len(inside.split()) > _FRAGMENT or not inside[:1].islower() or inside[-1] in ".,!?…":
        return False
    first, last = sentence_around(text, start, end)
    return not _SAYING.search(text, first, last)


def digits(article: ArticleText) -> Iterator[_Missed]:
    """Digits that no number covers."""
    numbers = article.labelled("number")
    for match in _DIGITS.finditer(article.text):
        start, end = match.span()
        covered = numbers.touch(start, end) or is_no_number(article.text, start, end)
        if not covered and not article.is_in_title(start, end):
            yield "n1-unlabelled-digits", start, end, f"no number covers “{match[0]}”"


def is_no_number(text: str, start: int, end: int) -> bool:
    """Whether digits belong to a date, time, year, ordinal, name, score or list marker."""
    if _is_plain(text, start, end):
        return False
    around = _NOT_NUMBERS.finditer(text, max(0, start - AROUND), end + AROUND)
    if any(match.start() < end and start < match.end() for match in around):
        return True
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return is_designation(text[start:end], before, after) or is_score(text, start, end)


def _is_plain(text: str, start: int, end: int) -> bool:
    """Whether digits are between two words in lower case, so that nothing in `NOT_NUMBERS` can hold them."""
    before, after = text[text.rfind(" ", 0, max(0, start - 1)) + 1 : start], text[end : end + 3]
    words_around = before[-1:] == after[:1] == " " and (before[:-1] + after[1:]).isalpha() and len(after) == 3
    plain_words = words_around and (before[:-1] + after[1:]).islower() and before[:-1] not in DESIGNATORS
    small = plain_words and text[start:end].isdigit()
    return small and end - start <= 3 and len(before) > 1 and after != " of" and after[-1] != "m"


def number_words(article: ArticleText) -> Iterator[_Missed]:
    """Number words that no number covers."""
    numbers = article.labelled("number")
    for match in matches(NUMBERS, article, 0, len(article.text)):
        start, end = match.span()
        if numbers.touch(start, end) or is_in_name(article.text, start) or article.is_in_title(start, end):
            continue
        if not _goes_on(article, start, end):
            yield "n1-unlabelled-number-word", start, end, f"no number covers “{match[0]}”"


def _goes_on(article: ArticleText, start: int, end: int) -> bool:
    """Whether a number word goes on with digits that are a warning by themselves, or is a time: `half past four`."""
    digits_before = _DIGITS_BEFORE.search(article.text, max(0, start - AROUND), start)
    if digits_before:
        return not article.labelled("number").touch(*digits_before.span("digits"))
    time = _TIME_BEFORE.search(article.text, max(0, start - AROUND), start)
    return bool(time or _TIME_AFTER.match(article.text, end))


def is_in_name(text: str, start: int) -> bool:
    """Whether the word there has a capital without beginning a sentence, a heading or a quotation."""
    if not text[start].isupper():
        return False
    before = text[max(0, start - _OPENING_LENGTH) : start].rstrip(_OPENING)
    return bool(before) and before[-1] not in _SENTENCE_ENDS


def hedge_cues(article: ArticleText) -> Iterator[_Missed]:
    """Listed cues that no hedge covers. The check of N2 reports one inside a number."""
    hedges, numbers = article.labelled("hedge"), article.labelled("number")
    for match in matches(CUES, article, 0, len(article.text)):
        start, end = match.span()
        covered = hedges.touch(start, end) or numbers.touch(start, end)
        named = match[0] != "I think" and is_in_name(article.text, start)
        if not covered and not named and not is_other_use(article.text, start, end, lexicon.plain(match[0])):
            yield "h9-unlabelled-cue", start, end, f"no hedge covers “{match[0]}”"


def sayings(article: ArticleText) -> Iterator[_Missed]:
    """Verbs of saying with a clause, in a sentence that no quote touches."""
    quotes = article.labelled("quote")
    for sentence in _SENTENCE.finditer(article.text):
        first, last = sentence.span()
        if not quotes.touch(first, last):
            for match in matches(SAYINGS, article, first, last):
                if _STATES.match(match[0]) and _BEFORE_A_NOUN.search(article.text, first, match.start()):
                    continue
                yield "q2-unlabelled-saying", *match.span(), f"no quote in the sentence of “{match[0]}”"


def _brief(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:59]}…"


LOOKS: Final[tuple[Callable[[ArticleText], Iterator[_Missed]], ...]] = (
    quotations,
    digits,
    number_words,
    hedge_cues,
    sayings,
)
