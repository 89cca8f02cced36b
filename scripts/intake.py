"""`hedgerow intake`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataset.record.corpus import Corpus, open_corpus
from dataset.record.intake import ArticleMetadata, RefusedFiles, intake, text_files
from dataset.storage.atomic import write_bytes
from scripts.cli.console import CorpusOption, bar, problem, say, tell
from scripts.cli.names import next_push

SHOWN = 20
FILE = "intake-refused.txt"


def command(
    files: Annotated[
        list[Path], typer.Argument(help="Text files, UTF-8, or folders of .txt; a file's stem becomes the id.")
    ],
    event: Annotated[str, typer.Option(help="The event that the articles report.", metavar="E")],
    outlet: Annotated[str | None, typer.Option(help="Who published them.")] = None,
    published: Annotated[str | None, typer.Option(help="Day of publication.", metavar="YYYY-MM-DD")] = None,
    url: Annotated[str | None, typer.Option(help="Where they were published.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the text, SPDX where there is one.")] = None,
    language: Annotated[str, typer.Option(help="Language of the text, BCP 47.")] = "en",
    corpus: CorpusOption = None,
) -> None:
    """Add articles to the corpus: all the files, or none of them.

    CRLF and CR become LF and a BOM is removed; nothing else in a text changes.

    Example: hedgerow intake ferry.txt bridge.txt --event bridge-2031 --published 2031-05-02
    Example: hedgerow intake texts/ --event bridge-2031
    """
    here = open_corpus(corpus)
    about = ArticleMetadata(event, outlet or None, published, url or None, licence or None, language)
    try:
        with bar("intake") as progress:
            added = intake(here, text_files(files), about, progress, tell)
    except RefusedFiles as refused:
        _tell_of(here, refused)
        raise
    say(f"{len(added)} {'article' if len(added) == 1 else 'articles'} added to {here.seeds}, of the event {event}")
    _tell_of_speakers(here, event)
    say(f"Next: `{next_push(here, [])}`")


def _tell_of(corpus: Corpus, refused: RefusedFiles) -> None:
    """Shows what is wrong with the first files; if there are many, a file lists it for all."""
    for reason in refused.each[:SHOWN]:
        problem(str(reason))
    if len(refused.each) > SHOWN:
        path = corpus.state / FILE
        write_bytes(path, "".join(f"{reason}\n" for reason in refused.each).encode())
        problem(f"and {len(refused.each) - SHOWN} more files; all of them are in {path}")


def _tell_of_speakers(corpus: Corpus, event: str) -> None:
    """Annotators choose a speaker from a list; an event that is new has none yet."""
    if not corpus.entities.filter(event_id=event).height:
        say(f"entities.jsonl names no speaker of {event} yet: add those to choose from before you push")
