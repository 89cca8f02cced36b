"""An event as a matrix: its statements below each other, its articles beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Column, Table

from dataset.record.corpus import Corpus
from dataset.statements.event_comparisons import ComparedEvent, ComparedStatement, article_letters, in_short
from dataset.statements.outlets import outlet_counts
from dataset.statements.sheets import STATEMENT
from scripts.cli.console import OUT, count, page_width, say

CELL = 9
"""Columns that an article gets at least, with the blanks beside them."""
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
        _print(f"{parts}, {count(figures, 'figure')}. With a single article there is nothing to compare{shown_by}")
        if not every:
            return
    else:
        _print(f"{parts}, {several} of them told by several articles; {count(figures, 'figure')}")
    names = article_letters(event)
    for articles in _beside_each_other(event.articles):
        _print(_matrix([each for each in shown if not {*articles}.isdisjoint(each.articles())], articles, names))
    for article, letter in names.items():
        outlet = corpus.by_id[article]["outlet"]
        _print(f"{letter}  {article}{f' ({outlet})' if outlet else ''}")
    if not every and len(shown) < len(event.statements):
        _print(f"{len(event.statements) - len(shown)} more that a single article tells: --all")


def _print(words: str | RenderableType) -> None:
    """Prints something in the columns that there are; words are broken between lines, and not cut."""
    OUT.print(escape(words) if isinstance(words, str) else words, width=page_width(), soft_wrap=False)


def _beside_each_other(articles: Sequence[str]) -> Iterator[Sequence[str]]:
    """The articles, as many at a time as there are columns for beside the statements."""
    most = max(1, page_width() * 2 // 3 // CELL - 1)
    return (articles[at : at + most] for at in range(0, len(articles), most))


def _matrix(shown: Sequence[ComparedStatement], articles: Sequence[str], names: Mapping[str, str]) -> Table:
    titles = [_title(statement) for statement in shown]
    # A fixed width, because a least one makes rich's table wider than the page.
    words = Column("statement", width=min(max(map(len, titles), default=0), page_width() // 3), overflow="fold")
    table = Table("", words, *(Column(names[article], overflow="fold") for article in articles), box=None)
    for statement, title in zip(shown, titles, strict=True):
        cells = (in_short(statement.of_article(article)) for article in articles)
        table.add_row(statement.id, escape(title), *map(escape, cells))
    return table


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
        sources = sorted(counts.sources.items(), key=lambda source: (-source[1], source[0]))[:MOST]
        most = ", ".join(f"{name} {number}" for name, number in sources)
        shares = [f"{part} of {counts.tellings}" for part in (counts.hedged, counts.unnamed)]
        numbers = map(str, (counts.articles, counts.statements, counts.left_out, counts.numbers_left_out))
        table.add_row(escape(counts.outlet), *numbers, *shares, escape(most))
    _print(table)
