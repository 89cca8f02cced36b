"""The annotation scheme's vocabulary: labels, attribute values, and what a link between two labels means."""

from __future__ import annotations

import math
import re
from typing import Final

LABELS: Final = ("speaker", "quote", "hedge", "number")
SPEAKER_KINDS: Final = ("person", "organization", "state", "group", "document")
QUOTE_FORMS: Final = ("direct", "indirect", "mixed")
QUOTE_SOURCES: Final = ("linked", "unnamed")
HEDGE_KINDS: Final = ("modal", "evidential", "approximator", "noncommittal", "conditional")
NUMBER_KINDS: Final = ("count", "money", "percent", "measure")
RELATIONS: Final = ("said_by", "hedges", "continues")
STATUSES: Final = ("submitted", "skipped")
OUTCOMES: Final = ("kept", "changed", "dropped", "added")
SUGGESTION_OUTCOMES: Final = ("kept", "changed", "dropped", "unseen")
"""What an annotator made of a suggestion; `unseen` stands for one that was submitted without a decision."""
RULES: Final = tuple(
    f"{letter}{number}"
    for letter, count in {"S": 8, "Q": 12, "H": 10, "N": 5, "E": 5}.items()
    for number in range(1, count + 1)
)
"""Ids of the scheme's rules."""
RIGHTS_KINDS: Final = ("licence", "robots", "tdm-reservation", "tdm-policy", "copyright")
SPLITS: Final = ("train", "validation", "test")
STATEMENT_KINDS: Final = ("statement", "figure")
DEGREES: Final = ("whole", "partly")
"""How much of a statement a quote or number tells."""
TELLING_RULES: Final = tuple(f"T{number}" for number in range(1, 8))
"""Ids of the rules about which quotes tell the same statement."""
BOUNDS: Final = ("exact", "about", "at least", "at most")
"""How a number in an article bounds the quantity that it is about."""

VOICES: Final = ("writer", "speaker")
"""Whose a hedge is: the article's own, or that of whoever said the quote that it belongs to."""

WORDINGS: Final = ("same", "edited", "other")
ATTRIBUTIONS: Final = ("same", "narrower", "wider", "joint dropped", "joint added", "anonymous", "named", "other")
CERTAINTIES: Final = ("same", "first flatter", "second flatter", "mixed")
NUMBER_CHANGES: Final = ("same", "bound changed", "dropped", "added", "conflicting")
FORM_CHANGES: Final = ("same", "first direct", "second direct")
"""What differs between two articles that tell one statement; `statements.comparison` defines each value.

The articles have an order, by their ids. `narrower`, `dropped`, `anonymous` and their mirror images `wider`, `added`,
`named` say what becomes of the first article's telling in the second.
"""

ATTRIBUTES: Final[dict[str, tuple[str, ...]]] = {
    "speaker": ("speaker_entities",),
    "quote": ("quote_form", "quote_source"),
    "hedge": ("hedge_kind",),
    "number": ("number_kind", "number_value", "number_unit"),
}
"""The attributes of each label, as columns of the record."""

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "speaker": ("speaker_entities",),
    "quote": ("quote_form", "quote_source"),
    "hedge": ("hedge_kind",),
    "number": ("number_kind", "number_value"),
}
"""Attributes that a span of the label always has. A number may stand without a noun, so its unit may be missing."""

ALL: Final = "all"
SCOPES: Final = (ALL, *LABELS, *(name for names in ATTRIBUTES.values() for name in names), *RELATIONS)
"""What a figure of agreement is about."""

SPAN_MEASURES: Final = ("exact", "relaxed", "detection", "boundary", "document")
MATCHED_MEASURES: Final = ("on_exact", "on_relaxed")
ALPHA: Final = "alpha"
MEASURES: Final = (*SPAN_MEASURES, ALPHA, *MATCHED_MEASURES)
"""What agreement is measured by.

Of spans: F1 of the same offsets, of an overlap over union of at least 0.5, and of any overlap; the share of what both
found that has the same offsets; the mean exact F1 of an article; Krippendorff's alpha on characters.
Over spans matched exactly, or relaxed: of attributes the share with the same value, of links F1.
"""

SORTING_MEASURES: Final = ("pairs", "b_cubed")
"""Of statements and figures: F1 of the pairs of quotes or numbers that tell the same, and of B³."""
AGREED_SCOPES: Final = (*SCOPES, *STATEMENT_KINDS)
AGREED_MEASURES: Final = (*MEASURES, *SORTING_MEASURES)
"""What is in the table `agreement`, of rounds of labelling and of rounds of sorting."""

FINER: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "quote": ("quote_form", QUOTE_FORMS),
    "hedge": ("hedge_kind", HEDGE_KINDS),
}
"""The labels that scores are also given within: by which attribute, and its values."""
KINDS: Final = tuple((name, value) for name, values in FINER.values() for value in values)
"""Every quote form and hedge kind, with its attribute."""
SCORED: Final = (*SCOPES[: 1 + len(LABELS)], *(f"{name}={value}" for name, value in KINDS), *SCOPES[1 + len(LABELS) :])
SCORE_SCOPES: Final = (*SCORED, *STATEMENT_KINDS)
"""What a score is about: a scope of agreement, a quote form or hedge kind as `quote_form=direct`, or statements."""
SCORE_MEASURES: Final = (*SPAN_MEASURES[:4], *MATCHED_MEASURES, *SORTING_MEASURES)
"""What predictions are scored by: measures of agreement, and of statements F1 of pairs and of B³.

Of links, `exact` and `relaxed` count a link only where both its ends are matched so, and `on_exact` and `on_relaxed`
look at those links alone.
"""
SCORE_FIGURES: Final = ("precision", "recall", "f1", "share")


def relation_type(from_label: str | None, to_label: str | None) -> str | None:
    """What a link between two labels means; None where the scheme knows no such link."""
    return _MEANT.get((from_label, to_label))


_MEANT: Final[dict[tuple[str | None, str | None], str]] = {
    ("quote", "speaker"): "said_by",
    ("quote", "quote"): "continues",
    ("hedge", "number"): "hedges",
    ("hedge", "quote"): "hedges",
}


def bio_names(label: str) -> list[str]:
    """Class names of a label's BIO layer, in the order of their numbers."""
    return ["O", f"B-{label}", f"I-{label}"]


_NUMBER = r"-?\d+(?:\.\d+)?"
_VALUE = re.compile(rf"(?P<exact>{_NUMBER})|(?P<low>{_NUMBER})?\.\.(?P<high>{_NUMBER})?", re.ASCII)


def value_bounds(value: str | None) -> tuple[float | None, float | None] | None:
    """Lowest and highest value of a number as typed: `12000`, `3000..5000`, `1000..`, `..5`.

    An open end is None. None for a value that cannot be read: not of this form, open at both ends, low above high.
    """
    match = _VALUE.fullmatch(value or "")
    if match is None or value == "..":
        return None
    if match["exact"] is not None:
        low = high = _finite(match["exact"])
        return None if low is None else (low, high)
    low, high = _finite(match["low"]), _finite(match["high"])
    if (low is None) != (match["low"] is None) or (high is None) != (match["high"] is None):
        return None
    return None if low is not None and high is not None and low > high else (low, high)


def _finite(digits: str | None) -> float | None:
    """The number; None where there is none, or none that a float holds."""
    number = math.inf if digits is None else float(digits)
    return number if math.isfinite(number) else None
