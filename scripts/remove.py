"""`hedgerow remove`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation.embedded.invitations import remove
from annotation.embedded.server import Server
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, say


def command(
    annotator: Annotated[str, typer.Argument(help="The annotator's pseudonym.", metavar="A")],
    corpus: CorpusOption = None,
) -> None:
    """Close an annotator's account: its password, sessions and links end at once, and its work stays.

    What the annotator has labelled can still be pulled. `hedgerow invite A --reset` lets them in again.

    Example: hedgerow remove a1
    """
    remove(Server(open_corpus(corpus).state), annotator)
    say(f"{annotator} is logged out and cannot log in; their work stays, and `hedgerow pull` brings it as before")
