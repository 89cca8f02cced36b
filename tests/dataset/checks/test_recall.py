from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from dataset.checks import recall
from dataset.scheme import lexicon

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


_PLACE = st.tuples(st.integers(0, 20), st.integers(1, 5)).map(lambda place: (place[0], place[0] + place[1]))


@given(st.lists(_PLACE, max_size=6), _PLACE)
def test_a_place_is_touched_where_it_shares_a_character(places: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    known = recall.TextPlaces()
    for start, end in sorted(places):
        known.add(start, end)
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
        digits = [place[1:3] for place in recall.digits(recall.ArticleText("a", text, recall.TextPlaces(), {}))]
        assert ((start, end) in digits) is not within
