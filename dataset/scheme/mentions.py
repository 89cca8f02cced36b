"""Where a text names the entities of a registry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dataset.scheme.lexicon import one_of


class Mention(NamedTuple):
    """An entity, and where a text has one of its names: start and end in code points, end-exclusive."""

    entity: str
    start: int
    end: int


class Names:
    """The names of the entities of an event, to be looked for in texts."""

    def __init__(self, aliases: Mapping[str, Iterable[str]]) -> None:
        """`aliases` has the other names of each canonical name."""
        self._called: dict[str, list[str]] = {}
        for entity, also in aliases.items():
            for name in dict.fromkeys(map(_plain, (entity, *also))):
                self._called.setdefault(name, []).append(entity)
        self._called.pop("", None)
        self._pattern = re.compile(_pattern(tuple(self._called))) if self._called else None

    def mentions(self, text: str) -> Iterator[Mention]:
        """Every mention of an entity by a name, as whole words in these capitals, in the order of the text.

        A name within a longer one is none. Of entities that share a name, each is mentioned.
        """
        for match in self._pattern.finditer(text) if self._pattern else ():
            for entity in self._called[_plain(match[0])]:
                yield Mention(entity, *match.span())


def _plain(name: str) -> str:
    return " ".join(name.split()).replace("’", "'")


def _pattern(names: tuple[str, ...]) -> str:
    """A pattern of whole names, with either apostrophe and any blanks."""
    listed = one_of(names).replace("\\ ", r"\s+").replace("'", "['’]")
    return rf"(?<!\w){listed}(?!\w)"
