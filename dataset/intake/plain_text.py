"""A file with the text of one article."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dataset.intake.articles import ReadingOptions, SourceArticle
from dataset.intake.text import decoded, read_file


def read_text(path: Path, options: ReadingOptions) -> Iterator[SourceArticle]:
    """The article of the file.

    Raises:
        Problem: it cannot be read or decoded.
    """
    yield SourceArticle(str(path), decoded(read_file(path), str(path), options.encoding), stem=path.stem)
