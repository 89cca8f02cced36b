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
GOLD_TABLES: Final[dict[str, type[schema.Table]]] = {
    name: schema.RECORD[name] for name in ("tellings", "contradictions", "telling_decisions", "statements")
}
_ORDER: Final = {
    "event_tasks": ["event_id"],
    "tellings": ["event_id", "article_id", "span_id", "degree", "statement"],
    "contradictions": ["event_id", "statement", "against"],
    "telling_decisions": ["event_id", "article_id", "span_id", "round", "annotator"],
    "statements": ["event_id", "statement_id"],
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


def write_sorting(folder: Location, sorting: EventSorting) -> list[Location]:
    """Writes the tables that differ from those in the folder, all of them or none. Returns their paths."""
    return _write(folder, {name: getattr(sorting, name) for name in TABLES})


def read_gold(corpus: Corpus) -> dict[str, pl.DataFrame]:
    """The tables of the gold's statements, by name; empty where there is none yet.

    Raises:
        Problem: one of them cannot be read, or holds what the table does not allow.
    """
    folder = corpus.layer_path(GOLD)
    return {name: read_sound(folder / f"{name}.jsonl", model) for name, model in GOLD_TABLES.items()}


def write_gold(
    corpus: Corpus, events: Sequence[str], rows: Mapping[str, Sequence[Mapping[str, object]]]
) -> list[Location]:
    """Puts these rows of the gold's tables in the place of those of these events. Returns the files that changed."""
    tables = {}
    for name, before in read_gold(corpus).items():
        kept = before.filter(~pl.col("event_id").is_in(list(events)))
        tables[name] = pl.concat([kept, schema.frame(GOLD_TABLES[name], rows.get(name, []))]).sort(_ORDER[name])
    return _write(corpus.layer_path(GOLD), tables)


def gold_sorting(corpus: Corpus) -> EventSorting:
    """How the gold sorts each event."""
    gold = read_gold(corpus)
    return EventSorting(schema.empty(schema.EventTasks), gold["tellings"], gold["contradictions"])


def _write(folder: Location, tables: Mapping[str, pl.DataFrame]) -> list[Location]:
    content = {folder / f"{name}.jsonl": table_bytes(rows) for name, rows in tables.items()}
    changed = {path: new for path, new in content.items() if not path.exists() or path.read_bytes() != new}
    with asides() as several:
        for path, new in changed.items():
            several.of(path).write_bytes(new)
    return list(changed)


def deals_path(corpus: Corpus, round_name: str) -> Path:
    """Where it is written which event was dealt to whom."""
    return corpus.annotations / round_name / f"{DEALS}.jsonl"


def dealt_events(corpus: Corpus, round_name: str) -> pl.DataFrame:
    """Which event was dealt to whom in a round: rows of `event_deals`; none where the round is not one of sorting."""
    return read_sound(deals_path(corpus, round_name), schema.EventDeals)


def sorting_rounds(corpus: Corpus) -> list[str]:
    """The rounds in which events were dealt, by name."""
    return sorted(path.parent.name for path in corpus.annotations.glob(f"*/{DEALS}.jsonl"))


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
