"""Changes between two versions as people read them: on a terminal, and in Markdown for a changelog."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from rich.markup import escape

from dataset.diffing.changes import Bump, Change
from dataset.diffing.described import DATASHEET
from dataset.diffing.diff import Diff
from scripts.cli.console import OUT, count
from scripts.cli.findings import cell, in_context, line, shortened

MARKS: Final = {"added": "+", "removed": "-", "changed": "~", "reordered": "~", "rewritten": "~"}
COLOURS: Final = {"added": "green", "removed": "red", "changed": "yellow", "reordered": "yellow", "rewritten": "yellow"}
BUMPS: Final = {Bump.NONE: "green", Bump.PATCH: "green", Bump.MINOR: "yellow", Bump.MAJOR: "red"}
PROSE_LINES: Final = 12
NOT_SHOWN: Final = frozenset({"article_id", "span_id", "label", "start", "end", "text", "text_sha256"})
Words = tuple[str, str, str]


@dataclass(frozen=True)
class ChangedRow:
    """What became of one row, link, column or file: what it is, its words in context, and each value that changed.

    `prose` are lines of a file that changed, for the terminal alone.
    """

    kind: str
    article: str | None
    what: str
    context: Words | None = None
    values: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)


def summary(changes: Iterable[Change]) -> dict[str, tuple[Bump, dict[str, int]]]:
    """By table: the bump that its changes need, and how many of its rows were added, removed, changed."""
    found: dict[str, tuple[Bump, dict[str, int]]] = {}
    for _, group in _by_row(changes):
        first = group[0]
        needed, counts = found.get(first.table, (Bump.NONE, {}))
        counts = counts | {first.kind: counts.get(first.kind, 0) + _rows_told(first)}
        found[first.table] = max(needed, *(one.bump for one in group)), counts
    return dict(sorted(found.items(), key=lambda one: -one[1][0]))


def _rows_told(change: Change) -> int:
    told = change.new if change.kind == "added" else change.old
    return told if isinstance(told, int) and change.config else 1


def _by_row(changes: Iterable[Change]) -> Iterator[tuple[Any, list[Change]]]:
    """Changes of one row together, by article and place; what is not of an article first."""
    rows: dict[Any, list[Change]] = {}
    for one in changes:
        whole = one.column if one.table not in ("articles", "spans", "annotators") else None
        row = one.table, one.config, one.article_id, one.round, one.annotator, one.span_id, one.to_span, one.kind, whole
        rows.setdefault(row, []).append(one)
    yield from sorted(rows.items(), key=lambda one: (one[1][0].article_id or "", one[1][0].start or -1))


def entries(found: Diff, most: int) -> tuple[list[ChangedRow], int]:
    """The first entries, and how many there are. Rows of an article that came or is gone are told with it."""
    whole = {one.article_id for one in found.changes if one.table == "articles" and one.kind in ("added", "removed")}
    rows = [group for _, group in _by_row(_once(found.changes)) if group[0].article_id not in whole]
    articles = [[one] for one in found.changes if one.table == "articles" and one.article_id in whole]
    groups = sorted(rows + articles, key=lambda group: group[0].article_id or "")
    shown = _ChangeTexts(found, groups[:most])
    return [shown.entry(group) for group in groups[:most]], len(groups)


def _once(changes: list[Change]) -> Iterator[Change]:
    """Without the annotators' changes that are the spans', too: a layer that was not adjudicated has each twice."""
    told = {_same(one) for one in changes if one.table == "spans"}
    yield from (one for one in changes if one.table != "annotators" or _same(one) not in told)


def _same(one: Change) -> tuple[Any, ...]:
    values = () if one.kind in ("added", "removed") else (repr(one.old), repr(one.new))
    return one.kind, one.article_id, one.span_id, one.column, values


class _ChangeTexts:
    """The texts and places that showing some changes needs."""

    def __init__(self, found: Diff, groups: list[list[Change]]) -> None:
        self.rows = Counter((one.table, one.article_id) for one in found.changes)
        articles = sorted({one.article_id for group in groups for one in group if one.article_id})
        ends = sorted({one.to_span for group in groups for one in group if one.to_span})
        self.texts = [one.texts(articles) for one in (found.old, found.new)]
        self.places = [one.places(ends) for one in (found.old, found.new)]
        self.rewritten = {one.article_id for one in found.changes if one.column == "text_sha256"}

    def entry(self, group: list[Change]) -> ChangedRow:
        first = group[0]
        if first.table == "articles" and first.kind in ("added", "removed"):
            return ChangedRow(first.kind, first.article_id, f"article{self._held(first)}")
        if first.table == "relations":
            return ChangedRow(first.kind, first.article_id, self._link(first), self._words(first))
        if first.label:
            place = f" {first.start}:{first.end}"
            who = f" of {first.round}/{first.annotator}" if first.annotator else ""
            return ChangedRow(
                first.kind, first.article_id, f"{first.label}{place}{who}", self._words(first), _values(group)
            )
        prose = list(_prose(first.old or "", first.new or "")) if first.table == "files" else []
        return ChangedRow(first.kind, first.article_id, _named(first), None, _values(group), prose)

    def _held(self, article: Change) -> str:
        """How many spans and links came or went with the article."""
        spans, links = (self.rows[table, article.article_id] for table in ("spans", "relations"))
        return f" with {count(spans, 'span')} and {count(links, 'link')}"

    def _link(self, one: Change) -> str:
        """The link and the words that it points to."""
        side = 0 if one.kind == "removed" else 1
        start, end = self.places[side].get(one.to_span or "", (None, None))
        words = in_context(self._text(one.article_id, side), start, end)
        target = f"⟦{words[1]}⟧" if words else one.to_span
        made = f" (derived: {_value(one.old)} → {_value(one.new)})" if one.kind == "changed" else ""
        return f"{one.column} to {target}{made}"

    def _words(self, one: Change) -> Words | None:
        side = 0 if one.kind == "removed" else 1
        return in_context(self._text(one.article_id, side), one.start, one.end)

    def _text(self, article: str | None, side: int) -> str:
        """The article's text; where a folder withholds it, the other's, if it is the same."""
        own = self.texts[side].get(article or "")
        other = "" if article in self.rewritten else self.texts[1 - side].get(article or "", "")
        return other if own is None else own


def _named(one: Change) -> str:
    if one.table == "schema":
        return f"column {one.column} of {one.config}"
    if one.table in ("configs", "splits"):
        return f"{one.column} config" if one.column else f"{one.table.removesuffix('s')} {one.new or one.old}"
    if one.table == "files":
        return "datasheet" if one.column == DATASHEET else "card"
    if one.table == "articles":
        return "article" if one.column else "its row in articles, though no span of it changed"
    if one.article_id:
        return f"its row in {one.table}{f' ({one.span_id})' if one.span_id else ''}, though no span of it changed"
    if one.kind == "reordered":
        return f"{one.table}: the same rows in another order"
    return f"{one.table}: the same in other bytes" if one.kind == "rewritten" else one.table


def _values(group: list[Change]) -> list[str]:
    has_words = any(one.column == "text" for one in group)
    return [told for one in group if not (has_words and one.column == "text_sha256") for told in _told(one)]


def _told(one: Change) -> Iterator[str]:
    """What changed in a row: a cell, or of a row that came or is gone, its attributes."""
    if one.kind == "changed" and one.column == "text":
        yield f"text: {_first_difference(one.old or '', one.new or '')}"
    elif one.kind == "changed" and one.column and one.table != "files":
        yield f"{one.column}: {_value(one.old)} → {_value(one.new)}"
    elif one.label:
        held = one.old if one.kind == "removed" else one.new
        yield from (f"{name}: {_value(value)}" for name, value in _attributes(held or {}))
    elif isinstance(one.old or one.new, int):
        yield count(one.old or one.new, "row")
    elif one.table == "schema":
        yield str(one.old or one.new)


def _attributes(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    links = ("said_by", "continues", "hedges", "derived", "round", "annotator", "event_id")
    yield from ((name, value) for name, value in row.items() if value and name not in NOT_SHOWN and name not in links)


def _value(value: Any) -> str:
    return shortened(line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)))


def _prose(old: str, new: str) -> Iterator[str]:
    told = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))[2:]
    lines = [one for one in told if not one.startswith("@@")]
    yield from (shortened(line(one)) for one in lines[:PROSE_LINES])
    if len(lines) > PROSE_LINES:
        yield f"and {count(len(lines) - PROSE_LINES, 'line')} more"


def _first_difference(old: str, new: str) -> str:
    """From the first to the last character that differs."""
    start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    start = min(len(old), len(new)) if start is None else start
    room = min(len(old), len(new)) - start
    back = next((at for at in range(room) if old[-1 - at] != new[-1 - at]), room)
    before = old[max(0, start - 20) : start]
    gone, came = old[start : len(old) - back], new[start : len(new) - back]
    return f"…{line(before)}⟦{shortened(line(gone))}⟧ → ⟦{shortened(line(came))}⟧"


def print_entries(found: list[ChangedRow]) -> None:
    """Entries by article, each with its words in context and what changed."""
    for article, group in groupby(found, key=lambda one: one.article):
        if article:
            OUT.print(f"[bold]{escape(article)}[/]")
        for one in group:
            colour = COLOURS[one.kind]
            OUT.print(f"  [{colour}]{MARKS[one.kind]} {one.kind}[/] {escape(one.what)}")
            if one.context:
                before, words, after = map(escape, one.context)
                OUT.print(f"    …{before}[bold {colour}]⟦{words}⟧[/]{after}…")
            for value in one.values + one.prose:
                OUT.print(f"    {escape(value)}")


def print_summary(found: Diff) -> None:
    """The bump, and a line for each table with changes."""
    OUT.print(f"[bold {BUMPS[found.bump]}]{headline(found)}[/]")
    for table, (needed, counts) in summary(found.changes).items():
        OUT.print(f"  [{BUMPS[needed]}]{needed.name:<5}[/] {table}: {_counted(counts)}")


def headline(found: Diff) -> str:
    """The bump in a sentence."""
    return {
        Bump.NONE: "NONE: the same",
        Bump.PATCH: "PATCH: the same data, written or described otherwise",
        Bump.MINOR: "MINOR: something was added, and all that was there is as it was",
        Bump.MAJOR: "MAJOR: something that was there changed or is gone",
    }[found.bump]


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in counts.items())


def markdown(found: Diff, shown: list[ChangedRow]) -> Iterator[str]:
    """The summary and the entries as Markdown, a line at a time."""
    yield f"**{headline(found)}**"
    yield ""
    for table, (needed, counts) in summary(found.changes).items():
        yield f"- {table}: {_counted(counts)} ({needed.name})"
    for article, group in groupby(shown, key=lambda one: one.article):
        yield ""
        yield f"**{cell(article)}**" if article else "**The dataset**"
        yield ""
        for one in group:
            before, words, after = map(cell, one.context or ("", "", ""))
            quoted = f": …{before}**{words}**{after}…" if one.context else ""
            values = "; ".join(map(cell, one.values))
            yield f"- {one.kind} {cell(one.what)}{quoted}{f' ({values})' if values else ''}"
