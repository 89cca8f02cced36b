"""Quantities in a text, with what their words say; not dates, times, ranks, scores and parts of names (N5)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from dataset.checks.recall import is_in_name, is_no_number
from dataset.scheme import lexicon
from dataset.scheme.designations import is_designation
from dataset.scheme.lexicon import one_of, plain
from dataset.scheme.quantities import NO_PLURALS, Reading, is_share, read_number, read_quantity

_CURRENCY: Final = r"(?:(?:US|A|C|NZ|HK|S)?[$€£¥₹₩₴₽] ?|\b(?:USD|EUR|GBP|JPY|CNY|CHF|INR|Rs\.?) ?)"
_DIGITS: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d,.]*\d)"
_SCALE: Final = r"(?:[ -](?:hundred|thousand|million|billion|trillion|dozen)\b)"
_SHORT: Final = r"(?:(?: ?(?:mn|bn|tn|trn)|[mkb])\b)"
_SMALL: Final = one_of(tuple(word for word in (*lexicon.SMALL, *lexicon.TENS) if word not in ("zero", "one")))
_BIG: Final = one_of((*lexicon.SCALES, "hundred", "dozen"))
_WORDS: Final = (
    rf"(?:(?:{_SMALL}(?:[ -]{_SMALL})?|an?|one|\bseveral)(?:[ -]{_BIG})+(?:(?:[ -]and)?[ -]{_SMALL}(?:-{_SMALL})?)?"
    rf"|{_SMALL}(?:[ -]{_SMALL})?)"
)
_VAGUE: Final = rf"{one_of(tuple(lexicon.VAGUE))}(?: of {one_of(tuple(lexicon.VAGUE))})*"
_PART: Final = one_of(tuple(part for part in lexicon.PARTS if part not in ("half", "halves")))
_SHARE: Final = rf"(?:an?|one|{_SMALL})[ -]{_PART}s?(?= of\b)|{_SMALL}[ -]{_PART}s\b"
_LONG_UNITS: Final = tuple(unit for unit in lexicon.UNITS if len(unit) > 2 and unit[0].isalpha())
_HALF: Final = (
    rf"half(?:[ -]an?[ -](?:{_BIG}|{one_of(tuple(unit for unit in _LONG_UNITS if unit.isalpha()))})"
    r"|(?= (?:of|the|its|their|his|her|all|those|these)\b))"
)
_HALF_MORE: Final = rf"(?:[ -]and[ -]a[ -]half\b(?:[ -]{_BIG})?)"
_UNITS: Final = one_of(tuple(unit for unit in lexicon.UNITS if unit not in ("s", "w", "l", "g", "t", "second")))
_UNIT: Final = (
    rf"(?: ?%|[ -](?:of )?(?:U\.S\. )?{_UNITS}(?![a-z])|(?<=\d)(?: ?(?:km/h|kph|mph)|km|kg|cm|mm|ft|ha|[kMG]W)\b)"
)
_PLAIN: Final = rf"{_DIGITS}(?:{_SCALE}|{_SHORT})?{_HALF_MORE}?|{_WORDS}{_HALF_MORE}?"
_NUMBER: Final = re.compile(
    rf"(?<![\w.,$€£'’/#-])(?P<number>{_CURRENCY}{_DIGITS}(?:{_SCALE}|{_SHORT})?"
    rf"(?:(?: to | ?[-–] ?){_CURRENCY}?{_DIGITS}(?:{_SCALE}|{_SHORT})?)?"
    rf"|(?i:{_HALF}|{_SHARE}|{_VAGUE}(?:{_UNIT})?"
    rf"|(?:{_PLAIN})(?:(?:{_UNIT})?(?: to | ?[-–] ?)(?:{_PLAIN}))?(?:{_UNIT})?))(?P<after>(?![\w$€£/(])|(?=[-‐]))"
)
_TIME_AFTER: Final = re.compile(
    r"\s?(?:UTC|GMT|hrs\b|hours? (?:local|GMT)|o['’]clock|[ap]\.?m\b|(?:to|and|-|–) ?\d{1,2}(?::\d\d)?\s?[ap]\.?m\b"
    rf"|(?:and|or|to|-|–|,)\s?\d{{1,2}}(?:\s(?:and|or|to)\s\d{{1,2}})?\s{lexicon.MONTH})"
)
_CLOCK_BEFORE: Final = re.compile(r"\b(?:at|by|until|before|after|from|since|around|about) $")
_CLOCK_AFTER: Final = re.compile(r"(?: on| the next|[.,;]|$| every| each| and)")
_OLD: Final = re.compile(r"[-‐](?:year|month|week|day)s?[-‐]old|[-‐](?:plus|odd|something|time|fold|way|sided|up|ish)")
_RATIO: Final = re.compile(r" in \d{1,2}\b(?!,\d)(?! (?:second|minute|hour|day|week|month|year)s)")
"""What comes after the first number of `1 in 5 people`."""
_RATIO_BEFORE: Final = re.compile(r"\b\d in $")
_SCORE: Final = re.compile(r"\d+ ?[-–] ?\d+")
_COMPOUND: Final = re.compile(r"[-‐]([a-z]{3,})(?![a-z-])")
_AGE: Final = re.compile(r"[A-Z][\w’'-]+, $|\baged? (?:of )?$")
_NO_NOUN: Final = frozenset({"strong", "plus", "odd", "long", "high", "deep", "wide", "hour", "minute", "day", "week"})
_NOUN_LATER: Final = re.compile(
    r"(?: of)?((?: [a-z]{3,}(?:-[a-z]+)*){1,2}) "
    rf"([a-z]{{3,}}s|{one_of(lexicon.PLURALS_WITHOUT_S)})(?![A-Za-z0-9'’-])"
)
_NOT_BETWEEN: Final = frozenset(
    {
        *("and", "or", "in", "on", "at", "by", "for", "from", "with", "to", "into", "per", "were", "was", "had", "are"),
        *(
            "have",
            "has",
            "that",
            "who",
            "which",
            "when",
            "than",
            "after",
            "before",
            "the",
            "its",
            "his",
            "her",
            "their",
        ),
        *("died", "came", "said", "more", "years", "days", "out", "off", "but", "as", "during", "since", "over"),
    }
)


class NumberSpan(NamedTuple):
    """A quantity at `start:end`, the pattern that it fits, and its attributes."""

    start: int
    end: int
    pattern: str
    reading: Reading


def read_numbers(text: str) -> list[NumberSpan]:
    """The quantities of a text, in order; none overlaps another."""
    numbers = []
    for match in _NUMBER.finditer(text):
        start, end = _edges(text, *match.span("number"))
        if start < end and not _is_no_quantity(text, start, end):
            reading = _reading(text, start, end)
            if reading.kind and reading.value:
                numbers.append(NumberSpan(start, end, _pattern(text[start:end], reading), reading))
    return numbers


def _edges(text: str, start: int, end: int) -> tuple[int, int]:
    """The edges without an article that belongs to what follows: “a” before anything but a scale word or a part."""
    words = text[start:end]
    if _SCORE.fullmatch(words):
        low, high = (float(part) for part in re.split(r"\D+", words))
        if low >= high or len(words) > 9 or not _counts_something(text, end):
            return end, end
    return start, end


def _counts_something(text: str, end: int) -> bool:
    after = text[end : end + 40]
    return bool(re.match(r"\s(?:[a-z]+\s)?[a-z]+s\b|\s?%|\speople\b", after)) and not after.startswith(
        (" as ", " was ", " is ")
    )


def _is_no_quantity(text: str, start: int, end: int) -> bool:
    words, after = text[start:end], text[end : end + 24]
    before = text[max(0, start - 40) : start]
    if words[0].isalpha() and not re.search(r"\d", words) and is_in_name(text, start):
        return True
    if (
        words.isdigit()
        and len(words) <= 2
        and (_RATIO_BEFORE.search(before) or (len(words) == 1 and _RATIO.match(after)))
    ):
        return True
    if (
        _OLD.match(after)
        or after.startswith("-old")
        or before.lower().endswith("one in ")
        or re.match(r" \d{3}\b", after)
        or plain(words) in ("one", "a", "an")
        or words.startswith("several")
    ):
        return True
    if words[0].isdigit() and (is_no_number(text, start, end) or _is_label(words, before, after)):
        return True
    return bool(_TIME_AFTER.match(after) and words[0].isdigit() and len(words) <= 5)


def _is_label(words: str, before: str, after: str) -> bool:
    """Whether digits name, date or time something."""
    clock = words.isdigit() and len(words) <= 2 and _CLOCK_BEFORE.search(before)
    return bool(clock and _CLOCK_AFTER.match(after)) or is_designation(words, before, after)


def _reading(text: str, start: int, end: int) -> Reading:
    """What the words say; a count has the plural that comes after its adjectives, or of its compound, as its unit."""
    words, after = text[start:end], text[end : end + 60]
    reading = read_number(words, after)
    if (
        reading == Reading("count", words)
        and len(words) == 2
        and _AGE.search(text[max(0, start - 20) : start])
        and after[:1] in ",."
    ):
        return Reading("measure", words, "a")
    if reading.kind == "" and reading.value and not is_share(words) and read_quantity(words):
        read = read_quantity(words)
        kind = "money" if re.search(r"pounds?$", words) and re.search(r"million|billion|,\d{3}", words) else ""
        return Reading(kind, reading.value, "GBP") if kind and read else Reading()
    if reading.kind == "count" and not reading.unit:
        if compound := _COMPOUND.match(after):
            noun = compound[1]
            if noun in _NO_NOUN:
                return reading
            return reading._replace(unit=noun if noun.endswith("s") else f"{noun}s")
        later = _NOUN_LATER.match(after)
        if (
            later
            and not _NOT_BETWEEN.intersection(later[1].split())
            and later[2] not in NO_PLURALS
            and not later[2].endswith("ss")
        ):
            return reading._replace(unit=later[2])
    return reading


def _pattern(words: str, reading: Reading) -> str:
    if reading.kind != "count":
        return f"number-{reading.kind}"
    return "number-digits" if words[0].isdigit() else "number-words"
