"""The closed lists of words behind the rules: cues, verbs of saying, number words, calendar words, page furniture.

Patterns are for Python's `re` and for polars alike, so they use no look-around. `words` are lower case with single
blanks and straight apostrophes: see `plain`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_SPACES: Final = re.compile(r"\s+")


def plain(words: str) -> str:
    """Words as the lists have them: lower case, single blanks, straight apostrophes, nothing at the edges."""
    return _SPACES.sub(" ", words).strip().lower().replace("’", "'")


def one_of(words: tuple[str, ...]) -> str:
    """A pattern that any of the words matches, longer ones first; by first letter, so that few have to be tried."""
    rest: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        rest.setdefault(word[0], []).append(re.escape(word[1:]))
    return "(?:" + "|".join(f"{re.escape(first)}(?:{'|'.join(those)})" for first, those in rest.items()) + ")"


def at_word(pattern: str, firsts: str) -> str:
    """The pattern where a word begins with one of the letters `firsts`, which is quickly seen not to be so."""
    return rf"(?=[{firsts}])\b(?:{pattern})"


# Hedges: the closed lists of H4 to H8

_NOT = r"(?:(?:did|does|do|will|would|can|could) not|(?:did|does|do|would|could)n['’]t|won['’]t|can['’]t|cannot)"
_EITHER = r"(?:confirm|deny)(?: or (?:confirm|deny))?"
_EITHER_ING = r"(?:confirming|denying)(?: or (?:confirming|denying))?"
NONCOMMITTAL: Final = "|".join(
    (
        rf"{_NOT} {_EITHER}",
        r"(?:has|have|had)(?: not|n['’]t) (?:confirmed|denied)(?: or (?:confirmed|denied))?",
        rf"refus(?:e|es|ed|ing) to {_EITHER}",
        rf"refrain(?:s|ed|ing)? from {_EITHER_ING}",
        rf"stop(?:s|ped|ping)? short of {_EITHER_ING}",
        rf"(?:{_NOT} |not )feel (?:a|any|the) need to confirm",
        r"(?:feel|feels|felt|feeling) no need to (?:confirm|make (?:\w+ )?confirmations?)",
        r"refrain(?:s|ed|ing)? from (?:\w+ )?comments?",
    )
)
APPROXIMATORS: Final = (
    *("about", "almost", "approximately", "around", "as early as", "as soon as", "at least", "fewer than", "less than"),
    *("more than", "nearly", "over", "roughly", "some", "under", "up to"),
)
_BOUNDS: Final = {
    "at least": ("at least", "more than", "over"),
    "at most": ("fewer than", "less than", "under", "up to"),
    "about": ("about", "almost", "approximately", "around", "nearly", "roughly", "some"),
}
EVIDENTIALS: Final = (
    *("allegedly", "alleged", "apparently", "purported", "reported", "reportedly", "supposedly"),
    *("unconfirmed", "unverified", "unclear", "uncertain"),
    *("rumour", "rumours", "rumoured", "rumor", "rumors", "rumored"),
    *("appear", "appears", "appeared", "appearing", "seem", "seems", "seemed", "seeming"),
)
BEFORE_A_CLAUSE: Final = ("unclear", "uncertain")
"""Evidentials that are cues only with a clause."""
CLAUSE_WORDS: Final = ("whether", "if", "how", "what", "when", "where", "which", "who", "whose", "why")
"""What a clause begins with that “unclear” or “uncertain” is about; after them also “that”."""
MODALS: Final = (
    *("can", "could", "i think", "likely", "may", "might", "mightn't", "perhaps", "possibilities", "possibility"),
    *("possible", "possibly", "potential", "probably", "unlikely", "would", "wouldn't"),
)
CONDITIONALS: Final = ("had", "if", "should", "were")
CUE_KINDS: Final = {
    **dict.fromkeys(APPROXIMATORS, "approximator"),
    **dict.fromkeys(EVIDENTIALS, "evidential"),
    **dict.fromkeys(MODALS, "modal"),
    **dict.fromkeys(CONDITIONALS, "conditional"),
}
"""The kinds of all cues but those that NONCOMMITTAL matches."""
_NONCOMMITTAL: Final = re.compile(NONCOMMITTAL)


def cue_kind(cue: str) -> str | None:
    """The kind of the list (H4 to H8) that a cue is on; None for one that is on none."""
    words = plain(cue)
    return CUE_KINDS.get(words) or ("noncommittal" if _NONCOMMITTAL.fullmatch(words) else None)


def bound_of(cues: Iterable[str]) -> str:
    """How the cues that hedge a number bound its quantity: `exact`, `about`, `at least` or `at most`.

    “approximately” 12,000 is `about`, “more than” 12,000 is `at least`, “up to” 12,000 is `at most`. Cues that bound
    nothing, as “reportedly” and “as early as”, leave it `exact`. A direction outweighs nearness: 12,000 with both
    “at least” and “about” is `at least`.
    """
    words = {plain(cue) for cue in cues}
    return next((bound for bound, listed in _BOUNDS.items() if words.intersection(listed)), "exact")


# Verbs of saying

_REGULAR: Final = (
    *(
        "accept",
        "acknowledg",
        "add",
        "affirm",
        "alleg",
        "announc",
        "argu",
        "ask",
        "assert",
        "boast",
        "claim",
        "comment",
    ),
    *("complain", "conced", "conclud", "confess", "confirm", "contend", "declar", "demand", "emphasis", "emphasiz"),
    *("estimat", "explain", "hint", "indicat", "insist", "maintain", "mention", "not", "observ", "pledg", "post"),
    *("predict", "proclaim", "promis", "reaffirm", "recall", "reiterat", "remark", "repeat", "report", "respond"),
    *("reveal", "stat", "stress", "suggest", "threaten", "underlin", "urg", "vow", "warn", "accus"),
)
_DROPS_E: Final = frozenset(
    {
        *("acknowledg", "alleg", "announc", "argu", "conced", "conclud", "declar", "emphasis", "emphasiz", "estimat"),
        *("indicat", "not", "observ", "pledg", "promis", "reiterat", "stat", "underlin", "urg", "accus"),
    }
)
_IRREGULAR: Final = (
    *("admit", "admits", "admitted", "admitting", "deny", "denies", "denied", "denying", "reply", "replies", "replied"),
    *("replying", "say", "says", "said", "saying", "tell", "tells", "told", "telling", "write", "writes", "wrote"),
    *("written", "writing", "imply", "implies", "implied", "implying", "swear", "swears", "swore", "swearing"),
)


def _forms(stem: str) -> tuple[str, ...]:
    base = stem + ("e" if stem in _DROPS_E else "")
    third = base + ("es" if base.endswith("ss") else "s")
    return base, third, stem + "ed", stem + "ing"


SAYING: Final = frozenset({*_IRREGULAR, *(form for stem in _REGULAR for form in _forms(stem))})
_SAYING_PHRASE: Final = re.compile(rf"(?:{'|'.join(sorted(SAYING, key=len, reverse=True))})(?: that| to)?|according to")


def is_saying(cue: str) -> bool:
    """Whether a cue is a verb of saying or “according to”, which H4 rules out as hedges."""
    return bool(_SAYING_PHRASE.fullmatch(plain(cue)))


CLAUSE_VERBS: Final = tuple(
    sorted(
        SAYING - {"ask", "asks", "asked", "asking", "comment", "comments", "post", "posts", "note", "report", "state"}
    )
)

# Numbers

_SMALL: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SMALL: Final = {word: value for value, word in enumerate(_SMALL)}
TENS: Final = {word: 10 * tens for tens, word in enumerate(_TENS, start=2)}
SCALES: Final = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SHORT_SCALES: Final = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12}
VAGUE: Final = {
    **{"tens": 10, "dozens": 12, "hundreds": 100},
    **{f"{word}s": value for word, value in SCALES.items()},
}
PARTS: Final = {
    **{"half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7},
    **{"eighth": 8, "ninth": 9, "tenth": 10},
}
"""What a whole is divided by, in a fraction."""
NUMBER_WORDS: Final = (*SMALL, *TENS, *SCALES, *VAGUE, "hundred", "dozen")
_MONEY: Final = {
    "USD": ("dollar", "dollars", "us dollars"),
    "EUR": ("euro", "euros"),
    "JPY": ("yen",),
    "KRW": ("won",),
    "CNY": ("yuan",),
    "RUB": ("rouble", "roubles", "ruble", "rubles"),
    "UAH": ("hryvnia", "hryvnias"),
    "": ("rupee", "rupees", "franc", "francs", "cent", "cents"),
}
_MEASURES: Final = {
    **{unit: (unit,) for unit in ("cm", "mm", "mg", "ml")},
    "km": ("km", "kilometre", "kilometres", "kilometer", "kilometers"),
    "m": ("m", "metre", "metres", "meter", "meters"),
    "kg": ("kg", "kilogram", "kilograms", "kilo", "kilos"),
    "g": ("g", "gram", "grams"),
    "t": ("t", "tonne", "tonnes"),
    "l": ("l", "litre", "litres", "liter", "liters"),
    "ha": ("ha", "hectare", "hectares"),
    "km2": ("km2", "km²", "square kilometres", "square kilometers"),
    "m2": ("m2", "m²", "square metres", "square meters"),
    "°C": ("°c",),
    "[degF]": ("°f",),
    "W": ("w",),
    "kW": ("kw", "kilowatt", "kilowatts"),
    "MW": ("mw", "megawatt", "megawatts"),
    "GW": ("gw", "gigawatt", "gigawatts"),
    "kWh": ("kwh",),
    "MWh": ("mwh",),
    "Hz": ("hz",),
    "GHz": ("ghz",),
    "MB": ("mb",),
    "GB": ("gb",),
    "TB": ("tb",),
    "[mi_i]": ("mile", "miles"),
    "[mi_i]/h": ("mph",),
    "km/h": ("km/h", "kph"),
    "[mi_i]2": ("square miles",),
    "[ft_i]": ("foot", "feet"),
    "[in_i]": ("inch", "inches"),
    "[yd_i]": ("yard", "yards"),
    "[acr_us]": ("acre", "acres"),
    "[bbl_us]": ("barrel", "barrels"),
    "s": ("s", "second", "seconds"),
    "min": ("min", "minute", "minutes"),
    "h": ("h", "hour", "hours"),
    "d": ("day", "days"),
    "wk": ("week", "weeks"),
    "mo": ("month", "months"),
    "a": ("year", "years"),
    "": ("ton", "tons", "degree", "degrees"),
}
UNIT_OF: Final[dict[str, tuple[str, str]]] = {
    **dict.fromkeys(("%", "per cent", "percent", "percentage point", "percentage points"), ("percent", "%")),
    **{word: ("money", code) for code, words in _MONEY.items() for word in words},
    **{word: ("measure", symbol) for symbol, words in _MEASURES.items() for word in words},
    **dict.fromkeys(("pound", "pounds"), ("", "")),
}
"""The kind and the unit (%, ISO 4217, SI/UCUM) that a unit's words stand for; empty where they can mean several."""
UNITS: Final = tuple(UNIT_OF)
CURRENCIES: Final = {
    **{"$": "USD", "us$": "USD", "a$": "AUD", "c$": "CAD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD"},
    **{"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₴": "UAH", "₽": "RUB", "¥": "", "rs": "", "rs.": ""},
    **{
        code.lower(): code
        for code in ("USD", "EUR", "GBP", "JPY", "CNY", "KRW", "UAH", "RUB", "INR", "CHF", "PLN", "SEK", "NOK", "CAD")
    },
}
"""The ISO 4217 code that a sign or code before a number stands for; empty where it can mean several."""
PLURALS_WITHOUT_S: Final = ("people", "men", "women", "children", "police")
"""What is counted, in plurals that do not end with s."""

# Calendar

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    *("December", "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sept", "Sep", "Oct", "Nov", "Dec"),
)
ORDINALS: Final = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    *("twentieth", "thirtieth", "fortieth", "fiftieth", "hundredth", "thousandth"),
)
MONTH: Final = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
_DAY: Final = r"\d{1,2}(?:st|nd|rd|th)?(?:\s?[-–]\s?\d{1,2}(?:st|nd|rd|th)?)?"
NOT_NUMBERS: Final = "|".join(
    (
        rf"\b{MONTH}\s+{_DAY}\b(?:,?\s+\d{{4}}\b)?",
        rf"\b{_DAY}\s+(?:of\s+)?{MONTH}(?:,?\s+\d{{4}}\b)?",
        rf"\b{MONTH}\s+\d{{4}}\b",
        r"\b\d{4}-\d{2}-\d{2}\b",
        r"\b\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})\b",
        r"\b\d{1,2}:\d{2}(?::\d{2})?\b",
        r"\b\d{1,2}(?:\.\d{2})?\s?(?:[ap]m\b|[ap]\.m\.|o['’]clock\b)",
        r"\b\d{1,2}[.:]?\d{2}\s?(?:UTC|GMT|BST|IST|CES?T|E[SD]T|P[SD]T|hrs|hours (?:local|GMT|UTC)|local time)\b",
        r"\b(?:1[89]|20)\d{2}s?\b",
        r"\b[1-9]0s\b",
        r"\b\d+(?:st|nd|rd|th)\b",
        r"\b(?:[A-Z]{1,2}|[A-Z][A-Za-z]{2,}-|[A-Z]+-)\d+\w*\b",
        r"(?m:^)\s*\d+[.)]\s",
        r"https?://\S+",
    )
)
"""Dates, times, years, ordinals, names and list markers in a text: digits that N5 does not call numbers."""

# Words that carry little by themselves

FUNCTION_WORDS: Final = frozenset(
    {
        *("a", "an", "the", "this", "that", "these", "those", "such", "there", "here", "any", "some", "each", "own"),
        *("i", "me", "my", "we", "us", "our", "you", "your", "he", "him", "his", "she", "her", "it", "its", "they"),
        *("them", "their", "himself", "herself", "itself", "themselves", "who", "whom", "whose", "which", "what"),
        *("am", "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "having", "do", "does", "did"),
        *("can", "could", "may", "might", "will", "would", "of", "to", "in", "on", "at", "by", "for", "from", "with"),
        *("into", "onto", "about", "as", "than", "and", "or", "but", "if", "whether", "when", "where", "while", "so"),
        *("then", "also", "too", "it's", "that's", "there's", "he's", "she's", "they're", "we're", "i'm", "'s"),
    }
)
"""Words that a list of what one telling has and another lacks leaves out.

Negations, “must”, “should”, “all”, “only” and words of time (“before”, “until”, “since”) are not on it: losing one of
them changes what is said.
"""

# Page furniture (Q10)

FURNITURE_LINE: Final = "|".join(
    (
        r"\s*(?i:advertise?ments?)\s*$",
        r"\s*(?i:also read|read more|read also|disclaimer|photo|image|file photo|picture|caption)\s?:",
    )
)
"""The beginning of a line that is furniture as a whole."""

FURNITURE_OPENING: Final = "|".join(
    (
        r"\s*date \d{4}-\d{2}-\d{2}",
        r"\s*[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,3}(?:, [A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,3}){1,2}[ \t]*\n\s*\n",
        r"\s*[A-Z][A-Z .,-]{2,40}(?: \([A-Z][\w ]{1,20}\))? ?[-–—]{1,2} ",
    )
)
"""A dateline at the beginning of an article."""

FURNITURE_CREDIT: Final = (
    r"\((?:(?P<photo>(?:AFP|AP|Reuters|EPA|Getty(?: Images)?)(?: file(?: photo)?| photo|/[^)\n]*)?\)[ \t]*$)"
    r"|\s?(?i:with (?:additional )?inputs? from)[^)\n]*\))"
)
"""A credit in round brackets; before one of a photo comes its caption, a sentence on the same line."""
