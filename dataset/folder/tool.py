"""Which code wrote a release: its version, a hash of its files, and its commit, where it lies in a git checkout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from dataset.problem import Problem
from dataset.storage.atomic import sha256
from dataset.storage.repository import differing, last_commit, tree

_CODE: Final = Path(__file__).parents[1]
"""All that shapes a release's bytes, but the packages that the manifest names in `written_by`."""
_PATTERNS: Final = ("*.py", "*.j2")


@dataclass(frozen=True)
class Tool:
    """The code that wrote a release.

    `sha256` is of its files' paths and SHA-256, `commit` the last that changed one of them, null outside a checkout;
    `changed`: its files are not those of that commit.
    """

    version: str
    sha256: str
    commit: str | None = None
    changed: bool = False

    def __str__(self) -> str:
        """The code in words, by which two that differ are told apart."""
        if self.commit is None or self.changed:
            on = f"on commit {self.commit[:12]} " if self.commit else ""
            return f"Hedgerow {self.version} {on}with files of its own ({self.sha256[:12]})"
        return f"Hedgerow {self.version} of commit {self.commit[:12]}"

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Tool:
        """The tool that a manifest names. Raises `KeyError` where something is missing."""
        commit = values["commit"]
        return cls(str(values["version"]), str(values["sha256"]), commit and str(commit), bool(values["changed"]))


@cache
def tool() -> Tool:
    """The code that runs here."""
    return tool_in(_CODE)


def tool_in(folder: Path) -> Tool:
    """The code in a folder."""
    files = sorted(path for pattern in _PATTERNS for path in folder.rglob(pattern))
    lines = [f"{path.relative_to(folder).as_posix()} {sha256(path.read_bytes())}\n" for path in files]
    whole = sha256("".join(lines).encode())
    try:
        commit = last_commit(folder, *_PATTERNS)
        committed = {name: entry for name, entry in tree(folder, "HEAD").items() if name.endswith((".py", ".j2"))}
    except Problem:
        return Tool(version("hedgerow"), whole)
    if not committed:  # installed somewhere below a repository that is not the tool's
        return Tool(version("hedgerow"), whole)
    here = {path.relative_to(folder).as_posix() for path in files}
    changed = here != committed.keys() or bool(differing(folder, committed))
    return Tool(version("hedgerow"), whole, commit, changed)
