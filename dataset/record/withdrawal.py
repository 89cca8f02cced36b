"""Taking an article out of all that comes after, with a tombstone that says so.

Raw pulls, backups, Label Studio and versions that were released keep what they have of it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from dataset.record.locks import Tell, changing, in_silence
from dataset.record.rights import rights_path
from dataset.schema import RECORD
from dataset.storage.address import Location
from dataset.storage.article_ranges import ArticleRange, batches, ranges_of, read_range
from dataset.storage.atomic import aside, folder_aside, writing
from dataset.storage.parquet_tables import PARQUET
from dataset.storage.repository import head
from dataset.storage.tables import read_sound, table_bytes, write_batches


def withdrawn_path(corpus: Corpus) -> Path:
    """Where a corpus keeps its tombstones."""
    return corpus.seeds / "withdrawn.jsonl"


def read_withdrawn(corpus: Corpus) -> pl.DataFrame:
    """The table `withdrawn`, by article_id.

    Raises:
        Problem: the file is not that table.
    """
    return read_sound(withdrawn_path(corpus), schema.Withdrawn).sort("article_id")


def withdrawn_articles(corpus: Corpus) -> frozenset[str]:
    """The articles that were withdrawn, by their ids.

    Raises:
        Problem: the file of tombstones is not that table.
    """
    return frozenset(read_withdrawn(corpus)["article_id"])


def unfinished(corpus: Corpus) -> list[str]:
    """The articles that have a tombstone and are here all the same, in the seeds or by their text.

    A withdrawal that was cut off leaves the text to the last.

    Raises:
        Problem: the file of tombstones is not that table.
    """
    withdrawn = sorted(withdrawn_articles(corpus))
    return [article for article in withdrawn if article in corpus.by_id or corpus.text_path(article).exists()]


def withdraw(corpus: Corpus, article: str, reason: str, tell: Tell = in_silence) -> list[Location]:
    """Takes an article out of the seeds and of the whole record. Returns the files that changed.

    Statements and figures of the gold that no article but this one tells go with it, and what contradicts them.

    Every file is read, and what it is to hold is written aside, before the first of them changes. The tombstone comes
    first and the text goes last, so a withdrawal that was cut off is finished by the same call. What was released is
    not altered. An event keeps its split.

    Raises:
        Problem: there is no such article, the reason is empty, a file cannot be read, or the disk does not take it.
    """
    if not reason.strip():
        raise Problem("a withdrawal needs a reason", "say with --reason why the article is taken out")
    with (
        writing(corpus.root, "that removes what is left of the article"),
        changing(corpus, tell),
        folder_aside(corpus.state / "withdrawal") as folder,
    ):
        ready = _tombstone(corpus, article, reason.strip(), folder / "tombstone")
        gone = _WithdrawnRows(article, _own_statements(corpus, article))
        tables = [corpus.seeds / "articles.jsonl", rights_path(corpus), *tables_of_record(corpus)]
        for number, path in enumerate(tables):
            new = folder / str(number)
            ready |= {path: new} if _without(path, gone, new) else {}
        _put(ready)
        text = corpus.text_path(article)
        removed = [text] if text.exists() else []
        text.unlink(missing_ok=True)
    return [*ready, *removed]


def _put(ready: dict[Location, Path]) -> None:
    """Writes all aside, then puts all in place, in their order."""
    with ExitStack() as asides:
        for path, new in reversed(ready.items()):  # what is entered last is put in place first
            shutil.move(new, asides.enter_context(aside(path)))


def _tombstone(corpus: Corpus, article: str, reason: str, new: Path) -> dict[Location, Path]:
    """Writes the tombstones with the article's to `new`, unless it has one. Returns which file that is to become."""
    known = read_withdrawn(corpus)
    if article in set(known["article_id"]):
        return {}
    if article not in corpus.by_id:
        raise Problem(f"the corpus has no article {article}", f"name one from {corpus.seeds.name}/articles.jsonl")
    row = {**corpus.by_id[article], "date": head(corpus.root).date, "reason": reason}
    new.write_bytes(table_bytes(pl.concat([known, schema.frame(schema.Withdrawn, [row])]).sort("article_id")))
    return {withdrawn_path(corpus): new}


def tables_of_record(corpus: Corpus) -> list[Location]:
    """Every file of the record that has rows about articles: layers, deals, decisions, acknowledgements; by name."""
    paths = {*corpus.annotations.rglob("*"), *corpus.record.rglob("*")}
    tables = [path for path in paths if path.suffix == ".jsonl" or (path.suffix == PARQUET and path.stem in RECORD)]
    return sorted(tables, key=str)


@dataclass(frozen=True)
class _WithdrawnRows:
    """What rows are about that go: an article, and statements of the gold, by event and id."""

    article: str
    statements: frozenset[tuple[str, str]]

    def hold(self, row: Mapping[str, object]) -> bool:
        """Whether a row of any table of the record is one of them."""
        named = {(row.get("event_id"), row.get(name)) for name in ("statement_id", "statement", "against")}
        return row.get("article_id") == self.article or not self.statements.isdisjoint(named)


def _own_statements(corpus: Corpus, article: str) -> frozenset[tuple[str, str]]:
    """The statements and figures of the gold that no other article tells.

    The file of tellings is replaced after those that name statements, so that a withdrawal that was cut off knows them.
    """
    tellings = read_sound(corpus.layer_path(GOLD) / "tellings.jsonl", schema.Tellings)
    named = tellings.group_by("event_id", "statement").agg((pl.col("article_id") == article).all().alias("own"))
    return frozenset(named.filter("own").select("event_id", "statement").iter_rows())


def _without(path: Location, gone: _WithdrawnRows, new: Path) -> bool:
    """Writes a table without the rows that go to `new`; all other lines stay as they are, byte for byte.

    Returns whether there were such rows; nothing is written where there were none.

    Raises:
        Problem: a line cannot be read, so that nobody can say what it is about.
    """
    if not path.exists():
        return False
    if path.suffix == PARQUET:
        return _without_rows(path, RECORD[path.stem], gone.article, new.with_suffix(PARQUET), new)
    lines = path.read_bytes().splitlines(keepends=True)
    other_lines = [line for number, line in enumerate(lines, 1) if not _goes(line, gone, path, number)]
    if len(other_lines) < len(lines):
        new.write_bytes(b"".join(other_lines))
    return len(other_lines) < len(lines)


def _without_rows(path: Location, table: type[schema.Table], article: str, parquet: Path, new: Path) -> bool:
    if read_range(path, table, ArticleRange(article, f"{article}\0")).is_empty():
        return False
    rest = (rows.filter(pl.col("article_id").ne_missing(article)) for rows in batches(path, table, ranges_of([path])))
    write_batches(parquet, table, rest)
    parquet.rename(new)
    return True


def _goes(line: bytes, gone: _WithdrawnRows, path: Location, number: int) -> bool:
    try:
        return gone.hold(json.loads(line)) if line.strip() else False
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise Problem(
            f"{path} cannot be read at line {number}, so nothing was changed",
            "fix or restore that line, then withdraw the article again",
        ) from None
