"""`hedgerow push`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation import accounts
from annotation import push as pushing
from dataset.corpus import open_corpus
from scripts.console import CorpusOption, RoundOption, bar, say
from scripts.names import checked_names


def command(
    round_name: RoundOption,
    annotator: Annotated[list[str], typer.Option(help="Whom to deal the articles to; may be repeated.", metavar="A")],
    corpus: CorpusOption = None,
) -> None:
    """Put the articles into Label Studio: one project per round and annotator, each article once.

    It can be run again at any time: what is there is not sent twice, and what was cut off is taken up.

    Example: hedgerow push --round r1 --annotator a1 --annotator a2
    """
    here = open_corpus(corpus)
    names = checked_names(annotator)
    checked_names([round_name])
    seats = [accounts.seat(here, name) for name in names]
    pushing.deal(here, round_name, names)
    for seat in seats:
        with bar(f"push {round_name}/{seat.annotator}") as progress:
            done = pushing.push(here, round_name, seat, progress)
        where = seat.studio.project_url(done.project)
        say(f"{seat.annotator}: {done.sent} sent, {done.there} there before: {where}")
    if not all(seat.blind for seat in seats):
        say("This server shows annotators each other's projects: they are blind only by agreement.")
    say(f"Next: the annotators label and submit, then `hedgerow pull --round {round_name}`")
