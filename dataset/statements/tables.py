"""What annotators sorted: the tables of a layer of sorting, and of the gold, on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from dataset.storage.address import Location
from dataset.storage.atomic import asides
from dataset.storage.tables import read_sound, table_bytes

DEALS: Final = "event_deals"
TABLES: Final[dict[str, type[schema.Table]]] = {
    name: schema.RECORD[name] for name in ("event_tasks", "tellings", "contradictions")
}
_ORDER: Final = {
    "event_tasks": ["event_id"],
    "tellings": ["event_id", "article_id", "span_id", "degree", "statement"],
    "contradictions": ["event_id", "statement", "against"],
}


@dataclass(frozen=True)
class EventSorting:
    """How an annotator sorted the quotes and numbers of events: rows of `event_tasks`, `tellings`, `contradictions`."""

    event_tasks: pl.DataFrame
    tellings: pl.DataFrame
    contradictions: pl.DataFrame

    def without(self, events: Sequence[str]) -> EventSorting:
        """What it says of all events but these."""
        return EventSorting(*(getattr(self, name).filter(~pl.col("event_id").is_in(list(events))) for name in TABLES))

    def only(self, events: Sequence[str]) -> EventSorting:
        """What it says of these events."""
        return EventSorting(*(getattr(self, name).filter(pl.col("event_id").is_in(list(events))) for name in TABLES))

    def joined(self, more: EventSorting) -> EventSorting:
        """Both together, in the record's order."""
        both = (pl.concat([getattr(self, name), getattr(more, name)]).sort(_ORDER[name]) for name in TABLES)
        return EventSorting(*both)


def make_sorting(**rows: Sequence[Mapping[str, object]]) -> EventSorting:
    """A sorting from rows by table, in the record's order."""
    tables = {name: schema.frame(model, rows.get(name, [])).sort(_ORDER[name]) for name, model in TABLES.items()}
    return EventSorting(**tables)


def read_sorting(folder: Location) -> EventSorting:
    """What the tables in a layer's folder say; empty where there are none.

    Raises:
        Problem: one of them cannot be read, or holds what the table does not allow.
    """
    return EventSorting(*(read_sound(folder / f"{name}.jsonl", model) for name, model in TABLES.items()))


def write_sorting(folder: Path, sorting: EventSorting) -> list[Path]:
    """Writes the tables that differ from those in the folder, all of them or none. Returns their paths."""
    content = {folder / f"{name}.jsonl": table_bytes(getattr(sorting, name)) for name in TABLES}
    changed = {path: new for path, new in content.items() if not path.exists() or path.read_bytes() != new}
    with asides() as several:
        for path, new in changed.items():
            several.of(path).write_bytes(new)
    return list(changed)


def read_statements(corpus: Corpus) -> pl.DataFrame:
    """The statements and figures of the gold.

    Raises:
        Problem: the table cannot be read.
    """
    return read_sound(corpus.layer_path(GOLD) / "statements.jsonl", schema.Statements)


def deals_path(corpus: Corpus, round_name: str) -> Path:
    """Where it is written which event was dealt to whom."""
    return corpus.annotations / round_name / f"{DEALS}.jsonl"


def dealt_events(corpus: Corpus, round_name: str) -> pl.DataFrame:
    """Which event was dealt to whom in a round: rows of `event_deals`; none where the round is not one of sorting."""
    return read_sound(deals_path(corpus, round_name), schema.EventDeals)


def require_dealt(corpus: Corpus, round_name: str) -> pl.DataFrame:
    """The same.

    Raises:
        Problem: no event was dealt in the round.
    """
    deals = dealt_events(corpus, round_name)
    if deals.is_empty():
        raise Problem(
            f"no event was opened in round {round_name}",
            f"run `hedgerow align --round {round_name} --annotator a1`",
        )
    return deals
