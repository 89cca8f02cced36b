from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dataset.published import tokens
from dataset.scheme import vocabulary
from tests.dataset.drawn import places, texts
from tests.dataset.published.decoded import spans_of

Places = list[tuple[int, int]]


@st.composite
def texts_with_places(draw: st.DrawFn) -> tuple[str, list[Places]]:
    """A text and places in it for each of four labels, which may overlap each other across labels."""
    text = draw(texts)
    return text, [draw(places(text)) for _ in range(4)]


def tokenized(texts: list[str], spans: list[tuple[int, str, int, int]]) -> list[dict[str, Any]]:
    """What `tokens` makes of texts and of spans (number of the text, label, start, end), a row a text."""
    types = {"number": pl.Int64, "label": pl.String, "start": pl.Int64, "end": pl.Int64}
    return tokens.tokenize(texts, pl.DataFrame(spans, types, orient="row")).to_dicts()


def tokenize(text: str, cuts: list[int]) -> Places:
    (row,) = tokenized([text], [(0, "quote", cut, cut) for cut in cuts])
    assert row["tokens"] == [text[start:end] for start, end in zip(row["starts"], row["ends"], strict=True)]
    return list(zip(row["starts"], row["ends"], strict=True))


def tag(text: str, spans: Places) -> list[int]:
    (row,) = tokenized([text], [(0, "quote", *span) for span in spans])
    return list(row["quote_tags"])


def cuts(labels: list[Places]) -> list[int]:
    return [edge for spans in labels for span in spans for edge in span]


def words(text: str, tokens: Places) -> list[str]:
    return [text[start:end] for start, end in tokens]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\u00a0\u2028", []),
        ("Kyiv’s 12,000 troops.", ["Kyiv", "’", "s", "12", ",", "000", "troops", "."]),
        ("snake_case né", ["snake_case", "né"]),
        ("e\u0301te", ["e", "\u0301", "te"]),
        ("🇺🇦!!", ["🇺", "🇦", "!", "!"]),
        ("“a”\r\nb", ["“", "a", "”", "b"]),
    ],
)
def test_a_token_is_a_word_or_one_other_character(text: str, expected: list[str]) -> None:
    assert words(text, tokenize(text, [])) == expected


def test_a_token_is_cut_again_at_span_edges() -> None:
    assert words("anti-Kyiv", tokenize("anti-Kyiv", [6, 2, 8, 6])) == ["an", "ti", "-", "K", "yi", "v"]


@pytest.mark.parametrize("cut", [-3, 0, 4, 5, 9, 400])
def test_a_cut_between_tokens_or_outside_the_text_changes_nothing(cut: int) -> None:
    assert tokenize("Kyiv said", [cut]) == [(0, 4), (5, 9)]


def test_tags_tell_where_a_span_begins_and_goes_on() -> None:
    assert tag("he may well go", [(3, 11)]) == [0, 1, 2, 0]


def test_spans_that_touch_are_told_apart() -> None:
    tokens = tokenize("maywell", [3])
    assert tag("maywell", [(3, 7), (0, 3)]) == [1, 1]
    assert spans_of(tokens, [1, 1]) == [(0, 3), (3, 7)]
    assert spans_of(tokens, [1, 2]) == [(0, 7)]


def test_tags_and_tokens_of_different_lengths_are_an_error() -> None:
    with pytest.raises(ValueError):
        spans_of([(0, 1)], [0, 1])


def test_an_inside_with_nothing_before_it_is_no_span() -> None:
    assert spans_of([(0, 1), (2, 3)], [2, 0]) == []


@settings(deadline=None)
@given(texts_with_places())
@example(("12,000 to 15,000", [[(0, 2), (2, 6)], [(0, 16)], [], []]))
def test_the_spans_come_back_exactly(drawn: tuple[str, list[Places]]) -> None:
    text, labels = drawn
    (row,) = tokenized(
        [text], [(0, label, *span) for label, those in zip(vocabulary.LABELS, labels, strict=True) for span in those]
    )
    for label, spans in zip(vocabulary.LABELS, labels, strict=True):
        assert spans_of(list(zip(row["starts"], row["ends"], strict=True)), row[f"{label}_tags"]) == spans


@settings(deadline=None)
@given(texts_with_places())
def test_tokens_cover_all_that_is_not_blank_in_order_and_without_overlap(drawn: tuple[str, list[Places]]) -> None:
    text, labels = drawn
    tokens = tokenize(text, cuts(labels))
    edges = [edge for token in tokens for edge in token]
    assert edges == sorted(edges)
    assert all(start < end for start, end in tokens)
    assert "".join(words(text, tokens)) == re.sub(r"\s", "", text)


@settings(deadline=None)
@given(texts_with_places())
def test_every_cut_inside_a_token_is_an_edge_and_no_other_edge_is_new(drawn: tuple[str, list[Places]]) -> None:
    text, labels = drawn
    plain, cut = tokenize(text, []), tokenize(text, cuts(labels))
    edges = {edge for token in plain for edge in token}
    inside = {c for c in cuts(labels) if any(start < c < end for start, end in plain)}
    assert {edge for token in cut for edge in token} == edges | inside


# Against the definition, one token after the other

_PLACE = st.integers(-3, 30)
_SPANS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from((*vocabulary.LABELS, "nope")), _PLACE, _PLACE), max_size=12
)


@settings(deadline=None)
@given(st.lists(texts, min_size=4, max_size=4), _SPANS, st.sampled_from((1, 20, 1_000_000)))
def test_many_texts_at_once_and_any_spans_give_what_each_gives_by_itself(
    several: list[str], spans: list[tuple[int, str, int, int]], at_once: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "AT_ONCE", at_once)
        rows = tokenized(several, spans)
    for number, (text, row) in enumerate(zip(several, rows, strict=True)):
        own = {name: [span[2:] for span in spans if span[:2] == (number, name)] for name in vocabulary.LABELS}
        expected = tokens_by_definition(text, {edge for places in own.values() for span in places for edge in span})
        assert list(zip(row["starts"], row["ends"], strict=True)) == expected
        assert row["tokens"] == words(text, expected)
        assert {label: row[f"{label}_tags"] for label in vocabulary.LABELS} == {
            label: tags_by_definition(expected, places) for label, places in own.items()
        }


def tokens_by_definition(text: str, edges: set[int]) -> Places:
    tokens = []
    for match in re.finditer(r"\w+|[^\w\s]", text):
        inside = sorted(edge for edge in edges if match.start() < edge < match.end())
        tokens += list(zip([match.start(), *inside], [*inside, match.end()], strict=True))
    return tokens


def tags_by_definition(tokens: Places, spans: Places) -> list[int]:
    tags, free = [0] * len(tokens), 0
    for start, end in sorted(spans):
        inside = [at for at, (first, last) in enumerate(tokens) if at >= free and start <= first and last <= end]
        for at in inside:
            tags[at] = 1 if at == inside[0] else 2
            free = at + 1
    return tags
