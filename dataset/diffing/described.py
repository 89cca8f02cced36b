"""What changed in what a built folder says about itself: configs, columns, classes, splits, card, datasheet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from dataset.diffing.changes import Bump, Change
from dataset.diffing.versions import Versions
from dataset.folder.folder import CARD, DATASHEET, DatasetFolder

LICENCE: Final = ("license", "license_name", "license_link")
_FROM_DATA: Final = ("configs", "dataset_info")
_NO_LICENCE: Final = (None, "unknown")


def described_changes(versions: Versions) -> Iterator[Change]:
    """Changes of configs, columns, class lists, splits, licence, card and datasheet."""
    yield from _configs(versions)
    for config in versions.common():
        yield from _columns(versions, config)
        yield from _classes(versions, config)
    yield from _appeared("splits", versions.old.splits, versions.new.splits)
    yield from _facts(versions)
    yield from _prose(versions)


def _appeared(table: str, old: list[str], new: list[str], **of: Any) -> Iterator[Change]:
    """Names that one has and the other has not: what is gone is MAJOR, what is new is MINOR."""
    yield from (Change(Bump.MAJOR, "removed", table, old=name, **of) for name in old if name not in new)
    yield from (Change(Bump.MINOR, "added", table, new=name, **of) for name in new if name not in old)


def _configs(versions: Versions) -> Iterator[Change]:
    old, new = ([name for name in folder.files if versions.compared(name)] for folder in versions.both)
    yield from _appeared("configs", old, new)
    before, after = (_default(folder) for folder in versions.both)
    if before != after:
        yield Change(Bump.MAJOR, "changed", "configs", column="default", old=before, new=after)


def _default(folder: DatasetFolder) -> str | None:
    """The config that `load_dataset` takes when none is named."""
    configs = folder.facts.get("configs")
    names = [
        config.get("config_name") for config in configs or [] if isinstance(config, dict) and config.get("default")
    ]
    return str(names[0]) if names else None


def _columns(versions: Versions, config: str) -> Iterator[Change]:
    old, new = (folder.columns(config) for folder in versions.both)
    for path, name in old.items():
        if path not in new:
            yield Change(Bump.MAJOR, "removed", "schema", config, _shown(path), old=name)
        elif new[path] != name:
            yield Change(Bump.MAJOR, "changed", "schema", config, _shown(path), old=name, new=new[path])
    for path, name in new.items():
        if path not in old:
            yield Change(Bump.MINOR, "added", "schema", config, _shown(path), new=name)


def _classes(versions: Versions, config: str) -> Iterator[Change]:
    renumbered = {path for path, _, _ in versions.renumbered(config)}
    for path, old, new in versions.classes(config):
        needed = Bump.MAJOR if path in renumbered else Bump.MINOR
        yield Change(needed, "changed", "schema", config, _shown(path), old=old, new=new)


def _shown(path: str) -> str:
    return path.removesuffix("[]")


def _facts(versions: Versions) -> Iterator[Change]:
    """The card's YAML. No program can decide which of two licences allows more, so another licence is MAJOR."""
    old, new = (folder.facts for folder in versions.both)
    for key in dict.fromkeys(chain(old, new)):
        before, after = old.get(key), new.get(key)
        if key in _FROM_DATA or before == after:
            continue
        yield Change(_needed(key, old), "changed", "card", column=key, old=before, new=after)


def _needed(key: str, old: dict[str, Any]) -> Bump:
    if key not in LICENCE:
        return Bump.PATCH
    return Bump.MINOR if old.get("license") in _NO_LICENCE else Bump.MAJOR


def _prose(versions: Versions) -> Iterator[Change]:
    old, new = (_texts(folder) for folder in versions.both)
    for name in dict.fromkeys(chain(old, new)):
        before, after = old.get(name), new.get(name)
        if before != after:
            kind = "added" if before is None else "removed" if after is None else "changed"
            yield Change(Bump.PATCH, kind, "files", column=name, old=before, new=after)


def _texts(folder: DatasetFolder) -> dict[str, str]:
    path = folder.path / DATASHEET
    sheet = {DATASHEET: path.read_text(encoding="utf-8", errors="replace")} if path.is_file() else {}
    return {CARD: folder.prose} | sheet
