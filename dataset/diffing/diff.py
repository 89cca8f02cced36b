"""What changed between two built folders, row by row: what was labelled and sorted, and what derives of it."""

from __future__ import annotations

import filecmp
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from dataset.diffing.changes import Bump, Change, bump
from dataset.diffing.described import described_changes
from dataset.diffing.digests import HELD, KEYS, NEW, NTH, OWN, WHOLE, Digests, group_of, occurrence
from dataset.diffing.overlaps import overlapping
from dataset.diffing.versions import Versions
from dataset.folder.folder import AT, CARD, SPLIT, DatasetFolder, read_built
from dataset.scheme import vocabulary
from dataset.storage.atomic import writing

_LINKS: Final = (*vocabulary.RELATIONS, "derived")
_STATEMENTS: Final = ("statements", "figures")
_PRIMARY: Final = ("articles", "spans", "annotators", *_STATEMENTS, "entities")
_KEY: Final = ("article_id", "round", "annotator", "event_id", "statement_id", "entity")
_PLACE: Final[tuple[str, ...]] = (*_KEY, "span_id", "label", "start", "end")


@dataclass(frozen=True)
class Diff:
    """The changes between two folders, and what of them could not be compared."""

    old: DatasetFolder
    new: DatasetFolder
    changes: list[Change]
    notes: list[str]

    @property
    def bump(self) -> Bump:
        """The smallest honest bump."""
        return bump(self.changes)


def diff(old: Path, new: Path, held: int = HELD) -> Diff:
    """Compares two built folders.

    Files that only describe a release (manifest, changelog, Croissant, plots) are not compared. Where one folder
    withholds the texts and the other does not, texts are compared by their hash alone. Of rows that are the same in
    both, about `held` are held at a time.

    Raises:
        Problem: one of them is not a built folder, or cannot be read.
    """
    versions = Versions(read_built(old), read_built(new))
    if versions.identical:
        return Diff(versions.old, versions.new, [], [])
    with TemporaryDirectory() as scratch, writing(Path(scratch), "nothing was changed"):
        rows = _JoinedTables(versions, Digests(versions, Path(scratch), held))
        changes = [*described_changes(versions), *rows.changes()]
    changes += _rewritten(versions, changes)
    return Diff(versions.old, versions.new, changes, list(_notes(versions)))


def _notes(versions: Versions) -> Iterator[str]:
    if versions.mixed:
        side = "OLD" if versions.old.withheld else "NEW"
        yield f"{side} withholds the articles' words: texts are compared by their hash, words and tokens not at all"


def _rewritten(versions: Versions, changes: list[Change]) -> Iterator[Change]:
    """Configs, and the card, whose files have other bytes though nothing in them changed."""
    if versions.mixed:
        return
    touched = {change.config or change.table for change in changes}
    if any(change.table in (*KEYS, "relations", "splits") for change in changes):
        touched |= set(KEYS)
    if any(change.table == "configs" and "statements" in (change.old, change.new) for change in changes):
        touched.add("quotes")  # whose rows say which statements they tell
    for config in versions.common():
        if config not in touched and not versions.same_files(config):
            yield Change(Bump.PATCH, "rewritten", config, config)
    if not changes and not filecmp.cmp(versions.old.path / CARD, versions.new.path / CARD, shallow=False):
        yield Change(Bump.PATCH, "rewritten", "card")


class _JoinedTables:
    """The rows of two folders, joined by their keys."""

    def __init__(self, versions: Versions, digests: Digests) -> None:
        self.versions = versions
        self.digests = digests
        self.common = versions.common()
        self.known: set[str] = set()
        self.events: set[str] = set()

    def changes(self) -> Iterator[Change]:
        """What changed in the primary configs and in links; then what of the rest that does not explain."""
        joined = {config: self.digests.joined(config) for config in _PRIMARY if config in self.common}
        self.known = self.digests.those_of_old(
            article
            for config, rows in joined.items()
            if group_of(config) == "article_id"
            for article in rows.differing["article_id"]
        )
        self.events = self.digests.events() if "entities" in joined else set()
        changes = [change for config, rows in joined.items() for change in self.own_changes(config, rows.differing)]
        yield from changes
        explained = _Explained(changes, self.digests)
        for config in self.common:
            if config not in joined and self.versions.same_files(config):
                continue
            if config not in KEYS:
                yield from _counted(config, *self.digests.counted(config))
                continue
            joined_rows = joined.pop(config) if config in joined else self.digests.joined(config)
            yield from _unexplained(config, joined_rows.differing.filter(~explained.rows(config)))
            if _reordered(rows.filter(~explained.groups(config)) for rows in joined_rows.both.each()):
                yield Change(Bump.PATCH, "reordered", config, config)

    def own_changes(self, config: str, differing: pl.DataFrame) -> Iterator[Change]:
        """The changes of a config's rows, and of the links of spans."""
        pairs = differing.filter(pl.col(OWN).ne_missing(pl.col(OWN + NEW))).select(AT, AT + NEW)
        before = self.digests.rows(self.versions.old, config, pairs[AT])
        after = self.digests.rows(self.versions.new, config, pairs[AT + NEW])
        if config != "articles":
            pairs = _matched(pairs, before, after, [name for name in ("round", "annotator") if name in before.columns])
        before, after = (
            pairs.select(pl.col(name).alias(AT)).join(rows, on=AT, how="left", maintain_order="left")
            for name, rows in ((AT, before), (AT + NEW, after))
        )
        yield from self.row_changes(config, before, after)
        if config == "spans":
            yield from self.link_changes(before, after)

    def row_changes(self, config: str, before: pl.DataFrame, after: pl.DataFrame) -> Iterator[Change]:
        """Rows that are gone or new, and cells that changed, of rows side by side."""
        names = [name for name in before.columns if name not in (AT, *_LINKS)]
        places = _places(before, after)
        gone, came = before[AT].is_not_null() & after[AT].is_null(), before[AT].is_null()
        for kind, which, rows in (("removed", gone, before), ("added", came, after)):
            for at, values in zip(
                which.arg_true(), rows.filter(which).select(names).iter_rows(named=True), strict=True
            ):
                if config == "entities" and values["event_id"] not in self.events:
                    continue  # its event came or went, with its articles
                old, new = (values, None) if kind == "removed" else (None, values)
                needed = self.needed(kind, config, values.get("article_id"))
                yield Change(needed, kind, config, old=old, new=new, **places(at))
        for name in names:
            for at in (before[name].ne_missing(after[name]) & ~gone & ~came).arg_true():
                old, new = _plain(before[name][at]), _plain(after[name][at])
                needed = Bump.PATCH if name == "gist" else Bump.MAJOR
                yield Change(needed, "changed", config, column=name, old=old, new=new, **places(at))

    def needed(self, kind: str, table: str, article: str | None) -> Bump:
        """The bump that an added or removed row asks for; a span added to an existing article alters its row."""
        if kind != "added":
            return Bump.MAJOR
        return Bump.MAJOR if table in ("spans", "relations") and article in self.known else Bump.MINOR

    def link_changes(self, before: pl.DataFrame, after: pl.DataFrame) -> Iterator[Change]:
        """Links that are gone, are new, or are derived where they were drawn; ends are known by their ids in NEW."""
        renamed = before["span_id"].is_not_null() & (before["span_id"] != after["span_id"]).fill_null(False)
        ids = pl.DataFrame({"old": before["span_id"].filter(renamed), "new": after["span_id"].filter(renamed)})
        ids = ids.unique("old", keep="first", maintain_order=True)
        old = _links(before).with_columns(pl.col("span_id", "to_span").replace(ids["old"], ids["new"]))
        keys = ["article_id", "type", "span_id", "to_span", NTH]
        old, new = (rows.with_columns(occurrence(rows, keys[:-1])) for rows in (old, _links(after)))
        joined = old.join(new, on=keys, how="full", coalesce=True, suffix=NEW)
        differ = joined.filter(pl.col("derived").ne_missing(pl.col("derived" + NEW)))
        for row in differ.iter_rows(named=True):
            kind = "added" if row["derived"] is None else "removed" if row["derived" + NEW] is None else "changed"
            suffix = "" if kind == "removed" else NEW
            yield Change(
                self.needed(kind, "relations", row["article_id"]),
                kind,
                "relations",
                column=row["type"],
                old=row["derived"],
                new=row["derived" + NEW],
                **{name: row[name] for name in ("article_id", "span_id", "to_span")},
                **{name: row.get(name + suffix) for name in ("label", "start", "end")},
            )


def _plain(value: Any) -> Any:
    return value.to_list() if isinstance(value, pl.Series) else value


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
    gone = before.filter(pl.col(AT).is_in(pairs.filter(pl.col(AT + NEW).is_null())[AT].implode()))
    came = after.filter(pl.col(AT).is_in(pairs.filter(pl.col(AT).is_null())[AT + NEW].implode()))
    overlaps = overlapping(gone, came, group)
    ends = {AT: gone[AT].gather([old for old, _ in overlaps]), AT + NEW: came[AT].gather([new for _, new in overlaps])}
    taken = pl.DataFrame(ends)
    unmatched = pairs.filter(
        ~pl.col(AT).is_in(ends[AT].implode()).fill_null(False),
        ~pl.col(AT + NEW).is_in(ends[AT + NEW].implode()).fill_null(False),
    )
    return pl.concat([unmatched, taken]).sort(pl.coalesce(AT + NEW, AT), AT)


def _links(spans: pl.DataFrame) -> pl.DataFrame:
    """The links that spans start, with where those are: `type`, `to_span`, `derived`."""
    placed = [name for name in _PLACE if name in spans.columns]
    parts = [_links_of(spans, relation, placed) for relation in vocabulary.RELATIONS if relation in spans.columns]
    none = spans.clear().select(*placed, type=pl.lit(""), to_span=pl.lit(""), derived=pl.lit(False))
    return pl.concat([none, *parts])


def _links_of(spans: pl.DataFrame, relation: str, placed: list[str]) -> pl.DataFrame:
    has_derived = relation == "hedges" and "derived" in spans.columns
    ends = {"to_span": pl.col(relation)} | ({"derived": pl.col("derived")} if has_derived else {})
    rows = spans.filter(pl.col(relation).list.len() > 0).select(*placed, **ends).explode(*ends)
    derived = pl.col("derived") if has_derived else pl.lit(False).alias("derived")
    return rows.select(*placed, pl.lit(relation).alias("type"), "to_span", derived)


class _Explained:
    """Which rows differ because of something else that changed, which has a line of its own."""

    def __init__(self, changes: list[Change], digests: Digests) -> None:
        named = [change for change in changes if change.bump > Bump.PATCH]
        self._rated = {change.article_id for change in named if change.article_id}
        self._articles = {change.article_id for change in named if change.article_id and change.table != "annotators"}
        registries = [change for change in named if change.table == "entities"]
        self._registries = {change.event_id for change in registries}
        altered = {change.event_id for change in registries if change.bump is Bump.MAJOR}
        self._attributed = self._articles | (digests.articles_of(altered) if altered else set())
        of_statements = [change for change in named if change.table in _STATEMENTS]
        self._statements = {f"{change.event_id} {change.statement_id}" for change in of_statements}
        events = digests.events_of(self._articles) if self._articles else set()
        self._events = events | self._registries | {change.event_id for change in of_statements}

    def rows(self, config: str) -> pl.Expr:
        """Whether a row that differs is explained, by what needs as large a step."""
        if config == "attribution":
            return _in("article_id", self._attributed)
        if config != "comparisons":
            return self.groups(config)
        statement = pl.format("{} {}", "event_id", "statement_id")
        return (
            _in("first_article", self._articles)
            | _in("second_article", self._articles)
            | _in("event_id", self._registries)
            | _in(statement, self._statements)
        )

    def groups(self, config: str) -> pl.Expr:
        """Whether anything else changed in a row's article or event."""
        if group_of(config) == "event_id":
            return _in("event_id", self._events)
        return _in("article_id", self._rated if config == "decisions" else self._articles)


def _in(value: str | pl.Expr, values: Iterable[str | None]) -> pl.Expr:
    column = pl.col(value) if isinstance(value, str) else value
    return column.is_in(pl.Series(list(values), dtype=pl.String).implode()).fill_null(False)


def _unexplained(config: str, rows: pl.DataFrame) -> Iterator[Change]:
    """Rows that differ although nothing did that has a line of its own."""
    differ = rows.filter(pl.col(WHOLE).ne_missing(pl.col(WHOLE + NEW)))
    if config in ("annotators", *_STATEMENTS, "entities"):
        differ = differ.filter(pl.col(OWN).eq_missing(pl.col(OWN + NEW)))
    for row in differ.sort(pl.coalesce(AT + NEW, AT), AT).iter_rows(named=True):
        kind = "added" if row[AT] is None else "removed" if row[AT + NEW] is None else "changed"
        place = {name: row.get(name) for name in _KEY}
        span = row.get("span_id") or row.get("quote_id")
        yield Change(Bump.MINOR if kind == "added" else Bump.MAJOR, kind, config, span_id=span, **place)


def _reordered(both: Iterable[pl.DataFrame]) -> bool:
    """Whether rows that both have are in another order in one of their splits; they come in the older one's order."""
    last = None
    for rows in both:
        ordered = rows.sort(AT) if last is None else pl.concat([last, rows.sort(AT)])
        back = pl.col(AT + NEW) < pl.col(AT + NEW).shift()
        if ordered.select((back & (pl.col(SPLIT) == pl.col(SPLIT).shift())).any()).item():
            return True
        last = ordered.tail(1)
    return False


def _counted(config: str, gone: int, came: int) -> Iterator[Change]:
    """How many rows are new and gone in a config whose rows have no key that is known here."""
    if gone:
        yield Change(Bump.MAJOR, "removed", config, config, old=gone)
    if came:
        yield Change(Bump.MINOR, "added", config, config, new=came)
