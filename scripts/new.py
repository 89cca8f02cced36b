"""`hedgerow new`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataset.record.new_corpus import new_corpus
from scripts.cli.console import count, say


def command(
    folder: Annotated[Path, typer.Argument(help="The corpus's folder, which is new or empty.", metavar="DIR")],
    title: Annotated[str | None, typer.Option(help="Its title on the dataset's card.")] = None,
    licence: Annotated[
        str, typer.Option(help="The licence of your annotations, as the Hub writes it.", metavar="ID")
    ] = "cc-by-4.0",
) -> None:
    """Begin a corpus: a folder with settings, a changelog and a datasheet whose questions you answer, under git.

    Example: hedgerow new ferry --title "The ferry accident of 2031, in thirty newspapers"
    """
    made = new_corpus(folder, title, licence)
    git = "a git repository" if made.own_repository else "in the git repository around it"
    say(f"{folder} is a corpus, {git}; DATASHEET.md has {count(made.questions, 'question')} to answer before a release")
    say(f"Next: `cd {folder}`, then `hedgerow intake FILES`, with texts, web pages, or tables of articles")
