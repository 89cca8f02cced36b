"""Checks of what the layers share: entities, ids, deals, figures of agreement, splits, tombstones and statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from dataset import schema
from dataset.checks.decisions import UNREADABLE
from dataset.checks.findings import Finding
from dataset.checks.statements import check_statements
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from dataset.record.shown import SHOWN
from dataset.record.withdrawal import unfinished, withdrawn_path
from dataset.storage.tables import read_sound


def check_shared(corpus: Corpus) -> Iterator[Finding]:
    """All findings of what the layers share: entities, ids, deals, agreement, splits, tombstones and statements."""
    yield from check_entities(corpus)
    yield from check_representation(corpus)
    yield from check_ids(corpus)
    yield from check_tables(corpus)
    yield from check_withdrawals(corpus)
    yield from check_statements(corpus)


def errors_beside(corpus: Corpus, layer: str) -> Iterator[Finding]:
    """The errors of what is built with a layer's articles: of registries, and of how the gold is sorted."""
    of_entities = chain(check_entities(corpus), check_representation(corpus))
    of_statements = check_statements(corpus, [GOLD], errors_only=True) if layer == GOLD else ()
    return (finding for finding in chain(of_entities, of_statements) if finding.severity == "error")


def check_ids(corpus: Corpus) -> Iterator[Finding]:
    """Articles, and layers, whose names differ only in capitals: on many disks they would share one file."""
    for names in ([*corpus.articles["article_id"]], corpus.layers()):
        first: dict[str, str] = {}
        for name in names:
            if (same := first.setdefault(name.casefold(), name)) != name:
                message = f"{name} and {same} differ only in capitals; on many disks they would share one file"
                yield Finding("ids-differ-in-case", "record", name, message)


def check_withdrawals(corpus: Corpus) -> Iterator[Finding]:
    """Articles that have a tombstone and are here all the same. Tombstones that cannot be read are another finding."""
    with suppress(Problem):
        for article in unfinished(corpus):
            message = (
                f"{article} was withdrawn and is still here; `hedgerow withdraw {article} --reason …` finishes that"
            )
            yield Finding("withdrawal-unfinished", "record", article, message)


def check_tables(corpus: Corpus) -> Iterator[Finding]:
    """Tables beside the layers that cannot be read, or hold a row that the table does not allow: one finding each."""
    tables: list[tuple[Path, type[schema.Table]]] = [
        *((path, schema.Deals) for path in sorted(corpus.annotations.glob("*/deals.jsonl"))),
        *((path, schema.Notes) for path in sorted(corpus.annotations.glob("*/*/notes.jsonl"))),
        *(
            (path, model)
            for name, model in SHOWN.items()
            for path in sorted(corpus.annotations.glob(f"*/*/{name}.jsonl"))
        ),
        *((path, schema.EventDeals) for path in sorted(corpus.annotations.glob("*/event_deals.jsonl"))),
        *((path, schema.Agreement) for path in sorted(corpus.annotations.glob("*/agreement.jsonl"))),
        (corpus.splits, schema.Splits),
        (withdrawn_path(corpus), schema.Withdrawn),
    ]
    for path, table in tables:
        try:
            read_sound(path, table)
        except Problem as problem:
            yield Finding(UNREADABLE, "record", "", problem.what)


def check_entities(corpus: Corpus) -> Iterator[Finding]:
    """Rows of `entities.jsonl` that the table does not allow, and entities that an event has twice."""
    for fault in schema.faults(schema.Entities, corpus.entities, ["event_id", "entity"]):
        yield Finding("unsound-entity", "seeds", "", f"entities.jsonl: {fault}")


def check_representation(corpus: Corpus) -> Iterator[Finding]:
    """Entities that speak for one that their event lacks, for themselves, or for each other in a circle."""
    rows = corpus.entities.drop_nulls(["event_id", "entity"]).select("event_id", "entity", "speaks_for")
    for (event,), registry in rows.group_by("event_id", maintain_order=True):
        known = dict(registry.select("entity", "speaks_for").iter_rows())
        represented = {entity: whom for entity, whom in known.items() if whom is not None}
        for entity, whom in represented.items():
            if whom == entity:
                yield _registered("speaks-for-itself", f"{entity} of {event} speaks for itself")
            elif whom not in known:
                message = f"{entity} speaks for “{whom}”, which the registry of {event} does not have"
                yield _registered("speaks-for-unknown", message)
        for ring in _rings(represented):
            yield _registered("speaks-for-circle", f"{' → '.join([*ring, ring[0]])} is a circle in {event}")


def _registered(code: str, message: str) -> Finding:
    return Finding(code, "seeds", "", f"entities.jsonl: {message}")


def _rings(represented: dict[str, str]) -> list[list[str]]:
    """The circles of two entities or more, each once; each entity with the one for which it speaks."""
    rings, done = list[list[str]](), set[str]()
    for entity in represented:
        path: list[str] = []
        while entity in represented and entity not in done:
            done.add(entity)
            path.append(entity)
            entity = represented[entity]
        if entity in path[:-1]:
            rings.append(path[path.index(entity) :])
    return rings
