"""Symbolic links of a corpus, which may be a stranger's: none is followed out of it, or to what is private in it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Final

from dataset.problem import Problem

ACCOUNTS: Final = "annotators.toml"


def refuse_links_out(root: Path, paths: Iterable[Path], whole: Iterable[Path] = ()) -> None:
    """Refuses a corpus one of whose files or folders is really elsewhere.

    `root` is the corpus's folder, resolved. Of the folders in `whole`, all that is below them is looked at, too. What
    is not there is passed over.

    Raises:
        Problem: a path, or a link below it, leads out of `root`, or to something private there: a name that begins
            with a dot, or the list of accounts.
    """
    for path in chain(paths, *(chain([folder], map(Path, _links_below(folder))) for folder in whole)):
        if not _open_in(root, path):
            raise Problem(
                f"{path} is a link that leads out of the corpus, or to something private in it",
                "put the file or folder itself in its place",
            )


def _links_below(folder: Path) -> Iterator[str]:
    """The links below a folder. A million files take a second, because only a file's kind is looked at."""
    waiting = [str(folder)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    yield entry.path
                elif entry.is_dir():
                    waiting.append(entry.path)


def _open_in(root: Path, path: Path) -> bool:
    """Whether a path leads to something in the corpus that is not private. The links of a ring lead nowhere."""
    try:
        target = path.resolve()
        first = target.relative_to(root).parts[:1]
    except (ValueError, RuntimeError, OSError):
        return False
    is_private = first == (ACCOUNTS,) or "".join(first).startswith(".")
    return not is_private or os.path.normpath(path) == str(target)
