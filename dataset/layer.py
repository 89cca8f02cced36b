"""A layer of the record: what one annotator, or adjudication, says of the articles."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from dataset import parts, schema
from dataset.files import aside, table_bytes
from dataset.parts import WHOLE, Part, parts_of, read_part

TABLES: dict[str, type[schema.Table]] = {
    name: schema.RECORD[name] for name in ("tasks", "spans", "relations", "findings")
}
PULL = "pull.json"
GOLD = "gold"


@dataclass(frozen=True)
class Layer:
    """The tables of a layer, sorted; `name` is `ROUND/ANNOTATOR` or `gold`."""

    name: str
    tasks: pl.DataFrame
    spans: pl.DataFrame
    relations: pl.DataFrame
    findings: pl.DataFrame

    def only(self, article_ids: list[str]) -> Layer:
        """The part of the layer that is about these articles."""
        tables = {name: getattr(self, name).filter(pl.col("article_id").is_in(article_ids)) for name in TABLES}
        return replace(self, **tables)

    def except_for(self, article_ids: list[str]) -> Layer:
        """The layer without the tasks, spans and links of these articles."""
        tables = {
            name: getattr(self, name).filter(~pl.col("article_id").is_in(article_ids))
            for name in TABLES
            if name != "findings"
        }
        return replace(self, **tables)


def make_layer(name: str, **rows: list[dict[str, Any]]) -> Layer:
    """A layer from rows, sorted as the record is."""
    tables = {table: schema.frame(model, rows.get(table, [])) for table, model in TABLES.items()}
    return sort_layer(Layer(name, **tables))


def sort_layer(layer: Layer) -> Layer:
    """The layer with its rows in the record's order: by article, then numerically by offsets."""
    spans = layer.spans.sort("article_id", "start", "end", "label", "span_id", nulls_last=True)
    return Layer(
        name=layer.name,
        tasks=layer.tasks.sort("article_id"),
        spans=spans,
        relations=_sort_relations(layer.relations, spans),
        findings=layer.findings.sort("article_id", "code", "region", "message", nulls_last=True),
    )


def _sort_relations(relations: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """By the offsets of the ends; a relation whose end is missing comes last in its article."""
    offsets = spans.select("article_id", "span_id", "start", "end").unique(["article_id", "span_id"], keep="first")
    ends = relations
    for side in ("from_span", "to_span"):
        ends = ends.join(
            offsets.rename({"span_id": side, "start": f"{side}_start", "end": f"{side}_end"}),
            on=["article_id", side],
            how="left",
        )
    order = [
        "article_id",
        "from_span_start",
        "from_span_end",
        "to_span_start",
        "to_span_end",
        "from_span",
        "to_span",
        "derived",
    ]
    return ends.sort(order, nulls_last=True).select(relations.columns)


def read_layer(folder: Path, name: str, part: Part = WHOLE) -> Layer:
    """A part of the layer in a folder, or all of it, sorted; one without files is empty.

    Raises:
        Problem: a file cannot be read as its table, or is not sorted by article and has several parts.
    """
    tables = {table: read_part(folder / f"{table}.jsonl", model, part) for table, model in TABLES.items()}
    return sort_layer(Layer(name, **tables))


def layer_parts(*folders: Path) -> list[Part]:
    """The parts of layers in folders, so that each is small in all of them together.

    Raises:
        Problem: a table is not sorted by article.
    """
    tables = [folder / f"{table}.jsonl" for folder in folders for table in TABLES]
    return parts_of(tables, parts.AT_ONCE // max(len(folders), 1))


def missing_files(folder: Path) -> list[str]:
    """The files that a layer's folder lacks; none, where it has no file of a layer's at all."""
    lost = [f"{table}.jsonl" for table in TABLES if not (folder / f"{table}.jsonl").exists()]
    return lost if len(lost) < len(TABLES) else []


def layers_in(annotations: Path) -> list[str]:
    """The names of the layers below a folder: whatever holds a file of a layer's, unless it has all, without a row."""
    folders = {path.parent for table in TABLES for path in annotations.glob(f"**/{table}.jsonl")}
    return sorted(one.relative_to(annotations).as_posix() for one in folders if missing_files(one) or _any_row(one))


def _any_row(folder: Path) -> bool:
    return any((folder / f"{table}.jsonl").stat().st_size for table in TABLES)


def write_layer(folder: Path, layer: Layer) -> list[Path]:
    """Writes the tables that changed. Returns the files it wrote."""
    return write_layers({folder: layer})


def write_layers(layers: dict[Path, Layer], pull: dict[str, Any] | None = None) -> list[Path]:
    """Writes the tables that changed, by folder, and which pull brought them. Returns the tables' files that it wrote.

    All is written aside before anything is put in place. The old note of a pull goes first and the new one comes last,
    so that a layer that was cut off between names no pull.
    """
    changed = {folder: _changed(folder, layer) for folder, layer in layers.items()}
    due = [one for one, tables in changed.items() if tables or (pull is not None and not (one / PULL).exists())]
    with ExitStack() as asides:
        for folder in due:
            notes = {folder / PULL: (json.dumps(pull, indent=2) + "\n").encode()} if pull is not None else {}
            for path, content in (notes | changed[folder]).items():
                asides.enter_context(aside(path)).write_bytes(content)
        for folder in due if pull is not None else ():
            (folder / PULL).unlink(missing_ok=True)
    return [path for tables in changed.values() for path in tables]


def _changed(folder: Path, layer: Layer) -> dict[Path, bytes]:
    contents = {folder / f"{table}.jsonl": table_bytes(getattr(layer, table)) for table in TABLES}
    return {path: new for path, new in contents.items() if not path.exists() or path.read_bytes() != new}


@dataclass(frozen=True)
class Removal:
    """Something that an old layer holds and a new one does not."""

    article_id: str
    what: str


def removals(old: Layer, new: Layer) -> list[Removal]:
    """Articles, spans and drawn relations of `old` that `new` lacks."""
    gone = old.tasks.join(new.tasks, on="article_id", how="anti")
    found = [Removal(row["article_id"], f"the article ({row['status']})") for row in gone.iter_rows(named=True)]
    here = old.spans.join(gone, on="article_id", how="anti")
    for row in here.join(new.spans, on=["article_id", "span_id"], how="anti").iter_rows(named=True):
        found.append(
            Removal(row["article_id"], f"{row['label']} {row['start']}:{row['end']} “{row['text']}” ({row['span_id']})")
        )
    return found + _removed_links(old, new, gone)


def _removed_links(old: Layer, new: Layer, gone: pl.DataFrame) -> list[Removal]:
    """Drawn links between spans that are both still there."""
    keys = ["article_id", "from_span", "to_span"]
    drawn = old.relations.filter(~pl.col("derived")).join(gone, on="article_id", how="anti")
    for side in ("from_span", "to_span"):
        drawn = drawn.join(new.spans, left_on=["article_id", side], right_on=["article_id", "span_id"], how="semi")
    lost = drawn.join(new.relations, on=keys, how="anti")
    return [
        Removal(r["article_id"], f"link {r['from_span']} → {r['to_span']} ({r['type']})")
        for r in lost.iter_rows(named=True)
    ]
