"""Figures in prose: made from the data, between marks, so that none is typed and none goes stale.

A block begins with `<!-- figures: NAME -->` and ends with `<!-- end of figures -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import polars as pl

from dataset import schema
from dataset.agreement.bootstrap import Interval
from dataset.agreement.sorting_figures import sorting_agreement
from dataset.folder.folder import DATASHEET
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.counts import summary
from dataset.record.layer import GOLD, table_path
from dataset.record.provenance import in_words, passed_articles, published_provenance
from dataset.record.rows import AgreementRow, rows_of
from dataset.scheme import vocabulary
from dataset.statements.comparison import Difference
from dataset.statements.event_comparisons import ComparedEvent, article_letters, compared_events, in_short
from dataset.statements.losses import losses
from dataset.statements.sheets import STATEMENT
from dataset.statements.tables import gold_sorting, sorting_rounds
from dataset.storage.atomic import read_utf8, write_bytes
from dataset.storage.tables import read_sound, read_table

PAGES: Final = ("README.md", DATASHEET)
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


def provenance_figures(corpus: Corpus) -> str:
    """On how many annotators' work the gold's articles rest, and how many were adjudicated."""
    gold = read_table(table_path(corpus.layer_path(GOLD), "tasks"), schema.Tasks).filter(status="submitted")
    if gold.is_empty():
        return "There is no gold yet."
    return in_words(gold.select("article_id").join(published_provenance(corpus), on="article_id", how="left"))


def maker_figures(corpus: Corpus) -> str:
    """The kind of each annotator that the settings name, and what is known of it where it is a program."""
    makers = sorted(corpus.makers.items())
    lines = [" ".join(filter(None, (f"- `{name}`: {maker.kind}.", maker.details))) for name, maker in makers]
    return "\n".join(lines) or "The corpus's settings do not say who the annotators are."


def agreement_figures(corpus: Corpus) -> str:
    """Agreement of every round that was measured, and what became of its spans in adjudication, as tables."""
    kept = (read_sound(path, schema.Agreement) for path in sorted(corpus.annotations.glob("*/agreement.jsonl")))
    tables = [_agreement(figures) for figures in kept if not figures.filter(measure="exact").is_empty()]
    passed = pl.col("article_id").is_in(passed_articles(corpus))
    return "\n\n".join([*tables, *_outcomes(read_table(corpus.decisions, schema.Decisions).filter(~passed))])


def _agreement(figures: pl.DataFrame) -> str:
    overall = figures.filter(pl.col("annotators").is_null())
    value = {(row["scope"], row["measure"]): row for row in rows_of(overall, AgreementRow)}
    rounds = ", ".join(figures["round"].unique().sort())
    head = "| label | exact F1 | relaxed F1 | detection F1 | boundary | alpha | spans | articles |"
    lines = [_row(scope, value) for scope in (*vocabulary.LABELS, "all") if (scope, "exact") in value]
    return "\n".join([f"Agreement in round {rounds}, with 95 % intervals:", "", head, _RULE, *lines])


def _row(scope: str, value: dict[tuple[str, str], AgreementRow]) -> str:
    cells = [_figure(value.get((scope, name))) for name in _SHOWN]
    exact = value[scope, "exact"]
    return f"| {' | '.join([scope, *cells, str(exact['spans']), str(exact['articles'])])} |"


_SHOWN: Final = ("exact", "relaxed", "detection", "boundary", "alpha")
_RULE: Final = "| --- | --- | --- | --- | --- | --- | --- | --- |"


def _figure(row: AgreementRow | None) -> str:
    if row is None or row["value"] is None:
        return "–"
    interval = f" [{row['low']:.3f}, {row['high']:.3f}]" if row["low"] is not None else " [–]"
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


def statement_figures(corpus: Corpus) -> str:
    """How many statements the gold's quotes tell, and those in which articles differ most, as a table an event."""
    if gold_sorting(corpus).tellings.is_empty():
        return "The gold's quotes are not sorted into statements yet."
    return "\n\n".join(map(_matrix, compared_events(corpus)))


def _matrix(event: ComparedEvent) -> str:
    quotes = [statement for statement in event.statements if statement.kind == STATEMENT]
    several = [statement for statement in quotes if len(statement.articles()) > 1]
    sorted_quotes = {telling.item.id for statement in quotes for telling in statement.tellings}
    *_, last = article_letters(event).values()
    words = (
        f"{len(sorted_quotes)} quotes tell {len(quotes)} statements, {len(several)} of them in several articles (A to "
        f"{last}).\nA cell has the cues that make the statement uncertain there, and its numbers; `~` is partly."
    )
    shown = [statement for statement in several if any(map(_differs, statement.differences))][:_SHOWN_STATEMENTS]
    lines = [[s.gist or "", *(in_short(s.of_article(article)) for article in event.articles)] for s in shown]
    head = ["statement", *article_letters(event).values()]
    rows = [head, ["---"] * len(head), *lines]
    table = "\n".join([words, "", *(f"| {' | '.join(map(_in_a_cell, row))} |" for row in rows)])
    return "\n\n".join(filter(None, [table, _losses(event)]))


def _losses(event: ComparedEvent) -> str:
    gists = {statement.id: statement.gist or "" for statement in event.statements}
    lost = list(losses(event).items())[:_SHOWN_LOSSES]
    return "\n".join(f"- “{' '.join(gists[statement].split())}” {' '.join(each)}" for statement, each in lost)


def _in_a_cell(words: str) -> str:
    """Words that end neither a table's cell nor its line."""
    return " ".join(words.split()).replace("|", "\\|")


def _differs(difference: Difference) -> bool:
    """Whether an article is surer than another, or gives other numbers."""
    return difference.certainty != "same" or any(change.change != "same" for change in difference.numbers)


_SHOWN_STATEMENTS: Final = 6
_SHOWN_LOSSES: Final = 5


def sorting_figures(corpus: Corpus) -> str:
    """How far each two annotators of a round of sorting put the same quotes and numbers together."""
    lines = [line for round_name in sorting_rounds(corpus) for line in _sorting_lines(corpus, round_name)]
    head = "| round | annotators | of | pairs F1 | B³ F1 | on |"
    return "\n".join([head, "| --- | --- | --- | --- | --- | --- |", *lines])


def _sorting_lines(corpus: Corpus, round_name: str) -> Iterator[str]:
    for pair, by_kind in sorting_agreement(corpus, round_name).items():
        for kind, agreed in by_kind.items():
            if agreed.events:
                figures = [_sorting_figure(agreed.pairs), _sorting_figure(agreed.b_cubed), str(agreed.pairs.count)]
                yield f"| {' | '.join([round_name, ', '.join(pair), f'{kind}s', *figures])} |"


def _sorting_figure(figure: Interval) -> str:
    if figure.value is None:
        return "–"
    interval = "" if figure.low is None else f" [{figure.low:.3f}, {figure.high:.3f}]"
    return f"{figure.value:.3f}{interval}"


_MADE: Final[dict[str, Callable[[Corpus], str]]] = {
    "counts": count_figures,
    "provenance": provenance_figures,
    "makers": maker_figures,
    "agreement": agreement_figures,
    "statements": statement_figures,
    "sorting": sorting_figures,
}
