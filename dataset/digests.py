"""Rows of two built folders as hashes, joined by their keys, so that only those that differ are ever held whole."""

from __future__ import annotations

from typing import Final

import polars as pl

from dataset.built import AT, SPLIT, Built, reading
from dataset.problem import Problem
from dataset.versions import Versions

KEYS: Final = {
    "articles": ["article_id"],
    "spans": ["span_id"],
    "quotes": ["quote_id"],
    "tokens": ["article_id"],
    "annotators": ["round", "annotator", "span_id"],
}
KINDS: Final = "speaker_kinds"
OWN, WHOLE = "#own", "#whole"
NTH, NEW = "#nth", "_new"


class Digests:
    """The rows of two folders.

    Columns: number (`AT`) and split of a row, its keys, which row of its key it is (`NTH`), a hash of what no other
    config tells (`OWN`) and of all of it (`WHOLE`); of the newer folder with `NEW` behind the name.
    """

    def __init__(self, versions: Versions) -> None:
        self.versions = versions

    def joined(self, config: str) -> pl.DataFrame:
        """Number, split and hashes of the rows of both, by key; what only one has is null in the other."""
        if missing := [name for name in (*KEYS[config], "article_id") if name not in self.versions.shared(config)]:
            old, new = (one.path for one in self.versions.both)
            raise Problem(
                f"{old} and {new} do not both have the column {missing[0]} of {config}, with one type",
                "compare folders that `hedgerow build` made",
            )
        keys = [*dict.fromkeys((*KEYS[config], "article_id")), NTH]
        before, after = (self._digest(one, config) for one in self.versions.both)
        return before.join(after, on=keys, how="full", coalesce=True, suffix=NEW, nulls_equal=True)

    def _digest(self, one: Built, config: str) -> pl.DataFrame:
        """Keys, number and split of each row, a hash of what is the row's own, and of all of it."""
        keys, cells = list(dict.fromkeys((*KEYS[config], "article_id"))), self._cells(config)
        own, whole = pl.struct(self._own(config)).hash(), pl.struct(*cells.values(), SPLIT).hash()
        with reading(one.path):
            parts = [
                rows.select(AT, SPLIT, *keys, own.alias(OWN), whole.alias(WHOLE))
                for rows in one.batches(config, list(cells))
            ]
            found = pl.concat(parts) if parts else self._empty(config, keys)
        if config == "spans":
            joined = self._with_kinds(one, found.lazy()).collect()
            found = joined.with_columns(pl.struct(OWN, KINDS).hash().alias(OWN)).drop(KINDS)
        return found.with_columns(occurrence(found, KEYS[config]))

    def _empty(self, config: str, keys: list[str]) -> pl.DataFrame:
        """The digest of no rows."""
        types = {name: self.versions.shared(config)[name] for name in keys}
        return pl.DataFrame(schema={AT: pl.UInt32, SPLIT: pl.String, **types, OWN: pl.UInt64, WHOLE: pl.UInt64})

    def _cells(self, config: str) -> dict[str, pl.Expr]:
        """The columns that both folders have, in one type."""
        return {name: pl.col(name).cast(dtype) for name, dtype in self.versions.shared(config).items()}

    def _own(self, config: str) -> list[pl.Expr]:
        """The columns that no other config tells."""
        shared, cells = self.versions.shared(config), self._cells(config)
        if config == "articles":
            return [*(cells[name] for name in cells if not _fields(shared[name])), pl.col(SPLIT).alias("split")]
        return [cell for name, cell in cells.items() if name != "event_id"]

    def _with_kinds(self, one: Built, spans: pl.LazyFrame) -> pl.LazyFrame:
        """Spans with the kinds of their speakers, where both folders tell them; the config `articles` alone does."""
        speakers = self.versions.shared("articles").get("speakers")
        parts = [pl.DataFrame(schema={"span_id": pl.String, KINDS: pl.List(pl.String)})]
        if speakers is not None and {"span_id", "kinds"} <= _fields(speakers):
            span, kinds = (pl.col("speakers").struct.field(name) for name in ("span_id", "kinds"))
            with reading(one.path):
                parts += [
                    rows.select(pl.col("speakers").explode()).drop_nulls().select(span, kinds.alias(KINDS))
                    for rows in one.batches("articles", ["speakers"])
                ]
        known = pl.concat(parts).unique("span_id", keep="first")
        return spans.join(known.lazy(), on="span_id", how="left", maintain_order="left")

    def rows(self, one: Built, config: str, at: pl.Series) -> pl.DataFrame:
        """The rows of these numbers, with their own columns."""
        wanted = pl.LazyFrame({AT: at.drop_nulls()})
        rows = collected(one, one.scan(config).join(wanted, on=AT, how="semi").select(AT, *self._own(config)))
        return (self._with_kinds(one, rows.lazy()).collect() if config == "spans" else rows).sort(AT)


def collected(one: Built, rows: pl.LazyFrame) -> pl.DataFrame:
    """The rows.

    Raises:
        Problem: the folder's files cannot be read.
    """
    with reading(one.path):
        return rows.collect(engine="streaming")


def _fields(dtype: pl.DataType) -> set[str]:
    """The fields of a column of rows; none of another."""
    inner = dtype.inner if isinstance(dtype, pl.List) else None
    return {one.name for one in inner.fields} if isinstance(inner, pl.Struct) else set()


def occurrence(rows: pl.DataFrame, keys: list[str]) -> pl.Expr:
    """Which row of its key a row is: 0, but where rows share a key."""
    if not rows.select(pl.struct(keys).is_duplicated().any()).item():
        return pl.lit(0, pl.UInt32).alias(NTH)
    return pl.int_range(pl.len(), dtype=pl.UInt32).over(keys).alias(NTH)
