from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dataset.scheme.covering import Covering

_PLACES = st.lists(st.tuples(st.integers(-3, 20), st.integers(-3, 20), st.integers(0, 99)), max_size=12)


@given(_PLACES, st.integers(-3, 20), st.integers(-3, 20))
def test_the_places_around_another_are_those_that_begin_no_later_and_end_no_earlier(
    places: list[tuple[int, int, int]], start: int, end: int
) -> None:
    expected = [place for place in sorted(places) if place[0] <= start and end <= place[1]]
    assert list(Covering(sorted(places)).around(start, end)) == expected[::-1]
