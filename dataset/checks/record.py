"""Checks of the record as a whole: every layer that can be read, the tables that cannot, and the entities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dataset import schema
from dataset.checks.findings import Finding
from dataset.checks.layers import check_layer
from dataset.corpus import Corpus
from dataset.layer import missing_files, read_layer
from dataset.problem import Problem


def check_record(corpus: Corpus, layers: Iterable[str]) -> list[Finding]:
    """All findings of these layers. A layer that cannot be read is one finding, and the others are checked."""
    return [one for name in layers for one in _check(corpus, name)]


def _check(corpus: Corpus, name: str) -> list[Finding]:
    folder = corpus.layer_path(name)
    lost = [f"{one} is missing; put it back, or pull again" for one in missing_files(folder)]
    found = [Finding("missing-table", name, "", message) for message in lost]
    try:
        layer = read_layer(folder, name)
    except Problem as problem:
        return [*found, Finding("unreadable-table", name, "", problem.what)]
    return found + check_layer(corpus, layer)


def check_entities(corpus: Corpus) -> Iterator[Finding]:
    """Rows of `entities.jsonl` that the table does not allow, and entities that an event has twice."""
    for fault in schema.faults(schema.Entities, corpus.entities, ["event_id", "entity"]):
        yield Finding("unsound-entity", "seeds", "", f"entities.jsonl: {fault}")
