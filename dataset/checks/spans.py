"""Checks of spans of any label: overlaps, edges, page furniture."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter
from typing import Final

import polars as pl

from dataset.checks.facts import Facts
from dataset.checks.findings import Finding
from dataset.scheme.words import word_cut_at

_PLACE: Final = ["article_id", "label", "start", "end"]
_POSSESSIVE: Final = r"['’]s$"
_PLURAL_POSSESSIVE: Final = r"s['’]$"
_JOINS_NEXT: Final = r"[\p{L}\p{M}\p{N}$€£¥₹₩₴₽]$|[\p{L}\p{N}]['’&.,–]$"
_JOINS_LAST: Final = r"^(?:[\p{L}\p{M}\p{N}%‰°]|['’&.,–][\p{L}\p{N}])"
_SHORTENED: Final = r"\.\p{L}$"
_END: Final = itemgetter(1)


def duplicate_spans(facts: Facts) -> Iterator[Finding]:
    """Spans of one label at one place, but for the first."""
    spans = facts.layer.spans.filter(pl.col("start") < pl.col("end")).sort(*_PLACE, "span_id")
    for row in spans.filter(~pl.struct(_PLACE).is_first_distinct()).iter_rows(named=True):
        yield facts.at("e4-duplicate-span", row, f"another {row['label']} has the same offsets")


def overlaps(facts: Facts) -> Iterator[Finding]:
    """Spans of one label that overlap another which begins before them, or with them and is longer."""
    spans = facts.layer.spans.filter(pl.col("start") < pl.col("end")).sort(*_PLACE, "span_id")
    ordered = spans.unique(_PLACE, keep="first", maintain_order=True).sort(
        _PLACE, descending=[False, False, False, True], maintain_order=True
    )
    reach = ordered.with_columns(pl.col("end").cum_max().shift(1).over("article_id", "label").alias("reach"))
    for row in reach.filter(pl.col("start") < pl.col("reach")).iter_rows(named=True):
        if row["label"] == "quote" and row["end"] <= row["reach"]:
            yield facts.at("q6-quote-within-quote", row, f"the quote “{row['text']}” lies within another quote")
        else:
            yield facts.at("e4-overlap", row, f"the {row['label']} “{row['text']}” overlaps another {row['label']}")


def punctuation(facts: Facts) -> Iterator[Finding]:
    """Spans that begin or end with punctuation of the sentence around them."""
    spans, text = facts.sound, pl.col("text")
    told_by_s3 = (pl.col("label") == "speaker") & text.str.ends_with(",")
    told_by_q1 = pl.col("quote_form").eq_missing("direct")
    for row in spans.filter(text.str.contains(r"[,;:]$") & ~told_by_s3 & ~told_by_q1).iter_rows(named=True):
        yield facts.at("e1-punctuation-at-end", row, f"“{row['text'][-40:]}” ends with “{row['text'][-1]}”")
    for row in spans.filter(text.str.contains(r"^(?:[,;:!?)\]]|\.(?:[^.\d]|$))")).iter_rows(named=True):
        yield facts.at("e1-punctuation-at-start", row, f"“{row['text'][:40]}” begins with “{row['text'][0]}”")


def possessives(facts: Facts) -> Iterator[Finding]:
    """Spans that end with a possessive 's; a quote only where its sentence goes on."""
    goes_on = pl.col("after").str.contains(r"^\s+\w")
    owner = pl.col("text").str.contains(_POSSESSIVE) & (goes_on | (pl.col("label") != "quote"))
    owners = (pl.col("label") == "speaker") & pl.col("text").str.contains(_PLURAL_POSSESSIVE) & goes_on
    for row in facts.sound.filter(owner | owners).iter_rows(named=True):
        yield facts.at("e2-possessive", row, f"“{row['text'][-40:]}” ends with a possessive; leave it out")


def cut_words(facts: Facts) -> Iterator[Finding]:
    """Spans that begin or end inside a word; not numbers that are part of a name or an ordinal, which N5 rules out."""
    text, before, after = pl.col("text"), pl.col("before"), pl.col("after")
    shortened = text.str.contains(_SHORTENED) & after.str.starts_with(".")
    spans = facts.sound.filter(before.str.contains(_JOINS_NEXT) | after.str.contains(_JOINS_LAST) | shortened)
    name = text.str.contains(r"^\d") & before.str.contains(r"[A-Za-z]$")
    ordinal = text.str.contains(r"\d$") & after.str.contains(r"^(?:st|nd|rd|th)\b")
    for row in spans.filter((pl.col("label") != "number") | ~(name | ordinal)).iter_rows(named=True):
        words = [word_cut_at(facts.text_of[row["article_id"]], place) for place in (row["start"], row["end"])]
        if word := words[0] or words[1]:
            yield facts.at("e5-mid-word", row, f"“{row['text'][-40:]}” cuts “{word}”; a span ends where a word ends")


def furniture(facts: Facts) -> Iterator[Finding]:
    """Spans that touch page furniture."""
    furnished = {
        article: places
        for article in facts.sound["article_id"].unique(maintain_order=True)
        if (places := facts.furniture(article))
    }
    spans = facts.sound.filter(pl.col("article_id").is_in(list(furnished)))
    places_of = spans.select("article_id", "start", "end").iter_rows()
    for at, (article, start, end) in enumerate(places_of):
        places = furnished[article]
        nearest = bisect_right(places, start, key=_END)
        if nearest < len(places) and places[nearest][0] < end:
            row = spans.row(at, named=True)
            yield facts.at("q10-page-furniture", row, f"“{row['text'][:40]}” is in page furniture")
