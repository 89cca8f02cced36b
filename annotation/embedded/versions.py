"""Which versions of Label Studio the code is made for, and which are here."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from itertools import takewhile
from typing import Final

LABEL_STUDIO: Final = "1.23"
SDK: Final = "2.1"
TABLES: Final = 1
"""How the tables are laid out that Hedgerow adds to Label Studio's; each migration of ours counts up."""


def installed(package: str) -> str | None:
    """The version of a package here, None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def is_of(release: str, line: str) -> bool:
    """Whether a version belongs to a line of releases, as 1.23.2 to 1.23."""
    return release == line or release.startswith(f"{line}.")


def numbers(release: str) -> tuple[int, ...]:
    """A version's leading numbers, to be compared."""
    return tuple(int(part) for part in takewhile(str.isdecimal, release.split(".")))
