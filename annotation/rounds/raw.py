"""Raw pulls: the tasks as a server or an export gave them, under `pulls/`, never altered and never partial.

A pull is a folder with a manifest and two files for each source. `NAME.index` has the SHA-256 of each task's line, in
order, and after it the id of an earlier pull where that one has the line. `NAME.jsonl` has the lines that no earlier
pull has. A pull that was written before there were indexes has all of its lines itself, and so has one that would
refer to too many others.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Self, TypedDict

from annotation.labelstudio.canonical import canonical_line, raw_line
from annotation.labelstudio.payloads import JsonObject
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.storage.atomic import folder_aside, put_folder, sha256

MANIFEST: Final = "manifest.json"
_INDEX: Final = ".index"
_LINES: Final = ".jsonl"
MOST_REFERRED: Final = 50
"""How many pulls one refers to at most; the next has all of its lines itself."""
MOST_OPEN: Final = 64
"""How many files are open at once: some systems allow a process 256."""


class SourceNote(TypedDict):
    """What a manifest says of a source: how many tasks it had, the SHA-256 of their lines, and where they came from."""

    tasks: int
    sha256: str
    server: str | None
    project: int | None


class PullManifest(TypedDict, total=False):
    """The manifest of a raw pull, of which an older one may lack something."""

    pull_id: str
    round: str
    pulled_at: str
    annotators: dict[str, SourceNote]


@dataclass(frozen=True)
class KeptLine:
    """The SHA-256 of a task's line, and the id of the pull that has the line."""

    sha256: str
    pull_id: str


@dataclass
class Packs:
    """Where the lines of pulls are: each file is read once, and its lines are known by their SHA-256."""

    pulls: Path
    _known: dict[Path, dict[str, tuple[int, int]]] = field(default_factory=dict)

    def path(self, pull_id: str, name: str) -> Path:
        """The file with the lines that a pull itself has of a source."""
        return self.pulls / pull_id / f"{name}{_LINES}"

    def lines(self, pull_id: str, name: str) -> dict[str, tuple[int, int]]:
        """Start and length of each line in that file, in order; none where it cannot be read."""
        path = self.path(pull_id, name)
        if path not in self._known:
            self._known[path] = _lines_in(path)
        return self._known[path]


def _lines_in(path: Path) -> dict[str, tuple[int, int]]:
    places, start = dict[str, tuple[int, int]](), 0
    try:
        with path.open("rb") as lines:
            for line in lines:
                places[sha256(line)] = (start, len(line))
                start += len(line)
    except OSError:
        return {}
    return places


class _OpenFiles:
    """Files that are read by turns, of which only those used last stay open."""

    def __init__(self) -> None:
        self._files = OrderedDict[Path, BinaryIO]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def at(self, path: Path) -> BinaryIO:
        """The file at a path, open until so many others were asked for."""
        if path not in self._files:
            while len(self._files) >= MOST_OPEN:
                self._files.popitem(last=False)[1].close()
            self._files[path] = path.open("rb")
        self._files.move_to_end(path)
        return self._files[path]


class KeptTasks:
    """The tasks of a source as a pull kept them: their raw lines, in order, gone through as often as wanted."""

    def __init__(self, packs: Packs, pull_id: str, name: str) -> None:
        self._packs, self._pull_id, self._name = packs, pull_id, name
        self._index = packs.pulls / pull_id / f"{name}{_INDEX}"
        self.entries = list(self._entries())

    def _entries(self) -> Iterator[KeptLine]:
        if not self._index.exists():
            yield from (KeptLine(digest, self._pull_id) for digest in self._packs.lines(self._pull_id, self._name))
            return
        for line in self._index.read_text(encoding="ascii", errors="replace").splitlines():
            digest, _, elsewhere = line.partition(" ")
            yield KeptLine(digest, elsewhere or self._pull_id)

    def own(self) -> list[str]:
        """The lines that the pull itself has, each once, in order."""
        return list(dict.fromkeys(entry.sha256 for entry in self.entries if entry.pull_id == self._pull_id))

    def __iter__(self) -> Iterator[bytes]:
        """The lines.

        Raises:
            OSError, KeyError: one is not there; `faults` says so before.
        """
        with _OpenFiles() as files:
            for entry in self.entries:
                start, length = self._packs.lines(entry.pull_id, self._name)[entry.sha256]
                lines = files.at(self._packs.path(entry.pull_id, self._name))
                lines.seek(start)
                yield lines.read(length)

    def faults(self, known: str) -> list[Path]:
        """The files that are no longer what they were; `known` is the SHA-256 of all lines together."""
        wrong = [
            self._packs.path(pull_id, self._name)
            for pull_id in sorted({entry.pull_id for entry in self.entries} | {self._pull_id})
            if not self._holds(pull_id)
        ]
        if wrong:
            return wrong
        digest = hashlib.sha256()
        for line in self:
            digest.update(line)
        if digest.hexdigest() == known:
            return []
        return [self._index if self._index.exists() else self._packs.path(self._pull_id, self._name)]

    def _holds(self, pull_id: str) -> bool:
        """Whether a pull has the lines that this one has from it; the pull itself has these and no more."""
        there = self._packs.lines(pull_id, self._name)
        if pull_id == self._pull_id:
            return self._packs.path(pull_id, self._name).exists() and list(there) == self.own()
        return all(entry.sha256 in there for entry in self.entries if entry.pull_id == pull_id)


class RawPull:
    """A raw pull as it is written. Its id follows from what the tasks say, whatever changes while nobody works."""

    def __init__(self, corpus: Corpus, round_name: str, folder: Path) -> None:
        self._corpus, self._round, self._folder = corpus, round_name, folder
        self._digest = hashlib.sha256()
        self._sources: dict[str, SourceNote] = {}

    @contextmanager
    def source(self, name: str, server: str | None, project: int | None) -> Iterator[WrittenLines]:
        """A source's tasks, to be written as raw lines. What an earlier pull of the source has is not written again.

        Where the earlier ones are many, all is written again: a pull that refers to each before it is slow to read.
        """
        self._digest.update(f"{name}\n".encode())
        kept = latest(self._corpus, self._round, name, server, project)
        elsewhere = kept.entries if kept else []
        if len({entry.pull_id for entry in elsewhere}) > MOST_REFERRED:
            elsewhere = []
        with writing_lines(self._folder, name, elsewhere) as written:
            yield written
        self._sources[name] = SourceNote(
            tasks=written.count, sha256=written.sha256.hexdigest(), server=server, project=project
        )

    def add_to_digest(self, canonical: bytes) -> None:
        """Takes in what the next tasks of a source say, as canonical lines."""
        self._digest.update(canonical)

    def passing(
        self, name: str, tasks: Iterable[JsonObject], server: str | None, project: int | None
    ) -> Iterator[JsonObject]:
        """Hands on each task of a source once it is written, and takes in what it says."""
        with self.source(name, server, project) as written:
            for task in tasks:
                written.add(raw_line(task))
                self.add_to_digest(canonical_line(task))
                yield task

    def keep(self) -> str:
        """Puts the pull in its place, unless it is there. Returns its id."""
        pull_id = f"{self._round}-{self._digest.hexdigest()[:16]}"
        if not (self._corpus.pulls / pull_id).exists():
            manifest = PullManifest(pull_id=pull_id, round=self._round, pulled_at=now(), annotators=self._sources)
            (self._folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
            put_pull(self._folder, self._corpus.pulls / pull_id)
        return pull_id


def put_pull(folder: Path, target: Path) -> None:
    """Puts a folder made aside in the place of a pull; from then on its files can only be read."""
    for path in folder.iterdir():
        path.chmod(0o400)
    put_folder(folder, target)


class WrittenLines:
    """The two files of a source as they are written; how many lines there are, and the hash of all of them."""

    def __init__(self, folder: Path, name: str, elsewhere: Iterable[KeptLine], opened: ExitStack) -> None:
        self._elsewhere = {entry.sha256: entry.pull_id for entry in elsewhere}
        self._own = set[str]()
        self.count, self.sha256 = 0, hashlib.sha256()
        self._lines = opened.enter_context((folder / f"{name}{_LINES}").open("wb"))
        self._index = opened.enter_context((folder / f"{name}{_INDEX}").open("wb"))

    def add(self, line: bytes) -> None:
        """Writes a line, unless it is elsewhere or was written before, and its place in the index."""
        self.count += 1
        self.sha256.update(line)
        digest = sha256(line)
        elsewhere = self._elsewhere.get(digest)
        if elsewhere is None and digest not in self._own:
            self._lines.write(line)
            self._own.add(digest)
        self._index.write(f"{digest} {elsewhere}\n".encode() if elsewhere else f"{digest}\n".encode())


@contextmanager
def writing_lines(folder: Path, name: str, elsewhere: Iterable[KeptLine]) -> Iterator[WrittenLines]:
    """The two files of a source, to be written; `elsewhere` are lines that other pulls have."""
    with ExitStack() as opened:
        yield WrittenLines(folder, name, elsewhere, opened)


@contextmanager
def writing_pull(corpus: Corpus, round_name: str) -> Iterator[RawPull]:
    """A raw pull to be written aside; gone when the block ends, unless it was kept.

    Raises:
        Problem: a task cannot be read.
    """
    with folder_aside(corpus.pulls / "pull", private=True) as folder:
        try:
            yield RawPull(corpus, round_name, folder)
        except RecursionError:
            raise Problem(
                "a task is nested too deeply to be read", "delete that task's annotation, or fix it"
            ) from None


def latest(corpus: Corpus, round_name: str, name: str, server: str | None, project: int | None) -> KeptTasks | None:
    """The latest pull of a project, None where there is none, or it is no longer what was pulled."""
    wanted, pulls = (round_name, server, project), list[tuple[str, int, str, str | None]]()
    for folder in corpus.pulls.glob(f"{round_name}-*"):
        manifest = read_manifest(folder)
        about = manifest.get("annotators", {}).get(name)
        if about and (manifest.get("round"), about.get("server"), about.get("project")) == wanted:
            written = (folder / MANIFEST).stat().st_mtime_ns  # of two in the same second
            pulls.append((manifest["pulled_at"], written, folder.name, about.get("sha256")))
    _, _, pull_id, known = max(pulls, key=lambda pull: pull[:3], default=("", 0, "", None))
    if not known:
        return None
    kept = KeptTasks(Packs(corpus.pulls), pull_id, name)
    return None if kept.faults(known) else kept


def read_manifest(folder: Path) -> PullManifest:
    """What the manifest of a pull says; nothing where it cannot be read."""
    try:
        manifest: PullManifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def pull_folders(corpus: Corpus) -> list[Path]:
    """The folders of all raw pulls, by name."""
    return sorted(path for path in corpus.pulls.glob("[!.]*") if path.is_dir())


def altered(corpus: Corpus) -> Iterator[Path]:
    """The files that are no longer what a pull brought, or that are gone, by the SHA-256 in its manifest; each once."""
    packs, seen = Packs(corpus.pulls), set[Path]()
    for folder in pull_folders(corpus):
        try:
            sources = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["annotators"]
            hashes = {name: about.get("sha256") for name, about in sources.items()}
        except (OSError, ValueError, KeyError, AttributeError):
            yield folder / MANIFEST
            continue
        for name, known in hashes.items():
            faults = KeptTasks(packs, folder.name, name).faults(known) if known is not None else []
            yield from (path for path in faults if path not in seen)
            seen.update(faults)


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
