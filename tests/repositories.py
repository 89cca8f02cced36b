"""What a Hub keeps: bare git repositories whose large files are blobs by SHA-256, or in the chunk store of Xet."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import hf_xet

POINTER: Final = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\noid sha256:([0-9a-f]{64})\nsize (\d+)\n")
MAIN: Final = "refs/heads/main"
SHARD_HEAD, ENTRY = 48, 48
VERIFIED, WITH_SHA256 = 1 << 31, 1 << 30


class Stale(Exception):
    """The branch is not where the commit's author saw it."""


@dataclass(frozen=True)
class Entry:
    """A file or folder in a commit. `sha256` is that of a large file, whose blob is a pointer."""

    path: str
    kind: str
    oid: str
    size: int
    sha256: str | None = None
    pointer_size: int = 0


class Repository:
    """A bare git repository."""

    def __init__(self, path: Path, lock: threading.Lock) -> None:
        self.path = path
        self._lock = lock

    def create(self, *, private: bool) -> None:
        self.path.mkdir(parents=True)
        self._git("init", "-q", "--bare", "-b", "main")
        self._git("config", "hub.private", str(private).lower())
        self.commit("initial commit", {".gitattributes": b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"}, [], None)

    @property
    def private(self) -> bool:
        return self._git("config", "hub.private") == b"true\n"

    def commit_of(self, revision: str) -> str | None:
        """The commit that a branch, a tag or a hash names."""
        output = self._git("rev-parse", "--verify", "-q", f"{revision}^{{commit}}", missing_is_fine=True)
        return output.decode().strip() or None

    def commit(self, message: str, files: Mapping[str, bytes], deleted: list[str], parent: str | None) -> str:
        """Commits to main, at once.

        Raises:
            Stale: main is not at `parent`, where that is given.
        """
        with self._lock:
            head = self.commit_of(MAIN)
            if parent and parent != head:
                raise Stale(head)
            self._git("fast-import", "--quiet", feed=b"".join(_import_stream(message, head, files, deleted)))
            return str(self.commit_of(MAIN))

    def tag(self, name: str, commit: str) -> bool:
        """Sets a tag; False if it is there already."""
        with self._lock:
            if self.commit_of(f"refs/tags/{name}"):
                return False
            self._git("update-ref", f"refs/tags/{name}", commit)
            return True

    def move_tag(self, name: str, commit: str) -> None:
        self._git("update-ref", f"refs/tags/{name}", commit)

    def drop_tag(self, name: str) -> None:
        self._git("update-ref", "-d", f"refs/tags/{name}")

    def refs(self, kind: str) -> dict[str, str]:
        """The commits of all `heads` or `tags` by name."""
        lines = self._git("for-each-ref", "--format=%(refname:strip=2) %(objectname)", f"refs/{kind}").decode()
        return dict(line.split(" ") for line in lines.splitlines())

    def log(self, commit: str) -> list[tuple[str, str]]:
        """Hash and title of each commit, the newest first."""
        lines = self._git("log", "--format=%H %s", commit).decode().splitlines()
        return [(line[:40], line[41:]) for line in lines]

    def message(self, commit: str) -> str:
        """What a commit says under its title."""
        return self._git("log", "-1", "--format=%b", commit).decode()

    def tree(self, commit: str, path: str = "", *, recursive: bool = True) -> list[Entry]:
        """What a folder of a commit holds."""
        below = [f"{path.rstrip('/')}/"] if path else []
        return list(self._entries("ls-tree", "-z", "-l", *(["-r", "-t"] if recursive else []), commit, *below))

    def entry(self, commit: str, path: str) -> Entry | None:
        return next(self._entries("ls-tree", "-z", "-l", commit, "--", path), None)

    def blob(self, oid: str) -> bytes:
        return self._git("cat-file", "blob", oid)

    def _entries(self, *words: str) -> Iterator[Entry]:
        for line in self._git(*words).split(b"\0"):
            if line:
                about, name = line.split(b"\t", 1)
                _, kind, oid, size = about.decode().split()
                yield self._entry(name.decode(), kind, oid, 0 if size == "-" else int(size))

    def _entry(self, path: str, kind: str, oid: str, size: int) -> Entry:
        if kind == "blob" and 120 <= size <= 200 and (pointer := POINTER.fullmatch(self.blob(oid))):
            return Entry(path, kind, oid, int(pointer[2]), pointer[1].decode(), size)
        return Entry(path, kind, oid, size)

    def _git(self, *words: str, feed: bytes | None = None, missing_is_fine: bool = False) -> bytes:
        done = subprocess.run(["git", "-C", str(self.path), *words], input=feed, capture_output=True, check=False)
        if done.returncode and not missing_is_fine:
            raise RuntimeError(done.stderr.decode())
        return done.stdout


def _import_stream(message: str, head: str | None, files: Mapping[str, bytes], deleted: list[str]) -> Iterator[bytes]:
    body = message.encode()
    yield f"commit {MAIN}\ncommitter hub <hub@localhost> {int(time.time())} +0000\ndata {len(body)}\n".encode() + body
    yield f"\nfrom {head}\n".encode() if head else b"\n"
    for name in deleted:
        yield f"D {json.dumps(name)}\n".encode()
    for name, content in files.items():
        yield f"M 100644 inline {json.dumps(name)}\ndata {len(content)}\n".encode() + content + b"\n"


def pointer(sha256: str, size: int) -> bytes:
    """What git holds of a large file."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


class Blobs:
    """Large files by their SHA-256: uploaded whole, or put together from Xet's chunks when somebody reads them."""

    def __init__(self, folder: Path) -> None:
        self.chunks = folder / "chunks"
        self._whole = folder / "blobs"
        self._whole.mkdir(parents=True)
        self._lock = threading.Lock()
        self._xet: dict[str, str] = {}

    def put(self, sha256: str, content: bytes) -> bool:
        """Takes a file; False if it is not the one that was announced."""
        right = hashlib.sha256(content).hexdigest() == sha256
        if right:
            (self._whole / sha256).write_bytes(content)
        return right

    def has(self, sha256: str) -> bool:
        return (self._whole / sha256).exists() or self.xet_hash(sha256) is not None

    def uploaded(self, sha256: str) -> bool:
        """Whether it came whole, by LFS."""
        return (self._whole / sha256).exists()

    def forget(self) -> None:
        """Drops what was uploaded and what no commit may name yet, as a Hub does in time."""
        for path in self._whole.iterdir():
            path.unlink()

    def alter(self, sha256: str) -> None:
        """Changes a byte of a file, as a broken disk would."""
        content = bytearray((self._whole / sha256).read_bytes())
        content[len(content) // 2] ^= 1
        (self._whole / sha256).write_bytes(content)

    def content(self, sha256: str, size: int) -> bytes:
        whole, known = self._whole / sha256, self.xet_hash(sha256)
        with self._lock:
            if not whole.exists() and known:
                with hf_xet.XetSession().new_file_download_group(
                    endpoint=f"local://{self.chunks}", token="x", token_expiry_unix_secs=int(time.time()) + 3600
                ) as group:
                    group.start_download_file(hf_xet.XetFileInfo(known, size), str(whole))
        return whole.read_bytes()

    def xet_hash(self, sha256: str) -> str | None:
        """The name of a file in the chunk store, from the shards that clients left there."""
        if sha256 not in self._xet:
            for shard in self.chunks.rglob("*.mdb"):
                self._xet.update(_files_of(shard.read_bytes()))
        return self._xet.get(sha256)


def _files_of(shard: bytes) -> Iterator[tuple[str, str]]:
    """SHA-256 and Xet hash of each file that a shard describes."""
    at = SHARD_HEAD
    while at + ENTRY <= len(shard) and (name := shard[at : at + 32]) != b"\xff" * 32:
        flags, segments = struct.unpack("<II", shard[at + 32 : at + 40])
        at += ENTRY * (1 + segments * (2 if flags & VERIFIED else 1))
        if flags & WITH_SHA256:
            yield _hex(shard[at : at + 32]), _hex(name)
            at += ENTRY


def _hex(name: bytes) -> str:
    """A hash as Xet writes it: four little-endian numbers."""
    return "".join(f"{part:016x}" for part in struct.unpack("<4Q", name))


def described(entry: Entry, blobs: Blobs, *, xet: bool) -> dict[str, Any]:
    """An entry as the Hub's API tells it."""
    if entry.kind == "tree":
        return {"type": "directory", "oid": entry.oid, "size": 0, "path": entry.path}
    answer: dict[str, Any] = {"type": "file", "oid": entry.oid, "size": entry.size, "path": entry.path}
    if entry.sha256:
        answer["lfs"] = {"oid": entry.sha256, "size": entry.size, "pointerSize": entry.pointer_size}
        if xet and (known := blobs.xet_hash(entry.sha256)):
            answer["xetHash"] = known
    return answer
