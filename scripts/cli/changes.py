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
from dataset.diffing.diff import Diff
from dataset.folder.folder import DATASHEET
from scripts.cli.console import OUT, count
from scripts.cli.findings import cell, in_context, line, short_line

MARKS: Final = {"added": "+", "removed": "-", "changed": "~", "reordered": "~", "rewritten": "~"}
COLOURS: Final = {"added": "green", "removed": "red", "changed": "yellow", "reordered": "yellow", "rewritten": "yellow"}
BUMPS: Final = {Bump.NONE: "green", Bump.PATCH: "green", Bump.MINOR: "yellow", Bump.MAJOR: "red"}
PROSE_LINES: Final = 12
NOT_SHOWN: Final = frozenset({"article_id", "span_id", "label", "start", "end", "text", "text_sha256"})
ROWS: Final = ("articles", "spans", "annotators", "statements", "figures", "entities")
NAMED: Final = ("configs", "splits")
"""Tables whose rows are names."""
ABOUT: Final = {
    "entities": "the entity",
    "statements": "the statement",
    "figures": "the figure",
    "comparisons": "a comparison, though nothing that it compares changed, of the statement",
}
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
    tables: dict[str, tuple[Bump, dict[str, int]]] = {}
    for _, group in _by_row(changes):
        first = group[0]
        needed, counts = tables.get(first.table, (Bump.NONE, {}))
        counts = counts | {first.kind: counts.get(first.kind, 0) + _row_count(first)}
        tables[first.table] = max(needed, *(change.bump for change in group)), counts
    return dict(sorted(tables.items(), key=lambda entry: -entry[1][0]))


def _row_count(change: Change) -> int:
    rows = change.new if change.kind == "added" else change.old
    return rows if isinstance(rows, int) and change.config else 1


def _by_row(changes: Iterable[Change]) -> Iterator[tuple[Any, list[Change]]]:
    """Changes of one row together, by article and place; what is not of an article first."""
    rows: dict[Any, list[Change]] = {}
    for change in changes:
        whole = change.column if change.table not in ROWS else None
        if change.table in NAMED and whole is None:
            whole = change.new if change.kind == "added" else change.old
        layer = change.round, change.annotator
        about = change.article_id, layer, change.span_id, change.to_span
        event = change.event_id, change.statement_id, change.entity
        rows.setdefault((change.table, change.config, about, event, change.kind, whole), []).append(change)
    yield from sorted(rows.items(), key=lambda entry: (entry[1][0].article_id or "", entry[1][0].start or -1))


def entries(difference: Diff, most: int) -> tuple[list[ChangedRow], int]:
    """The first entries, and how many there are. Rows of an added or removed article are shown with it."""
    whole = {
        change.article_id
        for change in difference.changes
        if change.table == "articles" and change.kind in ("added", "removed")
    }
    rows = [group for _, group in _by_row(_once(difference.changes)) if group[0].article_id not in whole]
    articles = [[change] for change in difference.changes if change.table == "articles" and change.article_id in whole]
    groups = sorted(rows + articles, key=lambda group: group[0].article_id or "")
    shown = _ChangeTexts(difference, groups[:most])
    return [shown.entry(group) for group in groups[:most]], len(groups)


def _once(changes: list[Change]) -> Iterator[Change]:
    """Leaves out annotators' changes that are the spans' as well: an unadjudicated layer has each of them twice."""
    of_spans = {_same(change) for change in changes if change.table == "spans"}
    yield from (change for change in changes if change.table != "annotators" or _same(change) not in of_spans)


def _same(change: Change) -> tuple[Any, ...]:
    values = () if change.kind in ("added", "removed") else (repr(change.old), repr(change.new))
    return change.kind, change.article_id, change.span_id, change.column, values


class _ChangeTexts:
    """The texts and places that showing some changes needs."""

    def __init__(self, difference: Diff, groups: list[list[Change]]) -> None:
        self.rows = Counter((change.table, change.article_id) for change in difference.changes)
        articles = sorted({change.article_id for group in groups for change in group if change.article_id})
        ends = sorted({change.to_span for group in groups for change in group if change.to_span})
        self.texts = [folder.texts(articles) for folder in (difference.old, difference.new)]
        self.places = [folder.places(ends) for folder in (difference.old, difference.new)]
        self.rewritten = {change.article_id for change in difference.changes if change.column == "text_sha256"}

    def entry(self, group: list[Change]) -> ChangedRow:
        first = group[0]
        if first.table == "articles" and first.kind in ("added", "removed"):
            spans, links = (self.rows[table, first.article_id] for table in ("spans", "relations"))
            held = f"article with {count(spans, 'span')} and {count(links, 'link')}"
            return ChangedRow(first.kind, first.article_id, held)
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

    def _link(self, change: Change) -> str:
        """The link and the words that it points to."""
        side = 0 if change.kind == "removed" else 1
        start, end = self.places[side].get(change.to_span or "", (None, None))
        words = in_context(self._text(change.article_id, side), start, end)
        target = f"⟦{words[1]}⟧" if words else change.to_span
        derivation = f" (derived: {_value(change.old)} → {_value(change.new)})" if change.kind == "changed" else ""
        return f"{change.column} to {target}{derivation}"

    def _words(self, change: Change) -> Words | None:
        side = 0 if change.kind == "removed" else 1
        return in_context(self._text(change.article_id, side), change.start, change.end)

    def _text(self, article: str | None, side: int) -> str:
        """The article's text; where a folder withholds it, the other's, if it is the same."""
        own = self.texts[side].get(article or "")
        counterpart = "" if article in self.rewritten else self.texts[1 - side].get(article or "", "")
        return counterpart if own is None else own


def _named(change: Change) -> str:
    if change.entity or change.statement_id:
        return f"{ABOUT[change.table]} {change.entity or change.statement_id} of {change.event_id}"
    return _named_table(change)


def _named_table(change: Change) -> str:
    if change.table == "schema":
        return f"column {change.column} of {change.config}"
    if change.table in ("configs", "splits"):
        return (
            f"{change.column} config"
            if change.column
            else f"{change.table.removesuffix('s')} {change.new or change.old}"
        )
    if change.table == "files":
        return "datasheet" if change.column == DATASHEET else "card"
    if change.table == "articles":
        return "article" if change.column else "its row in articles, though no span of it changed"
    if change.article_id:
        return (
            f"its row in {change.table}{f' ({change.span_id})' if change.span_id else ''}, though no span of it changed"
        )
    if change.kind == "reordered":
        return f"{change.table}: the same rows in another order"
    return f"{change.table}: the same in other bytes" if change.kind == "rewritten" else change.table


def _values(group: list[Change]) -> list[str]:
    has_words = any(change.column == "text" for change in group)
    return [
        value
        for change in group
        if not (has_words and change.column == "text_sha256")
        for value in _value_lines(change)
    ]


def _value_lines(change: Change) -> Iterator[str]:
    """What changed in a row: its changed cells, or all attributes of an added or removed row."""
    if change.kind == "changed" and change.column == "text":
        yield f"text: {_first_difference(change.old or '', change.new or '')}"
    elif change.kind == "changed" and change.column and change.table != "files":
        yield f"{change.column}: {_value(change.old)} → {_value(change.new)}"
    elif change.label:
        held = change.old if change.kind == "removed" else change.new
        yield from (f"{name}: {_value(value)}" for name, value in _attributes(held or {}))
    elif isinstance(change.old or change.new, int):
        yield count(change.old or change.new, "row")
    elif change.table == "schema":
        yield str(change.old or change.new)


def _attributes(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    links = ("said_by", "continues", "hedges", "derived", "round", "annotator", "event_id")
    yield from ((name, value) for name, value in row.items() if value and name not in NOT_SHOWN and name not in links)


def _value(value: Any) -> str:
    return short_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _prose(old: str, new: str) -> Iterator[str]:
    diff_lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))[2:]
    lines = [text for text in diff_lines if not text.startswith("@@")]
    yield from (short_line(text) for text in lines[:PROSE_LINES])
    if len(lines) > PROSE_LINES:
        yield f"and {count(len(lines) - PROSE_LINES, 'line')} more"


def _first_difference(old: str, new: str) -> str:
    """From the first to the last character that differs."""
    start = next((at for at, (first, second) in enumerate(zip(old, new, strict=False)) if first != second), None)
    start = min(len(old), len(new)) if start is None else start
    room = min(len(old), len(new)) - start
    back = next((at for at in range(room) if old[-1 - at] != new[-1 - at]), room)
    before = old[max(0, start - 20) : start]
    gone, came = old[start : len(old) - back], new[start : len(new) - back]
    return f"…{line(before)}⟦{short_line(gone)}⟧ → ⟦{short_line(came)}⟧"


def print_entries(rows: list[ChangedRow]) -> None:
    """Entries by article, each with its words in context and what changed."""
    for article, group in groupby(rows, key=lambda row: row.article):
        if article:
            OUT.print(f"[bold]{escape(article)}[/]")
        for row in group:
            colour = COLOURS[row.kind]
            OUT.print(f"  [{colour}]{MARKS[row.kind]} {row.kind}[/] {escape(row.what)}")
            if row.context:
                before, words, after = map(escape, row.context)
                OUT.print(f"    …{before}[bold {colour}]⟦{words}⟧[/]{after}…")
            for value in row.values + row.prose:
                OUT.print(f"    {escape(value)}")


def print_summary(difference: Diff) -> None:
    """The bump, and a line for each table with changes."""
    OUT.print(f"[bold {BUMPS[difference.bump]}]{headline(difference)}[/]")
    for table, (needed, counts) in summary(difference.changes).items():
        OUT.print(f"  [{BUMPS[needed]}]{needed.name:<5}[/] {table}: {_counted(counts)}")


def headline(difference: Diff) -> str:
    """The bump in a sentence."""
    return {
        Bump.NONE: "NONE: the same",
        Bump.PATCH: "PATCH: the same data, written or described otherwise",
        Bump.MINOR: "MINOR: something was added, and all that was there is as it was",
        Bump.MAJOR: "MAJOR: something that was there changed or is gone",
    }[difference.bump]


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in counts.items())


def markdown(difference: Diff, shown: list[ChangedRow]) -> Iterator[str]:
    """The summary and the entries as Markdown, a line at a time."""
    yield f"**{headline(difference)}**"
    yield ""
    for table, (needed, counts) in summary(difference.changes).items():
        yield f"- {table}: {_counted(counts)} ({needed.name})"
    for article, group in groupby(shown, key=lambda row: row.article):
        yield ""
        yield f"**{cell(article)}**" if article else "**The dataset**"
        yield ""
        for row in group:
            before, words, after = map(cell, row.context or ("", "", ""))
            quoted = f": …{before}**{words}**{after}…" if row.context else ""
            values = "; ".join(map(cell, row.values))
            yield f"- {row.kind} {cell(row.what)}{quoted}{f' ({values})' if values else ''}"
