"""A published version into a local folder: the version asked for, verified, or nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from dataset.files import folder_aside, put_folder, writing
from dataset.manifest import MANIFEST, Manifest, read, verify
from dataset.places import Place, checked_version, place_of
from dataset.problem import Problem


@dataclass(frozen=True)
class Fetched:
    """A version in a local folder; `new` if it was not there before."""

    folder: Path
    told: Manifest
    new: bool


def fetch(name: str, version: str, out: Path | None = None) -> Fetched:
    """Gets a version from a repository or an address into a folder, `<name>-<version>` here if none is named.

    Raises:
        Problem: there is no such version, the place cannot be reached, a file is not what the manifest says, or `out`
            holds something else. `out` is as it was then.
    """
    version, place = checked_version(version), place_of(name)
    target = (out or Path(f"{place.kept_as}-{version}")).resolve()
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        return _there(target, version, place)
    with writing(target, "nothing was kept"), folder_aside(target) as folder:
        _download(place, version, folder / "once") or _download(place, version, folder / "again", fresh=True)
        found = next(path for path in folder.iterdir())
        told = refuse_other(found, version, place)
        put_folder(found, target)
    return Fetched(target, told, new=True)


def _download(place: Place, version: str, folder: Path, *, fresh: bool = False) -> bool:
    """Whether what came is sound. The first try may take files from a cache, and one there may be broken."""
    place.download(version, folder, fresh=fresh)
    sound = (folder / MANIFEST).exists() and not verify(folder)
    if not sound and not fresh:
        shutil.rmtree(folder)
    return sound


def _there(target: Path, version: str, place: Place) -> Fetched:
    """The folder that is there, if it is that version, whole."""
    same = (target / MANIFEST).is_file() and (target / MANIFEST).read_bytes() == place.proof(version)
    if not same or verify(target):
        raise Problem(f"{target} is there, and is not {version} of {place.name}", "name a new folder with --out")
    return Fetched(target, read(target), new=False)


def refuse_other(folder: Path, version: str, place: Place) -> Manifest:
    """The manifest of what a place gave for a version.

    Raises:
        Problem: it is another version, or not what its manifest says.
    """
    try:
        told, wrong = read(folder), verify(folder)
    except Problem:
        raise Problem(
            f"{version} of {place.name} has no manifest that can be read", "tell its maintainers; nothing was kept"
        ) from None
    if told.version != version:
        raise Problem(f"{place.name} gives {told.version} for {version}", "tell its maintainers; nothing was kept")
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise Problem(
            f"{version} of {place.name} is not what its manifest says: {wrong[0]}{more}",
            "tell its maintainers; nothing was kept",
        )
    return told
