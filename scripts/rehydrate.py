"""`hedgerow rehydrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataset.releasing.rehydration import UnmatchedTexts, rehydrate
from scripts.cli.console import count, say


def command(
    folder: Annotated[Path, typer.Argument(help="A release without texts.", metavar="DIR")],
    texts: Annotated[Path, typer.Option(help="Folder with the text of each article, ID.txt.", metavar="FOLDER")],
    out: Annotated[Path | None, typer.Option(help="Folder to write to; DIR-full if not named.", metavar="DIR")] = None,
) -> None:
    """Put the articles' texts back into a copy of a release that withholds them.

    Each text is checked by SHA-256, and the rows must become those of the full release.

    Example: hedgerow rehydrate hedgerow-1.0.0 --texts ~/articles
    """
    target = out or folder.with_name(f"{folder.resolve().name.removesuffix('-withheld')}-full")
    try:
        number = rehydrate(folder, texts, target)
    except UnmatchedTexts as unmatched:
        for article, what in unmatched.each.items():
            say(f"{article}: {what}")
        raise
    say(f"{count(number, 'article')} with text in {target}; every row is that of the full release")
