"""What the checks of `hedgerow validate` find in an annotation that is still on the page."""

from __future__ import annotations

from functools import cache
from typing import Final, NotRequired, TypedDict

import polars as pl

from annotation import guidelines
from annotation.guidelines.html import marked
from annotation.labelstudio.payloads import JsonObject
from annotation.labelstudio.result import ResultRows, is_text, read_result
from annotation.labelstudio.suggested import read_suggestions
from annotation.labelstudio.tasks import offered_names
from annotation.rounds.normalise import derived
from annotation.rounds.outcomes import decided
from dataset.checks.facts import Facts
from dataset.checks.findings import CATALOGUE, Finding
from dataset.checks.suite import findings_in, place
from dataset.record.layer import make_layer

_HERE: Final = "page"
_KEY: Final = {"article_id": _HERE, "round": _HERE, "annotator": _HERE}
_EVENTS: Final = pl.DataFrame({"article_id": [_HERE], "event_id": [_HERE]})
_REGISTRY: Final[dict[str, pl.DataType]] = {
    "event_id": pl.String(),
    "entity": pl.String(),
    "aliases": pl.List(pl.String),
}
NOT_LISTED: Final = "entity-not-registered"


class ShownRule(TypedDict):
    """A rule as the page shows it beside a finding: its text as Markdown, and its first right example as HTML."""

    id: str
    text: str
    right: str


class ShownFinding(TypedDict):
    """A finding as the page shows it.

    `severity` is `error`, `warning`, or `note` for what the annotator need not change. `start` and `end` are code
    points of the article, `region` the id of the span that it is about, `words` those at the place. A warning is
    `ticked` where the annotator let it stand.
    """

    code: str
    severity: str
    message: str
    region: str | None
    start: int | None
    end: int | None
    words: str
    ticked: bool
    rule: NotRequired[ShownRule]


def findings_on_page(data: JsonObject, result: object) -> list[ShownFinding]:
    """The findings of a result in a task with this data, errors first, then by place.

    Suggestions without a decision are passed over: they are not submitted.
    """
    text = data.get("text")
    article = text if isinstance(text, str) else ""
    offered = offered_names(data)
    reading = decided(read_suggestions(data, []), read_result(result, article, offered), article, offered).rows
    findings = findings_in(_facts(data, article, reading))
    shown = [_shown(finding, article, reading) for finding in sorted(findings, key=place)]
    return sorted(shown, key=lambda finding: ("error", "warning", "note").index(finding["severity"]))


def _facts(data: JsonObject, text: str, reading: ResultRows) -> Facts:
    """The result as a layer of one article whose registry is what the page offers."""
    layer = make_layer(
        f"{_HERE}/{_HERE}",
        tasks=[{**_KEY, "status": "submitted"}],
        spans=[{**span, **_KEY} for span in reading.spans],
        relations=[{**link, **_KEY} for link in reading.relations + derived(text, reading)],
        findings=[
            {**_KEY, "code": code, "region": region, "message": message} for code, region, message in reading.findings
        ],
    )
    texts = pl.DataFrame({"article_id": [_HERE], "article_text": [text]})
    return Facts(layer, texts, {}, _EVENTS, _registry(data))


def _registry(data: JsonObject) -> pl.DataFrame:
    """event_id, entity and aliases of the names that the page offers."""
    entities, aliases = data.get("entities"), data.get("aliases")
    names = [each.get("value") for each in _list(entities) if isinstance(each, dict)]
    known = aliases if isinstance(aliases, dict) else {}
    rows = [
        {"event_id": _HERE, "entity": name, "aliases": [alias for alias in _list(known.get(name)) if is_text(alias)]}
        for name in names
        if is_text(name)
    ]
    return pl.DataFrame(rows, schema=_REGISTRY)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _shown(finding: Finding, text: str, reading: ResultRows) -> ShownFinding:
    start, end = finding.start, finding.end
    words = text[start:end] if start is not None and end is not None else ""
    shown: ShownFinding = {
        "code": finding.code,
        "severity": "note" if finding.code == NOT_LISTED else finding.severity,
        "message": finding.message,
        "region": finding.span_id,
        "start": start,
        "end": end,
        "words": words,
        "ticked": (finding.code, f"{start}:{end} {words}") in reading.ticked,
    }
    rule = CATALOGUE[finding.code].rule
    if rule is not None and rule in _rules():
        shown["rule"] = _rules()[rule]
    return shown


@cache
def _rules() -> dict[str, ShownRule]:
    return {
        name: {"id": name, "text": rule.text, "right": marked(rule.right)} for name, rule in guidelines.rules().items()
    }
