from __future__ import annotations

import pytest

from annotation.suggesting.rules.entities import EntityAliases, Identities

REGISTRY = EntityAliases(
    {
        "Northwind Airships": ["Northwind", "the firm"],
        "Mirta Savelin": ["Savelin"],
        "Ground Crew Union": ["the union"],
        "Air Accident Board": ["the board"],
    }
)


def entities(text: str, *mentions: str, registry: EntityAliases = REGISTRY) -> list[list[str]]:
    identities, named, reached = Identities(text, registry), [], 0
    for words in mentions:
        start = text.index(words, reached)
        named.append(identities.of(start, start + len(words)))
        reached = start + len(words)
    return named


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Northwind", ["Northwind Airships"]),
        ("The firm", ["Northwind Airships"]),
        ("Savelin", ["Mirta Savelin"]),
        ("Mirta Savelin, chief executive of Northwind Airships", ["Mirta Savelin"]),
        ("Northwind chief executive Mirta Savelin", ["Mirta Savelin"]),
        ("Its chief executive, Mirta Savelin", ["Mirta Savelin"]),
        ("The board and the union", ["Air Accident Board", "Ground Crew Union"]),
    ],
)
def test_a_registered_speaker_is_known_by_its_aliases(words: str, expected: list[str]) -> None:
    assert entities(words, words) == [expected]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Oxbow mayor Pip Longwater", "Pip Longwater"),
        ("Foreign Minister Joren Ketch", "Joren Ketch"),
        ("Ada Penn, head of the flood office", "Ada Penn"),
        ("the mechanic, Bo Tarling", "Bo Tarling"),
        ("Wen Adair of the Corran Observatory", "Wen Adair"),
        ("The Defence Ministry", "Defence Ministry"),
        ("the head of the flood office", "head of the flood office"),
        ("Dr. Lena Vos", "Lena Vos"),
    ],
)
def test_a_speaker_that_is_not_registered_goes_by_its_name_or_its_words(words: str, expected: str) -> None:
    assert entities(words, words, registry=EntityAliases({})) == [[expected]]


def test_a_surname_stands_for_the_whole_name_in_the_text() -> None:
    text = "Gareth Vane is a builder. Vane said no."
    assert entities(text, "Vane said"[:4], registry=EntityAliases({})) == [["Gareth Vane"]]


def test_a_pronoun_stands_for_the_last_speaker_of_its_kind() -> None:
    text = "Mirta Savelin spoke, the union spoke, she spoke, it spoke."
    named = entities(text, "Mirta Savelin", "the union", "she", "it")
    assert named == [["Mirta Savelin"], ["Ground Crew Union"], ["Mirta Savelin"], ["Ground Crew Union"]]


def test_a_pronoun_without_a_speaker_before_it_stays_as_it_is() -> None:
    assert entities("She spoke.", "She") == [["She"]]
