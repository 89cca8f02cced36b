"""A release out into the world: checked, put in its place in one step, read back and checked again."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dataset.folder import content_hash
from dataset.folder.folder import CROISSANT, files_of, read_rows
from dataset.folder.manifest import FULL, MANIFEST, Manifest, kept_configs, require_whole
from dataset.problem import Problem
from dataset.publishing.fetch import refuse_other
from dataset.publishing.places import place_of
from dataset.publishing.protocol import Place, PublishPlan, Release, checked_version, release_in, there_already
from dataset.scheme.licences import allows_redistribution


@dataclass(frozen=True)
class PublishResult:
    """What was published, or would be: the release, where, how, and the commit that holds it, where there is one.

    `closed` are the licences, None among them where none is known, for which the texts were left out.
    """

    release: Release
    place: Place
    private: bool
    plan: PublishPlan
    commit: str | None = None
    closed: tuple[str | None, ...] = ()

    @property
    def leads_to(self) -> str | None:
        """The page that the release's Croissant names, if that is not this place: its files are looked for there."""
        page = _page_in(self.release.folder / CROISSANT)
        return None if page is None or page.endswith(f"/datasets/{self.place.name}") else page


def _page_in(croissant: Path) -> str | None:
    """The address of the repository that a Croissant names; None where it names its files by where they lie."""
    try:
        url = json.loads(croissant.read_bytes())["url"]
    except (OSError, ValueError, KeyError, TypeError):  # a release of somebody else's may have any such file, or none
        return None
    return url if isinstance(url, str) and "://" in url else None


def publish(
    folder: Path, name: str, *, public: bool = False, include_text: bool = False, dry_run: bool = False
) -> PublishResult:
    """Publishes a release folder to a repository or an address; `dry_run` only looks.

    The texts stay out, unless every article's licence lets them be passed on, or the place is private and
    `include_text` says so: then the folder's `withheld` variant beside it is taken. What an earlier try left is
    finished.

    Raises:
        Problem: the folder is not what its manifest says, the version is there already with other content, somebody
            else published meanwhile, the texts may not go there, or the place cannot be reached.
    """
    manifest = require_whole(folder, contents=True)
    checked_version(manifest.version)
    place = place_of(name)
    private = place.is_private(public)
    release = _allowed(folder, manifest, private, include_text)
    plan = place.plan(release)
    closed = _closed_licences(folder) if release.folder != folder.resolve() and holds_text(folder) else ()
    if dry_run:
        return PublishResult(release, place, private, plan, closed=closed)
    commit = place.put(release, plan, private)
    _read_back(release, place)
    return PublishResult(release, place, private, plan, commit, closed)


def _allowed(folder: Path, manifest: Manifest, private: bool, include_text: bool) -> Release:
    """The release that may go there: the folder's, or the one beside it without texts.

    Raises:
        Problem: the texts may not go there, and no folder without them is beside it.
    """
    if not holds_text(folder) or not _closed_licences(folder):
        return release_in(folder, manifest)
    if include_text and not private:
        raise Problem("texts that may not be passed on would be public", "leave --include-text or --public out")
    return release_in(folder, manifest) if include_text else _withheld(folder, manifest)


def holds_text(folder: Path) -> bool:
    """Whether a release folder holds any article's words, whatever its manifest calls it."""
    return bool(files_of(folder, "tokens")) or any(
        content_hash.holds_text(folder, name) for name in kept_configs(folder)
    )


def _closed_licences(folder: Path) -> tuple[str | None, ...]:
    """The licences of articles that do not let everybody pass the text on, None where one is not known."""
    licences = read_rows(folder, "articles", "licence")["licence"].unique().sort()
    return tuple(licence for licence in licences if not allows_redistribution(licence))


def _withheld(folder: Path, manifest: Manifest) -> Release:
    folder = folder.resolve()
    beside = folder.with_name(f"{folder.name}-withheld")
    if manifest.variant != FULL or not beside.exists():
        raise Problem(
            f"{folder} holds texts whose licence does not let them be passed on",
            "publish its withheld variant, or to a private place with --include-text",
        )
    withheld = require_whole(beside, contents=True)
    same = (withheld.name, withheld.version, withheld.commit, withheld.content) == (
        manifest.name,
        manifest.version,
        manifest.commit,
        manifest.content,
    )
    if not same or holds_text(beside):
        raise Problem(f"{beside} is not {folder.name} without its texts", "release that version again")
    return release_in(beside, withheld)


def _read_back(release: Release, place: Place) -> None:
    """Gets the version as anybody would.

    Raises:
        Problem: it is not what was published.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "read"
        place.download(release.manifest.version, folder, fresh=True)
        refuse_other(folder, release.manifest.version, place)
        if (folder / MANIFEST).read_bytes() != release.proof:
            raise there_already(place.name, release.manifest.version)
