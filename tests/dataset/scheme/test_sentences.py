"""The sentences of a text, and the one around some words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.scheme.sentences import sentence_around, sentences


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("It rained. The dam held, she said. Nobody left.", "The dam held", "The dam held, she said."),
        ("It rained.\nThe dam held, she said\nNobody left.", "dam", "The dam held, she said"),
        ("On Oct. 25 he said it rained. It did.", "it rained", "On Oct. 25 he said it rained."),
        ("Mr. Brandt said it rained. It did.", "it rained", "Mr. Brandt said it rained."),
        ("“It rained.” The dam held.", "dam", "The dam held."),
        ("He said: “It rained. It poured.” She left.", "It rained. It poured.", "He said: “It rained. It poured.”"),
        ("About 3.5 metres fell. It did.", "metres", "About 3.5 metres fell."),
        ("One line.\nTwo. Three", "Two", "Two."),
    ],
)
def test_a_sentence_ends_where_another_begins(text: str, words: str, sentence: str) -> None:
    at = text.index(words)
    first, last = sentence_around(text, at, at + len(words))
    assert text[first:last] == sentence


@given(st.text(alphabet="aB1 .!”\n", max_size=40), st.data())
def test_the_words_are_always_inside_of_their_sentence(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = sentence_around(text, start, end)
    assert 0 <= first <= start <= end <= last <= len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. It did!  Nobody left", ["It rained.", "It did!", "Nobody left"]),
        ("A headline\n\nIt rained.\n Mr. Brandt left. ", ["A headline", "It rained.", "Mr. Brandt left."]),
        ("“It rained.” She left.", ["“It rained.”", "She left."]),
        ("About 3.5 metres fell in the U.S. East. It did.", ["About 3.5 metres fell in the U.S. East.", "It did."]),
        ("🇺🇦 It rained. It did.", ["🇺🇦 It rained.", "It did."]),
        (" \n\t\n", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_its_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.text(alphabet="aBé1 .!”\n\t", max_size=60))
def test_all_that_is_not_blank_is_in_one_sentence(text: str) -> None:
    places = list(sentences(text))
    inside = [at for start, end in places for at in range(start, end)]
    assert inside == sorted(set(inside))
    assert {at for at, character in enumerate(text) if not character.isspace()} <= set(inside)
    assert all(text[start:end] == text[start:end].strip() and "\n" not in text[start:end] for start, end in places)


@given(st.text(alphabet="aB1 .!”\n", max_size=40), st.data())
def test_the_sentence_around_words_within_one_is_that_sentence(text: str, data: st.DataObject) -> None:
    places = list(sentences(text))
    for first, last in places:
        start = data.draw(st.integers(first, last - 1))
        end = data.draw(st.integers(start + 1, last))
        around = sentence_around(text, start, end)
        assert text[slice(*around)].strip() == text[first:last]
