"""Examples in the guidelines' notation as a layer of the record, and what the checks find in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dataset.checks.findings import Finding
from dataset.checks.suite import check_layer
from dataset.record.layer import make_layer
from dataset.scheme import hedge_targets, vocabulary
from tests.annotation.guidelines import notation
from tests.annotation.guidelines.notation import Example
from tests.corpora import make_corpus
from tests.dataset.tiny import BLANK, LAYER, key, task

Row = dict[str, Any]


def found_in(folder: Path, sources: Mapping[str, str]) -> dict[str, list[Finding]]:
    """What the checks find in examples, each an article of its own; both by article_id."""
    examples = {article: notation.parse(source) for article, source in sources.items()}
    names = {
        name for example in examples.values() for span in example.spans for name in span.attributes.get(ENTITIES, ())
    }
    corpus = make_corpus(folder, {article: example.text for article, example in examples.items()}, tuple(sorted(names)))
    rows: dict[str, list[Row]] = {"tasks": [task(article) for article in examples], "spans": [], "relations": []}
    for article, example in examples.items():
        rows["spans"] += _spans(article, example)
        rows["relations"] += _relations(article, example)
    findings: dict[str, list[Finding]] = {article: [] for article in examples}
    for finding in check_layer(corpus, make_layer(LAYER, **rows)):
        findings[finding.article_id].append(finding)
    return findings


ENTITIES = "speaker_entities"


def _spans(article: str, example: Example) -> list[Row]:
    rows = []
    for place, span in enumerate(example.spans):
        low, high = vocabulary.value_bounds(span.attributes.get("number_value")) or (None, None)
        where = {"span_id": str(place), "label": span.label, "start": span.start, "end": span.end}
        words = {"text": example.text[span.start : span.end], "number_low": low, "number_high": high}
        rows.append(key(article) | BLANK | where | words | span.attributes)
    return rows


def _relations(article: str, example: Example) -> list[Row]:
    """The links that are drawn and those that H10 makes."""
    labels = [span.label for span in example.spans]
    rows = [_link(article, vocabulary.relation_type(labels[a], labels[b]), str(a), str(b)) for a, b in example.links]
    drawn = {row["from_span"] for row in rows if row["type"] == "hedges"}
    marks = [
        hedge_targets.TargetSpan(str(place), span.label, span.start, span.end, span.attributes.get("hedge_kind"))
        for place, span in enumerate(example.spans)
    ]
    made = hedge_targets.targets(example.text, marks, drawn)
    return rows + [_link(article, "hedges", *ends, derived=True) for ends in made]


def _link(article: str, relation: str | None, start: str, end: str, *, derived: bool = False) -> Row:
    return key(article) | {"type": relation, "from_span": start, "to_span": end, "derived": derived}
