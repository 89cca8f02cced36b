"""A corpus's backups in their folder: how they are named, which is the newest, and which are old enough to go."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from annotation.embedded.archive import first_read
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.storage.atomic import write_bytes

FOLDER: Final = "backups"
_LAST: Final = "last-backup.json"
_STAMP: Final = "%Y%m%dT%H%M%SZ"


def default_path(corpus: Corpus, taken_at: datetime) -> Path:
    """Where a backup lies unless it is said otherwise."""
    return corpus.root / FOLDER / f"{file_stem(corpus)}-{stamp(taken_at)}.tar.gz"


def newest(corpus: Corpus) -> tuple[Path, datetime] | None:
    """The newest of this corpus's backups that is still where it was written, and when it was taken."""
    there = [(taken_at, path) for path, taken_at in archives(corpus)]
    try:
        last = json.loads((corpus.state / _LAST).read_bytes())
        path, taken_at = Path(last["path"]), datetime.fromisoformat(last["taken_at"])
        there += [(taken_at, path)] if path.exists() else []
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return next(((path, taken_at) for taken_at, path in sorted(there, reverse=True)), None)


def archives(corpus: Corpus) -> list[tuple[Path, datetime]]:
    """This corpus's backups in its own folder for them, and when each was taken."""
    return list(_archives(corpus, corpus.root / FOLDER))


def target_of(corpus: Corpus, out: Path | None, taken_at: datetime) -> Path:
    """Where a backup is to lie: at `out`, in it where that is a folder, or where it lies by default."""
    default = default_path(corpus, taken_at)
    if out is None:
        return default
    return out.absolute() / default.name if out.is_dir() else out.absolute()


def file_stem(corpus: Corpus) -> str:
    """The corpus's name as files are named after it."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", corpus.name).strip(".-") or "corpus"


def _archives(corpus: Corpus, folder: Path) -> Iterator[tuple[Path, datetime]]:
    """The archives in a folder that are named after this corpus and a time, and that time."""
    named = re.compile(re.escape(file_stem(corpus)) + r"-(\d{8}T\d{6}Z)\.tar\.gz")
    for path in sorted(folder.glob("*.tar.gz")):
        if (match := named.fullmatch(path.name)) and path.is_file() and not path.is_symlink():
            yield path, datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)


def older(corpus: Corpus, target: Path, keep: int) -> list[Path]:
    """This corpus's archives beside `target` that are not among the newest; those that cannot be read are nobody's."""
    beside = sorted(((taken_at, path) for path, taken_at in _archives(corpus, target.parent) if path != target))
    own = [path for _, path in beside if _is_of(corpus, path)]
    return own[: max(len(own) - (keep - 1), 0)]


def _is_of(corpus: Corpus, path: Path) -> bool:
    try:
        return first_read(path).corpus == corpus.name
    except (Problem, OSError):
        return False


def note_last(corpus: Corpus, target: Path, taken_at: datetime) -> None:
    """Notes the backup that was taken last, wherever it lies."""
    note = {"path": str(target), "taken_at": taken_at.isoformat(timespec="seconds")}
    write_bytes(corpus.state / _LAST, json.dumps(note).encode())


def make_folder(corpus: Corpus, folder: Path) -> None:
    """The folder of backups is out of git's sight in every corpus: an archive holds passwords and tokens."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignore = corpus.root / FOLDER / ".gitignore"
    if folder == ignore.parent and not ignore.exists():
        write_bytes(ignore, b"*\n")


def stamp(moment: datetime) -> str:
    """A moment as it stands in a file's name."""
    return moment.strftime(_STAMP)
