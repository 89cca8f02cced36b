"""Who speaks in events: a sheet of the names that are proposed, for a person to edit, and what it says accepted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, changing, in_silence
from dataset.record.rows import EntityRow, rows_of
from dataset.scheme import vocabulary
from dataset.storage.sheets import SheetRow, read_sheet, write_sheet
from dataset.storage.tables import read_table, write_table

COLUMNS: Final = ("event_id", "entity", "kind", "aliases", "speaks_for", "times", "articles")
NEEDED: Final = COLUMNS[:5]
BETWEEN: Final = " | "
"""What stands between two aliases in a cell."""


@dataclass(frozen=True)
class ProposedEntity:
    """A name that speaks in an event, what it probably is, how often it speaks, and in how many articles."""

    event_id: str
    entity: str
    kind: str
    aliases: tuple[str, ...]
    times: int
    articles: int


@dataclass(frozen=True)
class AcceptedEntities:
    """How many entities were added to the registries, and how many that were there got more aliases."""

    added: int
    extended: int


def write_proposals(corpus: Corpus, proposed: Iterable[ProposedEntity], path: Path) -> None:
    """Writes what is proposed as a sheet.

    Raises:
        Problem: the file holds something that was not accepted yet.
    """
    if path.exists() and not _accepted(corpus, path):
        raise Problem(
            f"{path} is there already, with what was not accepted",
            f"run `hedgerow entities --accept {path}`, remove that file, or name another with --out",
        )
    write_sheet(path, COLUMNS, ({**asdict(row), "aliases": BETWEEN.join(row.aliases)} for row in proposed))


def _accepted(corpus: Corpus, path: Path) -> bool:
    """Whether all that a sheet names is in the registries."""
    try:
        rows = read_sheet(path, NEEDED)
    except Problem:
        return False
    return all(row.cells["entity"] in corpus.speakers.get(row.cells["event_id"], {}) for row in rows)


def accept_entities(corpus: Corpus, path: Path, tell: Tell = in_silence) -> AcceptedEntities:
    """Puts the rows of a sheet into `entities.jsonl`, all of them or none.

    Rows of one event with the same name are one entity, with the aliases of all of them; one that is there already gets
    those that it lacks. Whatever else was in the registries stays as it is.

    Raises:
        Problem: the sheet cannot be read, or a row has no name, names an event that no article has, a kind that there
            is not, or an entity to speak for that the event lacks.
    """
    rows = [(row, _entity(path, row)) for row in read_sheet(path, NEEDED)]
    events = set(corpus.articles["event_id"].drop_nulls())
    for row, entity in rows:
        if entity["event_id"] not in events:
            raise Problem(
                f"{path}:{row.line} names the event {entity['event_id']}, which no article has", "fix that line"
            )
    with changing(corpus, tell):
        registry = corpus.seeds / "entities.jsonl"
        before = {_key(row): row for row in rows_of(_sound(registry), EntityRow)}
        after = dict(before)
        for _, entity in rows:
            after[_key(entity)] = _merged(after.get(_key(entity)), entity)
        for row, entity in rows:
            if entity["speaks_for"] and (entity["event_id"], entity["speaks_for"]) not in after:
                raise Problem(
                    f"{path}:{row.line}: {entity['entity']} speaks for “{entity['speaks_for']}”, not an entity "
                    f"of {entity['event_id']}",
                    "add a line for it, or leave speaks_for empty",
                )
        write_table(registry, schema.Entities, schema.frame(schema.Entities, [*after.values()]))
    return AcceptedEntities(len(after) - len(before), sum(after[key] != row for key, row in before.items()))


def _sound(registry: Path) -> pl.DataFrame:
    """The registries as they are.

    Raises:
        Problem: a row is not as the table allows it, or an event has an entity twice.
    """
    rows = read_table(registry, schema.Entities)
    if faults := schema.faults(schema.Entities, rows, ["event_id", "entity"]):
        raise Problem(f"{registry}: {faults[0]}", "fix that row first")
    return rows


def _key(entity: EntityRow) -> tuple[str, str]:
    return entity["event_id"], entity["entity"]


def _entity(path: Path, row: SheetRow) -> EntityRow:
    """The entity of a line."""
    cells = row.cells
    if not (cells["event_id"] and cells["entity"]):
        raise Problem(f"{path}:{row.line} has no event or no name", "fill it in, or remove that line")
    if cells["kind"] not in vocabulary.SPEAKER_KINDS:
        raise Problem(
            f"{path}:{row.line}: “{cells['kind']}” is not a kind of speaker",
            f"write {', '.join(vocabulary.SPEAKER_KINDS[:-1])} or {vocabulary.SPEAKER_KINDS[-1]}",
        )
    aliases = [alias.strip() for alias in cells["aliases"].split(BETWEEN.strip())]
    return {
        "event_id": cells["event_id"],
        "entity": cells["entity"],
        "kind": cells["kind"],
        "aliases": list(dict.fromkeys(filter(None, aliases))),
        "speaks_for": cells["speaks_for"] or None,
    }


def _merged(known: EntityRow | None, entity: EntityRow) -> EntityRow:
    """An entity with the aliases of another row of its name; what was known first stays."""
    if known is None:
        return entity
    aliases = dict.fromkeys([*known["aliases"], *entity["aliases"]])
    return {**known, "aliases": [*aliases], "speaks_for": known["speaks_for"] or entity["speaks_for"]}
