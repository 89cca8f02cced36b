"""`hedgerow compare`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from dataset.problem import Problem
from dataset.record.chosen_articles import ArticleChoice
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import GOLD
from dataset.record.locks import reading
from dataset.statements.comparison import Difference
from dataset.statements.event_comparisons import ComparedEvent, StatementTelling, compared_events
from scripts.cli.console import CorpusOption, JsonOption, say_json_rows, tell
from scripts.cli.matrix import show, show_outlets
from scripts.cli.options import OutletOption, SinceOption, UntilOption


def command(
    event: Annotated[
        list[str] | None, typer.Option(help="Only this event; may be repeated. Otherwise all that were sorted.")
    ] = None,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    layer: Annotated[str, typer.Option(help="Whose sorting: `gold`, or a round's, such as e1/a1.")] = GOLD,
    every: Annotated[bool, typer.Option("--all", help="Statements of a single article, too.")] = False,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the articles of an event make of the same statements, side by side.

    Statements stand below each other, articles beside each other. A cell has the cues that make the statement uncertain
    in that article, or `flat` where there is none, and its numbers; `~` is a statement that is told only partly. A cell
    is empty where the article is silent. --outlet, --since and --until choose the articles; a statement that none of
    them tells is left out. If you name several outlets, a last table says what each does over all events shown.

    Example: hedgerow compare
    Example: hedgerow compare --event port-strike-2026 --all
    Example: hedgerow compare --outlet "The Echo" --outlet Newsline --since 2026-03
    Example: hedgerow compare --json
    """
    here = open_corpus(corpus)
    with reading(here, tell):
        choice = ArticleChoice((), tuple(outlet or ()), since, until)
        events = list(_chosen(here, compared_events(here, event or None, layer), choice))
    if as_json:
        say_json_rows(map(_json, events))
        return
    for compared in events:
        show(here, compared, every=every)
    if len(set(outlet or ())) > 1:
        show_outlets(here, events)


def _chosen(corpus: Corpus, events: Iterable[ComparedEvent], choice: ArticleChoice) -> Iterator[ComparedEvent]:
    """The events as the chosen articles tell them.

    Raises:
        Problem: none of them tells any.
    """
    chosen = choice.among(corpus) if choice else None
    empty = True
    for event in events:
        if shown := event if chosen is None else event.only(chosen):
            empty = False
            yield shown
    if empty:
        raise Problem(
            "the articles chosen tell no statement of these events", "leave out an outlet, a date or an event"
        )


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
