"""What git has of a corpus: its commit, that commit's date and files, and what differs from them.

Files are compared and written out here and not by git, whose attributes, filters and hooks change what a file holds, or
run programs that a stranger's settings name.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from dataset.problem import Problem

# The folder's own settings could name a program for git to run.
OBEYING_NOBODY: Final = (
    "--no-replace-objects",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "log.showSignature=false"),
)
_LINK, _MODULE = "120000", "160000"
_SHA1_DIGITS: Final = 40


@dataclass(frozen=True)
class Commit:
    """A commit: its hash as hex, and the day that it was made, UTC."""

    hash: str
    date: str


@dataclass(frozen=True)
class TreeEntry:
    """A file in a commit: git's mode and the hash of its content, as hex."""

    mode: str
    blob: str


def head(folder: Path) -> Commit:
    """The commit that is checked out.

    Raises:
        Problem: the folder is in no git repository, or nothing was committed yet.
    """
    fields = _git(folder, "log", "-1", "--date=format-local:%Y-%m-%d", "--format=%H %cd").split()
    return Commit(*fields)


def last_commit(folder: Path, *patterns: str) -> str | None:
    """The last commit that changed a file below a folder with one of these names; None where git has none.

    Raises:
        Problem: the folder is in no git repository, or nothing was committed yet.
    """
    return _git(folder, "log", "-1", "--format=%H", "--", *patterns).strip() or None


def tree(folder: Path, commit: str) -> dict[str, TreeEntry]:
    """The files below a folder in a commit by path, links and submodules among them.

    Raises:
        Problem: the folder is in no git repository, or the commit is not there.
    """
    lines = (line.split("\t", 1) for line in _names(folder, "ls-tree", "-r", "-z", commit))
    return {name: TreeEntry(about.split()[0], about.split()[2]) for about, name in lines}


def uncommitted(folder: Path) -> list[str]:
    """The files below a folder that are not as its commit has them, and the new ones that git does not ignore.

    A file that git was told to take for unchanged is compared like any other.

    Raises:
        Problem: the folder is in no git repository, or nothing was committed yet.
    """
    committed = tree(folder, "HEAD")
    new = set(_names(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")) - committed.keys()
    return sorted({*differing(folder, committed), *new})


def differing(folder: Path, committed: Mapping[str, TreeEntry]) -> list[str]:
    """The files that are not there as they were committed. A checkout may end their lines with CR LF."""
    return [name for name, entry in committed.items() if entry.mode != _MODULE and not _same(folder / name, entry)]


def _same(path: Path, entry: TreeEntry) -> bool:
    try:
        if path.is_symlink() or entry.mode == _LINK:
            return entry.mode == _LINK and _blob(os.fsencode(path.readlink()), entry.blob) == entry.blob
        content = path.read_bytes()
    except OSError:
        return False
    return entry.blob in (_blob(content, entry.blob), _blob(content.replace(b"\r\n", b"\n"), entry.blob))


def _blob(content: bytes, like: str) -> str:
    """The hash that git gives a file with this content, by the algorithm of another such hash."""
    algorithm = "sha1" if len(like) == _SHA1_DIGITS else "sha256"
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def write_tree(folder: Path, commit: str, target: Path) -> None:
    """Writes the files below a folder, as a commit has them to the byte, into a new folder.

    Links come last, so that no file is written through one.

    Raises:
        Problem: the commit has a file whose name leads out of the folder, or git cannot read it.
    """
    entries = {_refuse_leading_out(name): entry for name, entry in tree(folder, commit).items()}
    blobs = {name: entry for name, entry in entries.items() if entry.mode != _MODULE}
    ordered = sorted(blobs.items(), key=lambda pair: pair[1].mode == _LINK)
    contents = _contents(folder, [entry.blob for _, entry in ordered])
    for (name, entry), content in zip(ordered, contents, strict=True):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if entry.mode == _LINK:
            path.symlink_to(os.fsdecode(content))
        else:
            path.write_bytes(content)


def _refuse_leading_out(name: str) -> str:
    if PurePosixPath(name).is_absolute() or {"..", ".git"} & set(name.split("/")):
        raise Problem(f"the commit holds a file with the name {name!r}", "take it out of the repository")
    return name


def _contents(folder: Path, blobs: Sequence[str]) -> Iterator[bytes]:
    """What each blob holds, one after the other."""
    with tempfile.TemporaryFile() as asked:
        asked.write("".join(f"{blob}\n" for blob in blobs).encode())
        asked.seek(0)
        command = [*_command(folder), "cat-file", "--batch"]
        with subprocess.Popen(command, stdin=asked, stdout=subprocess.PIPE, env=_environment()) as running:
            sent = cast(IO[bytes], running.stdout)
            for blob in blobs:
                yield _content(folder, blob, sent)


def _content(folder: Path, blob: str, sent: IO[bytes]) -> bytes:
    """The content of a blob, which `git cat-file` sends after a line like `HASH blob SIZE`."""
    _, kind, size = (*sent.readline().decode().split(), "", "")[:3]
    content = sent.read(int(size) + 1) if kind == "blob" else b""
    if len(content) != int(size or 0) + 1:
        raise Problem(
            f"git cannot read {blob}, a file in the commit of {folder}", "fetch the commit whole from its origin"
        )
    return content[:-1]


def _names(folder: Path, *arguments: str) -> list[str]:
    """What git lists, each ended by a NUL; paths are those below the folder."""
    return [name for name in _git(folder, *arguments).split("\0") if name]


def begun(folder: Path) -> bool:
    """Whether a folder is within a git repository.

    Raises:
        Problem: git is not installed.
    """
    return _run(folder, "rev-parse", "--git-dir").returncode == 0


def begin(folder: Path) -> None:
    """Makes a folder a git repository without a commit.

    Raises:
        Problem: git is not installed, or cannot do it.
    """
    done = _run(folder, "init", "--quiet")
    if done.returncode:
        raise Problem(
            f"git cannot begin a repository in {folder}: {_reason(done)}", "fix that, then run `git init` there"
        )


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run([*_command(folder), *arguments], capture_output=True, check=False, env=_environment())
    except FileNotFoundError:
        raise Problem("git is not installed", "install it, then run this again") from None


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    return (os.fsdecode(done.stderr).strip().splitlines() or ["no reason given"])[0]


def _git(folder: Path, *arguments: str) -> str:
    done = _run(folder, *arguments)
    if done.returncode:
        raise Problem(
            f"git cannot say what {folder} is: {_reason(done)}", "commit the corpus with git, then run this again"
        )
    return os.fsdecode(done.stdout)


def _command(folder: Path) -> list[str]:
    return ["git", *OBEYING_NOBODY, "-C", str(folder)]


def _environment() -> dict[str, str]:
    """UTC, git's own words, the folder's own repository, and nothing fetched: a fetch can run programs.

    No setting of git's in the caller's environment counts: some name another repository, some read names otherwise.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**own, "TZ": "UTC", "LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
