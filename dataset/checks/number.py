"""Checks of numbers: what their words say, and what does not belong inside them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

import polars as pl

from dataset.checks.facts import Facts
from dataset.checks.findings import Finding
from dataset.scheme import lexicon, vocabulary
from dataset.scheme.designations import is_score
from dataset.scheme.quantities import ParsedQuantity, is_unit, read_quantity, written_value

_APPROXIMATOR: Final = re.compile(rf"{lexicon.one_of(lexicon.APPROXIMATORS)}\b")
_GOES_ON: Final = re.compile(r"[ -]*(?:and|or|to|half|point|quarter|third)\b")
_ORDINAL: Final = rf"(?i)^(?:\d+(?:st|nd|rd|th)|{lexicon.one_of(lexicon.ORDINALS)})$"
_DATE: Final = rf"^(?:{lexicon.MONTH}\s+\d|\d.*\b{lexicon.MONTH}|\d{{4}}-\d{{2}}-\d{{2}}$|\d{{1,2}}:\d{{2}})"
_DIGITS: Final = r"^\d{1,4}(?:\s?[-–]\s?\d{1,4})?$"
_BEFORE_DAY: Final = rf"\b(?:{lexicon.MONTH}|{lexicon.MONTH} \d{{1,2}},)\s$"
_AFTER_DAY: Final = (
    rf"^(?:\s(?:of\s)?{lexicon.MONTH}(?:\W|$)|:\d\d|(?:st|nd|rd|th)\b|\s?(?:[ap]m\b|[ap]\.m\.|o['’]clock))"
)
_PAIR: Final = r"^\d{1,3} ?[-–] ?\d{1,3}$"
_YEAR: Final = r"^(?:1[89]|20)\d{2}$"
_BEFORE_YEAR: Final = r"(?i)\b(?:in|since|until|during|year)\s$"
_NAME: Final = r"(?:^|[^A-Za-z])(?:[A-Z]{1,2}|[A-Z][A-Za-z]{2,}-|[A-Z]+-)$"


def values(facts: Facts) -> Iterator[Finding]:
    """Values other than what the words say for certain."""
    # A number in plain digits that are its value is right, and need not be read.
    digits = pl.col("text").str.replace_all(",", "") == pl.col("number_value")
    numbers = facts.sound.filter(pl.col("number_value").is_not_null() & ~digits.fill_null(False), label="number")
    for row in numbers.iter_rows(named=True):
        bounds, read = vocabulary.value_bounds(row["number_value"]), read_quantity(row["text"])
        if bounds and read and _certain(read) and not _same(bounds, read):
            says = f"“{row['text']}” says {written_value(read)}"
            yield facts.at("n4-value-differs", row, f"{says}, the value is {row['number_value']}")


def _certain(read: ParsedQuantity) -> bool:
    return read.certain and (not read.rest or is_unit(read.rest))


def _same(bounds: tuple[float | None, float | None], read: ParsedQuantity) -> bool:
    low, high = bounds
    if low is None or (high is None) != (read.high is None):
        return False
    return math.isclose(low, read.low) and (high is None or read.high is None or math.isclose(high, read.high))


def approximators(facts: Facts) -> Iterator[Finding]:
    """Numbers that begin with an approximator."""
    for row in facts.sound.filter(pl.col("text").str.contains(r"^[A-Za-z]"), label="number").iter_rows(named=True):
        if match := _APPROXIMATOR.match(lexicon.plain(row["text"])):
            yield facts.at("n2-approximator-inside", row, f"“{match[0]}” is a hedge before the number “{row['text']}”")


def counted_nouns(facts: Facts) -> Iterator[Finding]:
    """Counts with what is counted inside."""
    lettered = pl.col("text").str.contains(r"[A-Za-z]\w*\s*$")
    for row in facts.sound.filter(lettered, label="number", number_kind="count").iter_rows(named=True):
        read = read_quantity(row["text"])
        if read and read.rest.strip(" -") and not _GOES_ON.match(read.rest) and not _is_date(row["text"]):
            yield facts.at("n1-counted-noun-inside", row, f"“{read.rest.strip()}” in “{row['text']}” belongs outside")


def _is_date(words: str) -> bool:
    return bool(re.search(_ORDINAL, words) or re.search(_DATE, words))


def dates(facts: Facts) -> Iterator[Finding]:
    """Dates, times, years, ordinals, scores and parts of names."""
    text, before, after = pl.col("text"), pl.col("before"), pl.col("after")
    day = text.str.contains(_DIGITS) & (before.str.contains(_BEFORE_DAY) | after.str.contains(_AFTER_DAY))
    year = text.str.contains(_YEAR) & before.str.contains(_BEFORE_YEAR)
    name = text.str.contains(r"^\d+$") & before.str.contains(_NAME)
    dated = text.str.contains(_ORDINAL) | text.str.contains(_DATE) | day | year | name
    numbers = facts.sound.filter(dated | text.str.contains(_PAIR), label="number").with_columns(dated.alias("dated"))
    for row in numbers.iter_rows(named=True):
        digits = row["start"], row["start"] + len(re.split(r"\D", row["text"])[0])
        if not row["dated"] and not is_score(facts.text_of[row["article_id"]], *digits):
            continue
        words = (row["before"][-12:] + row["text"] + row["after"][:8]).strip()
        yield facts.at("n5-date-or-ordinal", row, f"“{row['text']}” in “{words}” is not a quantity")
