"""What `unassign` and `reassign` say of the articles that they take back."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation.labelstudio import seats as accounts
from annotation.labelstudio.seats import NotLetIn, Seat
from annotation.rounds.letting_off import LetOffArticles
from dataset.record.corpus import Corpus
from scripts.cli.console import SHOWN, count, say

BegunOption = Annotated[
    bool,
    typer.Option("--begun", help="Take back what was begun and not submitted, too; the draft stays on the server."),
]


def seat_else_name(corpus: Corpus, annotator: str) -> Seat | str:
    """Where an annotator works; their name where they have no account, and a line that tells so.

    Raises:
        Problem: no server is set up, or it cannot be asked.
    """
    try:
        return accounts.seat(corpus, annotator)
    except NotLetIn as refusal:
        say(f"{refusal.what}, so no server is asked: only what the record has of them counts as submitted")
        return annotator


def say_let_off(done: LetOffArticles, round_name: str) -> None:
    """Says what is no longer an annotator's, and what stays, with why."""
    who = done.annotator
    tasks = f"; {count(done.deleted, 'task')} without work deleted on the server" if done.deleted else ""
    say(f"{who}: let off {count(len(done.let_off), 'article')}{tasks}")
    if done.undeleted:
        say(
            f"{count(done.undeleted, 'task')} left on the server, which does not show whether a draft was begun there: "
            f"ask {who}, then delete each with `hedgerow discard ADDRESS`"
        )
    for article in [article for article in done.begun if article in done.let_off][:SHOWN]:
        say(f"{who} had begun {article}; if they submit it all the same, it counts: {done.begun[article]}")
    for article, page in list(done.kept.items())[:SHOWN]:
        say(f"{who} has begun {article}, so it stays theirs unless you say --begun: {page}")
    if len(done.kept) > SHOWN:
        say(f"and {len(done.kept) - SHOWN} more that were begun")
    if done.submitted:
        say(f"{who}: {count(len(done.submitted), 'article')} submitted or skipped stay as they are")
    if done.leaves:
        say(
            f"{who} is dealt no more articles of {round_name}; `hedgerow push --round {round_name} --annotator {who}` "
            "brings them back in"
        )
