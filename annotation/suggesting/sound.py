"""Suggestions against the project's own checks: what breaks a rule of the scheme is dropped, and counted by code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

import polars as pl

from annotation.suggesting.protocol import EventText, Suggestions
from dataset import schema
from dataset.checks import hedge, recall, speaker
from dataset.checks.facts import Facts
from dataset.checks.findings import Finding
from dataset.checks.structure import pull_findings, text_findings
from dataset.checks.suite import HINTS, RULES, STRUCTURE, Check, findings_in
from dataset.problem import Problem
from dataset.record.layer import Layer, make_layer, sort_layer
from dataset.record.rows import LayerKey, Link, MarkedSpan, Score
from dataset.scheme import hedge_targets

_NOT_ABOUT_A_SPAN: Final = (recall.missed, hedge.held_back, pull_findings, text_findings)
"""Checks of what is missing, or of what a pull saw."""
CHECKS: Final[tuple[Check, ...]] = tuple(
    check
    for check in (*STRUCTURE, *RULES, *HINTS)
    if check not in _NOT_ABOUT_A_SPAN and check is not speaker.unregistered_entities
)
"""What a suggestion has to pass. A speaker whose name the registry lacks stays: an annotator can register the name."""


@dataclass(frozen=True)
class SoundSuggestions:
    """Suggestions for some articles that pass the checks: a layer, and its rows of `suggestion_scores`.

    `given` is how many spans were suggested. `dropped` is how many of them did not pass, by code, and what the
    suggester itself rejected, by its reason.
    """

    layer: Layer
    scores: pl.DataFrame
    given: int
    dropped: Counter[str]


def keep_sound(
    round_name: str, suggester: str, guidelines: str, texts: Sequence[EventText], suggestions: Sequence[Suggestions]
) -> SoundSuggestions:
    """The suggestions for these texts that pass the checks, as a layer, with the links that rule H10 makes.

    A span goes with its links; what depends on it, as a speaker on its only quote, is looked at again.

    Raises:
        Problem: the rows are not those of the record at all.
    """
    try:
        layer, scores = _as_layer(round_name, suggester, guidelines, texts, suggestions)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        why = str(error).splitlines()[0]
        raise Problem(
            f"{suggester} suggests rows that the record cannot hold: {why}", "correct the suggester"
        ) from None
    given = layer.spans.height
    dropped = sum((suggested.rejected for suggested in suggestions), Counter[str]())
    while findings := findings_in(_facts(layer, texts), CHECKS):
        kept = _without(layer, findings, dropped)
        if kept.spans.height == layer.spans.height and kept.relations.height == layer.relations.height:
            first = findings[0]
            raise Problem(
                f"{suggester} suggests for {first.article_id or 'the articles'} what the record cannot hold: "
                f"{first.message}",
                "correct the suggester",
            )
        layer = kept
    ids = ["article_id", "span_id"]
    whole = sort_layer(_with_derived_links(layer, texts))
    return SoundSuggestions(whole, scores.join(layer.spans, on=ids, how="semi").sort(ids), given, dropped)


def _as_layer(
    round_name: str, suggester: str, guidelines: str, texts: Sequence[EventText], suggestions: Sequence[Suggestions]
) -> tuple[Layer, pl.DataFrame]:
    rows: dict[str, list[dict[str, object]]] = {"tasks": [], "spans": [], "relations": [], "scores": []}
    for event_text, suggested in zip(texts, suggestions, strict=True):
        key: LayerKey = {"article_id": event_text.article_id, "round": round_name, "annotator": suggester}
        rows["tasks"].append({**key, "status": "submitted", "guidelines_version": guidelines})
        rows["spans"] += [{**key, **span} for span in suggested.spans]
        rows["relations"] += [{**key, **drawn} for drawn in suggested.links]
        scored = {score["span_id"]: score for score in suggested.scores}
        for span in suggested.spans:
            usual = {**key, "suggesters": [suggester], "pattern": None, "score": 1.0}
            rows["scores"].append({**usual, **scored.get(span["span_id"], {}), "span_id": span["span_id"]})
    scores = schema.frame(schema.SuggestionScores, rows.pop("scores"))
    return make_layer(f"{round_name}/{suggester}", **rows), scores.unique(["article_id", "span_id"], keep="first")


def as_suggestions(sound: SoundSuggestions) -> dict[str, Suggestions]:
    """What stayed, by the article, without the links that rule H10 makes."""
    by_article: dict[str, Suggestions] = {article: Suggestions() for article in sound.layer.tasks["article_id"]}
    key = ["round", "annotator"]
    for row in sound.layer.spans.drop(key).iter_rows(named=True):
        by_article[row.pop("article_id")].spans.append(cast(MarkedSpan, row))
    for row in sound.layer.relations.filter(derived=False).drop(key).iter_rows(named=True):
        by_article[row.pop("article_id")].links.append(cast(Link, row))
    for row in sound.scores.drop(key).iter_rows(named=True):
        by_article[row.pop("article_id")].scores.append(cast(Score, row))
    return by_article


def _facts(layer: Layer, texts: Sequence[EventText]) -> Facts:
    known = {"article_id": [text.article_id for text in texts], "article_text": [text.text for text in texts]}
    events = pl.DataFrame({"article_id": known["article_id"], "event_id": [None] * len(texts)}, _EVENTS)
    entities = schema.empty(schema.Entities).select("event_id", "entity", "aliases")
    return Facts(layer, pl.DataFrame(known, dict.fromkeys(known, pl.String)), {}, events, entities)


_EVENTS: Final = {"article_id": pl.String, "event_id": pl.String}


def _without(layer: Layer, findings: Iterable[Finding], dropped: Counter[str]) -> Layer:
    """The layer without the spans that the findings name, each counted once, and without their links."""
    reasons: dict[tuple[str, str], str] = {}
    for finding in findings:
        reasons.setdefault((finding.article_id, finding.span_id or ""), finding.code)
    named = pl.DataFrame([*reasons], {"article_id": pl.String, "span_id": pl.String}, orient="row")
    gone = layer.spans.join(named, on=["article_id", "span_id"], how="semi")
    dropped.update(reasons[place] for place in gone.select("article_id", "span_id").iter_rows())
    relations = layer.relations
    for side in ("from_span", "to_span"):
        ends = named.rename({"span_id": side})
        relations = relations.join(ends, on=["article_id", side], how="anti", maintain_order="left")
    spans = layer.spans.join(named, on=["article_id", "span_id"], how="anti", maintain_order="left")
    return Layer(layer.name, layer.tasks, spans, relations, layer.findings)


def _with_derived_links(layer: Layer, texts: Sequence[EventText]) -> Layer:
    marks: dict[str, list[hedge_targets.TargetSpan]] = {}
    columns = ("article_id", "span_id", "label", "start", "end", "hedge_kind")
    for article, *mark in layer.spans.select(columns).iter_rows():
        marks.setdefault(article, []).append(hedge_targets.TargetSpan(*mark))
    drawn = dict[str, set[str]]()
    for article, hedge_id in layer.relations.filter(type="hedges").select("article_id", "from_span").iter_rows():
        drawn.setdefault(article, set()).add(hedge_id)
    round_name, _, suggester = layer.name.partition("/")
    rows = [
        {
            **{"article_id": text.article_id, "round": round_name, "annotator": suggester},
            **{"type": "hedges", "from_span": start, "to_span": end, "derived": True},
        }
        for text in texts
        for start, end in hedge_targets.targets(
            text.text, marks.get(text.article_id, []), drawn.get(text.article_id, set())
        )
    ]
    relations = pl.concat([layer.relations, schema.frame(schema.Relations, rows)])
    return Layer(layer.name, layer.tasks, layer.spans, relations, layer.findings)
