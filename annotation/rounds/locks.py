"""Locks: two commands that would change the same project or layer take turns.

They are held while a server is asked, and are taken before the lock of the record (`dataset.record.locks`), never
within it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import filelock

from dataset.record.corpus import Corpus
from dataset.record.locks import FOLDER, Tell, holds, in_silence
from dataset.storage.atomic import make_private


@contextmanager
def one_at_a_time(
    corpus: Corpus, round_name: str, annotators: Iterable[str], tell: Tell = in_silence
) -> Iterator[None]:
    """Keeps every other command on these annotators' part of a round waiting meanwhile, however long it takes.

    A process that ends, killed or not, leaves no lock behind. Always taken in one order, so that none waits for ever.
    """
    with ExitStack() as held:
        for annotator in sorted(set(annotators)):
            held.enter_context(_held(corpus, f"{round_name}/{annotator}", tell))
        yield


@contextmanager
def deals_alone(corpus: Corpus, round_name: str, tell: Tell = in_silence) -> Iterator[None]:
    """The same for the deals of a round."""
    with _held(corpus, f"{round_name}/.deals", tell):
        yield


@contextmanager
def measuring_alone(corpus: Corpus, round_name: str, tell: Tell = in_silence) -> Iterator[None]:
    """The same for the agreement of a round."""
    with _held(corpus, f"{round_name}/.agreement", tell):
        yield


@contextmanager
def _held(corpus: Corpus, name: str, tell: Tell) -> Iterator[None]:
    if holds(corpus):
        raise RuntimeError(f"the lock of {name} cannot be taken within the record's")
    path = corpus.state / FOLDER / f"{name}.lock"
    make_private(path.parent)
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        tell(f"another command is at work on {path.parent.name}/{path.stem.removeprefix('.')}; this one waits for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
