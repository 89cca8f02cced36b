"""Two built folders and what can be compared of them."""

from __future__ import annotations

import filecmp
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import polars as pl

from dataset import schema
from dataset.folder.folder import DatasetFolder


@dataclass(frozen=True)
class Versions:
    """An older and a newer folder."""

    old: DatasetFolder
    new: DatasetFolder
    _shared: dict[str, dict[str, pl.DataType]] = field(default_factory=dict)

    @property
    def both(self) -> tuple[DatasetFolder, DatasetFolder]:
        """The older, then the newer."""
        return self.old, self.new

    @property
    def mixed(self) -> bool:
        """Whether one of them withholds the texts and the other does not."""
        return self.old.withheld != self.new.withheld

    @property
    def identical(self) -> bool:
        """Whether the folders have the same files, byte for byte."""
        old, new = ({path.relative_to(f.path): path for path in f.path.rglob("*") if path.is_file()} for f in self.both)
        return old.keys() == new.keys() and all(filecmp.cmp(old[name], new[name], shallow=False) for name in old)

    def compared(self, config: str) -> bool:
        """Whether the folders, as they are, can both be expected to have the config."""
        return config != "tokens" or not self.mixed

    def common(self) -> list[str]:
        """The configs that both have."""
        return [config for config in self.old.files if config in self.new.files and self.compared(config)]

    def same_files(self, config: str) -> bool:
        """Whether each split of the config is the same files, byte for byte."""
        old, new = (_named(folder.files[config]) for folder in self.both)
        return old.keys() == new.keys() and all(filecmp.cmp(old[name], new[name], shallow=False) for name in old)

    def shared(self, config: str) -> dict[str, pl.DataType]:
        """The columns of a config that both have, with what both have of them, in the older one's types.

        Left out is what has another type, or classes that are numbered otherwise; and where one folder withholds the
        texts, every column of words.
        """
        if config not in self._shared:
            old, new = (folder.types(config) for folder in self.both)
            words = set(_word_columns(schema.CONFIGS[config])) if self.mixed and config in schema.CONFIGS else set()
            kept = self._alike(config) - words
            narrowed = {name: _narrowed(old[name], new[name], name, kept) for name in old if name in new}
            self._shared[config] = {name: dtype for name, dtype in narrowed.items() if dtype is not None}
        return self._shared[config]

    def _alike(self, config: str) -> set[str]:
        old, new = (folder.columns(config) for folder in self.both)
        renumbered = {path for path, _, _ in self.renumbered(config)}
        return {path for path, name in old.items() if new.get(path) == name} - renumbered

    def renumbered(self, config: str) -> Iterator[tuple[str, list[str], list[str]]]:
        """Columns whose classes in the newer folder do not begin with the older's, with both lists."""
        for path, old, new in self.classes(config):
            if new[: len(old)] != old:
                yield path, old, new

    def classes(self, config: str) -> Iterator[tuple[str, list[str], list[str]]]:
        """Columns with other classes in the newer folder than in the older, with both lists.

        The card's count, and where those are alike, the Parquet files' own.
        """
        class_lists: list[tuple[dict[str, list[str]], dict[str, list[str]]]] = [
            (self.old.classes(config), self.new.classes(config)),
            (self.old.own_classes(config), self.new.own_classes(config)),
        ]
        reported: set[str] = set()
        for old, new in class_lists:
            for path in old:
                if path in new and new[path] != old[path] and path not in reported:
                    reported.add(path)
                    yield path, old[path], new[path]


def _named(splits: dict[str, list[Path]]) -> dict[tuple[str, str], Path]:
    return {(split, path.name): path for split, paths in splits.items() for path in paths}


def _word_columns(table: type[schema.Table], within: str = "") -> Iterator[str]:
    for name, column in schema.columns(table).items():
        known = column.metadata or {}
        if known.get("text"):
            yield from (within + name, f"{within}{name}[]")
        if rows := known.get("rows"):
            yield from _word_columns(rows, f"{within}{name}[].")


def _narrowed(old: pl.DataType, new: pl.DataType, path: str, kept: set[str]) -> pl.DataType | None:
    """What of the older type both have and is kept; None for nothing."""
    if isinstance(old, pl.List) and isinstance(new, pl.List):
        inner = _narrowed(cast(pl.DataType, old.inner), cast(pl.DataType, new.inner), f"{path}[]", kept)
        return None if inner is None else pl.List(inner)
    if isinstance(old, pl.Struct) and isinstance(new, pl.Struct):
        return _narrowed_fields(old, new, path, kept)
    return old if path in kept and not (old.is_nested() or new.is_nested()) else None


def _narrowed_fields(old: pl.Struct, new: pl.Struct, path: str, kept: set[str]) -> pl.DataType | None:
    new_types = {inner.name: cast(pl.DataType, inner.dtype) for inner in new.fields}
    fields = {
        inner.name: _narrowed(cast(pl.DataType, inner.dtype), new_types[inner.name], f"{path}.{inner.name}", kept)
        for inner in old.fields
        if inner.name in new_types
    }
    narrowed = {name: dtype for name, dtype in fields.items() if dtype is not None}
    return pl.Struct(narrowed) if narrowed else None
