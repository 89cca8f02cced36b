"""`hedgerow compare`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import GOLD
from dataset.record.locks import reading
from dataset.statements.comparison import Difference
from dataset.statements.event_comparisons import ComparedEvent, ComparedStatement, StatementTelling, compared_events
from dataset.statements.sheets import STATEMENT
from scripts.cli.console import OUT, CorpusOption, JsonOption, count, say, say_json_rows, tell

WIDTH = 34
LONGEST = 120


def command(
    event: Annotated[
        list[str] | None, typer.Option(help="Only this event; may be repeated. All that were sorted if not named.")
    ] = None,
    layer: Annotated[str, typer.Option(help="Whose sorting: `gold`, or a round's, such as e1/a1.")] = GOLD,
    every: Annotated[bool, typer.Option("--all", help="Statements of a single article, too.")] = False,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the articles of an event make of the same statements, side by side.

    Statements stand below each other, articles beside each other. A cell has the cues that make the statement uncertain
    in that article, or `flat` where there is none, and its numbers; `~` is a statement that is told only partly. A cell
    is empty where the article is silent.

    Example: hedgerow compare
    Example: hedgerow compare --event port-strike-2026 --all
    Example: hedgerow compare --json
    """
    here = open_corpus(corpus)
    with reading(here, tell):
        events = list(compared_events(here, event or None, layer))
    if as_json:
        say_json_rows(map(_json, events))
        return
    for compared in events:
        _show(here, compared, every)


def _show(corpus: Corpus, event: ComparedEvent, every: bool) -> None:
    shown = [statement for statement in event.statements if every or len(statement.articles()) > 1]
    quotes = [statement for statement in event.statements if statement.kind == STATEMENT]
    figures = len(event.statements) - len(quotes)
    several = sum(len(statement.articles()) > 1 for statement in quotes)
    say(
        f"{event.event_id}: {count(len(event.articles), 'article')}, {count(len(quotes), 'statement')}, {several} of "
        f"them told by several articles; {count(figures, 'figure')}"
    )
    names = {article: chr(ord("A") + at) if at < 26 else str(at + 1) for at, article in enumerate(event.articles)}
    table = Table("", Column("statement", min_width=WIDTH), *names.values(), box=None, padding=(0, 1))
    for statement in shown:
        cells = [_cell(statement.of_article(article)) for article in event.articles]
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


def _cell(tellings: list[StatementTelling]) -> str:
    """What an article makes of a statement: its cues or `flat`, and its numbers."""
    parts: list[str] = []
    for telling in tellings:
        content = telling.item.content
        numbers = ", ".join(quantity.words for quantity in content.quantities)
        if telling.item.kind == STATEMENT:
            cues = ", ".join(cue.words for cue in content.cues) or "flat"
            words = f"{cues}; {numbers}" if numbers else cues
        else:
            bound = content.quantities[0].bound
            words = numbers if bound == "exact" else f"{bound} {numbers}"
        parts.append(f"~{words}" if telling.degree == "partly" else words)
    return " / ".join(dict.fromkeys(parts))


def _json(event: ComparedEvent) -> dict[str, object]:
    return {
        "event": event.event_id,
        "articles": list(event.articles),
        "statements": [
            {
                "id": statement.id,
                "kind": statement.kind,
                "gist": statement.gist,
                "contradicts": list(statement.contradicts),
                "tellings": [_telling(telling) for telling in statement.tellings],
                "differences": [_difference(difference) for difference in statement.differences],
            }
            for statement in event.statements
        ],
    }


def _telling(telling: StatementTelling) -> dict[str, object]:
    item, content = telling.item, telling.item.content
    return {
        "article": item.article_id,
        "span": item.id,
        "degree": telling.degree,
        "words": content.words,
        "form": item.form,
        "sources": sorted(content.sources),
        "cues": [vars(cue) for cue in content.cues],
        "numbers": [vars(quantity) for quantity in content.quantities],
    }


def _difference(difference: Difference) -> dict[str, object]:
    return {
        **vars(difference),
        "first_cues": [vars(cue) for cue in difference.first_cues],
        "second_cues": [vars(cue) for cue in difference.second_cues],
        "numbers": [vars(change) for change in difference.numbers],
    }
