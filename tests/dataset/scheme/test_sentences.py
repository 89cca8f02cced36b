"""The sentence around some words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.scheme.sentences import sentence_around


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
