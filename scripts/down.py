"""`hedgerow down`."""

from __future__ import annotations

from annotation.embedded.server import Server
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, say


def command(corpus: CorpusOption = None) -> None:
    """Stop the Label Studio that `hedgerow up` started. Its data stays.

    Example: hedgerow down
    """
    stopped = Server(open_corpus(corpus).state).down()
    say(
        "stopped; `hedgerow up` starts it again with all its data"
        if stopped
        else "nothing to stop: no server of `hedgerow up` runs"
    )
