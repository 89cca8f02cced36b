"""What changed between two built folders, row by row: articles, spans, links, annotators, and what is derived of them.

Rows are told apart by a hash each, so that only those that differ are ever held whole.
"""

from __future__ import annotations

import filecmp
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from dataset import scheme
from dataset.built import AT, CARD, SPLIT, Built, read_built, reading
from dataset.changes import Bump, Change, bump
from dataset.described import described_changes
from dataset.overlaps import overlapping
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
_LINKS: Final = (*scheme.RELATIONS, "derived")
_OWN, _WHOLE = "#own", "#whole"
_NEW, _N = "_new", "#n"
_PRIMARY: Final = ("articles", "spans", "annotators")
_PLACE: Final = ("article_id", "round", "annotator", "span_id", "label", "start", "end")


@dataclass(frozen=True)
class Diff:
    """The changes between two folders, and what of them could not be compared."""

    old: Built
    new: Built
    changes: list[Change]
    notes: list[str]

    @property
    def bump(self) -> Bump:
        """The smallest honest bump."""
        return bump(self.changes)


def diff(old: Path, new: Path) -> Diff:
    """Compares two built folders.

    Files that only tell of a release (manifest, changelog, Croissant, plots) are not compared. Where one of the folders
    withholds the texts and the other does not, texts are compared by their hash alone.

    Raises:
        Problem: one of them is no built folder, or cannot be read.
    """
    versions = Versions(read_built(old), read_built(new))
    with reading(new):
        changes = list(described_changes(versions))
        changes += _Rows(versions).changes()
        changes += _rewritten(versions, changes)
    return Diff(versions.old, versions.new, changes, list(_notes(versions)))


def _notes(versions: Versions) -> Iterator[str]:
    if versions.mixed:
        one = "OLD" if versions.old.withheld else "NEW"
        yield f"{one} withholds the articles' words: texts are compared by their hash, words and tokens not at all"


def _rewritten(versions: Versions, changes: list[Change]) -> Iterator[Change]:
    """Configs, and the card, whose files have other bytes though nothing in them changed."""
    if versions.mixed:
        return
    touched = {one.config or one.table for one in changes} | (set(KEYS) if _data_changed(changes) else set())
    for config in versions.common():
        if config not in touched and not _same_files(versions, config):
            yield Change(Bump.PATCH, "rewritten", config, config)
    if not changes and not filecmp.cmp(versions.old.path / CARD, versions.new.path / CARD, shallow=False):
        yield Change(Bump.PATCH, "rewritten", "card")


def _data_changed(changes: list[Change]) -> bool:
    return any(one.table in (*KEYS, "relations", "splits") for one in changes)


def _same_files(versions: Versions, config: str) -> bool:
    old, new = ({file.name: file for split in one.files[config].values() for file in split} for one in versions.both)
    return old.keys() == new.keys() and all(filecmp.cmp(old[name], new[name], shallow=False) for name in old)


# Rows, and which of them differ


class _Rows:
    """The rows of two folders, joined by their keys."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self.common = versions.common()
        self.known: set[str] = set()

    def changes(self) -> Iterator[Change]:
        """What changed in the articles, spans, links and annotators; then what of the rest that does not explain."""
        joined = {config: self.joined(config) for config in _PRIMARY if config in self.common}
        self.known = set(joined["articles"].drop_nulls(AT)["article_id"])
        found = [change for config, rows in joined.items() for change in self.own_changes(config, rows)]
        yield from found
        told = list({one.article_id for one in found if one.table != "annotators" and one.article_id})
        for config in self.common:
            if config not in KEYS:
                yield from _counted(self.versions, config)
                continue
            rows = joined.pop(config) if config in joined else self.joined(config)
            rows = rows.filter(~pl.col("article_id").is_in(told))
            yield from _unexplained(config, rows)
            if _reordered(rows):
                yield Change(Bump.PATCH, "reordered", config, config)

    def joined(self, config: str) -> pl.DataFrame:
        """Number, split and hashes of the rows of both, by key; what only one has is null in the other."""
        if missing := [name for name in (*KEYS[config], "article_id") if name not in self.versions.shared(config)]:
            old, new = (one.path for one in self.versions.both)
            raise Problem(
                f"{old} and {new} do not both have the column {missing[0]} of {config}, with one type",
                "compare folders that `hedgerow build` made",
            )
        keys = [*dict.fromkeys((*KEYS[config], "article_id")), _N]
        before, after = (self.digest(one, config) for one in self.versions.both)
        return before.join(after, on=keys, how="full", coalesce=True, suffix=_NEW, nulls_equal=True)

    def digest(self, one: Built, config: str) -> pl.DataFrame:
        """Keys, number and split of each row, a hash of what is the row's own (`#own`), and of all of it (`#whole`)."""
        keys = list(dict.fromkeys((*KEYS[config], "article_id")))
        cells = list(self.cells(config).values())
        rows = self.scan(one, config).select(
            AT,
            SPLIT,
            *keys,
            pl.struct(self.own(config)).hash().alias(_OWN),
            pl.struct(*cells, SPLIT).hash().alias(_WHOLE),
        )
        found = rows.collect(engine="streaming").sort(AT)
        return found.with_columns(_occurrence(found, KEYS[config]))

    def cells(self, config: str) -> dict[str, pl.Expr]:
        """The columns that both folders have, in one type."""
        return {name: pl.col(name).cast(dtype) for name, dtype in self.versions.shared(config).items()}

    def own(self, config: str) -> list[pl.Expr]:
        """The columns that no other config tells."""
        shared, cells = self.versions.shared(config), self.cells(config)
        if config == "articles":
            return [*(cells[name] for name in cells if not _fields(shared[name])), pl.col(SPLIT).alias("split")]
        own = [cell for name, cell in cells.items() if name != "event_id"]
        return [*own, pl.col(KINDS)] if config == "spans" and self.has_kinds() else own

    def has_kinds(self) -> bool:
        """Whether both folders tell the kinds of a speaker; the config `articles` alone does."""
        speakers = self.versions.shared("articles").get("speakers")
        return speakers is not None and {"span_id", "kinds"} <= _fields(speakers)

    def scan(self, one: Built, config: str) -> pl.LazyFrame:
        """The rows of a config; spans with the kinds of their speakers."""
        rows = one.scan(config)
        if config != "spans" or not self.has_kinds():
            return rows
        parts = one.scan("articles").select(pl.col("speakers").explode()).drop_nulls()
        kinds = parts.select(
            pl.col("speakers").struct.field("span_id"), pl.col("speakers").struct.field("kinds").alias(KINDS)
        )
        return rows.join(kinds.unique("span_id", keep="first"), on="span_id", how="left")

    def own_changes(self, config: str, joined: pl.DataFrame) -> Iterator[Change]:
        """The changes of a config's rows, and of the links of spans."""
        pairs = joined.filter(pl.col(_OWN).ne_missing(pl.col(_OWN + _NEW))).select(AT, AT + _NEW)
        before = self.rows(self.versions.old, config, pairs[AT])
        after = self.rows(self.versions.new, config, pairs[AT + _NEW])
        if config != "articles":
            pairs = _matched(pairs, before, after, [name for name in ("round", "annotator") if name in before.columns])
        before, after = (
            pairs.select(pl.col(name).alias(AT)).join(rows, on=AT, how="left", maintain_order="left")
            for name, rows in ((AT, before), (AT + _NEW, after))
        )
        yield from self.row_changes(config, before, after)
        if config == "spans":
            yield from self.link_changes(before, after)

    def rows(self, one: Built, config: str, at: pl.Series) -> pl.DataFrame:
        """The rows of these numbers, with their own columns."""
        wanted = pl.LazyFrame({AT: at.drop_nulls()})
        rows = self.scan(one, config).join(wanted, on=AT, how="semi")
        return rows.select(AT, *self.own(config)).collect(engine="streaming").sort(AT)

    def row_changes(self, config: str, before: pl.DataFrame, after: pl.DataFrame) -> Iterator[Change]:
        """Rows that are gone or came, and cells that changed, of rows side by side."""
        names = [name for name in before.columns if name not in (AT, *_LINKS)]
        places = _places(before, after)
        gone, came = before[AT].is_not_null() & after[AT].is_null(), before[AT].is_null()
        for kind, which, rows in (("removed", gone, before), ("added", came, after)):
            for at, values in zip(
                which.arg_true(), rows.filter(which).select(names).iter_rows(named=True), strict=True
            ):
                old, new = (values, None) if kind == "removed" else (None, values)
                needed = self.needed(kind, config, values["article_id"])
                yield Change(needed, kind, config, old=old, new=new, **places(at))
        for name in names:
            for at in (before[name].ne_missing(after[name]) & ~gone & ~came).arg_true():
                old, new = _plain(before[name][at]), _plain(after[name][at])
                yield Change(Bump.MAJOR, "changed", config, column=name, old=old, new=new, **places(at))

    def needed(self, kind: str, table: str, article: str) -> Bump:
        """What a row that came or is gone needs. A span that came to an article that was there alters its row there."""
        if kind != "added":
            return Bump.MAJOR
        return Bump.MAJOR if table in ("spans", "relations") and article in self.known else Bump.MINOR

    def link_changes(self, before: pl.DataFrame, after: pl.DataFrame) -> Iterator[Change]:
        """Links that are gone, came, or are derived where they were drawn; ends are known by their ids in NEW."""
        renamed = before["span_id"].is_not_null() & (before["span_id"] != after["span_id"]).fill_null(False)
        ids = before["span_id"].filter(renamed), after["span_id"].filter(renamed)
        old = _links(before).with_columns(pl.col("span_id", "to_span").replace(*ids))
        keys = ["article_id", "type", "span_id", "to_span", _N]
        old, new = (rows.with_columns(_occurrence(rows, keys[:-1])) for rows in (old, _links(after)))
        joined = old.join(new, on=keys, how="full", coalesce=True, suffix=_NEW)
        differ = joined.filter(pl.col("derived").ne_missing(pl.col("derived" + _NEW)))
        for one in differ.iter_rows(named=True):
            kind = "added" if one["derived"] is None else "removed" if one["derived" + _NEW] is None else "changed"
            suffix = "" if kind == "removed" else _NEW
            yield Change(
                self.needed(kind, "relations", one["article_id"]),
                kind,
                "relations",
                column=one["type"],
                old=one["derived"],
                new=one["derived" + _NEW],
                **{name: one[name] for name in ("article_id", "span_id", "to_span")},
                **{name: one[name + suffix] for name in ("label", "start", "end")},
            )


def _fields(dtype: pl.DataType) -> set[str]:
    """The fields of a column of rows; none of another."""
    inner = dtype.inner if isinstance(dtype, pl.List) else None
    return {one.name for one in inner.fields} if isinstance(inner, pl.Struct) else set()


def _plain(value: Any) -> Any:
    return value.to_list() if isinstance(value, pl.Series) else value


def _occurrence(rows: pl.DataFrame, keys: list[str]) -> pl.Expr:
    """Which row of its key a row is: 0, but where rows share a key."""
    if not rows.select(pl.struct(keys).is_duplicated().any()).item():
        return pl.lit(0, pl.UInt32).alias(_N)
    return pl.int_range(pl.len(), dtype=pl.UInt32).over(keys).alias(_N)


def _places(before: pl.DataFrame, after: pl.DataFrame) -> Callable[[int], dict[str, Any]]:
    """Where a row is: as it is after, or before where it is gone."""
    names = [name for name in _PLACE if name in before.columns]

    def place(at: int) -> dict[str, Any]:
        rows = before if after[AT][at] is None else after
        return {name: rows[name][at] for name in names}

    return place


def _matched(pairs: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame, layer: list[str]) -> pl.DataFrame:
    """The pairs of row numbers, with rows that only one has paired by overlap, within label, article and annotator."""
    group = ["article_id", "label", *layer]
    if not {*group, "start", "end"} <= set(before.columns):
        return pairs
    gone = before.filter(pl.col(AT).is_in(pairs.filter(pl.col(AT + _NEW).is_null())[AT].implode()))
    came = after.filter(pl.col(AT).is_in(pairs.filter(pl.col(AT).is_null())[AT + _NEW].implode()))
    found = overlapping(gone, came, group)
    ends = {AT: gone[AT].gather([one for one, _ in found]), AT + _NEW: came[AT].gather([one for _, one in found])}
    taken = pl.DataFrame(ends)
    left = pairs.filter(
        ~pl.col(AT).is_in(ends[AT].implode()).fill_null(False),
        ~pl.col(AT + _NEW).is_in(ends[AT + _NEW].implode()).fill_null(False),
    )
    return pl.concat([left, taken]).sort(pl.coalesce(AT + _NEW, AT), AT)


def _links(spans: pl.DataFrame) -> pl.DataFrame:
    """The links that spans start: `type`, `to_span`, `derived`."""
    parts = [_links_of(spans, relation) for relation in scheme.RELATIONS if relation in spans.columns]
    empty = spans.clear().select(*_PLACED, type=pl.lit(""), to_span=pl.lit(""), derived=pl.lit(False))
    return pl.concat([empty, *parts])


_PLACED = ("article_id", "span_id", "label", "start", "end")


def _links_of(spans: pl.DataFrame, relation: str) -> pl.DataFrame:
    told = relation == "hedges" and "derived" in spans.columns
    rows = spans.filter(pl.col(relation).list.len() > 0)
    ends = rows.select(*_PLACED, "derived", to_span=relation) if told else rows.select(*_PLACED, to_span=relation)
    ends = ends.explode("to_span", "derived") if told else ends.explode("to_span")
    return ends.select(
        *_PLACED,
        pl.lit(relation).alias("type"),
        "to_span",
        pl.col("derived") if told else pl.lit(False).alias("derived"),
    )


def _unexplained(config: str, rows: pl.DataFrame) -> Iterator[Change]:
    """Rows that differ in articles where nothing else does."""
    differ = rows.filter(pl.col(_WHOLE).ne_missing(pl.col(_WHOLE + _NEW)))
    if config == "annotators":
        differ = differ.filter(pl.col(_OWN).eq_missing(pl.col(_OWN + _NEW)))
    for one in differ.sort(pl.coalesce(AT + _NEW, AT)).iter_rows(named=True):
        kind = "added" if one[AT] is None else "removed" if one[AT + _NEW] is None else "changed"
        place = {name: one.get(name) for name in ("article_id", "round", "annotator")}
        span = one.get("span_id") or one.get("quote_id")
        yield Change(Bump.MINOR if kind == "added" else Bump.MAJOR, kind, config, span_id=span, **place)


def _reordered(rows: pl.DataFrame) -> bool:
    """Whether rows that both have stand in another order in one of their splits."""
    both = rows.filter(pl.col(AT + _NEW).is_not_null(), pl.col(SPLIT) == pl.col(SPLIT + _NEW)).sort(AT)
    back = pl.col(AT + _NEW).cast(pl.Int64).diff().over(SPLIT) < 0
    return bool(both.select(back.any()).item())


def _counted(versions: Versions, config: str) -> Iterator[Change]:
    """How many rows came and are gone in a config whose rows have no key that is known here."""
    cells = [pl.col(name).cast(dtype) for name, dtype in versions.shared(config).items()]
    old, new = (
        one.scan(config).select(pl.struct(*cells, SPLIT).hash().alias(_WHOLE)).collect(engine="streaming")
        for one in versions.both
    )
    old, new = (rows.with_columns(_occurrence(rows, [_WHOLE])) for rows in (old, new))
    gone = old.join(new, on=[_WHOLE, _N], how="anti").height
    came = new.join(old, on=[_WHOLE, _N], how="anti").height
    if gone:
        yield Change(Bump.MAJOR, "removed", config, config, old=gone)
    if came:
        yield Change(Bump.MINOR, "added", config, config, new=came)
