"""A built folder, as those who use it read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets


def load(folder: Path, config: str | None = None, *, split: str = "train", streaming: bool = False) -> Any:
    cache = str(folder.parent / "cache")
    return datasets.load_dataset(str(folder), config, split=split, streaming=streaming, cache_dir=cache)


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path in it."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
