"""The tables of a built folder, read without the code under test, and what changes make of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet

from dataset.diffing.changes import Change
from dataset.scheme import vocabulary
from tests.dataset.tiny import Row

Tables = dict[str, dict[tuple[Any, ...], Any]]
KEYS = {"articles": ("article_id",), "spans": ("span_id",), "annotators": ("round", "annotator", "span_id")}
PARTS = ("speakers", "quotes", "hedges", "numbers", "sentences")
LINKS = (*vocabulary.RELATIONS, "derived", "number_bound")


def tables(folder: Path) -> Tables:
    """Articles with their splits, spans with their speakers' kinds, links, and annotators' spans, by their keys."""
    articles, spans, annotators = (_rows(folder, config) for config in KEYS)
    kinds = {part["span_id"]: part["kinds"] for row in articles for part in row["speakers"]}
    by_table: Tables = {"relations": dict(link for row in spans for link in _links(row))}
    by_table["articles"] = {(row["article_id"],): _without(row, *PARTS) for row in articles}
    with_kinds = [_without(row, *LINKS) | {"speaker_kinds": kinds.get(row["span_id"])} for row in spans]
    for table, rows in (("spans", with_kinds), ("annotators", annotators)):
        by_table[table] = {_key(table, row): _without(row, "event_id", "split") for row in rows}
    return by_table


def _rows(folder: Path, config: str) -> list[Row]:
    rows = []
    for path in sorted((folder / config).glob("*.parquet")):
        split = path.name.partition("-")[0]
        rows += [row | {"split": split} for row in pyarrow.parquet.read_table(path).to_pylist()]
    return rows


def _key(table: str, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEYS[table])


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _links(row: Row) -> list[tuple[tuple[str, str, str], bool]]:
    links = []
    for relation in vocabulary.RELATIONS:
        flags = row["derived"] if relation == "hedges" else [False] * len(row[relation])
        ends = zip(row[relation], flags, strict=True)
        links += [((relation, row["span_id"], target), derived) for target, derived in ends]
    return links


def applied(changes: Iterable[Change], old: Tables) -> Tables:
    """The tables after the changes: what is gone first, then other ids, other values, and what came."""
    new = {table: dict(rows) for table, rows in old.items()}
    rows = [change for change in changes if change.table in new]
    ids = {change.old: change.new for change in rows if change.table == "spans" and change.column == "span_id"}
    for change in rows:
        if change.kind == "removed" and change.table != "relations":
            del new[change.table][_key(change.table, change.old)]
    for table in ("spans", "annotators"):
        renamed = (row | {"span_id": ids.get(row["span_id"], row["span_id"])} for row in new[table].values())
        new[table] = {_key(table, row): row for row in renamed}
    new["relations"] = {
        (relation, ids.get(start, start), ids.get(end, end)): made
        for (relation, start, end), made in new["relations"].items()
    }
    for change in rows:
        _apply(change, new[change.table])
    return new


def _apply(change: Change, rows: dict[tuple[Any, ...], Any]) -> None:
    if change.table == "relations":
        link = (change.column, change.span_id, change.to_span)
        assert rows.pop(link, None) == change.old
        if change.new is not None:
            rows[link] = change.new
    elif change.kind == "added":
        rows[_key(change.table, change.new)] = change.new
    elif change.kind == "changed" and change.column != "span_id":
        assert change.column
        key = tuple(getattr(change, name) for name in KEYS[change.table])
        assert rows[key][change.column] == change.old
        rows[key] = rows[key] | {change.column: change.new}
