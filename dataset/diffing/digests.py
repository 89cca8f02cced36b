"""Rows of two built folders as hashes, joined by their keys, so that only those that differ are ever held whole."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import polars as pl

from dataset import schema
from dataset.diffing.versions import Versions
from dataset.folder.buckets import Buckets, buckets_for
from dataset.folder.folder import AT, SPLIT, DatasetFolder, reading
from dataset.problem import Problem

KEYS: Final = schema.CONFIG_KEYS
KINDS: Final = "speaker_kinds"
_OF_LINKS: Final = ("number_bound",)
"""What follows from links, which are compared themselves."""
_OF_SORTING: Final = ("statement_id", "degree", "also_tells")
"""What a quote has from `statements`, which are compared themselves."""
_OF_STATEMENTS: Final = ("event_id", "statement_id", "gist", "contradicts")
OWN, WHOLE = "#own", "#whole"
NTH, NEW = "#nth", "_new"
HELD: Final = 100_000
"""Rows of a config that are held at a time, about."""


@dataclass(frozen=True)
class JoinedRows:
    """The rows of both folders, joined by their keys.

    `differing` has number, split and hashes of those of which any hash differs; what only one folder has is null in the
    other. `both` has numbers, split and article or event (`group_of`) of those that both have in one split, by their
    numbers in the older.
    """

    differing: pl.DataFrame
    both: Buckets


def group_of(config: str) -> str:
    """The column that says what a config's rows are about: an article, or an event."""
    return "article_id" if config in schema.OF_ARTICLES else "event_id"


class Digests:
    """The rows of two folders.

    Columns: number (`AT`) and split of a row, its keys, which row of its key it is (`NTH`), a hash of what no other
    config tells (`OWN`) and of all of it (`WHOLE`); of the newer folder with `NEW` after the name. They are joined in
    buckets by their keys, which wait in `folder`; a bucket has about `held` rows.
    """

    def __init__(self, versions: Versions, folder: Path, held: int = HELD) -> None:
        self.versions = versions
        self._folder, self._held = folder, held
        self._kinds: dict[Path, Buckets] = {}
        self._made = count()

    def joined(self, config: str) -> JoinedRows:
        """Number, split and hashes of the rows of both, by key.

        Raises:
            Problem: the folders do not both have the keys, or cannot be read.
        """
        if missing := [name for name in (*KEYS[config], group_of(config)) if name not in self.versions.shared(config)]:
            old, new = (folder.path for folder in self.versions.both)
            raise Problem(
                f"{old} and {new} do not both have the column {missing[0]} of {config}, with one type",
                "compare folders that `hedgerow build` made",
            )
        keys = [*dict.fromkeys((*KEYS[config], group_of(config))), NTH]
        both, differing = self._in_both(config), []
        differs = [pl.col(name).ne_missing(pl.col(name + NEW)) for name in (OWN, WHOLE)]
        for before, after in zip(*(self._digests(folder, config) for folder in self.versions.both), strict=True):
            rows = before.join(after, on=keys, how="full", coalesce=True, suffix=NEW, nulls_equal=True)
            both.add(rows.filter(pl.col(SPLIT) == pl.col(SPLIT + NEW)).select(AT, AT + NEW, SPLIT, group_of(config)))
            differing.append(_alone(rows.filter(pl.any_horizontal(differs))))
        return JoinedRows(pl.concat(differing).sort(AT + NEW, AT, nulls_last=True), both)

    def _in_both(self, config: str) -> Buckets:
        """Buckets for rows in the order of the older folder."""
        rows, buckets = self.versions.old.count(config), self._count(config)
        where = pl.col(AT).cast(pl.UInt64) * buckets // max(rows, 1)
        types: dict[str, Any] = {AT: pl.UInt32, AT + NEW: pl.UInt32, SPLIT: pl.String}
        group = group_of(config)
        types |= {group: self.versions.shared(config)[group]}
        return self._buckets(where, buckets, pl.DataFrame(schema=types))

    def _count(self, config: str) -> int:
        return buckets_for(max(folder.count(config) for folder in self.versions.both), self._held)

    def _buckets(self, where: pl.Expr, number: int, empty: pl.DataFrame) -> Buckets:
        return Buckets(self._folder / str(next(self._made)), where, number, empty)

    def _by_key(self, keys: list[str], number: int, empty: pl.DataFrame) -> Buckets:
        return self._buckets(pl.struct(keys).hash() % number, number, empty)

    def _digests(self, folder: DatasetFolder, config: str) -> Iterator[pl.DataFrame]:
        """Of each bucket: keys, number and split of each row, a hash of what is the row's own, and of all of it."""
        for number, rows in enumerate(self._dealt(folder, config).each()):
            if config == "spans":
                joined = _join_kinds(rows, self._kinds_of(folder).read(number))
                rows = joined.with_columns(pl.struct(OWN, KINDS).hash().alias(OWN)).drop(KINDS)
            yield rows.with_columns(occurrence(rows, KEYS[config]))

    def _dealt(self, folder: DatasetFolder, config: str) -> Buckets:
        keys, cells = list(dict.fromkeys((*KEYS[config], group_of(config)))), self._cells(config)
        compared = [cell for name, cell in cells.items() if config != "quotes" or name not in _OF_SORTING]
        own, whole = pl.struct(self._own(config)).hash(), pl.struct(*compared, SPLIT).hash()
        types = {name: self.versions.shared(config)[name] for name in keys}
        empty = pl.DataFrame(schema={AT: pl.UInt32, SPLIT: pl.String, **types, OWN: pl.UInt64, WHOLE: pl.UInt64})
        buckets = self._by_key(KEYS[config], self._count(config), empty)
        with reading(folder.path):
            for rows in folder.batches(config, list(cells)):
                buckets.add(rows.select(AT, SPLIT, *keys, own.alias(OWN), whole.alias(WHOLE)))
        return buckets

    def _cells(self, config: str) -> dict[str, pl.Expr]:
        """The columns that both folders have, in one type."""
        return {name: pl.col(name).cast(dtype) for name, dtype in self.versions.shared(config).items()}

    def _own(self, config: str) -> list[pl.Expr]:
        """The columns whose content no other config has."""
        shared, cells = self.versions.shared(config), self._cells(config)
        if config == "articles":
            return [*(cells[name] for name in cells if not _fields(shared[name])), pl.col(SPLIT).alias("split")]
        if config in ("statements", "figures"):
            tellings = [_ids(cells["tellings"], _fields(shared["tellings"]))] if "tellings" in shared else []
            return [*(cells[name] for name in cells if name in _OF_STATEMENTS), *tellings]
        dropped = _OF_LINKS if config == "entities" else ("event_id", *_OF_LINKS)
        return [cell for name, cell in cells.items() if name not in dropped]

    def _kinds_of(self, folder: DatasetFolder) -> Buckets:
        """The kinds of the speakers' spans, if both folders give them; only the config `articles` does."""
        if folder.path not in self._kinds:
            empty = pl.DataFrame(schema={"span_id": pl.String, KINDS: pl.List(pl.String)})
            buckets = self._kinds[folder.path] = self._by_key(["span_id"], self._count("spans"), empty)
            speakers = self.versions.shared("articles").get("speakers")
            if speakers is not None and {"span_id", "kinds"} <= _fields(speakers):
                span, kinds = (pl.col("speakers").struct.field(name) for name in ("span_id", "kinds"))
                with reading(folder.path):
                    for rows in folder.batches("articles", ["speakers"]):
                        speaker_rows = rows.select(pl.col("speakers").explode()).drop_nulls()
                        buckets.add(speaker_rows.select(span, kinds.alias(KINDS)))
        return self._kinds[folder.path]

    def rows(self, folder: DatasetFolder, config: str, at: pl.Series) -> pl.DataFrame:
        """The rows of these numbers, with their own columns."""
        wanted, own = at.drop_nulls().sort(), self._own(config)
        empty = pl.DataFrame(schema={AT: pl.UInt32, SPLIT: pl.String, **self.versions.shared(config)})
        parts = [empty.select(AT, *own)]
        with reading(folder.path):
            for rows in folder.batches(config, list(self._cells(config))):
                first = int(rows[AT][0])
                begin, end = (int(wanted.search_sorted(limit)) for limit in (first, first + rows.height))
                if begin < end:
                    parts.append(_alone(rows[(wanted[begin:end] - first).to_list()].select(AT, *own)))
        return self._with_kinds(folder, pl.concat(parts)) if config == "spans" else pl.concat(parts)

    def _with_kinds(self, folder: DatasetFolder, spans: pl.DataFrame) -> pl.DataFrame:
        kinds = self._kinds_of(folder)
        article_ranges = [_alone(_join_kinds(some, kinds.read(number))) for number, some in kinds.dealt(spans)]
        return pl.concat(article_ranges or [_join_kinds(spans, kinds.read(0))]).sort(AT)

    def events(self) -> set[str]:
        """The events that have articles in both folders."""
        old, new = ({event for _, event in self._articles(folder)} for folder in self.versions.both)
        return old & new

    def events_of(self, articles: Container[str]) -> set[str]:
        """The events of these articles, in either folder."""
        pairs = (pair for folder in self.versions.both for pair in self._articles(folder))
        return {event for article, event in pairs if article in articles}

    def articles_of(self, events: Container[str | None]) -> set[str]:
        """The articles of these events, in either folder."""
        pairs = (pair for folder in self.versions.both for pair in self._articles(folder))
        return {article for article, event in pairs if event in events}

    def _articles(self, folder: DatasetFolder) -> Iterator[tuple[str, str]]:
        """Each article of a folder that has an event, and that event."""
        columns = ["article_id", "event_id"]
        if set(columns) <= self.versions.shared("articles").keys():
            with reading(folder.path):
                for rows in folder.batches("articles", columns):
                    yield from rows.select(columns).drop_nulls().iter_rows()

    def those_of_old(self, articles: Iterable[str | None]) -> set[str]:
        """Which of these articles the older folder has."""
        asked, known, old = {article for article in articles if article is not None}, set[str](), self.versions.old
        with reading(old.path):
            for rows in old.batches("articles", ["article_id"]):
                known |= asked.intersection(rows["article_id"])
        return known

    def counted(self, config: str) -> tuple[int, int]:
        """How many rows are gone and new, of a config whose rows have no key that is known here."""
        cells, empty = self._cells(config), pl.DataFrame(schema={WHOLE: pl.UInt64})
        whole = pl.struct(*cells.values(), SPLIT).hash().alias(WHOLE)
        dealt = [self._by_key([WHOLE], self._count(config), empty) for _ in self.versions.both]
        for folder, buckets in zip(self.versions.both, dealt, strict=True):
            with reading(folder.path):
                for rows in folder.batches(config, list(cells)):
                    buckets.add(rows.select(whole))
        gone = came = 0
        for old, new in zip(*(buckets.each() for buckets in dealt), strict=True):
            both = [rows.with_columns(occurrence(rows, [WHOLE])) for rows in (old, new)]
            gone += both[0].join(both[1], on=[WHOLE, NTH], how="anti").height
            came += both[1].join(both[0], on=[WHOLE, NTH], how="anti").height
        return gone, came


def _ids(tellings: pl.Expr, fields: set[str]) -> pl.Expr:
    """What tells a statement or figure, by id, and how much of it."""
    ids = pl.element().struct.field("span_id" if "span_id" in fields else "quote_id")
    if "degree" in fields:
        ids = pl.format("{} {}", ids, pl.element().struct.field("degree"))
    return tellings.list.eval(ids).alias("tellings")


def _alone(rows: pl.DataFrame) -> pl.DataFrame:
    """Copies the rows: polars would keep all words of the rows that they were picked from in memory."""
    return pl.DataFrame(rows.to_arrow(compat_level=pl.CompatLevel.oldest()))


def _join_kinds(spans: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    known = kinds.unique("span_id", keep="first", maintain_order=True)
    return spans.join(known, on="span_id", how="left", maintain_order="left")


def _fields(dtype: pl.DataType) -> set[str]:
    """The fields of a column of rows; none of another."""
    inner = dtype.inner if isinstance(dtype, pl.List) else None
    return {field.name for field in inner.fields} if isinstance(inner, pl.Struct) else set()


def occurrence(rows: pl.DataFrame, keys: list[str]) -> pl.Expr:
    """Numbers the rows that share a key, from 0; where keys are unique, every number is 0."""
    if not rows.select(pl.struct(keys).is_duplicated().any()).item():
        return pl.lit(0, pl.UInt32).alias(NTH)
    return pl.int_range(pl.len(), dtype=pl.UInt32).over(keys).alias(NTH)
