"""The raw pulls on this machine: how large they are, what each is kept for, and those that nothing needs taken away."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from annotation.labelstudio.canonical import raw_task
from annotation.labelstudio.tasks import read_task
from annotation.rounds.locks import one_at_a_time
from annotation.rounds.raw import (
    MANIFEST,
    KeptLine,
    KeptTasks,
    Packs,
    PullManifest,
    pull_folders,
    put_pull,
    read_manifest,
    writing_lines,
)
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, PULL, below
from dataset.record.locks import Tell, in_silence
from dataset.record.withdrawal import withdrawn_articles
from dataset.storage.atomic import folder_aside, writing


@dataclass(frozen=True)
class KeptPull:
    """A raw pull: its round and time, how many tasks it has of whom, its bytes on disk, and what it is kept for.

    It is the `newest` of some, as ROUND/NAME, and `named` by layers and releases. `withdrawn` are articles that it
    holds, though they were withdrawn. Where its manifest cannot be read, `round` is empty.
    """

    id: str
    round: str
    pulled_at: str
    tasks: dict[str, int]
    bytes: int
    newest: list[str]
    named: list[str]
    withdrawn: list[str]

    @property
    def is_needed(self) -> bool:
        """Whether it stays. What is named alone does not keep the words of an article that was withdrawn."""
        return not self.round or bool(self.newest) or (bool(self.named) and not self.withdrawn)


@dataclass(frozen=True)
class PrunedPulls:
    """What a pruning took away, and how many bytes it freed."""

    gone: list[KeptPull]
    kept: list[KeptPull]
    freed: int


def kept_pulls(corpus: Corpus) -> list[KeptPull]:
    """The raw pulls, the oldest first.

    Raises:
        Problem: the file of tombstones cannot be read.
    """
    packs, gone = Packs(corpus.pulls), withdrawn_articles(corpus)
    manifests = {folder: read_manifest(folder) for folder in pull_folders(corpus)}
    by_age = sorted(manifests, key=lambda folder: _age(folder, manifests[folder]))
    newest, named = dict(_newest(by_age, manifests)), _named(corpus)
    return [
        KeptPull(
            id=folder.name,
            round=str(manifests[folder].get("round") or ""),
            pulled_at=str(manifests[folder].get("pulled_at") or ""),
            tasks={name: about["tasks"] for name, about in manifests[folder].get("annotators", {}).items()},
            bytes=_bytes(folder),
            newest=sorted(name for name, latest in newest.items() if latest == folder),
            named=named.get(folder.name, []),
            withdrawn=sorted(articles_in(packs, folder.name, manifests[folder], gone)),
        )
        for folder in by_age
    ]


def _age(folder: Path, manifest: PullManifest) -> tuple[str, int]:
    path = folder / MANIFEST
    return str(manifest.get("pulled_at") or ""), path.stat().st_mtime_ns if path.exists() else 0


def _newest(by_age: list[Path], manifests: dict[Path, PullManifest]) -> Iterator[tuple[str, Path]]:
    """The newest pull of each project, and of each source that is none, by round and name."""
    places: dict[tuple[str, str, str | None, int | None], Path] = {}
    for folder in by_age:
        manifest = manifests[folder]
        for name, about in manifest.get("annotators", {}).items():
            places[str(manifest.get("round")), name, about.get("server"), about.get("project")] = folder
    for (round_name, name, server, project), folder in places.items():
        where = f" of project {project} at {server}" if server else " of an export"
        yield f"{round_name}/{name}{where}", folder


def _named(corpus: Corpus) -> dict[str, list[str]]:
    """Which layers and releases name a pull, by its id."""
    named: dict[str, list[str]] = {}
    for path in corpus.record.rglob(PULL):
        try:
            pull_id = json.loads(path.read_bytes())["pull_id"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        named.setdefault(str(pull_id), []).append(below(corpus.record, path.parent))
    releases = {path.stem: path.read_text(encoding="utf-8") for path in sorted(corpus.releases.glob("*.json"))}
    for folder in pull_folders(corpus):
        named.setdefault(folder.name, []).extend(name for name, text in releases.items() if folder.name in text)
    return {pull_id: sorted(names) for pull_id, names in named.items()}


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def articles_in(packs: Packs, pull_id: str, manifest: PullManifest, articles: Collection[str]) -> set[str]:
    """Those of some articles that a pull holds tasks of, in its own lines or by those of earlier pulls."""
    if not articles:
        return set()
    held = set[str]()
    words = {article: article.encode() for article in articles}
    for name in manifest.get("annotators", {}):
        kept = KeptTasks(packs, pull_id, name)
        try:
            for line in kept:
                if any(word in line for word in words.values()):
                    held |= {str(read_task(raw_task(line)).article_id)} & words.keys()
        except (OSError, KeyError):
            continue  # `doctor` says what is wrong with it
    return held


def pulls_with(corpus: Corpus, article: str) -> list[str]:
    """The ids of the raw pulls that hold an article."""
    packs = Packs(corpus.pulls)
    return [
        folder.name
        for folder in pull_folders(corpus)
        if articles_in(packs, folder.name, read_manifest(folder), {article})
    ]


def prune(corpus: Corpus, tell: Tell = in_silence) -> PrunedPulls:
    """Takes away the raw pulls that nothing needs, and says what it freed.

    The newest of each project and export stays, so that the next pull asks only for what has changed, and so do those
    that a layer or a release names. What these have in files of others is put into theirs first: each holds the same
    tasks as before, by the SHA-256 in its manifest. A pull that cannot be read stays.

    Raises:
        Problem: a pull that stays is no longer what was pulled, or the disk does not take it.
    """
    with writing(corpus.root, "nothing that is needed is gone"), ExitStack() as opened:
        for round_name, names in sorted(_locks(corpus).items()):
            opened.enter_context(one_at_a_time(corpus, round_name, names, tell))
        pulls = kept_pulls(corpus)
        gone, kept = [pull for pull in pulls if not pull.is_needed], [pull for pull in pulls if pull.is_needed]
        before = sum(pull.bytes for pull in pulls)
        _Moving(corpus, {pull.id for pull in gone}).move(pull.id for pull in kept)
        with folder_aside(corpus.pulls / "gone", private=True) as aside:
            for pull in gone:
                (corpus.pulls / pull.id).rename(aside / pull.id)
        return PrunedPulls(gone, kept, before - sum(_bytes(folder) for folder in pull_folders(corpus)))


def _locks(corpus: Corpus) -> dict[str, set[str]]:
    """What a command holds that pulls, or reads a pull: by round, and for all of the gold."""
    locks: dict[str, set[str]] = {GOLD: {"decisions", "statements"}}
    for folder in pull_folders(corpus):
        manifest = read_manifest(folder)
        if round_name := manifest.get("round"):
            locks.setdefault(round_name, set()).update(manifest.get("annotators", {}))
    return locks


class _Moving:
    """Lines that pulls which stay have in those that go, put into the files of the former."""

    def __init__(self, corpus: Corpus, gone: set[str]) -> None:
        self._corpus, self._gone = corpus, gone
        self._there: dict[tuple[str, str], dict[str, str]] = {}

    def move(self, kept: Iterable[str]) -> None:
        """Goes through the pulls that stay, the oldest first; each may refer to those before it."""
        for pull_id in kept:
            manifest = read_manifest(self._corpus.pulls / pull_id)
            packs = Packs(self._corpus.pulls)
            sources = {name: KeptTasks(packs, pull_id, name) for name in manifest.get("annotators", {})}
            if any(entry.pull_id in self._gone for kept in sources.values() for entry in kept.entries):
                self._write(pull_id, manifest, sources)
            for name in sources:
                there = self._there.setdefault((str(manifest.get("round")), name), {})
                there |= dict.fromkeys(KeptTasks(Packs(self._corpus.pulls), pull_id, name).own(), pull_id)

    def _write(self, pull_id: str, manifest: PullManifest, sources: dict[str, KeptTasks]) -> None:
        with folder_aside(self._corpus.pulls / "pull", private=True) as folder:
            for name, kept in sources.items():
                if wrong := kept.faults(manifest["annotators"][name]["sha256"]):
                    raise Problem(
                        f"{wrong[0]} is no longer what was pulled", "see `hedgerow doctor`; nothing was taken away"
                    )
                with writing_lines(folder, name, self._elsewhere(pull_id, manifest, name, kept)) as written:
                    for line in kept:
                        written.add(line)
            shutil.copyfile(self._corpus.pulls / pull_id / MANIFEST, folder / MANIFEST)
            put_pull(folder, self._corpus.pulls / pull_id)

    def _elsewhere(self, pull_id: str, manifest: PullManifest, name: str, kept: KeptTasks) -> Iterator[KeptLine]:
        """Where the lines are that the pull need not have itself."""
        there = self._there.get((str(manifest.get("round")), name), {})
        for entry in kept.entries:
            if entry.pull_id in self._gone:
                if entry.sha256 in there:
                    yield KeptLine(entry.sha256, there[entry.sha256])
            elif entry.pull_id != pull_id:
                yield entry
