from __future__ import annotations

import pytest

from dataset.scheme.words import word_cut_at


def cut(text: str) -> str | None:
    """The word that is cut where `|` stands."""
    place = text.index("|")
    return word_cut_at(text.replace("|", ""), place)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Adam Schif|f said", "Schiff"),
        ("M|ay", "May"),
        ("the U.|S. said", "U.S."),
        ("the U.S|. said", "U.S."),
        ("cafe|\u0301s", "cafe\u0301s"),
        ("did|n't", "didn't"),
        ("O’|Brien", "O’Brien"),
        ("AT|&T", "AT&T"),
        ("1,|200", "1,200"),
        ("10|–12", "10–12"),
        ("3|.5", "3.5"),
        ("US$|3.5bn", "US$3.5bn"),
        ("60|%", "60%"),
        ("5|km", "5km"),
        ("20|°C", "20°C"),
        ("Korea-Rus|sia", "Korea-Russia"),
    ],
)
def test_an_edge_inside_a_word_cuts_it(text: str, word: str) -> None:
    assert cut(text) == word


@pytest.mark.parametrize(
    "text",
    [
        *(
            "|Kyiv",
            "Kyiv|",
            "Kyiv|, 5",
            "rained|.",
            "“|We",
            "We|”",
            "(|AP)",
            "60 |%",
            "in 2019|, 40",
            "Zelensky|\xa0said",
        ),
        *("pro|-Russian", "pro-|Russian", "12|-member", "Kyiv|'s", "Kyiv|’s", "we|'re", "rebels|’ claim", "U.S.|-led"),
    ],
)
def test_an_edge_between_words_cuts_none(text: str) -> None:
    assert cut(text) is None
