from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.scheme.quotation_marks import MARKS, read_marks


def quoted(text: str) -> list[str]:
    return [text[start:end] for start, end in read_marks(text).pairs]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("“We lost,” she said, “but …”", ["“We lost,”", "“but …”"]),
        ('"We lost," she said.', ['"We lost,"']),
        ("'We can't,' she said.", ["'We can't,'"]),
        ("‘We can’t,’ she said.", ["‘We can’t,’"]),
        ("Kyiv’s and the rebels’ claim, the '90s", []),
        ("“A ‘scare’ quote”", ["“A ‘scare’ quote”", "‘scare’"]),
        ('"the rebels\' claim"', ['"the rebels\' claim"']),
        ("„Nein“ and «non»", ["„Nein“", "«non»"]),
    ],
)
def test_marks_that_belong_together_are_pairs_and_apostrophes_are_none(text: str, pairs: list[str]) -> None:
    assert quoted(text) == pairs
    assert read_marks(text).single == []


def test_a_mark_without_its_half_is_told_and_does_not_reach_into_the_next_paragraph() -> None:
    text = "“One.\n“Two.” and ”"
    assert quoted(text) == ["“Two.”"]
    assert read_marks(text).single == [0, len(text) - 1]


@given(st.text(st.sampled_from([*MARKS, "a", " ", "\n", "s"]), max_size=60))
def test_pairs_lie_in_the_text_and_cross_no_line(text: str) -> None:
    marks = read_marks(text)
    for start, end in marks.pairs:
        assert text[start] in MARKS and text[end - 1] in MARKS and "\n" not in text[start:end]
    assert all(text[place] in MARKS for place in marks.single)
