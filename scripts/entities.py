"""`hedgerow entities`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from annotation.suggesting.protocol import open_suggester
from annotation.suggesting.speaking_names import speaking_names
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.entity_proposals import accept_entities, write_proposals
from dataset.record.locks import reading
from scripts.cli.console import CorpusOption, count, say, tell

SHEET: Final = "entities.csv"


def command(
    event: Annotated[
        list[str] | None, typer.Option("--event", help="Only this event; all of them if not named.", metavar="E")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="The suggester that looks for speakers.", metavar="NAME")] = "rules",
    accept: Annotated[
        Path | None, typer.Option("--accept", help="Take the names from this sheet, once you have edited it.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help=f"Where the sheet goes; {SHEET} if not named.")] = None,
    corpus: CorpusOption = None,
) -> None:
    """Propose who speaks in the events, and by which names. You decide.

    The proposal is a sheet, which any spreadsheet opens, with a row for each name that is not in seeds/entities.jsonl
    yet. Remove the rows that you do not want, correct names and kinds, give rows that are the same speaker the same
    name, and name in speaks_for the entity that somebody speaks for. --accept then adds what is in the sheet.

    Example: hedgerow entities
    Example: hedgerow entities --accept entities.csv
    Example: hedgerow entities --event ferry-2031 --by spacy
    """
    here = open_corpus(corpus)
    if accept and (event or out):
        raise typer.BadParameter("--accept takes a sheet, so it goes with neither --event nor --out")
    if accept:
        taken = accept_entities(here, accept, tell)
        say(f"{count(taken.added, 'entity', 'entities')} added, {taken.extended} given more aliases")
        say("Next: `hedgerow push` offers these names on the page, and in articles that are open already")
        return
    path = out or here.root / SHEET
    with reading(here, tell):
        proposed = list(speaking_names(here, _chosen(here, event or []), open_suggester(by)))
        if proposed:
            write_proposals(here, proposed, path)
    if not proposed:
        say("every speaker is in seeds/entities.jsonl already")
        return
    events = len({entity.event_id for entity in proposed})
    say(f"{count(len(proposed), 'name')} of speakers in {count(events, 'event')} not in seeds/entities.jsonl yet")
    say(f"Next: look through {path}, then `hedgerow entities --accept {path}`")


def _chosen(corpus: Corpus, named: list[str]) -> list[str]:
    """The events that were named, or all of the corpus."""
    events = sorted(corpus.articles["event_id"].drop_nulls().unique())
    for event in named:
        if event not in events:
            raise Problem(f"no article reports the event {event}", f"name one that the corpus has: {', '.join(events)}")
    if not events:
        raise Problem("no article has an event yet", "propose some with `hedgerow events`")
    return named or events
