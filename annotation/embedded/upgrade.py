"""A server's database brought up to date with what is installed: after a backup, and back to it where that fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from annotation.embedded import marks, versions
from annotation.embedded.accounts import Secrets
from annotation.embedded.backup import backup, has_work, restore
from annotation.embedded.server import Server, check_label_studio
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.storage.atomic import aside

_NOTE: Final = "upgrade.json"


@contextmanager
def upgrading(corpus: Corpus, known: Secrets | None, tell: Callable[[str], None]) -> Iterator[None]:
    """Where the block starts a server of an earlier version, backs it up first, and undoes it all if the block fails.

    `known` is what is known of the server before. Where nothing is to be upgraded, the block runs as it is. An upgrade
    that was killed goes on from the backup that it took.

    Raises:
        Problem: the block failed. The server is as it was before, and does not run.
    """
    server = Server(corpus.state)
    if known is None or server.process() is not None or not has_work(server, known):
        yield
        return
    if known.is_up_to_date:
        _undo_unfinished(corpus, known, tell)
        yield
        return
    archive = _backed_up(corpus, known, tell)
    try:
        yield
    except Exception as failure:
        if not (server.is_half_made() or _reached(server)):
            _note(corpus).unlink(missing_ok=True)
            raise
        raise _undone(corpus, archive, known, failure, tell) from failure
    _note(corpus).unlink(missing_ok=True)


def _reached(server: Server) -> bool:
    known = server.secrets()
    return known is not None and known.is_up_to_date


def _backed_up(corpus: Corpus, known: Secrets, tell: Callable[[str], None]) -> Path:
    """The backup from before the upgrade. One that was cut off has changed the database since its own."""
    archive = _noted(corpus, known)
    if archive is not None:
        tell(f"going on with an upgrade that was cut off; the backup from before it is {archive}")
        return archive
    check_label_studio()
    tell(f"{_before(known)} was used here before: backing up first")
    archive = backup(corpus).path
    note = {"archive": str(archive), "label_studio": known.label_studio, "tables": known.tables}
    with aside(_note(corpus), private=True) as new:
        new.write_text(json.dumps(marks.marked(note)), encoding="utf-8")
    tell(f"backed up into {archive}")
    return archive


def _undo_unfinished(corpus: Corpus, known: Secrets, tell: Callable[[str], None]) -> None:
    """An upgrade was cut off, and what was here before is installed again, for which the database may be too new."""
    archive = _noted(corpus, known)
    if archive is not None and Server(corpus.state).is_half_made():
        tell(f"an upgrade was cut off: going back to {archive}")
        restore(corpus, archive, replace=True, over=True)
    _note(corpus).unlink(missing_ok=True)


def _undone(corpus: Corpus, archive: Path, known: Secrets, failure: Exception, tell: Callable[[str], None]) -> Problem:
    """Goes back to the backup. Returns the problem to raise."""
    tell(f"going back to {archive}")
    what = failure.what if isinstance(failure, Problem) else f"{type(failure).__name__}: {failure}"
    here = versions.installed("label-studio")
    try:
        Server(corpus.state).down()
        restore(corpus, archive, replace=True, over=True)
    except Problem as again:
        into = " and --database URL, which names an empty database" if known.database else ""
        return Problem(
            f"the upgrade to Label Studio {here} failed ({what}), and so did the way back ({again.what})",
            f"put the server back yourself with `hedgerow restore --from {archive} --replace`{into}",
        )
    _note(corpus).unlink(missing_ok=True)
    older = f"run `pip install label-studio=={known.label_studio}`"
    again_here = older if known.label_studio not in (None, here) else "install the Hedgerow that was here before"
    return Problem(
        f"the upgrade from {_before(known)} failed: {what}; the server is as it was, from {archive}",
        f"{again_here}, then `hedgerow up`; please report the failure",
    )


def _before(known: Secrets) -> str:
    return f"Label Studio {known.label_studio}" if known.label_studio else "an earlier version of Hedgerow"


def _note(corpus: Corpus) -> Path:
    return corpus.state / _NOTE


def _noted(corpus: Corpus, known: Secrets) -> Path | None:
    """The backup of an upgrade of this very server that was cut off, None where there was none or it is gone."""
    try:
        note = json.loads(marks.read_own(_note(corpus)))
        archive = Path(note["archive"])
        same = (note["label_studio"], note["tables"]) == (known.label_studio, known.tables)
        return archive if same and marks.is_marked(note) and archive.exists() else None
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return None
