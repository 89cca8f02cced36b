"""What a fetched version has to be, as somewhere other than the place that it comes from says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dataset.folder.manifest import FULL, WITHHELD, Manifest, read_file, recorded, rows_digest
from dataset.problem import Problem
from dataset.storage.atomic import sha256

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_NOTHING_KEPT: Final = "nothing was kept; ask its maintainers which of the two is right"


@dataclass(frozen=True)
class Pin:
    """What pins a version: a digest, the folder with a corpus's releases, both, or nothing.

    The digest is the SHA-256, as hex, of MANIFEST.json, which pins every byte, or the digest of the rows, which the
    card shows and which pins the rows alone.
    """

    digest: str | None = None
    releases: Path | None = None

    def pinned_by(self, place: str, content: bytes, manifest: Manifest) -> str | None:
        """What the manifest that a place gave was found to agree with, in words; None if nothing says what it must be.

        Raises:
            Problem: it does not agree.
        """
        by_digest = self._by_digest(place, content, manifest) if self.digest else None
        by_record = _by_record(self.releases, place, content, manifest) if self.releases else None
        return " and ".join(filter(None, (by_digest, by_record))) or None

    def _by_digest(self, place: str, content: bytes, manifest: Manifest) -> str:
        if sha256(content) == self.digest:
            return "by its digest"
        if rows_digest(manifest.content) == self.digest:
            return "by the digest of its rows"
        raise Problem(f"{place} gives a {manifest.version} that does not have the digest named", _NOTHING_KEPT)


def checked_digest(digest: str) -> str:
    """The digest, in small letters.

    Raises:
        Problem: it is not a digest.
    """
    if _DIGEST.fullmatch(small := digest.strip().lower()):
        return small
    raise Problem(f"“{digest}” is not a digest", "name the 64 hexadecimal digits that `hedgerow publish` printed")


def has_record(releases: Path, version: str) -> bool:
    """Whether a corpus's releases say what a version is."""
    return any(recorded(releases, version, variant).exists() for variant in (FULL, WITHHELD))


def _by_record(releases: Path, place: str, content: bytes, manifest: Manifest) -> str | None:
    """The record has the very manifest, or that of the other variant, whose rows have the same content hashes."""
    own = recorded(releases, manifest.version, manifest.variant)
    if own.exists():
        return _agreeing(own, place, own.read_bytes() == content, manifest)
    for variant in (FULL, WITHHELD):
        if (path := recorded(releases, manifest.version, variant)).exists():
            known = read_file(path)
            same = all(
                getattr(known, name) == getattr(manifest, name) for name in ("name", "commit", "date", "content")
            )
            return f"{_agreeing(path, place, same, manifest)}, the rows alone"
    return None


def _agreeing(path: Path, place: str, same: bool, manifest: Manifest) -> str:
    if not same:
        raise Problem(
            f"{place} gives a {manifest.version} of {manifest.name} that is not the one in {path}",
            f"{_NOTHING_KEPT}; another dataset is fetched outside this corpus, or with --digest",
        )
    return f"by {path}"
