"""Who speaks for whom among the sources of an event, and which of them are named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dataset.record.rows import EntityRow

ANONYMOUS_KIND = "document"


@dataclass(frozen=True)
class Registry:
    """An event's sources: for whom each speaks, and what kind each is. An entity that it lacks speaks for itself."""

    speaks_for: Mapping[str, str | None] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    def principals(self, entity: str) -> tuple[str, ...]:
        """Those for whom an entity speaks, nearest first: a minister speaks for the ministry, then the state.

        Where entities speak for one another in a circle, each of them speaks for all others of it.
        """
        chain = self._chain(entity)[0]
        return tuple(chain[1:])

    def root(self, entity: str) -> str:
        """The last for whom an entity speaks, so that a minister, the ministry and the state have one root.

        Of a circle it is the name that sorts first, whichever entity of the circle one asks about.
        """
        chain, circle = self._chain(entity)
        return min(circle) if circle else chain[-1]

    def named(self, sources: Iterable[str]) -> frozenset[str]:
        """The sources but documents: an article that says “reports” names nobody."""
        return frozenset(source for source in sources if self.kinds.get(source) != ANONYMOUS_KIND)

    def most_specific(self, sources: Iterable[str]) -> frozenset[str]:
        """The sources but those for whom another of them speaks: of a minister and the state, the minister.

        Sources that speak for one another in a circle all remain.
        """
        every = frozenset(sources)
        return frozenset(source for source in every if not any(self._below(speaker, source) for speaker in every))

    def related(self, first: Iterable[str], second: Iterable[str]) -> bool:
        """Whether each entity of either source is one of the other, or speaks for it, or is spoken for by it."""
        before, after = frozenset(first), frozenset(second)
        return all(any(self._on_one_line(near, far) for far in after) for near in before) and all(
            any(self._on_one_line(near, far) for far in before) for near in after
        )

    def _on_one_line(self, entity: str, speaker: str) -> bool:
        return entity == speaker or entity in self.principals(speaker) or speaker in self.principals(entity)

    def _below(self, speaker: str, source: str) -> bool:
        return source in self.principals(speaker) and speaker not in self.principals(source)

    def _chain(self, entity: str) -> tuple[list[str], list[str]]:
        """An entity and those above it, each once; and those of the circle that they end in, if they end in one."""
        chain = [entity]
        while (above := self.speaks_for.get(chain[-1])) and above not in chain:
            chain.append(above)
        return chain, chain[chain.index(above) :] if above else []


def registry_of(rows: Iterable[EntityRow]) -> Registry:
    """The registry of the entities of one event."""
    entities = list(rows)
    return Registry(
        {row["entity"]: row["speaks_for"] for row in entities}, {row["entity"]: row["kind"] for row in entities}
    )
