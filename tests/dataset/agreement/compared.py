"""Work of several annotators, made by hand or drawn, as agreement sees it."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import strategies as st

from dataset.agreement import figures as agreement
from dataset.agreement.compared import ComparedLayers, SubmissionCounts, together
from dataset.agreement.figures import Draws
from dataset.agreement.ranges import tallied
from dataset.record.layer import make_layer
from dataset.scheme import vocabulary
from tests.dataset.tiny import key, link, place, task

Row = dict[str, Any]
Spans = list[Row]
Work = dict[str, dict[str, Spans]]
"""Spans by annotator and submitted article."""

LENGTH = 40


def span(label: str, start: int, end: int, **attributes: Any) -> Row:
    return place(f"{label}-{start}-{end}", label, start, end, **attributes)


def compared(work: Work, links: dict[str, list[tuple[str, str, str]]] | None = None) -> ComparedLayers:
    """Every article has 40 code points; `links` are by annotator, and all of them in the article `one`."""
    layers = {}
    for name, articles in work.items():
        layer = f"r1/{name}"
        spans = [row | key(article, layer) for article, rows in articles.items() for row in rows]
        drawn = [link(*ends) | key("one", layer) for ends in (links or {}).get(name, [])]
        ended = [task(article) | key(article, layer) for article in articles]
        layers[name] = make_layer(layer, tasks=ended, spans=spans, relations=drawn)
    return ComparedLayers(
        "r1", layers, dict.fromkeys(sorted({article for articles in work.values() for article in articles}), LENGTH)
    )


def figures(work: ComparedLayers, draws: Draws) -> pl.DataFrame:
    """The figures of work that is compared all at once."""
    common = SubmissionCounts(together({name: layer.tasks for name, layer in work.layers.items()}))
    return agreement.figures(work.round, common, [tallied(work)], draws)


_FORMS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "speaker": {"speaker_entities": st.lists(st.sampled_from(["Ann Bo", "Seoul"]), max_size=2)},
    "quote": {"quote_form": st.sampled_from(vocabulary.QUOTE_FORMS), "quote_source": st.none() | st.just("linked")},
}


@st.composite
def some_spans(draw: st.DrawFn) -> Spans:
    """Speakers and quotes that may nest, overlap, touch, and stand twice."""
    spans: Spans = []
    for label in draw(st.lists(st.sampled_from(["speaker", "quote"]), max_size=6)):
        start, length = draw(st.integers(0, 20)), draw(st.integers(1, 12))
        attributes = draw(st.fixed_dictionaries(_FORMS[label]))
        spans.append(span(label, start, start + length, **attributes) | {"span_id": f"s{len(spans)}"})
    return spans


def articles() -> st.SearchStrategy[dict[str, Spans]]:
    return st.dictionaries(st.sampled_from(["one", "two", "three"]), some_spans(), min_size=1)


def works(annotators: int) -> st.SearchStrategy[Work]:
    return st.fixed_dictionaries({f"a{number}": articles() for number in range(1, annotators + 1)})
