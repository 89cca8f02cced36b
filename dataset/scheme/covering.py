"""Which of many places hold another place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Covering(Generic[Kept]):
    """Places of one text with something kept at each, to be asked many times."""

    def __init__(self, places: Iterable[tuple[int, int, Kept]]) -> None:
        """`places` are start, end (exclusive) and what is kept there, ordered by start."""
        self._places = list(places)
        self._starts = [start for start, _, _ in self._places]
        self._reach = list(accumulate((end for _, end, _ in self._places), max))

    def around(self, start: int, end: int) -> Iterator[tuple[int, int, Kept]]:
        """The places that hold all of start:end, the last to begin first."""
        at = bisect_right(self._starts, start) - 1
        while at >= 0 and self._reach[at] >= end:
            if self._places[at][1] >= end:
                yield self._places[at]
            at -= 1
