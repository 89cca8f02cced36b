"""A published version into a local folder: the version asked for, verified, or nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from dataset.folder.manifest import MANIFEST, Manifest, from_bytes, read, verify
from dataset.problem import Problem
from dataset.publishing.pins import Pin, checked_digest
from dataset.publishing.places import place_of
from dataset.publishing.protocol import Place, checked_version
from dataset.storage.atomic import folder_aside, put_folder, sha256, writing


@dataclass(frozen=True)
class FetchResult:
    """A version in a local folder; `new` if it was not there before.

    `digest` is the SHA-256 of its manifest, as hex; `pinned` says in words what confirms that manifest, if anything.
    """

    folder: Path
    manifest: Manifest
    new: bool
    digest: str
    pinned: str | None


def fetch(
    name: str, version: str, out: Path | None = None, *, digest: str | None = None, releases: Path | None = None
) -> FetchResult:
    """Gets a version from a repository or an address into a folder, `<name>-<version>` here if none is named.

    Each file and the rows of each config are verified against the manifest. What verifies the manifest comes from
    elsewhere: `digest` is that of the manifest or of its rows, and `releases` the folder of a corpus's releases, where
    it has that version.

    Raises:
        Problem: there is no such version, the place cannot be reached, the version is not the one that is pinned, a
            file is not what the manifest says, or `out` holds something else. `out` is as it was then.
    """
    version, place = checked_version(version), place_of(name)
    pin = Pin(checked_digest(digest) if digest is not None else None, releases)
    target = (out or Path(f"{place.kept_as}-{version}")).resolve()
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        return _there(target, version, place, pin)
    with writing(target, "nothing was kept"), folder_aside(target) as folder:
        verified, manifest = _sound(place, version, folder)
        fetched = _fetched(target, (verified / MANIFEST).read_bytes(), manifest, place, pin, new=True)
        put_folder(verified, target)
    return fetched


def _sound(place: Place, version: str, folder: Path) -> tuple[Path, Manifest]:
    """What a place gives, below `folder`, verified. The first try may take files from a cache that was broken."""
    first, second = folder / "once", folder / "again"
    place.download(version, first)
    try:
        return first, refuse_other(first, version, place)
    except Problem:
        shutil.rmtree(first)
        place.download(version, second, fresh=True)
        return second, refuse_other(second, version, place)


def _fetched(target: Path, content: bytes, manifest: Manifest, place: Place, pin: Pin, *, new: bool) -> FetchResult:
    return FetchResult(target, manifest, new, sha256(content), pin.pinned_by(place.name, content, manifest))


def _there(target: Path, version: str, place: Place, pin: Pin) -> FetchResult:
    """The folder that is there, if it is that version, whole."""
    path, given = target / MANIFEST, place.proof(version)
    if not path.is_file() or path.read_bytes() != given or verify(target, contents=True):
        raise Problem(
            f"{target} is there already, and is not {version} of {place.name}", "name a new folder with --out"
        )
    return _fetched(target, given, from_bytes(given), place, pin, new=False)


def refuse_other(folder: Path, version: str, place: Place) -> Manifest:
    """The manifest of what a place gave for a version.

    Raises:
        Problem: it is another version, or not what its manifest says.
    """
    try:
        manifest = read(folder)
        wrong = verify(folder, contents=True)
    except Problem:
        raise Problem(
            f"{version} of {place.name} has no manifest that can be read", "tell its maintainers; nothing was kept"
        ) from None
    if manifest.version != version:
        raise Problem(f"{place.name} gives {manifest.version} for {version}", "tell its maintainers; nothing was kept")
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise Problem(
            f"{version} of {place.name} is not what its manifest says: {wrong[0]}{more}",
            "tell its maintainers; nothing was kept",
        )
    return manifest
