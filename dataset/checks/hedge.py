"""Checks of hedges: their words against the closed lists, their links against rule H10."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import polars as pl

from dataset.checks.facts import Facts
from dataset.checks.findings import Finding
from dataset.record.rows import SpanRow
from dataset.scheme import hedge_targets, lexicon
from dataset.scheme.sentences import sentence_around

_ALSO_VERBS: Final = ("alleged", "reported")
_CLAUSE: Final = rf"(?i)\b(?:{'|'.join(lexicon.CLAUSE_WORDS)})\b"
_HOLDS_BACK: Final = r"(?i)\b(?:confirm(?:ed|ing)?|deny(?:ing)?|denied)$"
_OBJECT: Final = r"^\s+[^\s\p{P}]|^\s+[“\"‘']"


def cues(facts: Facts) -> Iterator[Finding]:
    """Hedges whose words are on no list, or on the list of another kind."""
    hedges = facts.sound.filter(label="hedge")
    words = hedges.select(pl.col("text").unique())
    kinds = words.with_columns(pl.col("text").map_elements(lexicon.cue_kind, pl.String).alias("listed"))
    listed = hedges.join(kinds, on="text", how="left", maintain_order="left")
    for row in listed.filter(~pl.col("listed").eq_missing(pl.col("hedge_kind"))).iter_rows(named=True):
        if reason := _cue(row["text"], row["listed"], row["hedge_kind"]):
            code, message = reason
            yield facts.at(code, row, message)
    before_that = pl.col("text").str.to_lowercase().is_in(_ALSO_VERBS) & pl.col("after").str.contains(r"^\s+that\b")
    for row in listed.filter(before_that, listed="evidential", hedge_kind="evidential").iter_rows(named=True):
        yield facts.at("h4-verb-of-saying", row, f"“{row['text']}” is a verb of saying before “that”")


def without_clause(facts: Facts) -> Iterator[Finding]:
    """“unclear” and “uncertain” in a sentence that has no clause for them to be about."""
    unsure = pl.col("text").str.to_lowercase().is_in(lexicon.BEFORE_A_CLAUSE)
    after_that = pl.col("after").str.contains(r"^\s+that\b")
    for row in facts.sound.filter(unsure & ~after_that, label="hedge").iter_rows(named=True):
        text = facts.text_of[row["article_id"]]
        first, last = sentence_around(text, row["start"], row["end"])
        if not re.search(_CLAUSE, text[first:last]):
            yield facts.at("h4-no-clause", row, f"no clause goes with “{row['text']}”")


def held_back(facts: Facts) -> Iterator[Finding]:
    """Noncommittal hedges with an object that is no quote."""
    linked = facts.linked("hedges", "from_span")
    verbs = pl.col("text").str.contains(_HOLDS_BACK) & pl.col("after").str.contains(_OBJECT)
    hedges = facts.sound.filter(verbs, label="hedge", hedge_kind="noncommittal")
    for row in hedges.join(linked, on=["article_id", "span_id"], how="anti", maintain_order="left").iter_rows(
        named=True
    ):
        if lexicon.cue_kind(row["text"]) == "noncommittal":
            yield facts.at("q12-no-quote", row, f"no quote holds what “{row['text']}” holds back")


def _cue(words: str, listed: str | None, kind: str | None) -> tuple[str, str] | None:
    """The code and the message of what is wrong with a hedge of a kind whose words are on the list of `listed`."""
    if listed is None and lexicon.is_saying(words):
        return "h4-verb-of-saying", f"“{words}” is a verb of saying, which is not a hedge"
    if listed is None:
        return "h3-cue-not-listed", f"“{words}” is on no list of cues"
    return ("h3-kind-of-another-list", f"“{words}” is {listed}, not {kind}") if kind is not None else None


def two_targets(facts: Facts) -> Iterator[Finding]:
    """Hedges with several targets."""
    for row in _counted(facts).filter(pl.col("targets") > 1).iter_rows(named=True):
        hedge = facts.span_or_ids(row["article_id"], row["from_span"])
        yield facts.at("h10-two-targets", hedge, f"it hedges {row['targets']} spans")


def _counted(facts: Facts) -> pl.DataFrame:
    links = facts.layer.relations.filter(type="hedges")
    return links.group_by("article_id", "from_span", maintain_order=True).agg(
        pl.col("to_span").n_unique().alias("targets"), pl.col("to_span").first(), pl.col("derived").all()
    )


def other_targets(facts: Facts) -> Iterator[Finding]:
    """Drawn links that rule H10 draws to another span, or does not allow."""
    drawn = _counted(facts).filter(~pl.col("derived"), targets=1)
    marks = _marks(facts, drawn) if drawn.height else {}
    ruled = {
        (article, hedge): target
        for article, spans in marks.items()
        for hedge, target in hedge_targets.targets(facts.text_of[article], spans, set())
    }
    for article, start, end in drawn.select("article_id", "from_span", "to_span").iter_rows():
        hedge, target = facts.span(article, start), facts.span(article, end)
        by_rule = ruled.get((article, start))
        if article in marks and hedge and target and by_rule != end and (by_rule or not _open(hedge, target)):
            expected = facts.span(article, by_rule) if by_rule else None
            rule = f"the rule links it to “{expected['text'][:40]}”" if expected else "the rule gives it no link"
            yield facts.at("h10-other-target", hedge, f"it is drawn to “{target['text'][:40]}”; {rule}")


def _marks(facts: Facts, drawn: pl.DataFrame) -> dict[str, list[hedge_targets.TargetSpan]]:
    spans = facts.sound.join(drawn.select("article_id").unique(), on="article_id", how="semi")
    marks: dict[str, list[hedge_targets.TargetSpan]] = {}
    for article, *mark in spans.select("article_id", "span_id", "label", "start", "end", "hedge_kind").iter_rows():
        marks.setdefault(article, []).append(hedge_targets.TargetSpan(*mark))
    return marks


def _open(hedge: SpanRow, target: SpanRow) -> bool:
    """Whether H10 leaves the choice to the annotator: words stand between the cue and what follows it."""
    kind_of = {"approximator": "number", "noncommittal": "quote"}
    return kind_of.get(hedge["hedge_kind"] or "") == target["label"] and bool(target["start"] >= hedge["end"])
