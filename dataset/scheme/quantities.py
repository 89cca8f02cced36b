"""What the words of a number say: `3.5 million` is 3500000, `10,000 to 12,000` is 10000..12000, `dozens` is 12..."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NamedTuple

from dataset.scheme.lexicon import (
    CURRENCIES,
    FUNCTION_WORDS,
    NUMBER_WORDS,
    PARTS,
    PLURALS_WITHOUT_S,
    SAYING,
    SCALES,
    SHORT_SCALES,
    SMALL,
    TENS,
    UNIT_OF,
    UNITS,
    VAGUE,
    one_of,
    plain,
)


class ParsedQuantity(NamedTuple):
    """Lowest and highest value (None: no upper end), and the words after the number: none, a unit, or what is counted.

    `certain` is False where the words can be read in more ways than one.
    """

    low: float
    high: float | None
    rest: str
    certain: bool


class Reading(NamedTuple):
    """The attributes of a number that follow from its words, as an annotator would type them; "" for the rest."""

    kind: str = ""
    value: str = ""
    unit: str = ""


class _Amount(NamedTuple):
    low: float
    open: bool
    end: int
    scaled: bool
    certain: bool


_FACTORS: Final = {**SCALES, "hundred": 100, "dozen": 12}
_CURRENCY: Final = re.compile(r"(?:(?:[a-z]{1,3} ?)?[$€£¥₹₩₴₽]|[a-z]{3}(?= ?\d)|rs\.?(?= ?\d)) ?")
_DIGITS: Final = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d,.]*\d)")
_SCALE: Final = re.compile(rf"[ -]?({one_of(tuple(SCALES))}|hundred|dozen)\b(?! and a half)")
_SHORT: Final = re.compile(rf" ?({one_of(tuple(SHORT_SCALES))})\b")
_WORD: Final = re.compile(rf"(?:and )?({one_of(NUMBER_WORDS)}|an?)\b[ -]?")
_VAGUE: Final = re.compile(rf"{one_of(tuple(VAGUE))}(?: of {one_of(tuple(VAGUE))})*\b")
_SHARE: Final = re.compile(rf"(?:half|(an?|\d\d?|{one_of(tuple(SMALL))})[ -]({one_of(tuple(PARTS))})s?)(?![a-z])")
_HALF_OF: Final = re.compile(rf"half[ -]an?[ -](?:({one_of(tuple(_FACTORS))})\b|(?={one_of(UNITS)}(?![a-z])))")
_AND_A_HALF: Final = re.compile(rf"[ -]and[ -]a[ -]half\b(?:[ -]({one_of(tuple(_FACTORS))})\b)?")
_TO: Final = re.compile(r" ?(?:to|-|–|—) ?")
_UNIT: Final = re.compile(rf"[ -]?(?:of )?({one_of(UNITS)})(?![a-z])")
_UNCERTAIN_POINT: Final = re.compile(r"\d{1,3}\.\d{3}")
_COUNTED: Final = re.compile(
    rf"(?: of)?(?: [A-Z][a-z]+){{0,3}} ([a-z]{{3,}}s|{one_of(PLURALS_WITHOUT_S)})(?![A-Za-z0-9'’-])"
)
_NOT_COUNTED: Final = re.compile(r".*(?:ss|us|is)")
_VERBS: Final = frozenset({"comes", "goes", "makes", "takes", "gives", "gets", "needs", "wants", "keeps", "remains"})
_NO_NOUNS: Final = frozenset({"others", "always", "perhaps", "across", "towards", "besides", "sometimes", "whereas"})
NO_PLURALS: Final = frozenset({*FUNCTION_WORDS, *SAYING, *_VERBS, *_NO_NOUNS, *UNITS})


@lru_cache(maxsize=65536)
def read_quantity(words: str) -> ParsedQuantity | None:
    """What a number's words say, a fraction in percent; None where they do not begin with a number."""
    text = plain(words)
    money = _CURRENCY.match(text)
    first = _amount(text, money.end() if money else 0, money is not None)
    if first is None:
        return None
    second = _second(text, first, money is not None)
    last = second or first
    rest = text[last.end :]
    fits = second is None or (second.certain and first.scaled == second.scaled and first.low <= second.low)
    certain = first.certain and fits and not (rest and is_share(words))
    return ParsedQuantity(first.low, None if last.open else last.low, rest, certain)


def is_unit(rest: str) -> bool:
    """Whether the words after a number are a unit of money, share or measure."""
    return bool(_UNIT.fullmatch(rest))


def is_share(words: str) -> bool:
    """Whether a number's words begin with a fraction, as `half` or `two-thirds`; not with `half a million`."""
    text = plain(words)
    return bool(_SHARE.match(text)) and not _HALF_OF.match(text)


def read_number(words: str, after: str) -> Reading:
    """The kind, value and unit of a number that follow from its words and from the text after them.

    Nothing is read where words remain that are no unit, as in `12 grey seals`, and no value where it can be several. A
    fraction, as `two-thirds`, is a percent. The unit of a count is the plural noun that comes next, or after names:
    `12,000 North Korean troops`.
    """
    read = read_quantity(words)
    if read is None:
        return Reading()
    sign, named = _CURRENCY.match(plain(words)), _UNIT.fullmatch(read.rest)
    if read.rest and not named:
        return Reading()
    value = written_value(read) if read.certain else ""
    if is_share(words):
        return Reading() if read.rest else Reading("percent", value, "%")
    if sign:
        code = CURRENCIES.get(sign[0].replace(" ", ""))
        return Reading() if named or code is None else Reading("money", value, code)
    noun = counted_noun(after)
    if named:
        kind, unit = UNIT_OF[named[1]]
        return Reading() if named[1] in SHORT_SCALES and noun else Reading(kind, value, unit)
    return Reading("", value) if _UNIT.match(after.lower()) else Reading("count", value, noun)


def counted_noun(after: str) -> str:
    """The noun that says what is counted, from the text after a number; "" where it does not stand there plainly."""
    match = _COUNTED.match(after)
    return "" if match is None or _NOT_COUNTED.fullmatch(match[1]) or match[1] in NO_PLURALS else match[1]


def written_value(read: ParsedQuantity) -> str:
    """A quantity as the value of a number: `12000`, `10000..12000`, `1000..`."""
    low = _written(read.low)
    if read.high is None:
        return f"{low}.."
    return low if read.high == read.low else f"{low}..{_written(read.high)}"


def _written(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def reader() -> dict[str, Any]:
    """What a script needs to read numbers as `read_number` does: patterns, and tables of words."""
    patterns = {
        **{"currency": _CURRENCY, "digits": _DIGITS, "scale": _SCALE, "short": _SHORT, "word": _WORD, "vague": _VAGUE},
        **{"to": _TO, "unit": _UNIT, "uncertain": _UNCERTAIN_POINT, "counted": _COUNTED, "notCounted": _NOT_COUNTED},
        **{"share": _SHARE, "halfOf": _HALF_OF, "andAHalf": _AND_A_HALF},
    }
    return {
        "patterns": {name: pattern.pattern for name, pattern in patterns.items()},
        **{"small": SMALL, "tens": TENS, "scales": SCALES, "shortScales": SHORT_SCALES, "vague": VAGUE},
        **{"parts": PARTS, "factors": _FACTORS, "units": UNIT_OF, "currencies": CURRENCIES},
        "noPlurals": sorted(NO_PLURALS),
    }


def _second(text: str, first: _Amount, money: bool) -> _Amount | None:
    """The upper end of a range."""
    between = _TO.match(text, first.end)
    if not between or first.open:
        return None
    again = _CURRENCY.match(text, between.end()) if money else None
    return _amount(text, again.end() if again else between.end(), money)


def _amount(text: str, start: int, money: bool) -> _Amount | None:
    if amount := _vague(text, start) or _half_of(text, start) or _share(text, start):
        return amount
    whole = _in_digits(text, start, money) or _in_words(text, start)
    return _with_a_half(text, whole) if whole else None


def _half_of(text: str, start: int) -> _Amount | None:
    """Half of a scale word or of a unit, as `half a million` and, without its unit, `half an hour`."""
    match = _HALF_OF.match(text, start)
    if not match:
        return None
    return _Amount(_FACTORS[match[1]] / 2 if match[1] else 0.5, False, match.end(), match[1] is not None, True)


def _share(text: str, start: int) -> _Amount | None:
    """A fraction of a whole, in percent with two decimals at most: `two-thirds` is 66.67."""
    match = _SHARE.match(text, start)
    if not match:
        return None
    parts = 1 if match[1] in (None, "a", "an") else SMALL[match[1]] if match[1] in SMALL else int(match[1])
    return _Amount(round(100 * parts / PARTS[match[2] or "half"], 2), False, match.end(), False, True)


def _with_a_half(text: str, whole: _Amount) -> _Amount:
    """With the half that is added to it, as in `two and a half million`."""
    match = None if whole.scaled else _AND_A_HALF.match(text, whole.end)
    if not match:
        return whole
    factor = _FACTORS[match[1]] if match[1] else 1
    return _Amount((whole.low + 0.5) * factor, False, match.end(), match[1] is not None, whole.certain)


def _vague(text: str, start: int) -> _Amount | None:
    match = _VAGUE.match(text, start)
    if not match:
        return None
    low = 1.0
    for word in match[0].split(" of "):
        low *= VAGUE[word]
    return _Amount(low, True, match.end(), True, True)


def _in_digits(text: str, start: int, money: bool) -> _Amount | None:
    match = _DIGITS.match(text, start)
    if not match:
        return None
    value, end = float(match[0].replace(",", "")), match.end()
    scale = _SCALE.match(text, end) or (_SHORT.match(text, end) if money else None)
    factor = {**_FACTORS, **SHORT_SCALES}[scale[1]] if scale else 1
    certain = not _UNCERTAIN_POINT.fullmatch(match[0])
    return _Amount(round(value * factor, 6), False, scale.end() if scale else end, scale is not None, certain)


def _in_words(text: str, start: int) -> _Amount | None:
    """A number in words, as `twenty-five thousand`, `a hundred and two`, `two dozen`."""
    words: list[str] = []
    end = start
    while (match := _WORD.match(text, end)) and match[1] not in VAGUE and not (words and match[1] in ("a", "an")):
        words.append(match[1])
        end = match.end()
    value = _value(words)
    if value is None:
        return None
    scaled = words[-1] in _FACTORS
    return _Amount(float(value), False, start + len(text[start:end].rstrip(" -")), scaled, _orderly(words))


def _value(words: list[str]) -> int | None:
    if not words or words in (["a"], ["an"]) or (words[0] in ("a", "an") and words[1] not in _FACTORS):
        return None
    total, current = 0, 0
    for word in words:
        if word in SCALES:
            total, current = total + max(current, 1) * SCALES[word], 0
        elif word in _FACTORS:
            current = max(current, 1) * _FACTORS[word]
        else:
            current += SMALL.get(word, TENS.get(word, 0))
    return total + current


def _orderly(words: list[str]) -> bool:
    """Not two plain numbers side by side, as in `nineteen eighty` or `two three`."""
    ranks = [2 if word in _FACTORS else 1 if word in TENS else 0 for word in words if word not in ("a", "an")]
    return all(not (first < 2 and second < 2 and (first, second) != (1, 0)) for first, second in pairwise(ranks))
