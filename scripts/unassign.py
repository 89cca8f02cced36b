"""`hedgerow unassign`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation.rounds.letting_off import let_off
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, RoundOption, bar, say, tell
from scripts.cli.let_off import BegunOption, say_let_off, seat_else_name
from scripts.cli.names import checked_names


def command(
    round_name: RoundOption,
    annotator: Annotated[str, typer.Option(help="Whom to take the articles back from.", metavar="A")],
    articles: Annotated[
        list[str] | None, typer.Argument(help="Only these; all that were not begun if not named.", metavar="ARTICLE…")
    ] = None,
    begun: BegunOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Take articles back from an annotator who has not begun them; the next `push` deals them to others.

    If no articles are named, the annotator leaves the round and is dealt nothing more. What they submitted stays, and
    what they have begun stays theirs to submit, unless you say --begun. Tasks without work are deleted from the server.
    Adjudication does not wait for work that was taken back.

    Example: hedgerow unassign --round r1 --annotator a2
    Example: hedgerow unassign --round r1 --annotator a2 ferry-report bridge-report
    """
    here = open_corpus(corpus)
    checked_names([round_name, annotator])
    seat = seat_else_name(here, annotator)
    with bar(f"unassign {round_name}/{annotator}") as progress:
        done = let_off(here, round_name, seat, articles or [], begun=begun, progress=progress, tell=tell)
    say_let_off(done, round_name)
    if done.let_off:
        say(f"Next: `hedgerow push --round {round_name}` deals what nobody has now to others")
