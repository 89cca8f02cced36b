"""A server's data and accounts put in the place of others, so that a kill at any moment leaves something to finish.

What is to come is in the folder `restoring`, whole, after one rename. As long as that folder is there, the server
is neither the old nor the new one. All callers hold the server's lock.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from annotation.embedded import marks
from dataset.problem import Problem
from dataset.storage.asides import synced

DATA: Final = "label-studio"
SECRETS: Final = "secrets.json"
FILLING: Final = "database.filling"
"""There from before a PostgreSQL database is filled by a restore until accounts are in place that name it."""
_BETWEEN: Final = "restoring"
_NOTE: Final = "note"
_MOVED: Final = (DATA, SECRETS)


@dataclass(frozen=True)
class Exchange:
    """An exchange that is done: the note that it began with, and where what was there before is kept, if anything was.

    The note is None where only the folder of the exchange was left to be removed.
    """

    note: str | None
    kept: Path | None


def is_cut_off(state: Path) -> bool:
    """Whether an exchange was begun in a state folder and not ended."""
    return (state / _BETWEEN).is_dir()


def exchange(state: Path, stage: Path, keep: str, note: str) -> Exchange:
    """Puts the data and accounts of the folder `stage` into a state folder, and what is there into its folder `keep`.

    `stage` is on the same disk. Where a move fails, all is moved back.

    Raises:
        OSError: something cannot be moved or written.
    """
    (stage / keep).mkdir(mode=0o700)
    (stage / _NOTE).write_text(json.dumps(marks.marked({"note": note})), encoding="utf-8")
    synced([stage, *stage.rglob("*")])
    stage.rename(state / _BETWEEN)
    synced([state])
    try:
        _move(state)
    except BaseException:
        _move_back(state, stage)
        raise
    return _end(state)


def finish(state: Path, tell: Callable[[str], None] = lambda line: None) -> Exchange | None:
    """Ends an exchange that was cut off. Returns it, or None where there was none.

    Raises:
        Problem: something cannot be moved, or this account did not begin it on this machine.
    """
    if not is_cut_off(state):
        return None
    _refuse_planted(state / _BETWEEN)
    tell("finishing a restore that was cut off")
    try:
        _move(state)
        return _end(state)
    except OSError as error:
        raise Problem(
            f"a restore that was cut off cannot be finished: {error.filename or state}: {error.strerror or error}",
            "fix that, then run `hedgerow up`",
        ) from None


def _refuse_planted(between: Path) -> None:
    """What is there may have come with a corpus; once all is moved, there is nothing left to mistrust."""
    is_own = _note(between) is not None
    if between.is_symlink() or (not is_own and any(path.exists() for path in (between / name for name in _MOVED))):
        raise Problem(
            f"{between} is a restore that was not begun by this account on this machine",
            "move that folder away, then run this again",
        )


def _note(between: Path) -> str | None:
    """The note, None where there is none of this account's."""
    try:
        written = json.loads((between / _NOTE).read_bytes())
        return str(written["note"]) if marks.is_marked(written) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _move(state: Path) -> None:
    """Each out of the way and its successor into its place, if that was not done before."""
    between = state / _BETWEEN
    for name in _MOVED:
        if (between / name).exists():
            if (state / name).exists():
                (state / name).rename(_kept(between) / name)
            (between / name).rename(state / name)


def _move_back(state: Path, stage: Path) -> None:
    between = state / _BETWEEN
    for name in reversed(_MOVED):
        if not (between / name).exists():
            (state / name).rename(between / name)
        if (_kept(between) / name).exists():
            (_kept(between) / name).rename(state / name)
    between.rename(stage)


def _kept(between: Path) -> Path:
    """The folder in which the old ones are kept."""
    return next(path for path in between.iterdir() if path.is_dir() and path.name not in _MOVED)


def _end(state: Path) -> Exchange:
    """Puts what is kept beside the server, and removes the folder of the exchange."""
    between, kept = state / _BETWEEN, None
    synced([state, *(path for path in between.iterdir() if path.is_dir())])
    for folder in [path for path in between.iterdir() if path.is_dir()]:
        if any(folder.iterdir()):
            kept = folder.rename(state / folder.name)
        else:
            folder.rmdir()
    note = _note(between)
    (between / _NOTE).unlink(missing_ok=True)
    (between / ".gitignore").unlink(missing_ok=True)  # beside accounts that were taken over there is one
    between.rmdir()
    synced([state])
    return Exchange(note, kept)
