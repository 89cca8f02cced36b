"""Files and folders that are never half-written: made aside, then put in place."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from upath import UPath

from dataset.problem import Problem
from dataset.storage.address import Location
from dataset.storage.asides import drop_old, in_lease, lease, lease_of, note_target, remove, synced

BLOCK_BYTES: Final = 1 << 20


class Asides:
    """Files that are written aside, and put in place together in the order in which they were asked for."""

    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened
        self._places: dict[Location, Path] = {}
        self._files: list[tuple[Path, Location, bool]] = []
        self._made: list[Path] = []

    def of(self, target: Location, *, private: bool = False) -> Path:
        """A path to write to what `target` is to hold.

        What is `private` is at no time readable to others than its owner. For a target at an address, it is put there
        whole.
        """
        if target.parent not in self._places:
            self._places[target.parent] = self._opened.enter_context(self._place(target))
        new = self._places[target.parent] / str(len(self._files))
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666))
        self._files.append((new, target, private))
        return new

    def write(self, target: Location, content: bytes) -> bool:
        """Writes `content` unless the file holds it already. Returns whether it wrote."""
        if target.exists() and target.read_bytes() == content:
            return False
        self.of(target).write_bytes(content)
        return True

    def _place(self, target: Location) -> AbstractContextManager[Path]:
        if not isinstance(target, Path):
            return _elsewhere()
        self._made += _make_parents(target)
        return lease(target.parent)

    def put(self) -> None:
        """Puts them in place, once the bytes of all of them are on the disk."""
        local = [(new, target) for new, target, _ in self._files if isinstance(target, Path) and not in_lease(target)]
        for new, target, private in self._files:
            if isinstance(target, Path) and not private and target.exists():
                new.chmod(target.stat().st_mode & 0o777)
        synced(new for new, _ in local)
        for new, target, _ in self._files:
            if isinstance(target, Path):
                _rename(new, target)
            else:
                _put(new, target)
        synced([*(target.parent for _, target in local), *self._made])


@contextmanager
def asides() -> Iterator[Asides]:
    """Several files written aside; put in place when the block ends well, removed when it does not."""
    with ExitStack() as opened:
        several = Asides(opened)
        yield several
        several.put()


@contextmanager
def aside(target: Location, *, private: bool = False) -> Iterator[Path]:
    """A path to write to; put in the place of `target` when the block ends well, removed when it does not.

    What is `private` is at no time readable to others than its owner.
    """
    with asides() as several:
        yield several.of(target, private=private)


def read_utf8(path: Path) -> str:
    """The text of a page.

    Raises:
        Problem: it is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Problem(f"{path} is not UTF-8 at byte {error.start}", "save it as UTF-8") from None


def remove_stale(path: Path) -> bool:
    """Removes what a killed command wrote aside and never put in place. Returns whether it did."""
    return remove(path)


@contextmanager
def _elsewhere() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _put(content: Path, target: UPath) -> None:
    """Nobody sees it before all of it is there: drivers put what a transaction writes into place at its end."""
    files = target.fs
    files.makedirs(target.parent.path, exist_ok=True)
    with content.open("rb") as source, files.transaction, files.open(target.path, "wb") as out:
        shutil.copyfileobj(source, out, BLOCK_BYTES)


def _make_parents(target: Path) -> list[Path]:
    """Makes the folders above a target that are missing. Returns the folders that hold a new one."""
    missing = [parent for parent in target.parents if not parent.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    return [folder.parent for folder in missing]


def _rename(new: Path, target: Path) -> None:
    """An error names the target: a person knows nothing of where it was written."""
    try:
        new.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None


def make_private(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, that only their owner can open."""
    for path in reversed((folder, *folder.parents)):
        if not path.exists():
            path.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def folder_aside(target: Path, *, private: bool = False) -> Iterator[Path]:
    """A new folder to fill and to put in the place of `target`; gone when the block ends, unless it was put there.

    The parents that had to be made for it go with it, where they hold nothing then. What is `private` is only its
    owner's in its place, too.
    """
    missing = [parent for parent in target.parents if not parent.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with lease(target.parent, afresh=True) as lease_path:
            folder = lease_path / "new"
            folder.mkdir(mode=0o700 if private else 0o777)
            yield folder
    finally:
        for parent in missing:
            with suppress(OSError):
                parent.rmdir()


def put_folder(folder: Path, target: Path) -> None:
    """Puts a folder made aside, or one in it, in the place of `target`; where that fails, `target` is as before.

    All of it is on the disk before it is put there.
    """
    lease_path = lease_of(folder)
    synced([folder, *(path for path in folder.rglob("*") if not path.is_symlink())])
    old = note_target(lease_path, target) if target.exists() else None
    if old:
        _rename(target, old)
    try:
        _rename(folder, target)
    except OSError:
        if old:
            old.rename(target)
        raise
    synced([target.parent])
    drop_old(lease_path)


@contextmanager
def writing(where: Path, left: str) -> Iterator[None]:
    """Says in a sentence that a disk is full or a folder cannot be written, and in `left` what became of the rest.

    Raises:
        Problem: it is.
    """
    try:
        yield
    except OSError as error:
        raise Problem(
            f"{error.filename or where} cannot be written: {error.strerror or error}",
            f"fix that, then run the same command again; {left}",
        ) from None


def write_bytes(target: Location, content: bytes) -> bool:
    """Writes `content` unless the file holds it already. Returns whether it wrote."""
    with asides() as several:
        return several.write(target, content)


def sha256(content: bytes) -> str:
    """SHA-256 as lower-case hex."""
    return hashlib.sha256(content).hexdigest()
