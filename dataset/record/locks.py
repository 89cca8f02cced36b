"""The lock of a corpus's record: any number of commands may read the record at once, and one alone may change it.

The record is whatever people keep and commands read: the seeds, the layers, the gold with its decisions, deals,
agreement, acknowledgements and splits. The lock is two files in the corpus's state folder on this machine. The kernel
gives it up when a process ends, killed or not.

It is the innermost lock: whoever holds it waits for no other lock of Hedgerow.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dataset.record.corpus import Corpus
from dataset.storage.atomic import make_private, write_bytes

Tell = Callable[[str], None]
"""Takes a line for the person who waits."""
FOLDER: Final = "locks"
RECORD: Final = ".record.lock"
TURN: Final = ".turn.lock"
_BEING_CHANGED: Final = "another command is changing the record; this one waits until that is done"
_IN_USE: Final = "another command is reading or changing the record; this one waits until that is done"


def in_silence(line: str) -> None:
    """Tells nobody."""


class _Held(threading.local):
    """What this thread holds: LOCK_SH or LOCK_EX by the path of the lock."""

    def __init__(self) -> None:
        self.modes: dict[Path, int] = {}


_held: Final = _Held()


@contextmanager
def reading(corpus: Corpus, tell: Tell = in_silence) -> Iterator[None]:
    """Keeps the record in one state while the block reads it; waits for whoever is changing it.

    Where the corpus's state folder cannot be written, as on a disk that is read-only, it says so and reads all the
    same. Within another `reading` or `changing` of the same corpus it does nothing.
    """
    with _holding(corpus, fcntl.LOCK_SH, tell):
        yield


@contextmanager
def changing(corpus: Corpus, tell: Tell = in_silence) -> Iterator[None]:
    """Keeps every other command from reading or changing the record while the block changes it.

    What a block decides by must be read within it. Within another `changing` of the same corpus it does nothing.

    Raises:
        OSError: the corpus's state folder cannot be written.
        RuntimeError: it is within a `reading`. Two commands that do so would wait for each other for ever.
    """
    with _holding(corpus, fcntl.LOCK_EX, tell):
        yield


def holds(corpus: Corpus) -> bool:
    """Whether this thread reads or changes the record now."""
    return _lock_path(corpus) in _held.modes


def _lock_path(corpus: Corpus) -> Path:
    return (corpus.state / FOLDER / RECORD).resolve()


@contextmanager
def _holding(corpus: Corpus, mode: int, tell: Tell) -> Iterator[None]:
    path = _lock_path(corpus)
    before = _held.modes.get(path)
    if before is None:
        with _locked(corpus, path, mode, tell):
            yield
    elif mode == fcntl.LOCK_EX and before != fcntl.LOCK_EX:
        raise RuntimeError("the record cannot be changed within a block that only reads it")
    else:
        yield


@contextmanager
def _locked(corpus: Corpus, path: Path, mode: int, tell: Tell) -> Iterator[None]:
    handle = _opened(corpus, path, mode, tell)
    try:
        if handle is not None:
            _wait_in_turn(path, handle, mode, tell)
        _held.modes[path] = mode
        yield
    finally:
        _held.modes.pop(path, None)
        if handle is not None:
            os.close(handle)  # and with it the lock: a process forked meanwhile must not lose it by an unlock here


def _opened(corpus: Corpus, path: Path, mode: int, tell: Tell) -> int | None:
    """The lock's file, made where it is missing; None for a reader who may not make it."""
    try:
        make_private(path.parent)
        write_bytes(corpus.state / ".gitignore", b"*\n")
        return _file(path)
    except OSError as error:
        if mode == fcntl.LOCK_EX:
            raise
        tell(f"{path} cannot be written ({error.strerror}), so nothing keeps the record as it is while it is read")
        return None


def _file(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _wait_in_turn(path: Path, handle: int, mode: int, tell: Tell) -> None:
    """Takes the lock. Whoever waits for it has the turn, so that readers who come later do not pass a writer by."""
    turn = _file(path.with_name(TURN))
    try:
        if not (_taken_at_once(turn, fcntl.LOCK_EX) and _taken_at_once(handle, mode)):
            tell(_BEING_CHANGED if mode == fcntl.LOCK_SH else _IN_USE)
            fcntl.flock(turn, fcntl.LOCK_EX)
            fcntl.flock(handle, mode)
    finally:
        os.close(turn)


def _taken_at_once(handle: int, mode: int) -> bool:
    try:
        fcntl.flock(handle, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
