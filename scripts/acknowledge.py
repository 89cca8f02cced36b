"""`hedgerow acknowledge`."""

from __future__ import annotations

from itertools import chain
from typing import Annotated

import typer

from dataset.checks import acknowledged
from dataset.checks.statements import check_statements
from dataset.checks.suite import check_record
from dataset.record.corpus import open_corpus
from dataset.record.locks import reading
from scripts.cli.console import CorpusOption, say, tell


def command(
    code: Annotated[str, typer.Argument(help="The warning's code, as `hedgerow validate` shows it.")],
    article: Annotated[str, typer.Argument(help="The article's id.")],
    place: Annotated[str, typer.Option("--place", help="Where in the article.", metavar="START:END")],
    reason: Annotated[str, typer.Option("--reason", help="Why the warning may stand.")],
    corpus: CorpusOption = None,
) -> None:
    """Let a warning stand, with a reason. It comes back once its place or its words change.

    Example: hedgerow acknowledge h9-unlabelled-cue 000_73d2 --place 120:125 --reason "ability, not possibility (H3)"
    """
    here = open_corpus(corpus)
    with reading(here, tell):
        everything = chain(check_record(here, here.layers()), check_statements(here))
        findings = [each for each in everything if each.article_id == article]
    let = acknowledged.acknowledge(here, findings, code, article, place, reason, tell)
    say(f"acknowledged in {acknowledged.path(here)}: {let.code} in {let.article_id}: {let.message}")
