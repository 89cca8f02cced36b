from __future__ import annotations

import pytest

from annotation.suggesting.rules.numbers import read_numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It cost $3.5 million.", [("$3.5 million", "money", "3500000", "USD")]),
        ("It cost €900m and £20,000.", [("€900m", "money", "900000000", "EUR"), ("£20,000", "money", "20000", "GBP")]),
        ("It paid US$40 in 2019.", [("US$40", "money", "40", "USD")]),
        (
            "It rose 5.5 percent to $12.50.",
            [("5.5 percent", "percent", "5.5", "%"), ("$12.50", "money", "12.5", "USD")],
        ),
        ("It rose 41%.", [("41%", "percent", "41", "%")]),
        ("About 10,000 to 12,000 North Korean troops.", [("10,000 to 12,000", "count", "10000..12000", "troops")]),
        ("Some 1,200 grey seals came.", [("1,200", "count", "1200", "seals")]),
        (
            "Two dozen boats and a dozen carts.",
            [("Two dozen", "count", "24", "boats"), ("a dozen", "count", "12", "carts")],
        ),
        ("Tens of thousands of people came.", [("Tens of thousands", "count", "10000..", "people")]),
        ("Half a million fans came.", [("Half a million", "count", "500000", "fans")]),
        (
            "Two-thirds of voters, a third of homes.",
            [("Two-thirds", "percent", "66.67", "%"), ("a third", "percent", "33.33", "%")],
        ),
        ("Half the fleet sank.", [("Half", "percent", "50", "%")]),
        ("It took two and a half years.", [("two and a half years", "measure", "2.5", "a")]),
        (
            "It is 300 km or 15 miles away.",
            [("300 km", "measure", "300", "km"), ("15 miles", "measure", "15", "[mi_i]")],
        ),
        ("Gusts of 240 kph came.", [("240 kph", "measure", "240", "km/h")]),
        ("It killed 3 in 12 months.", [("3", "count", "3", ""), ("12 months", "measure", "12", "mo")]),
        ("A 12-member crew.", [("12", "count", "12", "members")]),
        ("A five-year plan.", [("five-year", "measure", "5", "a")]),
        ("Ann Bo, 34, came.", [("34", "measure", "34", "a")]),
        ("In Gaza 12 people died.", [("12", "count", "12", "people")]),
        ("On March 15, 22 people came.", [("22", "count", "22", "people")]),
        ("Billions of dollars were lost.", [("Billions of dollars", "money", "1000000000..", "USD")]),
    ],
)
def test_a_quantity_is_found_with_its_kind_value_and_unit(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    readings = [(text[number.start : number.end], *number.reading) for number in read_numbers(text)]
    assert readings == expected


@pytest.mark.parametrize(
    "text",
    [
        "On March 4 and 5 it rained.",
        "On 4 and 5 March it rained.",
        "May 5, 6 and 7 were dry.",
        "From January 3 to 5 it snowed.",
        "The Category 4 storm hit at 1700 UTC.",
        "Flight 370, Chapter 11, page 12, Room 101.",
        "An F-16, a Boeing 737, COVID-19, the G7, 5G and MH17.",
        "They won 2-1, then 6-4, 6-2.",
        "A 34-year-old man in his 30s came in the 1990s.",
        "It was one in five, and one of them.",
        "About 1 in 5 people left.",
        "The bill, H.R. 3200, passed.",
        "Between 5 and 7 p.m., from 9 to 11 a.m., at 9:30.",
        "The Big Four met for the second time in 2019.",
        "Call 555-0101, day or night, 24/7.",
        "Several people and many dogs.",
        "It was a half-hearted try.",
        "See https://example.org/12/34.",
        "No. 10 and #1.",
        "",
    ],
)
def test_what_is_no_quantity_is_left_out(text: str) -> None:
    assert [text[number.start : number.end] for number in read_numbers(text)] == []
