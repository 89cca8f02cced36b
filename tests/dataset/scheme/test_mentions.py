"""Where a text names the entities of a registry."""

from __future__ import annotations

import pytest

from dataset.scheme.mentions import Names

NAMES = Names(
    {
        "North Korea": ["Pyongyang", "the North"],
        "Ministry of Foreign Affairs (North Korea)": ["North Korea's foreign ministry", "foreign ministry"],
        "Kim Jong Gyu": ["Kim"],
        "Kim Jong Un": ["Kim", "Kim Jong Un"],
        "Ø": ["", " "],
    }
)


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Pyongyang and the North", [("North Korea", "Pyongyang"), ("North Korea", "the North")]),
        ("North Korean troops left northern Pyongyangs", []),
        ("pyongyang", []),
        ("North\n  Korea", [("North Korea", "North\n  Korea")]),
        (
            "North Korea’s foreign ministry",
            [("Ministry of Foreign Affairs (North Korea)", "North Korea’s foreign ministry")],
        ),
        ("Kim Jong Gyu", [("Kim Jong Gyu", "Kim Jong Gyu")]),
        ("Kim", [("Kim Jong Gyu", "Kim"), ("Kim Jong Un", "Kim")]),
        ("🇺🇦 Kim Jong Un’s", [("Kim Jong Un", "Kim Jong Un")]),
        ("", []),
    ],
)
def test_entities_are_mentioned_by_whole_names_the_longest_first(text: str, mentions: list[tuple[str, str]]) -> None:
    assert [(mention.entity, text[mention.start : mention.end]) for mention in NAMES.mentions(text)] == mentions


def test_an_event_without_a_registry_has_no_mentions() -> None:
    assert list(Names({}).mentions("Kim")) == list(Names({"": []}).mentions("Kim")) == []
