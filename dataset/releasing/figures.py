"""Figures in prose: made from the data, between marks, so that none is typed and none goes stale.

A block begins with `<!-- figures: NAME -->` and ends with `<!-- end of figures -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.counts import summary
from dataset.scheme import vocabulary
from dataset.storage.atomic import read_utf8, write_bytes
from dataset.storage.tables import read_sound, read_table

PAGES: Final = ("README.md", "DATASHEET.md")
_BLOCK: Final = re.compile(
    r"(?P<begin><!-- figures: (?P<name>[a-z]+) -->\n)(?P<body>.*?)(?P<end><!-- end of figures -->)", re.DOTALL
)


def refresh(corpus: Corpus) -> list[Path]:
    """Brings the figures of the corpus's pages up to date. Returns the pages that changed.

    Raises:
        Problem: a block asks for figures that do not exist.
    """
    pages = [corpus.root / name for name in PAGES if (corpus.root / name).exists()]
    return [page for page in pages if write_bytes(page, filled(corpus, read_utf8(page)).encode())]


def filled(corpus: Corpus, page: str) -> str:
    """A page with the figures as they are now.

    Raises:
        Problem: a block asks for figures that do not exist.
    """
    return _BLOCK.sub(lambda block: block["begin"] + _figures(corpus, block["name"]) + "\n" + block["end"], page)


def _figures(corpus: Corpus, name: str) -> str:
    if name not in _MADE:
        raise Problem(f"there are no figures called {name}", f"name one of {', '.join(_MADE)}")
    return _MADE[name](corpus)


def count_figures(corpus: Corpus) -> str:
    """The counts of each layer, in words."""
    lines = [f"- `{name}`: {summary(corpus, name).sentence}." for name in corpus.layers()]
    return "\n".join(lines)


def agreement_figures(corpus: Corpus) -> str:
    """Agreement of every round that was measured, and what became of its spans in adjudication, as tables."""
    paths = sorted(corpus.annotations.glob("*/agreement.jsonl"))
    tables = [_agreement(read_sound(path, schema.Agreement)) for path in paths]
    return "\n\n".join([*tables, *_outcomes(read_table(corpus.decisions, schema.Decisions))])


def _agreement(figures: pl.DataFrame) -> str:
    overall = figures.filter(pl.col("annotators").is_null())
    value = {(row["scope"], row["measure"]): row for row in overall.iter_rows(named=True)}
    rounds = ", ".join(figures["round"].unique().sort())
    head = "| label | exact F1 | relaxed F1 | detection F1 | boundary | alpha | spans | articles |"
    lines = [_row(scope, value) for scope in (*vocabulary.LABELS, "all") if (scope, "exact") in value]
    return "\n".join(
        [f"Agreement in round {rounds}, with 95 % bootstrap intervals over articles:", "", head, _RULE, *lines]
    )


def _row(scope: str, value: dict[tuple[str, str], dict[str, Any]]) -> str:
    cells = [_figure(value.get((scope, name))) for name in _SHOWN]
    exact = value[scope, "exact"]
    return f"| {' | '.join([scope, *cells, str(exact['spans']), str(exact['articles'])])} |"


_SHOWN: Final = ("exact", "relaxed", "detection", "boundary", "alpha")
_RULE: Final = "| --- | --- | --- | --- | --- | --- | --- | --- |"


def _figure(row: dict[str, Any] | None) -> str:
    if row is None or row["value"] is None:
        return "–"
    interval = f" [{row['low']:.3f}, {row['high']:.3f}]" if row["low"] is not None else ""
    return f"{row['value']:.3f}{interval}"


def _outcomes(decisions: pl.DataFrame) -> list[str]:
    """What became of spans in adjudication, by annotator."""
    spans = decisions.filter(pl.col("to_span").is_null())
    if not spans.height:
        return []
    counted = {(who, outcome): n for who, outcome, n in spans.group_by("annotator", "outcome").len().iter_rows()}
    lines = [
        f"| {who} | {' | '.join(str(counted.get((who, outcome), 0)) for outcome in vocabulary.OUTCOMES)} |"
        for who in sorted({who for who, _ in counted})
    ]
    head = f"| whose spans | {' | '.join(vocabulary.OUTCOMES)} |"
    return ["\n".join(["What became of them in adjudication:", "", head, "| --- | --- | --- | --- | --- |", *lines])]


_MADE: Final[dict[str, Callable[[Corpus], str]]] = {"counts": count_figures, "agreement": agreement_figures}
