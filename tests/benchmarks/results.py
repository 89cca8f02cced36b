"""The page of results: tables in Markdown, with the machine and the versions that they were measured on."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psutil

RESULTS: Final = Path(__file__).parent / "RESULTS.md"
LIBRARIES: Final = (
    "label-studio",
    "label-studio-sdk",
    "datasets",
    "polars",
    "pyarrow",
    "pandera",
    "pandas",
    "ray",
    "nervaluate",
)
_HEAD: Final = """# What it costs

Written by `make bench` and `make soak`. Machines are shared and noisy: compare within a table, which is of one run.
"""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; all columns but the first are numbers or short."""
    lines = [list(head), ["---", *("---:" for _ in head[1:])], *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Cores, memory, load and versions, in a sentence."""
    cores, memory = os.cpu_count(), psutil.virtual_memory().total / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES if _installed(name))
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores, {memory:.0f} GB, load {load:.1f} at the start, "
        f"{platform.system()}, Python {platform.python_version()}, {versions}."
    )


def _installed(name: str) -> bool:
    try:
        version(name)
    except ImportError:
        return False
    return True


def put(title: str, body: str, page: Path = RESULTS) -> None:
    """Puts a section in the place of the one with its title, or at the end."""
    text = page.read_text(encoding="utf-8") if page.exists() else _HEAD
    section = f"## {title}\n\n{body.strip()}\n"
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    new, count = pattern.subn(lambda _: section + "\n", text)
    page.write_text((new if count else f"{text.rstrip()}\n\n{section}").rstrip() + "\n", encoding="utf-8")
