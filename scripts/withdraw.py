"""`hedgerow withdraw`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation.rounds.withdrawing import WithdrawnElsewhere, clear_elsewhere
from dataset.record.corpus import open_corpus
from dataset.record.layer import below
from dataset.record.withdrawal import withdraw
from scripts.cli.console import CorpusOption, count, say, tell


def command(
    article: Annotated[str, typer.Argument(help="The article to take out.", metavar="ARTICLE")],
    reason: Annotated[str, typer.Option(help="Why; it is kept in the tombstone.", metavar="TEXT")],
    corpus: CorpusOption = None,
) -> None:
    """Take an article out of the seeds and the whole record, and leave a tombstone without its text.

    Its tasks are deleted from Label Studio, and the command says which had work on them. If the server does not answer,
    run the same command later; until then `pull` passes them over. Raw pulls, backups and desks that hold the article
    are named, with what to do about them. Versions that were released are not altered. `intake` takes neither its id
    nor its text again.

    Example: hedgerow withdraw ferry-report --reason "its publisher asked for it"
    """
    here = open_corpus(corpus)
    changed = withdraw(here, article, reason, tell)
    names = ", ".join(below(here.root, path) for path in changed)
    say(f"{article} is withdrawn; {count(len(changed), 'file')} changed: {names or 'it was withdrawn before'}")
    _say_elsewhere(clear_elsewhere(here, article))
    say("Look at `git diff`, and at what README.md, DATASHEET.md and hedgerow.toml say about the articles in words")
    say("Next: `hedgerow agree --round R` for each round that was measured, commit, then release a new major version")


def _say_elsewhere(left: WithdrawnElsewhere) -> None:
    for page, work in left.deleted.items():
        with_work = f", and the work that was {work} on it" if work else ""
        say(f"deleted from the server: {page}{with_work}")
    for page, work in left.desks.items():
        say(f"its quotes are still on a desk{f' with work that was {work}' if work else ''}: {page}")
    if left.desks:
        say(
            "Take each desk away with `hedgerow discard ADDRESS`, and --with-work where it was sorted, then open its "
            "event again in a new round with `hedgerow align`"
        )
    if left.unasked:
        say(f"its tasks on the server stay for now, because {left.unasked}; run the same command once it answers")
    for pull in left.pulls:
        say(f"it is still in pulls/{pull}")
    if left.pulls:
        say("Pull the round once more, then take these away: `hedgerow pulls --prune`")
    if left.backups:
        names = ", ".join(path.name for path in left.backups)
        say(f"Backups taken before this hold it, too. Take a new one with `hedgerow backup`, then delete: {names}")
