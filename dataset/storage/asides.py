"""Where files and folders are written until they are whole, and how what a killed command left there is removed.

They are written in a lease: a folder that a process holds by a lock, which the kernel gives up when the process ends,
killed or not. Leases of targets within a corpus are in `.hedgerow/aside/`, which git ignores. Where a rename cannot
reach the target from there (another disk), or the target is in no corpus, the lease is beside the target.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

SETTINGS: Final = "hedgerow.toml"
STATE: Final = ".hedgerow"
HOME: Final = "aside"
_ASIDE: Final = ".aside"
_OLD_FOLDER: Final = ".old"
# Names that `tempfile` makes for us: no file of a person's is taken for one of ours.
_OURS: Final = re.compile(rf"\.(?:(?P<target>.+)\.)?[a-z0-9_]{{8}}{re.escape(_ASIDE)}(?:{re.escape(_OLD_FOLDER)})?")
_OLD: Final = "old"
_TARGET: Final = "target"
_SWEPT: Final = "swept"
_IGNORE: Final = ("*\n", ".gitignore")
_AT_ONCE: Final = 16
_CANNOT_SYNC: Final = (errno.EINVAL, errno.ENOTSUP)  # some network disks, for folders
_seen: set[Path] = set()


@contextmanager
def lease(parent: Path, *, afresh: bool = False) -> Iterator[Path]:
    """A private folder from which a rename puts files into the folder `parent`; gone when the block ends.

    What no living process holds is removed from the place of leases first. Where that is `parent` itself, which may be
    large, a process does it once, and each time where `afresh`.
    """
    real = parent.resolve()
    with ExitStack() as opened:
        yield _in_home(real, opened) or _beside(real, opened, afresh)


def lease_of(path: Path) -> Path:
    """The lease that a path is in.

    Raises:
        ValueError: it is in none.
    """
    for folder in path.parents:
        if _OURS.fullmatch(folder.name):
            return folder
    raise ValueError(f"{path} is not written aside")


def in_lease(path: Path) -> bool:
    """Whether a path is in a lease, so that whoever puts the whole in place will see to it."""
    return any(folder.name.endswith(_ASIDE) and _OURS.fullmatch(folder.name) for folder in path.parents)


def note_target(lease_path: Path, target: Path) -> Path:
    """Notes for which target the lease is to keep an old folder. Returns the path to move that to.

    Where the command is killed before another took its place, the old folder goes back to the target.
    """
    note = lease_path / _TARGET
    where = target.parent.resolve() / target.name
    note.write_text(str(where.relative_to(_base(lease_path))), encoding="utf-8")
    synced([note, lease_path])
    return lease_path / _OLD


def drop_old(lease_path: Path) -> None:
    """Removes an old folder whose place was taken; the note first, so that no half of it ever goes back."""
    (lease_path / _TARGET).unlink(missing_ok=True)
    shutil.rmtree(lease_path / _OLD, ignore_errors=True)


def synced(paths: Iterable[Path]) -> None:
    """Returns when the bytes of these files, and the names in these folders, are on the disk.

    Many are waited for at once, so that the disk takes them together.
    """
    every = list(dict.fromkeys(paths))
    if len(every) == 1:
        _sync(every[0])
    elif every:
        with ThreadPoolExecutor(min(len(every), _AT_ONCE)) as pool:
            list(pool.map(_sync, every))


def _sync(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:
        if path.is_dir():  # one may put files into a folder that one may not list
            return
        raise
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        os.close(handle)


def clean(root: Path, folders: Iterable[Path], trees: Iterable[Path], texts: Path) -> None:
    """Removes from a corpus what was written aside and no living process holds.

    It looks into the corpus's place of leases, and where leases may be beside their targets or earlier versions put
    their files: into `folders`, into `trees` with all that is below them, and into `texts`, which may hold a million
    files and is looked at only when something was put into it since. What cannot be removed stays.
    """
    home = _home_in(root)
    if home is not None:
        sweep(home)
    for folder in folders:
        sweep(folder)
    for tree in trees:
        sweep(tree, deep=True)
    _sweep_once(texts, home)


def _sweep_once(folder: Path, home: Path | None) -> None:
    """A folder's time changes with whatever is put into it; the mark has the time of the last look."""
    with suppress(OSError):
        now = folder.stat().st_mtime_ns
        mark = home / _SWEPT if home else None
        if mark and mark.exists() and mark.stat().st_mtime_ns == now:
            return
        if sweep(folder) and home and mark and home.is_dir():
            mark.touch()
            os.utime(mark, ns=(now, now))


def sweep(folder: Path, *, deep: bool = False) -> bool:
    """Removes from a folder what killed commands wrote aside in it. Returns whether no more of it is there.

    Symbolic links are not followed.
    """
    if folder.is_symlink():
        return True
    paths, below = [], []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((_ASIDE, _OLD_FOLDER)) and _OURS.fullmatch(entry.name):
                paths.append(folder / entry.name)
            elif deep and entry.is_dir(follow_symlinks=False):
                below.append(folder / entry.name)
    paths.sort(key=lambda path: path.suffix != _OLD_FOLDER)
    removed = [remove(path) for path in paths]
    clean_below = [sweep(path, deep=True) for path in below]
    return all(removed) and all(clean_below)


def remove(path: Path) -> bool:
    """Removes what was written aside at `path` if no living process holds it. Returns whether it did."""
    if not _OURS.fullmatch(path.name):
        return False
    if path.suffix == _OLD_FOLDER:
        return _put_back_or_remove(path)
    with suppress(OSError), _free(path) as free:
        if free and path.is_dir():
            _settle(path)
        elif free:
            path.unlink()
        return free
    return False


def _put_back_or_remove(old: Path) -> bool:
    """The old folder of a command that earlier versions ran: `.TARGET.XXXXXXXX.aside.old`."""
    lease_path, named = old.with_suffix(""), _OURS.fullmatch(old.name)
    with suppress(OSError), _free(lease_path) as free:
        target = old.with_name(named["target"]) if named and named["target"] else None
        if free and target and not os.path.lexists(target):
            old.rename(target)
        elif free:
            shutil.rmtree(old, ignore_errors=True)
        return free
    return False


@contextmanager
def _free(path: Path) -> Iterator[bool]:
    """Whether no process holds what was written aside, or it is gone; none takes it up while the block runs."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        yield True
        return
    try:
        yield _lock(handle, wait=False) and (not path.exists() or _same(handle, path))
    finally:
        os.close(handle)


def _in_home(parent: Path, opened: ExitStack) -> Path | None:
    """A lease in the place of leases of the nearest corpus, None where no rename leads from there to `parent`."""
    root = next((folder for folder in (parent, *parent.parents) if (folder / SETTINGS).is_file()), None)
    home = _home_in(root) if root else None
    if home is not None:
        with suppress(OSError):  # where it cannot be written, beside the target is tried
            _prepare(home)
            sweep(home)
            folder = opened.enter_context(_held(home))
            return folder if _reaches(folder, parent) else None
    return None


def _beside(parent: Path, opened: ExitStack, afresh: bool) -> Path:
    if afresh or parent not in _seen:
        _seen.add(parent)
        sweep(parent)
    folder = opened.enter_context(_held(parent))
    _hide(folder)
    return folder


@contextmanager
def _held(place: Path) -> Iterator[Path]:
    folder, handle = _locked(place)
    try:
        try:
            yield folder
        finally:
            _settle(folder)
    finally:
        os.close(handle)


def _home_in(root: Path) -> Path | None:
    """The place of leases of a corpus, None where it is not in the corpus, but a link."""
    home = root.resolve() / STATE / HOME
    return home if home.resolve() == home else None


def _prepare(home: Path) -> None:
    for folder in (home.parent, home):
        folder.mkdir(mode=0o700, exist_ok=True)
    _hide(home)


def _hide(folder: Path) -> None:
    """Takes a folder out of git's sight, whatever the repository ignores."""
    content, name = _IGNORE
    path = folder / name
    if not path.exists() or path.read_bytes() != content.encode():
        path.write_text(content, encoding="utf-8")


def _locked(place: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=".hedgerow.", suffix=_ASIDE, dir=place))
        with suppress(FileNotFoundError):
            handle = os.open(folder, os.O_RDONLY)
            _lock(handle, wait=True)
            if _same(handle, folder):  # nobody took it for abandoned before it was locked
                return folder, handle
            os.close(handle)


def _reaches(folder: Path, parent: Path) -> bool:
    """Whether a rename can lead from one folder to the other.

    The kernel compares the disks before it looks for the file, so that one that is not there will do.
    """
    try:
        (folder / "none").rename(parent / folder.name)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _lock(handle: int, *, wait: bool) -> bool:
    """Locks a file or folder, where its disk can. What cannot be locked is never taken for abandoned."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def _same(handle: int, path: Path) -> bool:
    return path.exists() and os.path.samestat(os.fstat(handle), path.stat())


def _settle(lease_path: Path) -> None:
    """Puts the old folder back where no other took its place, and removes the lease with all that is in it."""
    with suppress(OSError):
        target = _noted(lease_path)
        if target and (lease_path / _OLD).exists() and not os.path.lexists(target):
            (lease_path / _OLD).rename(target)
        drop_old(lease_path)
        shutil.rmtree(lease_path, ignore_errors=True)


def _noted(lease_path: Path) -> Path | None:
    """The target of a lease, if it is where targets of leases at that place are."""
    base = _base(lease_path)
    try:
        target = base / (lease_path / _TARGET).read_text(encoding="utf-8")
        return target if target.parent.resolve().is_relative_to(base.resolve()) else None
    except (OSError, ValueError):
        return None


def _base(lease_path: Path) -> Path:
    """What the note of a lease's target is relative to: the corpus, or the folder that the lease is in."""
    place = lease_path.parent
    return place.parent.parent if (place.parent.name, place.name) == (STATE, HOME) else place
