"""`hedgerow align`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation.aligning import sorting_rounds
from annotation.labelstudio import seats as accounts
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, RoundOption, bar, count, say, some, tell
from scripts.cli.names import checked_names


def command(
    round_name: RoundOption,
    annotator: Annotated[list[str], typer.Option(help="Who sorts; may be repeated.", metavar="A")],
    event: Annotated[
        list[str] | None,
        typer.Option(help="Only this event; may be repeated. Otherwise all events of the gold.", metavar="E"),
    ] = None,
    afresh: Annotated[
        bool, typer.Option("--afresh", help="Ask about every quote and number, even where the gold says what it tells.")
    ] = False,
    corpus: CorpusOption = None,
) -> None:
    """Open events in Label Studio, where annotators sort quotes into statements and numbers into figures.

    Each annotator gets a project of their own with one task per event: the quotes and numbers of the gold, each in its
    sentence, and for the selected one the statements so far, the likeliest first. What the gold has sorted is
    already in its place, so that when an event grows, only what is new is asked about. It can be run again at any time:
    nothing is sent twice.

    Example: hedgerow align --round e1 --annotator a1 --annotator a2
    Example: hedgerow align --round e1 --annotator a1 --event port-strike-2026
    """
    here = open_corpus(corpus)
    names = checked_names(annotator)
    checked_names([round_name])
    seats = [accounts.seat(here, name) for name in names]
    accounts.require_open(seats)
    _say_left_out(sorting_rounds.deal_events(here, round_name, names, event or [], tell))
    for seat in seats:
        with bar(f"align {round_name}/{seat.annotator}") as progress:
            opened = sorting_rounds.open_events(here, round_name, seat, progress, tell, stood={} if afresh else None)
        where = seat.studio.project_url(opened.project)
        sent = f"{count(opened.sent, 'event')} sent with {count(opened.items, 'quote or number', 'quotes and numbers')}"
        given = f" ({opened.given} stand sorted as in the gold)" if opened.given else ""
        say(f"{seat.annotator}: {sent}{given}, {opened.there} there before: {where}")
        for name, size in opened.crowded.items():
            say(
                f"{name} has {size} quotes and numbers, and the desk was tried with {sorting_rounds.MANY}, so it may "
                "be slow. If its articles tell of two events, keep them apart in seeds/articles.jsonl"
            )
        for name, address in opened.changed.items():
            say(
                f"{seat.annotator}: the quotes of {name} have changed since it was opened, so its sorting would not be "
                f"taken: delete it with `hedgerow discard {address}` and run this again"
            )
    if not all(seat.blind for seat in seats):
        say("This server shows annotators each other's projects: they are blind only by agreement.")
        say("On it a statement is chosen by typing its key; the page says how.")
    say(f"Next: the annotators sort and submit, then `hedgerow pull --round {round_name}`")


def _say_left_out(left_out: sorting_rounds.LeftOut) -> None:
    for name, size in left_out.too_large.items():
        say(
            f"{name} is not opened: it has {size} quotes and numbers, and the desk takes at most "
            f"{sorting_rounds.MOST}. If its articles tell of several events, keep them apart in seeds/articles.jsonl"
        )
    if left_out.alone:
        say(
            "Not opened, because a single article of it has quotes or numbers in the gold, and there is nothing to "
            f"compare: {some(left_out.alone)}"
        )
