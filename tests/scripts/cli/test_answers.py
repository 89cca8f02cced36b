from __future__ import annotations

import pytest

from scripts.cli.answers import Answer, Choice, understood

PROPOSED = "ferry-2031"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", Answer(Choice.ACCEPT, PROPOSED)),
        ("n", Answer(Choice.LEAVE)),
        ("q", Answer(Choice.STOP)),
        ("lomma-2031", Answer(Choice.ACCEPT, "lomma-2031")),
        ("1 3", Answer(Choice.ACCEPT, PROPOSED, (1, 3))),
        ("3,1,3", Answer(Choice.ACCEPT, PROPOSED, (3, 1))),
        ("2 lomma-2031", Answer(Choice.ACCEPT, "lomma-2031", (2,))),
    ],
)
def test_a_line_is_taken_for_what_it_says(typed: str, answer: Answer) -> None:
    assert understood(typed, PROPOSED, 3) == answer


@pytest.mark.parametrize("typed", ["?", "0", "4", "two names", "n 1", "q 2", ".hidden", "ä"])
def test_a_line_that_says_nothing_is_asked_for_again(typed: str) -> None:
    assert understood(typed, PROPOSED, 3) is None
