"""MANIFEST.json: what a release holds, and what proves it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow

from dataset.folder.content_hash import folder_hash
from dataset.folder.folder import configs_of
from dataset.folder.tool import Tool
from dataset.problem import Problem
from dataset.storage.atomic import sha256, write_bytes

MANIFEST: Final = "MANIFEST.json"
FULL: Final = "full"
WITHHELD: Final = "withheld"
WRITERS: Final = ("hedgerow", "datasets", "huggingface_hub", "jinja2", "mlcroissant", "numpy", "polars", "pyarrow")
"""The packages whose version can change the bytes of a release."""
Variant = Literal["full", "withheld"]
_OWN: Final = "sha256"
_BEFORE_HASHES: Final = {
    *("name", "version", "variant", "commit", "date"),
    *("guidelines_versions", "files", "content", "written_by"),
}


@dataclass(frozen=True)
class StoredFile:
    """A file of a release: its SHA-256 as hex and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a release says of itself.

    `files` are all files but the manifest, by their path with `/`. `content` has the content hash of each config
    (`dataset.folder.content_hash`) for both variants, whichever this one is. `commit` is the corpus's and `date` that
    commit's; `tool` is the code that wrote the release, null in a manifest that does not name it. `adjudicated_only`
    says that what came into the gold without an adjudicator was left out.
    """

    name: str
    version: str
    variant: Variant
    commit: str
    date: str
    guidelines_versions: list[str]
    files: dict[str, StoredFile]
    content: dict[str, dict[str, str]]
    written_by: dict[str, str] = field(default_factory=dict)
    tool: Tool | None = None
    adjudicated_only: bool = False


@dataclass(frozen=True)
class ManifestDifference:
    """Where a folder is not what its manifest says: `kind` is missing, altered, extra or content."""

    kind: str
    path: str

    def __str__(self) -> str:
        return f"{self.path} {_IN_WORDS[self.kind]}"


_IN_WORDS: Final = {
    "missing": "is missing",
    "altered": "was altered",
    "extra": "is not in the manifest",
    "content": "does not hold what the manifest says",
}


def writers() -> dict[str, str]:
    """The versions of Python and of the packages that shape a release's bytes."""
    return {"python": platform.python_version(), **{name: version(name) for name in WRITERS}}


def stored_files(folder: Path) -> dict[str, StoredFile]:
    """Every file of a folder but its manifest, sorted by path."""
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    named = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: _stored(path) for name, path in sorted(named.items()) if name != MANIFEST}


def _stored(path: Path) -> StoredFile:
    with path.open("rb") as file:
        return StoredFile(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def content(folder: Path) -> dict[str, dict[str, str]]:
    """The content hash of each config of a `full` folder, for both variants; `withheld` has no text, so no `tokens`."""
    return {
        FULL: {config: folder_hash(folder, config) for config in configs_of(folder)},
        WITHHELD: {config: folder_hash(folder, config, withheld=True) for config in kept_configs(folder)},
    }


def kept_configs(folder: Path) -> list[str]:
    """The configs that the `withheld` variant of a folder has."""
    return [config for config in configs_of(folder) if config != "tokens"]


def rows_digest(content: Mapping[str, Mapping[str, str]]) -> str:
    """SHA-256, as hex, of the content hashes: the same for both variants, and whatever files hold the rows."""
    return sha256(_canonical(content))


def tag_name(version: str) -> str:
    """The tag that a version has in every place that it is published to: `v1.0.0`."""
    return f"v{version}"


def recorded(releases: Path, version: str, variant: Variant) -> Path:
    """Where the record keeps the manifest of a version."""
    return releases / (f"{version}.json" if variant == FULL else f"{version}-{variant}.json")


def as_bytes(manifest: Manifest) -> bytes:
    """The manifest as it is written: JSON, sorted by key, with `sha256`, a hash of all the rest."""
    values = asdict(manifest)
    return _written(values | {_OWN: sha256(_canonical(values))})


def _canonical(values: Mapping[str, Any]) -> bytes:
    """JSON without blanks, keys sorted, UTF-8."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _written(values: Mapping[str, Any]) -> bytes:
    return (json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


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
        return from_bytes(path.read_bytes())
    except FileNotFoundError:
        raise Problem(f"{path} is not there", "name a folder that `hedgerow release` or `fetch` wrote") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}", "put that right, or get the release again") from None
    except ValueError as error:
        raise Problem(f"{path} cannot be read as a manifest: {error}", "get the release again") from None


def from_bytes(content: bytes) -> Manifest:
    """The manifest that these bytes are. Keys that only a later Hedgerow knows are read past.

    Raises:
        ValueError: they are no manifest, or not as they were written.
    """
    try:
        values = json.loads(content)
        _refuse_altered(values, content)
        return _from_json(values)
    except (TypeError, KeyError, AttributeError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__} {error}") from None


def _refuse_altered(values: dict[str, Any], content: bytes) -> None:
    """Refuses a manifest whose bytes are not those that were written.

    One without a hash of itself has the fields that such manifests had, and no other: a key that is new to it may be
    that hash's, with a letter changed.
    """
    if _OWN in values:
        if values[_OWN] != sha256(_canonical({name: value for name, value in values.items() if name != _OWN})):
            raise ValueError("it was altered: it does not have the SHA-256 that it gives itself")
    elif unknown := sorted(values.keys() - _BEFORE_HASHES):
        raise ValueError(f"it has no SHA-256 of itself, and an unknown field, {unknown[0]}")
    if _written(values) != content:
        raise ValueError("it was altered: it is not written as manifests are")


def _require_types(values: Any) -> None:
    """Refuses a manifest that holds a value of another type than those of `Manifest`."""
    if not isinstance(values, dict):
        raise TypeError("it is not an object")
    texts = [*(values[name] for name in ("name", "version", "commit", "date")), *values["guidelines_versions"]]
    texts += [text for hashes in values["content"].values() for text in (*hashes, *hashes.values())]
    texts += [*values.get("written_by", {}).values(), *(stored["sha256"] for stored in values["files"].values())]
    if not isinstance(values["guidelines_versions"], list) or not all(isinstance(text, str) for text in texts):
        raise TypeError("a value that is to be a text is not")
    if not isinstance(values.get("adjudicated_only", False), bool):
        raise TypeError("whether only adjudicated articles are in it is not said with true or false")
    if not all(type(stored["size"]) is int for stored in values["files"].values()):
        raise TypeError("the size of a file is not a whole number")


def _from_json(values: Mapping[str, Any]) -> Manifest:
    _require_types(values)
    if values["variant"] not in (FULL, WITHHELD):
        raise ValueError(f"variant {values['variant']!r}")
    files = {name: StoredFile(stored["sha256"], stored["size"]) for name, stored in values["files"].items()}
    hashes = {variant: dict(values["content"][variant]) for variant in (FULL, WITHHELD)}
    tool = Tool.from_json(values["tool"]) if values.get("tool") else None
    known = {entry.name: values[entry.name] for entry in fields(Manifest) if entry.name in values}
    return Manifest(**{**known, "files": files, "content": hashes, "tool": tool})


def verify(folder: Path, *, contents: bool = False) -> list[ManifestDifference]:
    """Where a folder is not what its manifest says; nothing, if it is. `contents` computes the content hashes, too.

    Raises:
        Problem: the folder has no manifest that can be read.
    """
    manifest, stored = read(folder), stored_files(folder)
    differences = [ManifestDifference("missing", name) for name in manifest.files if name not in stored]
    differences += [
        ManifestDifference("altered", name) for name, file in manifest.files.items() if stored.get(name, file) != file
    ]
    differences += [ManifestDifference("extra", name) for name in stored if name not in manifest.files]
    if contents and not differences:
        differences += wrong_contents(folder, manifest)
    return differences


def wrong_contents(folder: Path, manifest: Manifest) -> list[ManifestDifference]:
    """The configs whose rows do not give the content hash that the manifest has for its variant, or that have none.

    Every version has the config `articles`; which others it has, its own Hedgerow knew.

    The folder holds the files that the manifest names.
    """
    hashes = manifest.content[manifest.variant]
    held = {name.rpartition("/")[0] for name in manifest.files if name.endswith(".parquet")}
    return [
        ManifestDifference("content", config)
        for config in sorted({"articles"} | held | hashes.keys())
        if config not in held or config not in hashes or _rows_hash(folder, config) != hashes[config]
    ]


def _rows_hash(folder: Path, config: str) -> str | None:
    """The content hash of a config; None where its files are no Parquet."""
    try:
        return folder_hash(folder, config)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, NotImplementedError, pyarrow.ArrowException):
        return None


def require_whole(folder: Path, *, contents: bool = False) -> Manifest:
    """The manifest of a folder that is what its manifest says.

    Raises:
        Problem: it is not, with the first of the differences.
    """
    if wrong := verify(folder, contents=contents):
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise Problem(f"{folder} is not what its manifest says: {wrong[0]}{more}", "get or build that version again")
    return read(folder)
