"""Versions in a plain folder or a store with an address (`file://`, `s3://`, `gs://`), for teams without a Hub.

A version is the folder `v<version>`; its manifest is written there last, and is the mark that it is whole. Until then
its files are in `.v<version>.part`, whose manifest, written first and only if there is none, says who is uploading it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec

from dataset.folder.manifest import MANIFEST
from dataset.problem import Problem
from dataset.publishing.protocol import PublishPlan, Release, no_such_version, tag_of, there_already
from dataset.storage.address import refuse_password


class Shelf:
    """A folder or store by its path or address."""

    def __init__(self, name: str) -> None:
        refuse_password("the address", name)
        self.name = name
        local = "://" not in name
        address = str(Path(name).expanduser().resolve()) if local else name
        options = {"auto_mkdir": True} if local or name.startswith("file://") else {}
        with self._asking("be opened"):
            self._files, root = fsspec.url_to_fs(address, **options)
        self._root = root.rstrip("/")
        self.kept_as = self._root.rpartition("/")[2] or "dataset"

    def is_private(self, public: bool) -> bool:
        """As in `Place`; who can read an address cannot be seen from here, so it is what the person says."""
        return not public

    def plan(self, release: Release) -> PublishPlan:
        """As in `Place`."""
        if (there := self._manifest(self._final(release.tag))) is None:
            return PublishPlan(changed=[*release.manifest.files, MANIFEST])
        if there != release.proof:
            raise there_already(self.name, release.manifest.version)
        return PublishPlan(done=True)

    def put(self, release: Release, plan: PublishPlan, private: bool) -> None:
        """As in `Place`: all files aside, read back there, moved into place, the manifest last."""
        del private
        draft, final = self._draft(release.tag), self._final(release.tag)
        if not plan.done:
            self._claim(release, draft, final)
            plan = self._plan_as_claimed(release, draft)
        if not plan.done:
            self._upload(release, draft)
            with self._asking("be written"):
                for name in [*release.manifest.files, MANIFEST]:
                    self._files.mv(f"{draft}/{name}", f"{final}/{name}")
        self._drop(draft)

    def _plan_as_claimed(self, release: Release, draft: str) -> PublishPlan:
        """What is to be done, now that nobody else can write the version: somebody may have ended it just before."""
        try:
            return self.plan(release)
        except Problem:
            self._drop(draft)
            raise

    def _drop(self, draft: str) -> None:
        with self._asking("be written"):
            if self._files.exists(draft):
                self._files.rm(draft, recursive=True)

    def _claim(self, release: Release, draft: str, final: str) -> None:
        """Makes sure that nobody else writes this version.

        Raises:
            Problem: somebody does, or did and was stopped.
        """
        mark = f"{draft}/{MANIFEST}"
        with self._asking("be written"):
            try:
                with self._files.open(mark, "xb") as file:
                    file.write(release.proof)
            except FileExistsError:
                self._take_up(release, mark, draft, final)

    def _take_up(self, release: Release, mark: str, draft: str, final: str) -> None:
        """Goes on with an upload of the same release; one that was cut may have left a part of the mark."""
        if not release.proof.startswith(self._files.cat_file(mark)):
            raise Problem(
                f"another {release.manifest.version} is being uploaded to {self.name}, or was abandoned",
                f"if nobody is uploading it, remove {draft} and {final}, then run the same command again",
            )
        self._files.pipe_file(mark, release.proof)

    def _upload(self, release: Release, draft: str) -> None:
        for name, stored in release.manifest.files.items():
            with self._asking("be written"):
                self._files.put_file(str(release.folder / name), f"{draft}/{name}")
                with self._files.open(f"{draft}/{name}", "rb") as file:
                    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            if sha256 != stored.sha256:
                raise Problem(f"{name} did not arrive at {self.name} as it is here", "run the same command again")

    def download(self, version: str, into: Path, *, fresh: bool = False) -> None:
        """As in `Place`; there is no cache."""
        del fresh
        self.proof(version)
        final = self._final(tag_of(version))
        with self._asking("be read"):
            for path in self._files.find(final):
                target = self._within(into, path[len(final) :].lstrip("/"))
                target.parent.mkdir(parents=True, exist_ok=True)
                self._files.get_file(path, str(target))

    def _within(self, into: Path, name: str) -> Path:
        """The place of a file. In a store a name can be anything.

        Raises:
            Problem: it leads out of the folder.
        """
        if ".." in name.split("/") or "\0" in name or "\\" in name:
            raise Problem(f"{self.name} holds a file with the name {name!r}", "tell its maintainers; nothing was kept")
        return into / name

    def proof(self, version: str) -> bytes:
        """As in `Place`."""
        if (content := self._manifest(self._final(tag_of(version)))) is None:
            raise no_such_version(self.name, version, self._versions())
        return content

    def _versions(self) -> list[str]:
        """The tags of the versions that are whole."""
        with self._asking("be read"):
            folders = self._files.ls(self._root, detail=False) if self._files.exists(self._root) else []
        names = [path.rstrip("/").rpartition("/")[2] for path in folders]
        return [name for name in names if name.startswith("v") and self._manifest(self._final(name)) is not None]

    def _manifest(self, folder: str) -> bytes | None:
        with self._asking("be read"):
            self._files.invalidate_cache()
            try:
                return bytes(self._files.cat_file(f"{folder}/{MANIFEST}"))
            except FileNotFoundError:
                return None

    def _draft(self, tag: str) -> str:
        return f"{self._root}/.{tag}.part"

    def _final(self, tag: str) -> str:
        return f"{self._root}/{tag}"

    @contextmanager
    def _asking(self, doing: str) -> Iterator[None]:
        """Says in a sentence what a store would not do. Each kind of store has errors of its own."""
        try:
            yield
        except Problem:
            raise
        except ImportError as error:
            package: Any = error.name or str(error)
            raise Problem(f"{self.name} needs a package that is not installed: {package}", "install it") from None
        except Exception as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise Problem(
                f"{self.name} cannot {doing}: {reason}", "fix that, then run the same command again"
            ) from None
