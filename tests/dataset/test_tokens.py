from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dataset.tokens import spans_of, tag, tokenize
from tests.dataset.drawn import places, texts

Places = list[tuple[int, int]]


@st.composite
def texts_with_places(draw: st.DrawFn) -> tuple[str, list[Places]]:
    """A text and places in it for each of four labels, which may overlap each other across labels."""
    text = draw(texts)
    return text, [draw(places(text)) for _ in range(4)]


def cuts(labels: list[Places]) -> list[int]:
    return [edge for spans in labels for span in spans for edge in span]


def words(text: str, tokens: Places) -> list[str]:
    return [text[start:end] for start, end in tokens]


@pytest.mark.parametrize(
    ("text", "tokens"),
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
def test_a_token_is_a_word_or_one_other_character(text: str, tokens: list[str]) -> None:
    assert words(text, tokenize(text, [])) == tokens


def test_a_token_is_cut_again_at_span_edges() -> None:
    assert words("anti-Kyiv", tokenize("anti-Kyiv", [6, 2, 8, 6])) == ["an", "ti", "-", "K", "yi", "v"]


@pytest.mark.parametrize("cut", [-3, 0, 4, 5, 9, 400])
def test_a_cut_between_tokens_or_outside_the_text_changes_nothing(cut: int) -> None:
    assert tokenize("Kyiv said", [cut]) == [(0, 4), (5, 9)]


def test_tags_tell_where_a_span_begins_and_goes_on() -> None:
    tokens = tokenize("he may well go", [])
    assert tag(tokens, [(3, 11)]) == [0, 1, 2, 0]


def test_spans_that_touch_are_told_apart() -> None:
    tokens = tokenize("maywell", [3])
    assert tag(tokens, [(3, 7), (0, 3)]) == [1, 1]
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
    tokens = tokenize(text, cuts(labels))
    for spans in labels:
        assert spans_of(tokens, tag(tokens, spans)) == spans


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
