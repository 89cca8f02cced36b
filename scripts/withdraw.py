"""`hedgerow withdraw`."""

from __future__ import annotations

from typing import Annotated

import typer

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

    Versions that were released are not altered. `intake` takes neither its id nor its text again, and `pull` passes its
    tasks over. Label Studio, backups and the raw pulls of this machine keep what they have of it: delete it there.

    Example: hedgerow withdraw ferry-report --reason "its publisher asked for it"
    """
    here = open_corpus(corpus)
    changed = withdraw(here, article, reason, tell)
    names = ", ".join(below(here.root, path) for path in changed)
    say(f"{article} is withdrawn; {count(len(changed), 'file')} changed: {names or 'it was withdrawn before'}")
    say("Look at `git diff`, and at what README.md, DATASHEET.md and hedgerow.toml say about the articles in words")
    say("Next: `hedgerow agree --round R` for each round that was measured, commit, then release a new major version")
