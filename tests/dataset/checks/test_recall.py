from __future__ import annotations

import re

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from dataset.checks import recall
from dataset.scheme import lexicon
from dataset.scheme.designations import is_designation, is_score

_WORDS = st.sampled_from(
    (
        *("about", "ships", "of", "a", "am", "aim", "ofer", "p", "pm", "p.m.", "o'clock", "may", "on", "x", "é"),
        *("May", "Oct.", "Covid-", "F", "in", "1999", "12", "3", "7.", "2)", "3.5", "1,000", "5th", "-", "–", ":", "/"),
        *("http://x/", "\n", "\u00a0", "“", "m"),
    )
)
_SENTENCES = st.lists(st.tuples(_WORDS, st.sampled_from((" ", " ", " ", ""))), max_size=10).map(
    lambda pairs: "".join(word + blank for word, blank in pairs)
)


def _article(text: str) -> recall.ArticleText:
    (places,) = recall.beginnings(pl.Series([text]))
    return recall.ArticleText("a", text, recall.TextPlaces(), {}, places, [])


_BEGUN = st.sampled_from(
    (
        *recall.BEGINNINGS,
        *(
            "the",
            "a",
            "to",
            "that",
            "as",
            "no need to confirm",
            "from",
            "short of",
            "denying",
            "he",
            "é",
            "“",
            "5",
            "ed",
        ),
    )
)
_CASED = st.tuples(_BEGUN, st.sampled_from((str.lower, str.upper, str.capitalize))).map(lambda word: word[1](word[0]))
_BEGUN_SENTENCES = st.lists(st.tuples(_CASED, st.sampled_from((" ", " ", "-", ", ", ". ", ""))), max_size=9).map(
    lambda pairs: "".join(word + blank for word, blank in pairs)
)


@given(_BEGUN_SENTENCES, st.integers(0, 30), st.integers(0, 90))
@example("some twenty-five of them may have said that he could not", 0, 90)
@example("é, the Reported two; they refused to confirm or deny, tens of thousands", 0, 90)
def test_what_is_tried_where_it_may_begin_is_what_is_searched_for_everywhere(text: str, start: int, more: int) -> None:
    end = min(start + more, len(text))
    for pattern in (recall.CUES, recall.NUMBERS, recall.SAYINGS):
        wanted = [match.span() for match in pattern.finditer(text, start, end)]
        assert [match.span() for match in recall.matches(pattern, _article(text), start, end)] == wanted


_PLACE = st.tuples(st.integers(0, 20), st.integers(1, 5)).map(lambda place: (place[0], place[0] + place[1]))


@given(st.lists(_PLACE, max_size=6), _PLACE)
def test_a_place_is_touched_where_it_shares_a_character(places: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    known = recall.TextPlaces(sorted(places))
    shares = any(set(range(*asked)) & set(range(*place)) for place in places)
    assert known.touch(*asked) is shares


@given(_SENTENCES)
@example("about 12 ships")
@example("on 3 of May")
@example("at 3 am")
def test_digits_are_no_number_where_a_date_time_ordinal_name_or_marker_holds_them(text: str) -> None:
    for number in re.finditer(r"\d+(?:[.,]\d+)*", text):
        start, end = number.span()
        around = re.compile(lexicon.NOT_NUMBERS).finditer(text, max(0, start - recall.AROUND), end + recall.AROUND)
        within = any(match.start() < end and start < match.end() for match in around)
        before, after = text[max(0, start - recall.AROUND) : start], text[end : end + recall.AROUND]
        within |= is_designation(number[0], before, after) or is_score(text, start, end)
        digits = [place[1:3] for place in recall.digits(_article(text))]
        assert ((start, end) in digits) is not within
