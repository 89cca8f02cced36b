from __future__ import annotations

from typing import Any, cast

from hypothesis import example, given
from hypothesis import strategies as st

from dataset.record.layer import make_layer
from dataset.record.lines import ArticleRows, lines_by_article
from dataset.record.rows import FindingRow, LayerKey, RelationRow, SpanRow, TaskRow

KEY: LayerKey = {"article_id": "one", "round": "r1", "annotator": "a1"}
PLACE = st.integers(-3, 3)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.sampled_from(
    ['},{"article_id":', '"},{"article_id":"two"', "\\", "\u2028", "\n"]
)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
IDS = st.sampled_from("abcd")


def task(seconds: float | None, text: str) -> TaskRow:
    times = {"created_at": text, "updated_at": None, "seconds": seconds}
    return {"status": "submitted", **times, **KEY, "guidelines_version": None}  # type: ignore[typeddict-item]


def span(name: str, start: int, end: int, label: str, text: str, low: float | None) -> SpanRow:
    place = {"span_id": name, "label": label, "start": start, "end": end, "text": text, "speaker_entities": [text, ""]}
    blank = dict.fromkeys(SpanRow.__annotations__)
    return cast(SpanRow, {**blank, **KEY, **place, "quote_source": text, "number_low": low, "number_unit": text})


def link(start: str, end: str, derived: bool) -> RelationRow:
    return {**KEY, "type": None, "from_span": start, "to_span": end, "derived": derived}


def finding(code: str, region: str | None, message: str) -> FindingRow:
    return {**KEY, "code": code, "region": region, "message": message}


SPANS = st.lists(st.builds(span, IDS, PLACE, PLACE, IDS, TEXTS, NUMBERS), max_size=4, unique_by=lambda s: s["span_id"])
LINKS = st.lists(st.builds(link, IDS, IDS, st.booleans()), max_size=4, unique_by=repr)
FINDINGS = st.lists(st.builds(finding, IDS, st.none() | IDS, TEXTS), max_size=4)


@given(st.lists(st.builds(task, NUMBERS, TEXTS), max_size=1), SPANS, LINKS, FINDINGS)
@example([task(1e16, "")], [span("a", 0, 1, "b", "", 1e-7), span("b", 0, 1, "a", "", -0.0)], [], [])
def test_the_lines_of_rows_are_those_of_a_layer_with_the_rows(
    tasks: list[Any], spans: list[Any], links: list[Any], findings: list[Any]
) -> None:
    layer = make_layer("r1/a1", tasks=tasks, spans=spans, relations=links, findings=findings)
    rows = ArticleRows(tasks, spans, links, findings)
    assert rows.lines() == lines_by_article(layer).get("one", {})
