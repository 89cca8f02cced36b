"""A layer of the record: what one annotator, or adjudication, says of the articles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from filecmp import cmp
from itertools import chain
from pathlib import Path
from typing import Final

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.storage import article_ranges
from dataset.storage.address import Location
from dataset.storage.article_ranges import WHOLE, ArticleRange, batches, ranges_of, read_range
from dataset.storage.atomic import asides
from dataset.storage.parquet_tables import PARQUET, has_rows
from dataset.storage.tables import encoded, write_batches

TABLES: dict[str, type[schema.Table]] = {
    name: schema.RECORD[name] for name in ("tasks", "spans", "relations", "findings")
}
PULL = "pull.json"
GOLD = "gold"
SUGGESTIONS: Final = "suggestions"
"""The folder of a round that has what programs suggest, a layer each; none of them is an annotator's layer."""
FORMS: Final = {"jsonl": ".jsonl", "parquet": PARQUET}
"""What a layer's tables may be, and how their files' names end."""
JSONL: Final = "jsonl"
SPAN_ORDER: Final = ("start", "end", "label", "span_id")
FINDING_ORDER: Final = ("code", "region", "message")


@dataclass(frozen=True)
class Layer:
    """The tables of a layer, sorted; `name` is `ROUND/ANNOTATOR` or `gold`."""

    name: str
    tasks: pl.DataFrame
    spans: pl.DataFrame
    relations: pl.DataFrame
    findings: pl.DataFrame

    def only(self, article_ids: list[str]) -> Layer:
        """The layer with only the rows of these articles."""
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


def make_layer(name: str, **rows: Sequence[Mapping[str, object]]) -> Layer:
    """A layer from rows, sorted as the record is."""
    tables = {table: schema.frame(model, rows.get(table, [])) for table, model in TABLES.items()}
    return sort_layer(Layer(name, **tables))


def sort_layer(layer: Layer) -> Layer:
    """The layer with its rows in the record's order: by article, then numerically by offsets."""
    spans = layer.spans.sort("article_id", *SPAN_ORDER, nulls_last=True)
    return Layer(
        name=layer.name,
        tasks=layer.tasks.sort("article_id"),
        spans=spans,
        relations=_sort_relations(layer.relations, spans),
        findings=layer.findings.sort("article_id", *FINDING_ORDER, nulls_last=True),
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


def table_path(folder: Location, table: str, form: str = JSONL) -> Location:
    """Where a folder has a table of a layer's; `form` is for a folder that has none yet.

    Raises:
        Problem: it has the table in two forms.
    """
    paths = _there(folder, table)
    if len(paths) > 1:
        raise Problem(f"{paths[0]} and {paths[1].name} are both there", "run `hedgerow convert` to the end")
    return paths[0] if paths else folder / f"{table}{FORMS[form_of(folder) or form]}"


def _there(folder: Location, table: str) -> list[Location]:
    paths = [folder / f"{table}{ending}" for ending in FORMS.values()]
    return [path for path in paths if path.exists()]


def form_of(folder: Location) -> str | None:
    """In which form a folder has a layer's tables, by the first of them; None where it has none."""
    paths = ((form, folder / f"{table}{ending}") for table in TABLES for form, ending in FORMS.items())
    return next((form for form, path in paths if path.exists()), None)


def layer_folders(annotations: Location) -> list[Location]:
    """The folders below one that hold a file of a layer's; those of suggestions are not among them."""
    folders = {path.parent for path in _layer_files(annotations) if path.parent.parent.name != SUGGESTIONS}
    return sorted(folders, key=str)


def suggestions_in(annotations: Location) -> list[str]:
    """The names of the layers of suggestions below a folder, as `ROUND/suggestions/SUGGESTER`."""
    folders = {path.parent for path in _layer_files(annotations) if path.parent.parent.name == SUGGESTIONS}
    return sorted(below(annotations, folder) for folder in folders)


def _layer_files(annotations: Location) -> Iterator[Location]:
    names = {f"{table}{ending}" for table in TABLES for ending in FORMS.values()}
    return (path for path in annotations.rglob("*") if path.name in names)


def read_layer(folder: Location, name: str, article_range: ArticleRange = WHOLE) -> Layer:
    """The layer in a folder, or an article range of it, sorted; one without files is empty.

    Raises:
        Problem: a file cannot be read as its table, or is not sorted by article and has several article ranges.
    """
    tables = {table: read_range(table_path(folder, table), model, article_range) for table, model in TABLES.items()}
    return sort_layer(Layer(name, **tables))


def in_order(paths: Mapping[str, Location], table: str, cut: Iterable[ArticleRange]) -> Iterator[pl.DataFrame]:
    """One of a layer's tables range by range, sorted; `paths` are the layer's files. Links are sorted by their ends.

    Raises:
        Problem: a file cannot be read as its table, or is not sorted by article and has several article ranges.
    """
    needed = {table, "spans"} if table == "relations" else {table}
    for article_range in cut:
        tables = {
            name: read_range(paths[name], model, article_range) if name in needed else schema.empty(model)
            for name, model in TABLES.items()
        }
        yield getattr(sort_layer(Layer("", **tables)), table)


def layer_ranges(*folders: Location) -> list[ArticleRange]:
    """The article ranges of layers in folders, so that each is small in all of them together.

    Raises:
        Problem: a table is not sorted by article.
    """
    tables = [table_path(folder, table) for folder in folders for table in TABLES]
    return ranges_of(tables, article_ranges.AT_ONCE // max(len(folders), 1))


def missing_files(folder: Location) -> list[str]:
    """The files that a layer's folder lacks; none, where it has no file of a layer's at all."""
    lost = [table for table in TABLES if not _there(folder, table)]
    ending = FORMS[form_of(folder) or JSONL]
    return [f"{table}{ending}" for table in lost] if len(lost) < len(TABLES) else []


def layers_in(annotations: Location) -> list[str]:
    """The names of the layers below a folder: every one that holds a file of a layer, unless it has all and no row."""
    folders = layer_folders(annotations)
    return sorted(below(annotations, folder) for folder in folders if missing_files(folder) or _any_row(folder))


def below(folder: Location, path: Location) -> str:
    """The name that a path has below a folder."""
    return path.as_posix().removeprefix(folder.as_posix()).strip("/")


def _any_row(folder: Location) -> bool:
    return any(has_rows(path) for table in TABLES for path in _there(folder, table))


def write_layers(
    layers: Mapping[Location, Layer], pull: Mapping[str, str] | None = None, form: str = JSONL
) -> list[Location]:
    """Writes the tables that changed, by folder, and which pull brought them. Returns the tables' files that it wrote.

    All is written aside before anything is put in place. The old note of a pull goes first and the new one comes last,
    so that a layer that was cut off between names no pull. `form` is for layers that are not there yet.
    """
    return _put({folder: _changed(folder, layer, form) for folder, layer in layers.items()}, pull)


def _changed(folder: Location, layer: Layer, form: str) -> dict[Location, bytes | Path]:
    paths = {table_path(folder, table, form): table for table in TABLES}
    contents = {path: encoded(path, TABLES[table], getattr(layer, table)) for path, table in paths.items()}
    return {path: new for path, new in contents.items() if not path.exists() or path.read_bytes() != new}


def put_layers(ready: Mapping[Location, dict[str, Path]], pull: Mapping[str, str], form: str = JSONL) -> list[Location]:
    """The same for layers whose tables are ready as JSON Lines: each moves to its folder unless that has the same."""
    return _put({folder: _moved(folder, tables, form) for folder, tables in ready.items()}, pull)


def _moved(folder: Location, tables: dict[str, Path], form: str) -> dict[Location, bytes | Path]:
    paths = {table: table_path(folder, table, form) for table in tables}
    files = {path: _in_form(path, tables[table], TABLES[table]) for table, path in paths.items()}
    return {path: new for path, new in files.items() if not path.exists() or not _same(path, new)}


def _in_form(path: Location, lines: Path, table: type[schema.Table]) -> Path:
    """A table that is ready as JSON Lines, in the form of the file `path`."""
    if path.suffix != PARQUET:
        return lines
    new = lines.with_suffix(PARQUET)
    write_batches(new, table, batches(lines, table, ranges_of([lines])))
    return new


def _same(path: Location, new: Path) -> bool:
    return cmp(path, new, shallow=False) if isinstance(path, Path) else path.read_bytes() == new.read_bytes()


def _put(changed: dict[Location, dict[Location, bytes | Path]], pull: Mapping[str, str] | None) -> list[Location]:
    due = [
        folder for folder, tables in changed.items() if tables or (pull is not None and not (folder / PULL).exists())
    ]
    notes = {folder / PULL: (json.dumps(pull, indent=2) + "\n").encode() for folder in due if pull is not None}
    with asides() as several:
        for path, content in chain(*(changed[folder].items() for folder in due), notes.items()):
            _fill(several.of(path), content)
        for note in notes:
            note.unlink(missing_ok=True)
    return [path for tables in changed.values() for path in tables]


def _fill(new: Path, content: bytes | Path) -> None:
    if isinstance(content, bytes):
        new.write_bytes(content)
    else:
        shutil.move(content, new)


@dataclass(frozen=True)
class Removal:
    """Something that an old layer holds and a new one does not."""

    article_id: str
    what: str


def removals(old: Layer, new: Layer) -> list[Removal]:
    """Articles, spans and drawn relations of `old` that `new` lacks."""
    removed_tasks = old.tasks.join(new.tasks, on="article_id", how="anti")
    removed = [
        Removal(row["article_id"], f"the article ({row['status']})") for row in removed_tasks.iter_rows(named=True)
    ]
    old_spans = old.spans.join(removed_tasks, on="article_id", how="anti")
    for row in old_spans.join(new.spans, on=["article_id", "span_id"], how="anti").iter_rows(named=True):
        removed.append(
            Removal(row["article_id"], f"{row['label']} {row['start']}:{row['end']} “{row['text']}” ({row['span_id']})")
        )
    return removed + _removed_links(old, new, removed_tasks)


def _removed_links(old: Layer, new: Layer, removed_tasks: pl.DataFrame) -> list[Removal]:
    """Drawn links between spans that are both still there."""
    keys = ["article_id", "from_span", "to_span"]
    drawn = old.relations.filter(~pl.col("derived")).join(removed_tasks, on="article_id", how="anti")
    for side in ("from_span", "to_span"):
        drawn = drawn.join(new.spans, left_on=["article_id", side], right_on=["article_id", "span_id"], how="semi")
    lost = drawn.join(new.relations, on=keys, how="anti")
    return [
        Removal(row["article_id"], f"link {row['from_span']} → {row['to_span']} ({row['type']})")
        for row in lost.iter_rows(named=True)
    ]
