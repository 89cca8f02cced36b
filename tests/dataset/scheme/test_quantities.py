from __future__ import annotations

import pytest

from dataset.scheme.quantities import Reading, is_unit, read_number, read_quantity


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("12,000", 12_000, 12_000),
        ("3.5 million", 3_500_000, 3_500_000),
        ("$3.5m", 3_500_000, 3_500_000),
        ("€ 2bn", 2_000_000_000, 2_000_000_000),
        ("three", 3, 3),
        ("Twenty-five", 25, 25),
        ("a hundred and two", 102, 102),
        ("two hundred thousand", 200_000, 200_000),
        ("one million two hundred thousand", 1_200_000, 1_200_000),
        ("a dozen", 12, 12),
        ("dozens", 12, None),
        ("thousands", 1000, None),
        ("hundreds of thousands", 100_000, None),
        ("billions of dollars", 1_000_000_000, None),
        ("10,000 to 12,000", 10_000, 12_000),
        ("10–12", 10, 12),
        ("two or", 2, 2),
        ("60 %", 60, 60),
        ("Half", 50, 50),
        ("a third", 33.33, 33.33),
        ("two-thirds", 66.67, 66.67),
        ("3 quarters", 75, 75),
        ("a quarter to a third", 25, 33.33),
        ("half a million", 500_000, 500_000),
        ("half an hour", 0.5, 0.5),
        ("two and a half million", 2_500_000, 2_500_000),
        ("2-and-a-half", 2.5, 2.5),
    ],
)
def test_words_say_their_quantity(words: str, low: float, high: float | None) -> None:
    read = read_quantity(words)
    assert read and read.certain
    assert (read.low, read.high) == (low, high)


@pytest.mark.parametrize(
    "words", ["3 to 4 million", "half mile", "a third to 40 %", "nineteen eighty", "1.200", "12 to 10"]
)
def test_words_that_can_be_read_in_two_ways_are_not_certain(words: str) -> None:
    read = read_quantity(words)
    assert read and not read.certain


@pytest.mark.parametrize("words", ["", "many", "several", "at least 40", "a", "an hour", "over 220", "-5", "1,2345"])
def test_words_that_do_not_begin_with_a_number_are_not_read(words: str) -> None:
    assert read_quantity(words) is None


@pytest.mark.parametrize(
    ("words", "rest"), [("five km", " km"), ("billions of dollars", " of dollars"), ("60%", "%"), ("40", "")]
)
def test_what_follows_the_number_is_a_unit_or_nothing(words: str, rest: str) -> None:
    read = read_quantity(words)
    assert read and read.rest == rest
    assert is_unit(rest) == bool(rest)


def test_a_counted_noun_is_no_unit() -> None:
    read = read_quantity("14,000 grey seals")
    assert read and not is_unit(read.rest)


@pytest.mark.parametrize(
    ("words", "after", "reading"),
    [
        ("1.7 billion dollars", "", Reading("money", "1700000000", "USD")),
        ("€ 3.5 million", " for", Reading("money", "3500000", "EUR")),
        ("60 per cent", " of homes", Reading("percent", "60", "%")),
        ("Two-thirds", " of homes", Reading("percent", "66.67", "%")),
        ("half", " the homes", Reading("percent", "50", "%")),
        ("half a million", " homes", Reading("count", "500000", "homes")),
        ("half an hour", " later", Reading("measure", "0.5", "h")),
        ("two and a half years", "", Reading("measure", "2.5", "a")),
        ("five km", " away", Reading("measure", "5", "km")),
        ("10,000 to 12,000", " fans", Reading("count", "10000..12000", "fans")),
        ("Dozens", " of fans came", Reading("count", "12..", "fans")),
        ("12,000", " North Korean troops, who", Reading("count", "12000", "troops")),
        ("2.5", " people", Reading("count", "2.5", "people")),
    ],
)
def test_kind_value_and_unit_follow_from_the_words(words: str, after: str, reading: Reading) -> None:
    assert read_number(words, after) == reading


@pytest.mark.parametrize(
    ("words", "after", "reading"),
    [
        ("two-thirds of homes", "", Reading()),
        ("half-time", "", Reading()),
        ("a million and a half", " homes", Reading()),
        ("a year", " ago", Reading()),
        ("14,000 grey seals", " came", Reading()),
        ("3.5m", " people", Reading()),
        ("all 40", " ships", Reading()),
        ("many", " ships", Reading()),
        ("3 to 4 million", " men", Reading("count", "", "men")),
        ("five", " military bases", Reading("count", "5", "")),
        ("six", " is", Reading("count", "6", "")),
        ("six", ". Ships", Reading("count", "6", "")),
        ("40", " km away", Reading("", "40", "")),
        ("40 pounds", "", Reading("", "40", "")),
        ("40 rupees", "", Reading("money", "40", "")),
    ],
)
def test_what_does_not_follow_from_the_words_stays_empty(words: str, after: str, reading: Reading) -> None:
    assert read_number(words, after) == reading
