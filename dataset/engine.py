"""What does the parts of a layer: this process, one after the other, or several of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


class Each(Protocol):
    """Does some work for each of the parts, and hands on the results in the order of the parts, as `map` does."""

    def __call__(self, work: Callable[[Given], Made], given: Iterable[Given], /) -> Iterator[Made]:
        """The results, in order."""
        ...
