"""A layer of the record: what one annotator, or adjudication, says of the articles."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from dataset import schema
from dataset.corpus import Corpus
from dataset.files import read_table, table_bytes, write_bytes

TABLES: dict[str, type[schema.Table]] = {
    name: schema.RECORD[name] for name in ("tasks", "spans", "relations", "findings")
}
PULL = "pull.json"


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


def read_layer(folder: Path, name: str) -> Layer:
    """The layer in a folder, sorted; one without files is empty.

    Raises:
        Problem: a file cannot be read as its table.
    """
    tables = {table: read_table(folder / f"{table}.jsonl", model) for table, model in TABLES.items()}
    return sort_layer(Layer(name, **tables))


def write_layer(folder: Path, layer: Layer) -> list[Path]:
    """Writes the tables that changed. Returns the files it wrote."""
    contents = {folder / f"{table}.jsonl": table_bytes(getattr(layer, table)) for table in TABLES}
    return [path for path, content in contents.items() if write_bytes(path, content)]


def decisions_path(corpus: Corpus) -> Path:
    """Where the table `decisions` lies."""
    return corpus.layer_path("gold") / "decisions.jsonl"


def read_pull(folder: Path) -> dict[str, Any]:
    """Which pull a layer came from and when; empty where it came from none."""
    path = folder / PULL
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def write_pull(folder: Path, pull: dict[str, Any]) -> None:
    """Notes which pull a layer came from."""
    write_bytes(folder / PULL, (json.dumps(pull, indent=2) + "\n").encode())


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
