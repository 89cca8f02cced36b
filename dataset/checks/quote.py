"""Checks of quotes: their marks, their edges, their segments and their sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import polars as pl

from dataset.checks.facts import Facts
from dataset.checks.findings import Finding
from dataset.record.rows import SpanRow
from dataset.scheme.quotation_marks import MARKS, read_marks

_ENCLOSED: Final = r"^(?:“[^“”\"‘’'«»]*”|\"[^“”\"‘’'«»]*\")$"
_COMPLEMENTISER: Final = r"(?i)\b(?:that|whether)\s+$"
_TAG: Final = re.compile(r"(?:^|\n)[ \t]*[A-Z][\w.'’-]*(?: [\w.'’-]+){0,4}[:.] ?$")
_TAG_LENGTH: Final = 60
_DOUBLE: Final = '“”"„«»'
_Node = tuple[str, str]
_ID: Final = ["article_id", "span_id"]


def quotation_marks(facts: Facts) -> Iterator[Finding]:
    """Direct quotes without their marks, and direct or mixed ones with a mark too few."""
    marked = pl.col("quote_form").is_in(["direct", "mixed"]) & ~pl.col("text").str.contains(_ENCLOSED)
    answers = _answers(facts)
    for row in facts.sound.filter(marked, label="quote").iter_rows(named=True):
        is_answer = (row["article_id"], row["span_id"]) in answers and not any(mark in row["text"] for mark in _DOUBLE)
        if is_answer:
            continue
        if reason := _fault(row["text"], row["quote_form"], row["after"]):
            yield facts.at("q1-quotation-marks", row, f"{reason}: “{row['text'][:60]}”")


def _answers(facts: Facts) -> set[_Node]:
    """The quotes of interviews without marks: after a name and a colon, and what continues such a quote on a new line.

    See hard case 37.
    """
    quotes = facts.sound.filter(label="quote", quote_form="direct")
    answers, lines = set[_Node](), set[_Node]()
    for article, span, start in quotes.select("article_id", "span_id", "start").iter_rows():
        before = facts.text_of[article][max(0, start - _TAG_LENGTH) : start]
        if _TAG.search(before):
            answers.add((article, span))
        elif before[-1:] == "\n":
            lines.add((article, span))
    onward = dict(_steps(facts))
    for line in lines:
        origin, seen = onward.get(line), set[_Node]()
        while origin in lines and origin not in seen:
            seen.add(origin)
            origin = onward.get(origin)
        if origin in answers:
            answers.add(line)
    return answers


def _fault(text: str, form: str, after: str) -> str | None:
    """What is wrong with the marks of a quote. One that runs on in the next paragraph may lack its closing mark."""
    marks = read_marks(text)
    runs_on = [0] if text[0] in MARKS and after[:1] in ("\n", "\r", "") else []
    if marks.single and marks.single != runs_on:
        return "a quotation mark has no other half inside the quote"
    if form == "mixed" or marks.single:
        return None
    starts, ends = {pair.start for pair in marks.pairs}, {pair.end for pair in marks.pairs}
    return None if 0 in starts and len(text) in ends else "a direct quote begins and ends with quotation marks"


def quoted_words(facts: Facts) -> Iterator[Finding]:
    """Mixed quotes that quote no word."""
    bare = ~pl.col("text").str.contains(f"[{MARKS}]")
    for row in facts.sound.filter(bare, label="quote", quote_form="mixed").iter_rows(named=True):
        yield facts.at("q3-no-quoted-words", row, f"no words are in quotation marks: “{row['text'][:60]}”")


def complementisers(facts: Facts) -> Iterator[Finding]:
    """Reported clauses whose complementiser was left out."""
    before = pl.col("before").str.contains(_COMPLEMENTISER) & pl.col("quote_form").is_in(["indirect", "mixed"])
    for row in facts.sound.filter(before, label="quote").iter_rows(named=True):
        word = row["before"].split()[-1]
        yield facts.at("q2-complementiser-left-out", row, f"“{word}” before “{row['text'][:40]}” belongs inside")


# Segments


def two_origins(facts: Facts) -> Iterator[Finding]:
    """Segments that continue several quotes."""
    links = facts.layer.relations.filter(type="continues")
    counted = links.group_by("article_id", "from_span", maintain_order=True).agg(pl.col("to_span").n_unique())
    for link in counted.filter(pl.col("to_span") > 1).iter_rows(named=True):
        segment = facts.span_or_ids(link["article_id"], link["from_span"])
        yield facts.at("q4-two-origins", segment, f"it continues {link['to_span']} quotes")


def later_continued(facts: Facts) -> Iterator[Finding]:
    """Segments that continue a quote which comes after them, without going round in a circle."""
    round_about = _circling(facts)
    for link in facts.layer.relations.filter(type="continues").iter_rows(named=True):
        segment, origin = (facts.span(link["article_id"], link[side]) for side in ("from_span", "to_span"))
        in_order = (
            not segment or not origin or link["from_span"] == link["to_span"] or _starts(segment) > _starts(origin)
        )
        if not in_order and (link["article_id"], link["from_span"]) not in round_about:
            later = facts.span_or_ids(link["article_id"], link["from_span"])
            yield facts.at("q4-continues-later", later, "it continues a quote that comes after it")


def circles(facts: Facts) -> Iterator[Finding]:
    """Segments that continue each other in a circle; one finding a circle."""
    for ring in dict.fromkeys(_circling(facts).values()):
        article, first = ring[0]
        shown = " → ".join(span for _, span in ring)
        yield facts.at("q4-cycle", facts.span_or_ids(article, first), f"{shown} → {first} is a circle")


def _circling(facts: Facts) -> dict[_Node, tuple[_Node, ...]]:
    """The segments in a circle, with the circle they are in. Follows the first link of a segment alone."""
    onward: dict[_Node, _Node] = {}
    for segment, origin in _steps(facts):
        onward.setdefault(segment, origin)
    done: set[_Node] = set()
    rings: dict[_Node, tuple[_Node, ...]] = {}
    for node in onward:
        path: dict[_Node, int] = {}
        while node in onward and node not in done and node not in path:
            path[node] = len(path)
            node = onward[node]
        if node in path:
            ring = tuple(sorted(list(path)[path[node] :]))
            rings |= dict.fromkeys(ring, ring)
        done |= set(path)
    return rings


def _steps(facts: Facts) -> Iterator[tuple[_Node, _Node]]:
    """Each segment with the one that it continues."""
    links = facts.layer.relations.filter(pl.col("from_span") != pl.col("to_span"), type="continues")
    for article, start, end in links.select("article_id", "from_span", "to_span").iter_rows():
        yield (article, start), (article, end)


def _starts(span: SpanRow) -> int:
    """Where it starts; before all others, where the record does not say."""
    start: int | None = span["start"]
    return -1 if start is None else start


# Sources


def sources(facts: Facts) -> Iterator[Finding]:
    """Quotes without a source or with too many; a segment has the source of its first one."""
    quotes = facts.sound.filter(label="quote").with_columns(
        _in(facts.linked("said_by", "from_span"), "said"), _in(facts.linked("continues", "from_span"), "goes_on")
    )
    unnamed = pl.col("quote_source").eq_missing("unnamed")
    for code, fault, message in (
        ("q4-segment-with-source", pl.col("goes_on") & (pl.col("said") | unnamed), "it continues a quote, and has a"),
        (
            "q9-unnamed-with-speaker",
            ~pl.col("goes_on") & pl.col("said") & unnamed,
            "its source is not named, and has a",
        ),
        ("q9-no-source", ~(pl.col("goes_on") | pl.col("said") | unnamed), "it has no"),
    ):
        for row in quotes.filter(fault).iter_rows(named=True):
            yield facts.at(code, row, f"{message} speaker or tick: “{row['text'][:60]}”")


def _in(ids: pl.DataFrame, name: str) -> pl.Expr:
    keys = ids.select(pl.struct(_ID).alias(name))[name]
    return pl.struct(_ID).is_in(keys.implode()).alias(name)
