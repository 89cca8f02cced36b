"""Strategies: texts of any kind, places in them, and records that no check finds fault with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from hypothesis import strategies as st

from dataset import schema
from dataset.scheme import vocabulary
from tests.dataset.tiny import ENTITIES, TEXTS, TWO, Row, Rows, finding, link, place, task, valid_rows

ODD: Final = (
    "👩‍👩‍👧",
    "🇺🇦",
    "é",
    "ñ̃",
    "\r\n",
    "\n",
    "\u00a0",
    "\u2028",
    "\u200b",
    "\x1f",
    "\x00",
    "\t",
    "“",
    "’s",
    "\\",
    '"',
)
NEWS: Final = ("Kyiv said ", "12,000", " may ", "that", " ")
VALUES: Final = ("12000", "3000..5000", "1000..", "..5", "-0.5..0.1", "0.30000000000000004")

characters = st.characters(exclude_categories=["Cs"])
words = st.text(characters, max_size=8)
texts = st.lists(st.sampled_from(NEWS + ODD) | words, max_size=12).map("".join)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())


@st.composite
def places(draw: st.DrawFn, text: str) -> list[tuple[int, int]]:
    """Places in the text that do not overlap and neither begin nor end with white space; some may touch."""
    edges = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    trimmed = [_trimmed(text, start, end) for start, end in zip(edges[::2], edges[1::2], strict=False)]
    return [(start, end) for start, end in trimmed if start < end]


_ATTRIBUTES: Final[dict[str, st.SearchStrategy[Row]]] = {
    "speaker": st.fixed_dictionaries(
        {
            "speaker_entities": st.lists(
                st.sampled_from([*ENTITIES, "Nobody"]) | words.filter(str.strip), min_size=1, max_size=3
            )
        }
    ),
    "quote": st.fixed_dictionaries(
        {
            "quote_form": st.sampled_from(vocabulary.QUOTE_FORMS),
            "quote_source": st.sampled_from(vocabulary.QUOTE_SOURCES),
        }
    ),
    "hedge": st.fixed_dictionaries({"hedge_kind": st.sampled_from(vocabulary.HEDGE_KINDS)}),
    "number": st.builds(
        lambda kind, value, unit: {"number_kind": kind, "number_value": value, "number_unit": unit} | _bounds(value),
        st.sampled_from(vocabulary.NUMBER_KINDS),
        st.sampled_from(VALUES) | st.integers(-(10**20), 10**20).map(str),
        st.none() | words,
    ),
}


def _bounds(value: str) -> Row:
    low, high = vocabulary.value_bounds(value) or (None, None)
    return {"number_low": low, "number_high": high}


@st.composite
def _spans(draw: st.DrawFn, article: str, text: str) -> list[Row]:
    spans: list[Row] = []
    for label in vocabulary.LABELS:
        for start, end in draw(places(text)):
            span_id = f"{len(spans)}:{draw(words)}"
            attributes = draw(_ATTRIBUTES[label])
            spans.append(place(span_id, label, start, end, article, text=text[start:end], **attributes))
    return spans


@st.composite
def _links(draw: st.DrawFn, article: str, spans: list[Row]) -> list[Row]:
    """Any number of speakers a quote; at most one target a hedge, at most one earlier quote a segment."""
    ids = {label: [span["span_id"] for span in spans if span["label"] == label] for label in vocabulary.LABELS}
    links = []
    for position, quote in enumerate(ids["quote"]):
        for speaker in sorted(draw(_some(ids["speaker"], 3))):
            links.append(link("said_by", quote, speaker, article))
        for earlier in draw(_some(ids["quote"][:position], 1)):
            links.append(link("continues", quote, earlier, article))
    for hedge in ids["hedge"]:
        for target in draw(_some(ids["number"] + ids["quote"], 1)):
            links.append(link("hedges", hedge, target, article, derived=draw(st.booleans())))
    return links


def _some(ids: list[str], most: int) -> st.SearchStrategy[set[str]]:
    return st.sets(st.sampled_from(ids), max_size=most) if ids else st.just(set())


@dataclass(frozen=True)
class Record:
    """Articles and what one annotator says of them."""

    texts: dict[str, str]
    rows: Rows


@st.composite
def records(draw: st.DrawFn) -> Record:
    """The tiny corpus and up to three articles more."""
    rows, articles = valid_rows(), dict(TEXTS)
    for position, text in enumerate(draw(st.lists(texts, min_size=1, max_size=3))):
        article = f"drawn.{position}"
        articles[article] = text
        rows["tasks"].append(task(article))
        spans = draw(_spans(article, text))
        rows["spans"] += spans
        rows["relations"] += draw(_links(article, spans))
    return Record(articles, rows)


_CELLS: Final[dict[type[pl.DataType], Callable[[], st.SearchStrategy[Any]]]] = {
    pl.String: lambda: st.none() | st.text(characters, max_size=20),
    pl.Int64: lambda: st.none() | st.integers(-(2**63), 2**63 - 1),
    pl.Float64: lambda: st.none() | st.floats(allow_nan=False, allow_infinity=False),
    pl.Boolean: lambda: st.none() | st.booleans(),
    pl.List: lambda: st.none() | st.lists(st.text(characters, max_size=20), max_size=3),
}


@st.composite
def broken_rows(draw: st.DrawFn) -> Rows:
    """The rows of the tiny corpus with some cells changed: to anything of their type, or to what another row has."""
    rows = {name: [dict(row) for row in table] for name, table in valid_rows().items()}
    rows["findings"] = [finding("several-values", "region"), finding("several-values", "region", article=TWO)]
    for _ in range(draw(st.integers(1, 6))):
        name = draw(st.sampled_from(sorted(rows)))
        types = schema.polars_schema(schema.RECORD[name])
        column = draw(st.sampled_from(list(types)))
        cells = st.sampled_from([row[column] for row in rows[name]])
        draw(st.sampled_from(rows[name]))[column] = draw(st.none() | cells | _CELLS[types[column].base_type()]())
    return rows


def rows_of(table: type[schema.Table]) -> st.SearchStrategy[list[Row]]:
    """Rows with anything that the types of a record table can hold, allowed or not."""
    cells = {name: _CELLS[dtype.base_type()]() for name, dtype in schema.polars_schema(table).items()}
    return st.lists(st.fixed_dictionaries(cells), max_size=4)
