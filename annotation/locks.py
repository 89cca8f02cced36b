"""Locks: two commands that would change the same project or layer take turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import filelock

from dataset.corpus import Corpus
from dataset.files import make_private

Tell = Callable[[str], None]


@contextmanager
def one_at_a_time(
    corpus: Corpus, round_name: str, annotators: Iterable[str], tell: Tell = lambda line: None
) -> Iterator[None]:
    """Keeps every other command on these annotators' part of a round waiting meanwhile, however long it takes.

    A process that ends, killed or not, leaves no lock behind. Always taken in one order, so that none waits for ever.
    """
    with ExitStack() as held:
        for annotator in sorted(set(annotators)):
            held.enter_context(_held(corpus.state / "locks" / round_name / f"{annotator}.lock", tell))
        yield


@contextmanager
def deals_alone(corpus: Corpus, round_name: str, tell: Tell = lambda line: None) -> Iterator[None]:
    """The same for the deals of a round."""
    with _held(corpus.state / "locks" / round_name / ".deals.lock", tell):
        yield


@contextmanager
def _held(path: Path, tell: Tell) -> Iterator[None]:
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
