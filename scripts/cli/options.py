"""Options that several commands have: what processes the parts of a record, and which articles are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Final

import typer

from dataset.parallel import OrderedMap, cluster_map, local_map, standing_by
from dataset.similarity import near_duplicates, near_duplicates_shuffled


class Engine(StrEnum):
    """What processes the parts of a large record: this machine, or Ray."""

    HERE = "here"
    RAY = "ray"


EngineOption = Annotated[
    Engine,
    typer.Option(help="here: the cores of this machine. ray: the cluster at RAY_ADDRESS; the result is the same."),
]

OutletOption = Annotated[
    list[str] | None, typer.Option(help="Only articles by this outlet; may be repeated.", metavar="OUTLET")
]
SinceOption = Annotated[
    str | None,
    typer.Option(help="Only articles published on this day, in this month or year, or later.", metavar="DATE"),
]
UntilOption = Annotated[
    str | None,
    typer.Option(help="Only articles published on this day, in this month or year, or before.", metavar="DATE"),
]


FINDERS: Final[dict[Engine, near_duplicates.Finder]] = {
    Engine.HERE: near_duplicates.near_duplicates_in,
    Engine.RAY: near_duplicates_shuffled.near_duplicates,
}
"""What finds near-duplicates, within `started`."""


@contextmanager
def started(engine: Engine) -> Iterator[OrderedMap]:
    """What processes the parts, for as long as the context lasts.

    Raises:
        Problem: Ray is not installed, or its cluster cannot be reached.
    """
    if engine is Engine.HERE:
        with standing_by():
            yield local_map
        return
    with cluster_map() as each:
        yield each
