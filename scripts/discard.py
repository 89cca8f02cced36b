"""`hedgerow discard`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation.rounds.discard import discard
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, count, say


def command(
    address: Annotated[str, typer.Argument(help="Where the task or project opens, as commands print it.")],
    with_work: Annotated[
        bool, typer.Option("--with-work", help="Even if work was submitted there; it is deleted, too.")
    ] = False,
    corpus: CorpusOption = None,
) -> None:
    """Delete a task, or a whole project, from Label Studio. An annotator's own log-in cannot do this.

    The record and the raw pulls stay as they are. An article whose task is gone is sent again by the next `push`, or by
    the next `adjudicate` if it was there to be adjudicated.

    Example: hedgerow discard "http://127.0.0.1:8080/projects/3/data?task=7"
    """
    done = discard(open_corpus(corpus), address, with_work=with_work)
    what = f"project {done.project} with {count(done.tasks, 'task')}" if done.task is None else f"task {done.task}"
    say(f"deleted {what} and {count(done.work, 'submission')}")
