"""`hedgerow events`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table as ScreenTable

from dataset.problem import Problem
from dataset.record import event_proposals
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.event_proposals import ProposedArticle
from dataset.record.locks import reading
from dataset.similarity.events import ProposedEvent, UnsortedArticle, proposed_events
from scripts.cli.answers import Answer, Choice, read_answer
from scripts.cli.console import OUT, CorpusOption, bar, count, say, tell, visible

SHEET: Final = "events.csv"
SHOWN: Final = 20
"""Articles of an event that are shown."""


def command(
    ask: Annotated[bool, typer.Option("--ask", help="Decide at the terminal instead, event by event.")] = False,
    accept: Annotated[
        Path | None, typer.Option("--accept", help="Take the events from this sheet, once you have edited it.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help=f"Where the sheet goes; {SHEET} if not named.")] = None,
    corpus: CorpusOption = None,
) -> None:
    """Propose events for the articles that have none, by their words and dates. You decide.

    The proposal is a sheet, which any spreadsheet opens, with a row for each article: change an event's id to merge,
    split or rename events, and leave it empty for an article that is to stay without one. --accept then takes the
    sheet. With --ask you decide at the terminal instead, event by event. An article that seems to report an event of
    the corpus is proposed for that one. The event of an article that has one is never changed.

    Example: hedgerow events
    Example: hedgerow events --accept events.csv
    Example: hedgerow events --ask
    """
    here = open_corpus(corpus)
    if accept and (ask or out):
        raise typer.BadParameter("--accept takes a sheet, so it goes with neither --ask nor --out")
    if accept:
        _accept(here, accept)
        return
    proposed = _proposed(here)
    if ask:
        _ask(here, proposed)
    else:
        _write(here, proposed, out or here.root / SHEET)


def _proposed(corpus: Corpus) -> list[ProposedEvent]:
    with bar("compare articles") as progress, reading(corpus, tell):
        rows = corpus.by_id.values()
        articles = [UnsortedArticle(row["article_id"], row["event_id"], row["published"]) for row in rows]
        if not articles:
            raise Problem(f"{corpus.root} has no article", "add some with `hedgerow intake`")
        return proposed_events(articles, _titled_texts(corpus), progress=progress)


def _titled_texts(corpus: Corpus) -> Iterator[str]:
    for row in corpus.by_id.values():
        yield "\n\n".join(filter(None, (row["title"], corpus.text(row["article_id"]))))


def _write(corpus: Corpus, proposed: list[ProposedEvent], path: Path) -> None:
    with reading(corpus, tell):
        left = event_proposals.write_proposals(corpus, proposed, path)
    grouped = sum(len(event.articles) for event in proposed)
    if not grouped + left:
        say("every article has an event")
        return
    joining = sum(event.known for event in proposed)
    more = f", {joining} of which the corpus has already" if joining else ""
    say(f"{count(grouped, 'article')} in {count(len(proposed), 'proposed event')}{more}; {left} not near any other")
    if grouped:
        say(f"Next: look through {path}, then `hedgerow events --accept {path}`")
    else:
        say(f"Next: write an event's id beside each article in {path}, then `hedgerow events --accept {path}`")


def _accept(corpus: Corpus, sheet: Path) -> None:
    with reading(corpus, tell):
        events = event_proposals.read_proposals(corpus, sheet)
    assigned = event_proposals.assign_events(corpus, events, tell)
    _say_assigned(assigned.articles, len(set(events.values())), assigned.left)


def _say_assigned(articles: int, events: int, left: int) -> None:
    say(f"{count(articles, 'article')} put into {count(events, 'event')}; {left} without one")
    say(
        "Next: `hedgerow entities` proposes who speaks in them"
        + ("; `hedgerow events` proposes events for the rest" if left else "")
    )


# One after the other


def _ask(corpus: Corpus, proposed: list[ProposedEvent]) -> None:
    """Asks about each event, and keeps each answer before the next question."""
    assigned, events, left = 0, set[str](), sum(len(event.articles) for event in proposed)
    for number, event in enumerate(proposed, 1):
        with reading(corpus, tell):
            open_articles = event_proposals.shown(corpus, event)
        while open_articles:
            _show(event, open_articles, f"{number} of {len(proposed)}")
            answer = read_answer(event.event_id, len(open_articles))
            if answer.choice is Choice.STOP:
                say(f"{count(assigned, 'article')} put into events; run it again to go on")
                return
            taken = _taken(open_articles, answer)
            done = event_proposals.assign_events(corpus, {each.article_id: answer.event for each in taken}, tell)
            assigned, left = assigned + done.articles, done.left
            events |= {answer.event} if taken else set()
            open_articles = [] if answer.ends else [article for article in open_articles if article not in taken]
    _say_assigned(assigned, len(events), left)


def _taken(articles: list[ProposedArticle], answer: Answer) -> list[ProposedArticle]:
    if answer.choice is Choice.LEAVE:
        return []
    return [articles[number - 1] for number in answer.numbers] or articles


def _show(event: ProposedEvent, articles: list[ProposedArticle], place: str) -> None:
    table = ScreenTable(box=None, pad_edge=False)
    for name in ("", "published", "outlet", "title", "nearness"):
        table.add_column(name)
    for number, article in enumerate(articles[:SHOWN], 1):
        cells = (article.published, article.outlet, article.title, article.nearness)
        table.add_row(str(number), *(visible(str(cell or "")) for cell in cells))
    known = " (an event of the corpus)" if event.known else ""
    say(f"\nevent {place}: {event.event_id}{known}, {count(len(articles), 'article')}")
    OUT.print(table)
    if len(articles) > SHOWN:
        say(f"... and {len(articles) - SHOWN} more")
