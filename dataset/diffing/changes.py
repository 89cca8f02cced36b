"""What changed between two versions of a dataset, and the smallest version bump that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any


class Bump(IntEnum):
    """The part of a version number that a change raises, as Croissant 1.1 defines a dataset's version.

    PATCH: the same data, written or described otherwise. MINOR: something was added, and all that was there can be had
    as it was. MAJOR: something that was there changed or is gone.
    """

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed.

    Attributes:
        bump: what it alone would raise.
        kind: added, removed, changed, reordered (rows in another order), rewritten (the same data in other bytes).
        table: `articles`, `spans`, `relations`, `annotators`, `statements`, `figures` or `entities`, where a row of the
            data changed; another config, where a row changed that the changes of those do not explain; `schema`,
            `splits`, `card` or `files`.
        config: of `schema` and of a rewritten or reordered config: its name.
        column: the column, the card's key or the file; of a relation its type; null for a whole row or config.
        old: the value before; of a removed row all its values.
        new: the value after; of an added row all its values. Of a relation: whether it was derived.
        span_id: the span as NEW has it; of a removed one as OLD has it. Of a relation: where it starts.
        to_span: of a relation: the span that it points to.
        label: the span's label, and its place in the article's text: `start` and `end`, code points, end-exclusive.
        statement_id: the statement or figure, with its `event_id`; of an entity that event, and its name in `entity`.
    """

    bump: Bump
    kind: str
    table: str
    config: str | None = None
    column: str | None = None
    old: Any = None
    new: Any = None
    article_id: str | None = None
    round: str | None = None
    annotator: str | None = None
    span_id: str | None = None
    to_span: str | None = None
    label: str | None = None
    start: int | None = None
    end: int | None = None
    event_id: str | None = None
    statement_id: str | None = None
    entity: str | None = None

    def row(self) -> dict[str, Any]:
        """The change for machines."""
        return {field.name: getattr(self, field.name) for field in fields(self)} | {"bump": self.bump.name}


def bump(changes: Iterable[Change]) -> Bump:
    """The smallest honest bump: the greatest that any of the changes needs; NONE for no change."""
    return max((change.bump for change in changes), default=Bump.NONE)
