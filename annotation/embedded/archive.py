"""A backup's archive, read as if it came from a stranger: only what its manifest lists, byte for byte, nothing more."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from dataset.problem import Problem

MANIFEST: Final = "manifest.json"
SQLITE: Final = "label-studio/label_studio.sqlite3"
DUMP: Final = "database.dump"
"""A PostgreSQL database as its pg_dump writes it; an archive holds this or the file of SQLite."""
_SECRETS: Final = "secrets.json"
_LARGEST_MANIFEST: Final = 64 << 20
_HEADERS: Final = 16 << 10  # a member's header, padding and long name
_PADDING: Final = 1 << 20
_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class ArchiveMember:
    """A file in an archive."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class BackupManifest:
    """What an archive holds: `counts` of projects, tasks and annotations, and its files by name.

    `postgresql` is the version of PostgreSQL whose pg_dump wrote the database, None where it is SQLite's.
    """

    corpus: str
    taken_at: str
    hedgerow: str | None
    label_studio: str | None
    counts: dict[str, int]
    members: dict[str, ArchiveMember]
    postgresql: int | None = None


class _Damaged(Exception):  # noqa: N818 - told as a Problem
    """What is wrong with an archive."""


def verify(archive: Path) -> BackupManifest:
    """Reads an archive whole and compares it with its manifest; writes nothing.

    Raises:
        Problem: it cannot be read, or is not a whole backup.
    """
    return _read(archive, None)


def first_read(archive: Path) -> BackupManifest:
    """What an archive says that it holds; the rest is not read.

    Raises:
        Problem: it cannot be read, or is no backup.
    """
    with _explained(archive), _opened(archive) as (_, members):
        return _manifest(members)


def unpack(archive: Path, folder: Path) -> BackupManifest:
    """Writes an archive's files below `folder`, which only their owner reads, verifying each.

    Raises:
        Problem: it cannot be read, or is not a whole backup.
        OSError: a file cannot be written.
    """
    return _read(archive, folder)


def _read(archive: Path, folder: Path | None) -> BackupManifest:
    with _explained(archive), _opened(archive) as (content, members):
        manifest = _manifest(members)
        content.limit = _PADDING + sum(listed.bytes + _HEADERS for listed in manifest.members.values())
        remaining = dict(manifest.members)
        for member, stream in members:
            expected = remaining.pop(member.name, None)
            if expected is None:
                raise _Damaged(f"it holds {member.name!r}, which its manifest does not list")
            _take(member, stream, expected, folder)
        if remaining:
            raise _Damaged(f"it lacks {', '.join(sorted(remaining)[:3])}")
        while content.read(_CHUNK):
            pass
    return manifest


class _Bounded:
    """The unpacked bytes of a gzip file, up to a limit."""

    def __init__(self, stream: gzip.GzipFile, limit: int) -> None:
        self._stream, self.limit = stream, limit

    def read(self, size: int) -> bytes:
        """The next bytes; a bomb ends here."""
        chunk = self._stream.read(size)
        self.limit -= len(chunk)
        if self.limit < 0:
            raise _Damaged("it unpacks to more than its manifest says")
        return chunk


@contextmanager
def _opened(archive: Path) -> Iterator[tuple[_Bounded, Iterator[tuple[tarfile.TarInfo, IO[bytes]]]]]:
    with gzip.open(archive, "rb") as unpacked:
        content = _Bounded(unpacked, _LARGEST_MANIFEST)
        with tarfile.open(fileobj=content, mode="r|") as tar:  # type: ignore[call-overload]
            yield content, _files(tar)


def _files(tar: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    for member in tar:
        stream = tar.extractfile(member) if member.type == tarfile.REGTYPE and not member.issparse() else None
        if stream is None:
            raise _Damaged(f"it holds {member.name!r}, which is not a plain file")
        yield member, stream


@contextmanager
def _explained(archive: Path) -> Iterator[None]:
    """An archive that cannot be taken, said in a sentence."""
    take_another = "take another backup; nothing was changed"
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error, tarfile.TarError):
        raise Problem(f"{archive} is damaged or no backup", take_another) from None
    except _Damaged as reason:
        raise Problem(f"{archive} is not a whole backup: {reason}", take_another) from None
    except FileNotFoundError as error:
        if error.filename != str(archive):
            raise
        raise Problem(f"{archive} is not there", "check the name of the file") from None


def _manifest(members: Iterator[tuple[tarfile.TarInfo, IO[bytes]]]) -> BackupManifest:
    member, stream = next(members, (None, None))
    if member is None or stream is None or member.name != MANIFEST:
        raise _Damaged(f"it does not begin with {MANIFEST}")
    try:
        manifest = _parsed(json.loads(stream.read()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _Damaged(f"its {MANIFEST} cannot be read") from None
    for name in manifest.members:
        _refuse_name(name)
    if _SECRETS not in manifest.members:
        raise _Damaged(f"its {MANIFEST} does not list {_SECRETS}")
    if len({SQLITE, DUMP} & manifest.members.keys()) != 1:
        raise _Damaged(f"its {MANIFEST} does not list one database, {SQLITE} or {DUMP}")
    return manifest


def _parsed(manifest: dict[str, Any]) -> BackupManifest:
    members = {
        str(name): ArchiveMember(int(member["bytes"]), str(member["sha256"]))
        for name, member in manifest["members"].items()
    }
    if any(member.bytes < 0 for member in members.values()):
        raise ValueError("a size below zero")
    return BackupManifest(
        corpus=str(manifest["corpus"]),
        taken_at=str(manifest["taken_at"]),
        hedgerow=_text(manifest.get("hedgerow")),
        label_studio=_text(manifest.get("label_studio")),
        counts={str(name): int(count) for name, count in manifest["counts"].items()},
        members=members,
        postgresql=None if (version := manifest.get("postgresql")) is None else int(version),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _refuse_name(name: str) -> None:
    """Names as a backup writes them: two files, and what is below the folder of data, without a way out."""
    parts = name.split("/")
    plain = all(part not in ("", ".", "..") and "\\" not in part and "\0" not in part for part in parts)
    if not plain or not (name in (_SECRETS, DUMP) or (parts[0] == "label-studio" and len(parts) > 1)):
        raise _Damaged(f"its {MANIFEST} lists {name!r}, which is not a place in a server's data")


def _take(member: tarfile.TarInfo, stream: IO[bytes], expected: ArchiveMember, folder: Path | None) -> None:
    """Reads a member, to its place where there is a folder.

    Raises:
        _Damaged: it is not the file that the manifest lists.
    """
    if member.size != expected.bytes:
        raise _Damaged(f"{member.name} has {member.size} bytes where its manifest says {expected.bytes}")
    digest = hashlib.sha256()
    with _place(folder, member.name) as target:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
    if digest.hexdigest() != expected.sha256:
        raise _Damaged(f"{member.name} is not the file that its manifest names by SHA-256")


def _place(folder: Path | None, name: str) -> IO[bytes]:
    if folder is None:
        return Path(os.devnull).open("wb")
    path = folder / name
    for parent in reversed(path.relative_to(folder).parents[:-1]):
        (folder / parent).mkdir(mode=0o700, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
