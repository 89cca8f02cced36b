"""Scores as people read them: on a terminal, and in Markdown for a dataset card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.markup import escape
from rich.table import Table

from dataset.record.rows import FigureRow, rows_of
from dataset.scheme import vocabulary
from dataset.scoring.ceiling import CeilingBasis
from dataset.scoring.scored import PredictionScore
from scripts.cli.console import OUT, count, say

_OF_LABEL: Final = {
    label: [f"{attribute}={value}" for value in values] for label, (attribute, values) in vocabulary.FINER.items()
}


@dataclass(frozen=True)
class ScoreTable:
    """A table of text: `head` and rows have the same length."""

    head: list[str]
    rows: list[list[str]]


def tables(scores: PredictionScore) -> list[ScoreTable]:
    """The tables of spans, links, attributes and statements; none of what nothing is known of."""
    figures = _Figures(scores)
    made = [_spans(figures), _links(figures), _attributes(figures), _statements(figures)]
    return [table for table in made if table.rows]


class _Figures:
    """The figures by name, and whether there is a ceiling."""

    def __init__(self, scores: PredictionScore) -> None:
        self._rows = {(row["scope"], row["measure"], row["figure"]): row for row in rows_of(scores.figures, FigureRow)}
        self.ceiling = any(row["ceiling"] is not None for row in self._rows.values())

    def count(self, scope: str, measure: str, figure: str = "f1") -> int:
        row = self._rows.get((scope, measure, figure))
        return int(row["count"]) if row else 0

    def exists(self, scope: str, measure: str, figure: str) -> bool:
        row = self._rows.get((scope, measure, figure))
        return row is not None and row["value"] is not None

    def not_predicted(self) -> list[str]:
        """The labels, types of links and attributes that the gold has and no prediction does."""
        names = [
            scope
            for scope in (*vocabulary.LABELS, *vocabulary.RELATIONS)
            if self.count(scope, "exact", "recall") and not self.count(scope, "exact", "precision")
        ]
        attributes = (name for of_label in vocabulary.ATTRIBUTES.values() for name in of_label)
        measured = ("on_relaxed", "share")
        return names + [name for name in attributes if self.count(name, *measured) and not self.exists(name, *measured)]

    def short(self, scope: str, measure: str, figure: str = "f1") -> str:
        return _two_places(self._rows[scope, measure, figure]["value"])

    def whole(self, scope: str, measure: str, figure: str = "f1") -> list[str]:
        """The figure with its interval, and the ceiling where there is one at all."""
        row = self._rows[scope, measure, figure]
        interval = "" if row["low"] is None else f" [{row['low']:.2f},{row['high']:.2f}]"
        return [_two_places(row["value"]) + interval, *([_two_places(row["ceiling"])] if self.ceiling else [])]

    def head(self, name: str) -> list[str]:
        return [name, *(["ceiling"] if self.ceiling else [])]


def _spans(figures: _Figures) -> ScoreTable:
    head = ["", *figures.head("exact F1"), "P", "R", *figures.head("relaxed F1")]
    rows = []
    for scope, name in _span_scopes(figures):
        if figures.count(scope, "exact"):
            of_relaxed = [figures.short(scope, "relaxed", figure) for figure in ("precision", "recall")]
            rows.append(
                [name, *figures.whole(scope, "exact"), *of_relaxed, *figures.whole(scope, "relaxed")]
                + [figures.short(scope, "detection"), figures.short(scope, "boundary", "share")]
                + [str(figures.count(scope, "exact", figure)) for figure in ("recall", "precision")]
            )
    return ScoreTable([*head, "detection", "boundary", "gold", "predicted"], rows)


def _span_scopes(figures: _Figures) -> Iterator[tuple[str, str]]:
    """Each scope with its name; kinds of a label only where something of it is predicted."""
    yield vocabulary.ALL, vocabulary.ALL
    for label in vocabulary.LABELS:
        yield label, label
        if figures.count(label, "exact", "precision"):
            yield from ((scope, f"– {scope.partition('=')[2]}") for scope in _OF_LABEL.get(label, []))


def _links(figures: _Figures) -> ScoreTable:
    head = ["links of relaxed matches", "P", "R", *figures.head("F1"), *figures.head("F1 over matched ends")]
    rows = [
        [scope, *(figures.short(scope, "relaxed", figure) for figure in ("precision", "recall"))]
        + [*figures.whole(scope, "relaxed"), *figures.whole(scope, "on_relaxed")]
        + [str(figures.count(scope, "relaxed", figure)) for figure in ("recall", "precision")]
        for scope in vocabulary.RELATIONS
        if figures.count(scope, "relaxed", "precision")
    ]
    return ScoreTable([*head, "gold", "predicted"], rows)


def _attributes(figures: _Figures) -> ScoreTable:
    pairs = list(zip(vocabulary.MATCHED_MEASURES, ("matched exactly", "matched relaxed"), strict=True))
    head = ["over matched spans", *(cell for _, name in pairs for cell in (*figures.head(name), "on"))]
    rows = [
        [scope]
        + [
            cell
            for measure, _ in pairs
            for cell in (*figures.whole(scope, measure, "share"), str(figures.count(scope, measure, "share")))
        ]
        for names in vocabulary.ATTRIBUTES.values()
        for scope in names
        if figures.exists(scope, "on_relaxed", "share")
    ]
    return ScoreTable(head, rows)


def _statements(figures: _Figures) -> ScoreTable:
    rows = [
        [
            f"{scope}s",
            *figures.whole(scope, "pairs"),
            *figures.whole(scope, "b_cubed"),
            str(figures.count(scope, "pairs")),
        ]
        for scope in vocabulary.STATEMENT_KINDS
        if figures.count(scope, "pairs")
    ]
    return ScoreTable(["", *figures.head("pairs F1"), *figures.head("B³ F1"), "on"], rows)


def _two_places(value: float | None) -> str:
    """Two decimals; what is not quite 1 does not look like it."""
    if value is None:
        return "–"
    return ">.99" if 0.995 <= value < 1 else f"{value:.2f}"


def print_tables(scores: PredictionScore) -> None:
    """What was scored against what, and the tables."""
    say(f"{scores.predictions} against {scores.gold}: {_scored(scores)}")
    for made in tables(scores):
        table = Table(*map(escape, made.head), box=None)
        for row in made.rows:
            table.add_row(*map(escape, row))
        OUT.print(table)


def markdown(scores: PredictionScore) -> Iterator[str]:
    """The same as Markdown, a line at a time."""
    yield f"Scored: {_scored(scores)}."
    for made in tables(scores):
        yield ""
        yield _line(made.head)
        yield _line(["---"] * len(made.head))
        yield from map(_line, made.rows)
    yield ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _scored(scores: PredictionScore) -> str:
    events = f" of {count(scores.counts.events, 'event')}" if scores.counts.events else ""
    return count(scores.counts.scored, "article") + events


def notes(scores: PredictionScore) -> list[str]:
    """What is to be known of the figures, a line each."""
    counts, predicted, missing = scores.counts, "prediction", _Figures(scores).not_predicted()
    unknown = f"{count(counts.unknown_spans, predicted)} in {count(counts.unknown, 'article')}"
    lines = [
        f"{counts.silent} of these have no prediction, and count as missed" * bool(counts.silent),
        f"{count(counts.left_out, 'article')} of the gold left out: the predictions are not about them"
        * bool(counts.left_out),
        f"{unknown} left out, which the gold does not have" * bool(counts.unknown),
        f"{count(counts.repeated, predicted)} left out, each the same as another" * bool(counts.repeated),
        f"nothing predicted of {', '.join(missing)}; `all` counts labels among them as missed" * bool(missing),
        f"columns that mean nothing here: {', '.join(scores.ignored)}" * bool(scores.ignored),
        *scores.notes,
        *map(_ceiling, scores.ceilings),
        "P, R: precision and recall of relaxed matches; detection: F1 of any overlap",
        f"[low,high]: 95 % interval, bootstrap over {scores.unit}s; Wilson's where all draws are alike. "
        "–: no such figure.",
    ]
    return [line for line in lines if line]


def _ceiling(basis: CeilingBasis) -> str:
    who = ", ".join(basis.annotators)
    return f"ceiling: the same between {who} in round {basis.round}, on {count(basis.count, basis.of)}"
