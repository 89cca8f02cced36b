"""MANIFEST.json: what a release holds, and what proves it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow

from dataset import schema
from dataset.content import folder_hash, shards
from dataset.files import write_bytes
from dataset.problem import Problem

MANIFEST: Final = "MANIFEST.json"
FULL: Final = "full"
WITHHELD: Final = "withheld"
WRITERS: Final = ("hedgerow", "datasets", "huggingface_hub", "jinja2", "mlcroissant", "numpy", "polars", "pyarrow")
"""The packages whose version can change the bytes of a release."""
Variant = Literal["full", "withheld"]


@dataclass(frozen=True)
class Stored:
    """A file of a release: its SHA-256 as hex and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a release says of itself.

    `files` are all files but the manifest, by their path with `/`. `content` has the content hash of each config
    (`dataset.content`) for both variants, whichever this one is. `date` is the commit's.
    """

    name: str
    version: str
    variant: Variant
    commit: str
    date: str
    guidelines_versions: list[str]
    files: dict[str, Stored]
    content: dict[str, dict[str, str]]
    written_by: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """Where a folder is not what its manifest says: `kind` is missing, altered, extra or content."""

    kind: str
    path: str

    def __str__(self) -> str:
        return f"{self.path} {_SAID[self.kind]}"


_SAID: Final = {
    "missing": "is missing",
    "altered": "was altered",
    "extra": "is not in the manifest",
    "content": "does not hold what the manifest says",
}


def writers() -> dict[str, str]:
    """The versions of Python and of the packages that shape a release's bytes."""
    return {"python": platform.python_version(), **{name: version(name) for name in WRITERS}}


def stored_files(folder: Path) -> dict[str, Stored]:
    """Every file of a folder but its manifest, sorted by path."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    named = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: _stored(path) for name, path in sorted(named.items()) if name != MANIFEST}


def _stored(path: Path) -> Stored:
    with path.open("rb") as file:
        return Stored(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def content(folder: Path) -> dict[str, dict[str, str]]:
    """The content hash of each config of a `full` folder, for both variants; `withheld` has no text, so no `tokens`."""
    return {
        FULL: {config: folder_hash(folder, config) for config in schema.CONFIGS},
        WITHHELD: {config: folder_hash(folder, config, withheld=True) for config in kept_configs()},
    }


def kept_configs() -> list[str]:
    """The configs of the `withheld` variant."""
    return [config for config in schema.CONFIGS if config != "tokens"]


def as_bytes(manifest: Manifest) -> bytes:
    """The manifest as it is written: JSON, sorted by key."""
    return (json.dumps(asdict(manifest), indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def write(folder: Path, manifest: Manifest) -> None:
    """Writes the manifest into the folder, as the last of its files."""
    write_bytes(folder / MANIFEST, as_bytes(manifest))


def read(folder: Path) -> Manifest:
    """The manifest of a folder.

    Raises:
        Problem: it has none, or one that cannot be read.
    """
    return read_file(folder / MANIFEST)


def read_file(path: Path) -> Manifest:
    """The manifest in a file.

    Raises:
        Problem: it is not there, or cannot be read as a manifest.
    """
    try:
        return _from_json(json.loads(path.read_bytes()))
    except FileNotFoundError:
        raise Problem(f"{path} is not there", "name a folder that `hedgerow release` or `fetch` wrote") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}", "mend that, or get the release again") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise Problem(f"{path} cannot be read as a manifest: {error}", "get the release again") from None


def _require_types(told: Any) -> None:
    """Refuses a manifest that holds a value of another type than those of `Manifest`."""
    if not isinstance(told, dict):
        raise TypeError("it is not an object")
    texts = [*(told[name] for name in ("name", "version", "commit", "date")), *told["guidelines_versions"]]
    texts += [text for hashes in told["content"].values() for text in (*hashes, *hashes.values())]
    texts += [*told.get("written_by", {}).values(), *(stored["sha256"] for stored in told["files"].values())]
    if not isinstance(told["guidelines_versions"], list) or not all(isinstance(text, str) for text in texts):
        raise TypeError("a value that is to be a text is not")
    if not all(type(stored["size"]) is int for stored in told["files"].values()):
        raise TypeError("the size of a file is not a whole number")


def _from_json(told: Mapping[str, Any]) -> Manifest:
    _require_types(told)
    if told["variant"] not in (FULL, WITHHELD):
        raise ValueError(f"variant {told['variant']!r}")
    files = {name: Stored(one["sha256"], one["size"]) for name, one in told["files"].items()}
    hashes = {variant: dict(told["content"][variant]) for variant in (FULL, WITHHELD)}
    return Manifest(**{**told, "files": files, "content": hashes})


def verify(folder: Path, *, contents: bool = False) -> list[Difference]:
    """Where a folder is not what its manifest says; nothing, if it is. `contents` computes the content hashes, too.

    Raises:
        Problem: the folder has no manifest that can be read.
    """
    told, found = read(folder), stored_files(folder)
    differences = [Difference("missing", name) for name in told.files if name not in found]
    differences += [Difference("altered", name) for name, one in told.files.items() if found.get(name, one) != one]
    differences += [Difference("extra", name) for name in found if name not in told.files]
    if contents and not differences:
        differences += wrong_contents(folder, told)
    return differences


def wrong_contents(folder: Path, told: Manifest) -> list[Difference]:
    """The configs whose rows do not give the content hash that the manifest has for its variant."""
    hashes = dict.fromkeys(kept_configs(), "") | told.content[told.variant]
    return [Difference("content", config) for config, hash_ in hashes.items() if not _holds(folder, config, hash_)]


def _holds(folder: Path, config: str, hash_: str) -> bool:
    """Whether a folder has Parquet files of a config, and their rows that content hash."""
    if config not in schema.CONFIGS or not any(shards(folder, config).values()):
        return False
    try:
        return folder_hash(folder, config) == hash_
    except pyarrow.ArrowException:
        return False


def require_whole(folder: Path, *, contents: bool = False) -> Manifest:
    """The manifest of a folder that is what its manifest says.

    Raises:
        Problem: it is not, with the first of the differences.
    """
    if wrong := verify(folder, contents=contents):
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise Problem(f"{folder} is not what its manifest says: {wrong[0]}{more}", "get or build that version again")
    return read(folder)
