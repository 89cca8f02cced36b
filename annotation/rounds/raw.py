"""Raw pulls: the tasks as a server or an export gave them, under `pulls/`, never altered and never partial."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypedDict

from annotation.labelstudio.canonical import canonical_line, raw_line, raw_task
from annotation.labelstudio.payloads import JsonObject
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.storage.atomic import folder_aside, put_folder

MANIFEST: Final = "manifest.json"


class SourceNote(TypedDict):
    """What a manifest says of a source: how many tasks it had, the SHA-256 of their file, and where they came from."""

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


class RawPull:
    """A raw pull as it is written. Its id follows from what the tasks say, whatever changes while nobody works."""

    def __init__(self, corpus: Corpus, round_name: str, folder: Path) -> None:
        self._corpus, self._round, self._folder = corpus, round_name, folder
        self._digest = hashlib.sha256()
        self._sources: dict[str, SourceNote] = {}

    def lines(self, name: str, tasks: Iterable[JsonObject], server: str | None, project: int | None) -> Iterator[bytes]:
        """Hands on each task of a source as a line, once it is written."""
        self._digest.update(f"{name}\n".encode())
        count, written = 0, hashlib.sha256()
        with (self._folder / f"{name}.jsonl").open("wb") as raw:
            for line in map(raw_line, tasks):
                count += 1
                raw.write(line)
                written.update(line)
                yield line
        self._sources[name] = SourceNote(tasks=count, sha256=written.hexdigest(), server=server, project=project)

    def add_to_digest(self, canonical: bytes) -> None:
        """Takes in what the next tasks of a source say, as canonical lines."""
        self._digest.update(canonical)

    def passing(
        self, name: str, tasks: Iterable[JsonObject], server: str | None, project: int | None
    ) -> Iterator[JsonObject]:
        """Hands on each task of a source once it is written, and takes in what it says."""
        for task in map(raw_task, self.lines(name, tasks, server, project)):
            self.add_to_digest(canonical_line(task))
            yield task

    def keep(self) -> str:
        """Puts the pull in its place, unless it is there. Returns its id."""
        pull_id = f"{self._round}-{self._digest.hexdigest()[:16]}"
        if not (self._corpus.pulls / pull_id).exists():
            manifest = PullManifest(pull_id=pull_id, round=self._round, pulled_at=now(), annotators=self._sources)
            (self._folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
            for path in self._folder.iterdir():
                path.chmod(0o400)
            put_folder(self._folder, self._corpus.pulls / pull_id)
        return pull_id


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


def latest(corpus: Corpus, round_name: str, name: str, server: str, project: int) -> Path | None:
    """The raw file of the latest pull of a project, None where there is none, or it is no longer what was pulled."""
    wanted, pulls = (round_name, server, project), list[tuple[str, int, Path, str | None]]()
    for folder in corpus.pulls.glob(f"{round_name}-*"):
        manifest = _manifest(folder)
        about = manifest.get("annotators", {}).get(name)
        if about and (manifest.get("round"), about.get("server"), about.get("project")) == wanted:
            written = (folder / MANIFEST).stat().st_mtime_ns  # of two in the same second
            pulls.append((manifest["pulled_at"], written, folder / f"{name}.jsonl", about.get("sha256")))
    _, _, path, known = max(pulls, key=lambda pull: pull[:3], default=("", 0, None, None))
    return path if path and known and _file_hash(path) == known else None


def _manifest(folder: Path) -> PullManifest:
    try:
        manifest: PullManifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def altered(corpus: Corpus) -> Iterator[Path]:
    """The raw files that are no longer what a pull brought, or that are gone, by the SHA-256 in its manifest."""
    for folder in sorted(path for path in corpus.pulls.glob("[!.]*") if path.is_dir()):
        try:
            sources = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["annotators"]
            hashes = {name: about.get("sha256") for name, about in sources.items()}
        except (OSError, ValueError, KeyError, AttributeError):
            yield folder / MANIFEST
            continue
        for name, known in hashes.items():
            if known is not None and _file_hash(folder / f"{name}.jsonl") != known:
                yield folder / f"{name}.jsonl"


def _file_hash(path: Path) -> str | None:
    try:
        with path.open("rb") as raw:
            return hashlib.file_digest(raw, "sha256").hexdigest()
    except OSError:
        return None


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
