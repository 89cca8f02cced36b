"""`hedgerow reassign`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation.labelstudio import seats as accounts
from annotation.rounds import push as pushing
from annotation.rounds.letting_off import let_off
from annotation.rounds.plans import RoundPlan, read_plan
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, RoundOption, bar, say, tell
from scripts.cli.let_off import BegunOption, say_let_off, seat_else_name
from scripts.cli.names import checked_names


def command(
    round_name: RoundOption,
    annotator: Annotated[str, typer.Option("--from", help="Who has the articles.", metavar="A")],
    to: Annotated[str, typer.Option("--to", help="Who is to label them.", metavar="B")],
    articles: Annotated[
        list[str] | None, typer.Argument(help="Only these; all that were not begun if not named.", metavar="ARTICLE…")
    ] = None,
    begun: BegunOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Give articles that an annotator has not begun to another annotator, and send them.

    If no articles are named, the second takes the place of the first in the round. What was submitted stays, and so
    does what was begun, unless you say --begun. It can be run again at any time, and finishes what was cut off.

    Example: hedgerow reassign --round r1 --from a2 --to a4
    Example: hedgerow reassign --round r1 --from a2 --to a3 ferry-report
    """
    here = open_corpus(corpus)
    checked_names([round_name, annotator, to])
    if annotator == to:
        raise typer.BadParameter("--from and --to name the same annotator")
    seat, second = seat_else_name(here, annotator), accounts.seat(here, to)
    accounts.require_open([second])
    assistance = (read_plan(here, round_name) or RoundPlan()).assistance
    pushing.refuse_other_help(here, round_name, [second], assistance)
    with bar(f"reassign {round_name}/{annotator}") as progress:
        done = let_off(here, round_name, seat, articles or [], to=to, begun=begun, progress=progress, tell=tell)
    say_let_off(done, round_name)
    if to not in pushing.holders(here, round_name):
        return
    with bar(f"push {round_name}/{to}") as progress:
        pushed = pushing.push(here, round_name, second, progress, tell, assistance)
    say(f"{to}: {pushed.sent} sent, {pushed.there} there before: {second.studio.project_url(pushed.project)}")
