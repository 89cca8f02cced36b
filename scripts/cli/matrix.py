"""An event as a matrix: its statements below each other, its articles beside each other."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.table import Column, Table

from dataset.record.corpus import Corpus
from dataset.statements.event_comparisons import ComparedEvent, ComparedStatement, article_letters, in_short
from dataset.statements.outlets import OutletCounts, outlet_counts
from dataset.statements.sheets import STATEMENT
from scripts.cli.console import OUT, count, say

WIDTH = 34
LONGEST = 120
MOST = 3


def show(corpus: Corpus, event: ComparedEvent, *, every: bool = False) -> None:
    """Prints the statements that several articles tell, or `every` one, with what each article makes of each."""
    shown = [statement for statement in event.statements if every or len(statement.articles()) > 1]
    quotes = [statement for statement in event.statements if statement.kind == STATEMENT]
    figures = len(event.statements) - len(quotes)
    several = sum(len(statement.articles()) > 1 for statement in quotes)
    parts = f"{event.event_id}: {count(len(event.articles), 'article')}, {count(len(quotes), 'statement')}"
    if len(event.articles) == 1:
        shown_by = "" if every else ": --all shows it alone"
        say(f"{parts}, {count(figures, 'figure')}. With a single article there is nothing to compare{shown_by}")
        if not every:
            return
    else:
        say(f"{parts}, {several} of them told by several articles; {count(figures, 'figure')}")
    names = article_letters(event)
    table = Table("", Column("statement", min_width=WIDTH), *names.values(), box=None, padding=(0, 1))
    for statement in shown:
        cells = [in_short(statement.of_article(article)) for article in event.articles]
        table.add_row(statement.id, escape(_title(statement)), *map(escape, cells))
    OUT.print(table)
    for article, letter in names.items():
        outlet = corpus.by_id[article]["outlet"]
        say(f"{letter}  {article}{f' ({outlet})' if outlet else ''}")
    if not every and len(shown) < len(event.statements):
        say(f"{len(event.statements) - len(shown)} more that a single article tells: --all")


def _title(statement: ComparedStatement) -> str:
    words = statement.gist or statement.tellings[0].item.content.words
    against = f" (contradicts {', '.join(statement.contradicts)})" if statement.contradicts else ""
    return (words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…") + against


def show_outlets(corpus: Corpus, events: Iterable[ComparedEvent]) -> None:
    """Prints what each outlet does over all the events: whom it quotes, what it hedges, and what it leaves out."""
    say("\nOver all of these, statements only:")
    heads = ("articles", "tells", "leaves out", "numbers left out", "hedged", "no source", "quotes most")
    table = Table("outlet", *heads, box=None, padding=(0, 1))
    for counts in outlet_counts(events, {article: row["outlet"] for article, row in corpus.by_id.items()}):
        most = ", ".join(f"{name} {number}" for name, number in _most(counts))
        shares = [f"{part} of {counts.tellings}" for part in (counts.hedged, counts.unnamed)]
        numbers = map(str, (counts.articles, counts.statements, counts.left_out, counts.numbers_left_out))
        table.add_row(escape(counts.outlet), *numbers, *shares, escape(most))
    OUT.print(table)


def _most(counts: OutletCounts) -> list[tuple[str, int]]:
    return sorted(counts.sources.items(), key=lambda source: (-source[1], source[0]))[:MOST]
