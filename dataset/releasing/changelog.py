"""CHANGELOG.md: what is not released yet, and an entry for each version."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from dataset.problem import Problem

CHANGELOG: Final = "CHANGELOG.md"
UNRELEASED: Final = "## Unreleased"
_HEADING: Final = re.compile(r"^## (?P<version>\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$", re.MULTILINE)


def entry(changelog: str, version: str) -> str | None:
    """What the changelog says of a version; None where it has no entry `## VERSION - YYYY-MM-DD`."""
    for match in _HEADING.finditer(changelog):
        if match["version"] == version:
            return changelog[match.end() :].split("\n## ", 1)[0].strip()
    return None


def with_entry(changelog: str, version: str, date: str, released: Collection[str]) -> str:
    """The changelog with what was not released as the entry of a version; as it is, if it has that entry.

    A newest entry of another version that was not `released` either was prepared and not cut: it goes into this one.

    Raises:
        Problem: nothing is under Unreleased.
    """
    if entry(changelog, version) is not None:
        return changelog
    newest = _HEADING.search(changelog)
    if newest and newest["version"] not in released:
        changelog = changelog[: newest.start()].rstrip("\n") + changelog[newest.end() :]
    before, mark, after = changelog.partition(f"{UNRELEASED}\n")
    if not mark or not after.split("\n## ", 1)[0].strip():
        raise Problem(
            f"{CHANGELOG} says nothing under “{UNRELEASED}”", "write what changed there; `hedgerow diff` shows it"
        )
    return f"{before}{mark}\n## {version} - {date}\n{after}"
