"""Taking an article out of all that comes after, with a tombstone that says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from dataset import schema
from dataset.address import Location
from dataset.corpus import Corpus
from dataset.files import read_sound, table_bytes, write_batches, write_bytes
from dataset.parts import Part, batches, parts_of, read_part
from dataset.problem import Problem
from dataset.repository import head
from dataset.row_groups import PARQUET
from dataset.schema import RECORD


def withdrawn_path(corpus: Corpus) -> Path:
    """Where a corpus keeps its tombstones."""
    return corpus.seeds / "withdrawn.jsonl"


def read_withdrawn(corpus: Corpus) -> pl.DataFrame:
    """The table `withdrawn`, by article_id.

    Raises:
        Problem: the file is not that table.
    """
    return read_sound(withdrawn_path(corpus), schema.Withdrawn).sort("article_id")


def withdraw(corpus: Corpus, article: str, reason: str) -> list[Location]:
    """Takes an article out of the seeds and of the whole record. Returns the files that changed.

    The tombstone comes first and the text goes last, so a withdrawal that was cut off is ended by the same call.
    What was released is not altered. An event keeps its split.

    Raises:
        Problem: there is no such article, or the reason is empty.
    """
    if not reason.strip():
        raise Problem("a withdrawal needs a reason", "say with --reason why the article is taken out")
    changed = _put_tombstone(corpus, article, reason.strip())
    for path in _tables(corpus):
        changed += [path] if _take_out(path, article) else []
    if (text := corpus.text_path(article)).exists():
        text.unlink()
        changed.append(text)
    return changed


def _put_tombstone(corpus: Corpus, article: str, reason: str) -> list[Location]:
    known, path = read_withdrawn(corpus), withdrawn_path(corpus)
    if article in set(known["article_id"]):
        return []
    if article not in corpus.by_id:
        raise Problem(f"the corpus has no article {article}", f"name one of {corpus.seeds.name}/articles.jsonl")
    told = {name: corpus.by_id[article][name] for name in ("article_id", "text_sha256", "event_id")}
    row = {**told, "date": head(corpus.root).date, "reason": reason}
    rows = pl.concat([known, schema.frame(schema.Withdrawn, [row])]).sort("article_id")
    return [path] if write_bytes(path, table_bytes(rows)) else []


def _tables(corpus: Corpus) -> list[Location]:
    """Every file of the record that has rows about articles: seeds, layers, deals, decisions, acknowledgements."""
    kept = {*corpus.annotations.rglob("*"), *corpus.record.rglob("*")}
    tables = [path for path in kept if path.suffix == ".jsonl" or (path.suffix == PARQUET and path.stem in RECORD)]
    return [corpus.seeds / "articles.jsonl", *sorted(tables, key=str)]


def _take_out(path: Location, article: str) -> bool:
    """Takes the rows about an article out of a table; all other lines stay as they are, byte for byte."""
    if not path.exists():
        return False
    if path.suffix == PARQUET:
        return _take_rows_out(path, RECORD[path.stem], article)
    lines = path.read_bytes().splitlines(keepends=True)
    return write_bytes(path, b"".join(line for line in lines if not _is_about(line, article)))


def _take_rows_out(path: Location, table: type[schema.Table], article: str) -> bool:
    if read_part(path, table, Part(article, f"{article}\0")).is_empty():
        return False
    others = (rows.filter(pl.col("article_id").ne_missing(article)) for rows in batches(path, table, parts_of([path])))
    write_batches(path, table, others)
    return True


def _is_about(line: bytes, article: str) -> bool:
    told: Any = json.loads(line) if line.strip() else {}
    return bool(told.get("article_id") == article)
