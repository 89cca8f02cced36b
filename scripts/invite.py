"""`hedgerow invite`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation.embedded.invitations import invite
from annotation.embedded.server import Server
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, say
from scripts.cli.names import checked_names


def command(
    annotator: Annotated[str, typer.Argument(help="The annotator's pseudonym.", metavar="A")],
    reset: Annotated[
        bool, typer.Option("--reset", help="Even if they have set a password, which ends, or were removed.")
    ] = False,
    corpus: CorpusOption = None,
) -> None:
    """Print a link with which an annotator sets a password; it works once, and for three days.

    The account is made if there is none. Send the link in a way that only the annotator reads: whoever uses it first
    sets the password. A new link ends the earlier one.

    Example: hedgerow invite a1
    """
    server = Server(open_corpus(corpus).state)
    (name,) = checked_names([annotator])
    link = invite(server, name, reset=reset)
    known = server.secrets()
    say(f"Send {name} this link, which works once, and for three days:")
    say(link)
    if known and known.network.address is None:
        say("It opens on this machine only. For annotators elsewhere, give the server an --address with `hedgerow up`.")
