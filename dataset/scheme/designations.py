"""Digits that name, date or score something, and count nothing (N5)."""

from __future__ import annotations

import re
from typing import Final

from dataset.scheme import lexicon

DESIGNATORS: Final = frozenset(
    {
        *(
            "category",
            "chapter",
            "section",
            "article",
            "route",
            "highway",
            "flight",
            "boeing",
            "airbus",
            "pier",
            "room",
        ),
        *("channel", "no.", "number", "phase", "level", "stage", "tier", "type", "grade", "act", "title", "division"),
        *("unit", "block", "line", "gate", "terminal", "platform", "apollo", "windows", "iphone", "galaxy", "model"),
        *("formula", "area", "war", "resolution", "bill", "proposition", "measure", "district", "ward", "precinct"),
        *(
            "interstate",
            "version",
            "season",
            "episode",
            "part",
            "volume",
            "page",
            "pages",
            "day",
            "week",
            "game",
            "lap",
        ),
        *("round", "row", "seat", "year", "class", "rule", "paragraph", "schedule", "step", "zone", "sector", "camp"),
        *("bus", "train", "studio", "figure", "table", "case", "exhibit", "psalm", "magnitude", "reactor", "building"),
        *("floor", "hole", "turn", "scale", "amendment", "clause", "annex", "group", "pool", "lane", "track", "plan"),
        *("priority", "fifa", "super", "bowl", "nos.", "radio", "bbc", "highways", "junction", "exit", "apartment"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    }
)
"""Words before a number that name something by it: `Category 4`, `page 12`."""
_DATE_BEFORE: Final = re.compile(
    rf"\b{lexicon.MONTH} \d{{1,2}}(?:, \d{{1,2}})*(?:,? (?:and|or|to|through|until) | ?[-–] ?|, )$"
)
_COUNTED: Final = re.compile(r" (?:[a-z]+ )?(?:[a-z]+s|people|men|women|children)\b|,\d")
_PAIR: Final = re.compile(r"(?<![\w.,$€£/-])(\d{1,3}) ?[-–] ?(\d{1,3})(?![\w%]|[.,]\d)")
_RESULT: Final = re.compile(
    r"\b(?:beat|beats|beaten|win|wins|won|lose|lost|drew|draws?|leads?|led|trail(?:s|ed)?|defeats?|defeated|victory|votes?"
    r"|voted|rul(?:es|ed)|scored?|aggregate|behind|ahead|took|for|sets?)\b"
)
_OPENINGS: Final = frozenset(
    {*lexicon.FUNCTION_WORDS, "only", "just", *(part for cue in lexicon.APPROXIMATORS for part in cue.split())}
)
_NEAR: Final = 40
_COUNTS: Final = re.compile(rf" ?(?:{lexicon.one_of(lexicon.UNITS)})\b| (?:[a-z-]+ )?[a-z]{{3,}}s\b| people\b")


def is_designation(words: str, before: str, after: str) -> bool:
    """Whether digits, between what is before and after them in their text, name or date something."""
    if re.match(r"s\b|(?![CF]\b)[A-Z]|\(", after) or after[:1] in "/:" or re.match(r"\.\d|[-–]\d", after):
        return True
    if words.isdigit() and (len(words) > 6 or (words[0] == "0" and len(words) > 1)):
        return True
    if _DATE_BEFORE.search(before) and not _COUNTED.match(after):
        return True
    named = before.rstrip().rsplit(None, 1)[-1:] if before[-1:] == " " else []
    if not named:
        return (
            bool(re.search(r"[#№:][ ]?$|\bNo\. ?$", before))
            and bool(re.fullmatch(r"\d{1,2}", words))
            and before[-1:] != " "
        )
    word = named[0].strip("“\"'’(")
    if word in ("H.R.", "S.", "No."):
        return True
    if word.lower() in DESIGNATORS and (
        word[0].isupper() or word.lower() not in ("line", "part", "day", "game", "group")
    ):
        return not re.match(r" (?:people|percent|per cent|million|billion)", after)
    begins = before.rstrip()[: -len(word)].rstrip()[-1:] in ("", ".", "!", "?", ":", "”", '"')
    is_name = word[:1].isupper() and word.isalpha() and not begins and word.lower() not in _OPENINGS
    singular = not re.match(
        r" (?:[a-z]+ )?(?:[a-z]+s|people|men|women|children|police)\b| ?%"
        r"| (?:percent|per cent|million|billion|thousand)",
        after,
    )
    return is_name and words.isdigit() and singular


def is_score(text: str, start: int, end: int) -> bool:
    """Whether digits are of two figures with a dash between them that are a result: `2-1`, `6-4, 3-6`, `by 79-18`.

    A higher first figure is no range. A lower one is a result beside another pair, or beside a word of winning or
    losing, unless something is counted.
    """
    around = text[max(0, start - _NEAR) : end + _NEAR]
    offset = max(0, start - _NEAR)
    pairs = list(_PAIR.finditer(around))
    for pair in pairs:
        if pair.start() + offset <= start and end <= pair.end() + offset:
            first, second = int(pair[1]), int(pair[2])
            if first >= second:
                return True
            counts = _COUNTS.match(around, pair.end())
            beside = any(int(each[1]) >= int(each[2]) for each in pairs if each is not pair)
            return not counts and (beside or bool(_RESULT.search(around)))
    return False
