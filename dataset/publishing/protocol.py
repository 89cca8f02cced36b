"""What publishing asks of any place: a release, a plan of what is to be done, and the problems a place can have."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from dataset.folder.manifest import MANIFEST, Manifest, tag_name
from dataset.problem import Problem
from dataset.storage.atomic import sha256

_VERSION: Final = re.compile(r"v?((0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*))")


@dataclass(frozen=True)
class Release:
    """A folder that is what its manifest says. Two releases are one if their `proof`, the manifest's bytes, is."""

    folder: Path
    manifest: Manifest
    proof: bytes

    @property
    def tag(self) -> str:
        """The name of its version in every place."""
        return tag_of(self.manifest.version)

    @property
    def digest(self) -> str:
        """What pins it: the SHA-256 of its manifest, as hex."""
        return sha256(self.proof)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.manifest.files.values()) + len(self.proof)


@dataclass(frozen=True)
class PublishPlan:
    """What is to be done to publish a release in a place, given what is there.

    `parent` is the commit that the new one will stand on, `commit` the one that holds the release already. A place
    without commits has neither.
    """

    creates: bool = False
    parent: str | None = None
    commit: str | None = None
    done: bool = False
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


class Place(Protocol):
    """Where versions live. Each method raises `Problem` if the place cannot be reached or does not let it be done."""

    name: str
    kept_as: str
    """What a local folder of one of its versions is called before the version."""

    def is_private(self, public: bool) -> bool:
        """Whether only those who were let in can read it. `public`: the person said that all may."""

    def plan(self, release: Release) -> PublishPlan:
        """What is to be done. Raises `Problem` if its version is there with other content."""

    def put(self, release: Release, plan: PublishPlan, private: bool) -> str | None:
        """Does it. Returns the commit, where there are commits."""

    def download(self, version: str, into: Path, *, fresh: bool = False) -> None:
        """The files of a version into an empty folder, unverified; `fresh`: none from a cache.

        Raises `Problem` if there is no such version.
        """

    def proof(self, version: str) -> bytes:
        """The manifest of a version. Raises `Problem` if there is no such version."""


def release_in(folder: Path, manifest: Manifest) -> Release:
    """The release in a folder whose manifest was read."""
    return Release(folder, manifest, (folder / MANIFEST).read_bytes())


def checked_version(version: str) -> str:
    """The version, without a leading `v`.

    Raises:
        Problem: it is not a version.
    """
    if match := _VERSION.fullmatch(version):
        return match[1]
    raise Problem(f"“{version}” is not a version", "name one like 1.0.0")


def tag_of(version: str) -> str:
    """The tag of a version: `v1.0.0`."""
    return tag_name(checked_version(version))


def no_such_version(name: str, version: str, there: list[str]) -> Problem:
    """The problem that a place does not have a version."""
    known = ", ".join(sorted((tag.removeprefix("v") for tag in there), key=_order)) or "none yet"
    return Problem(f"{name} has no version {version}", f"name one that it has: {known}")


def _order(version: str) -> tuple[int, ...]:
    match = _VERSION.fullmatch(version)
    return tuple(int(part) for part in match[1].split(".")) if match else (0,)


def there_already(name: str, version: str) -> Problem:
    """The problem that a place has a version already, and with other content."""
    return Problem(
        f"{name} has a version {version} already, and it is not this one",
        "a version never changes: release what you have under a higher one",
    )
