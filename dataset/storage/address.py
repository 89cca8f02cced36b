"""Where the record's layers lie: a folder, or any address that fsspec has a driver for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import fsspec
from fsspec.registry import known_implementations
from upath import UPath

from dataset.problem import Problem

Location = Path | UPath
"""A path on this machine, or one at an address. Both are asked and opened alike."""
_PASSWORD: Final = re.compile(r"https?://[^/?#]*@|://[^/?#@]*:[^/?#]*@|https?://[^?#]*\?", re.IGNORECASE)
PASSING: Final = frozenset({"memory"})
"""Protocols whose files end with the process."""
_HERE: Final = re.compile(r"(file|local)://")


def location(root: Path, told: str, where: str) -> Location:
    """What a setting names: an address, or a path below `root`. `where` is the setting, for messages.

    Raises:
        Problem: the address holds a password, or cannot be reached from here.
    """
    refuse_password(where, told)
    if here := _HERE.match(told):
        return Path(told[here.end() :])
    if "://" not in told:
        return root / told
    if any(link.partition("://")[0] in PASSING for link in told.split("::")):
        raise Problem(f"{where}: what is kept at {told} is gone when the command ends", "name a place that lasts")
    _require_driver(told, where)
    return _reached(told, where)


def refuse_password(what: str, address: str | None) -> None:
    """Refuses an address with a password in it: it would be in what commands say, and on their command line.

    Raises:
        Problem: it has one, or, with http and https, a user's name, which may be a token.
    """
    if address and _PASSWORD.search(address):
        raise Problem(f"{what} has a user's name or password in it", "take it out; keys go by environment or file")


def _require_driver(told: str, where: str) -> None:
    protocol = told.partition("://")[0]
    try:
        fsspec.get_filesystem_class(protocol)
    except ImportError:
        known = known_implementations[protocol]
        package, _, built_in = known["class"].partition(".")
        step = known["err"] if built_in.startswith("implementations") else f"pip install {package}"
        raise Problem(f"{where}: there is no driver for {protocol}:// here", step) from None
    except ValueError:
        raise Problem(f"{where}: nothing is known of {protocol}://", "see fsspec's list of file systems") from None


def _reached(told: str, where: str) -> UPath:
    """The address, once it has answered. Each driver has errors of its own."""
    try:
        found = UPath(told)
        found.exists()
    except Exception as error:
        what = str(error).splitlines()[:1] or [type(error).__name__]
        raise Problem(
            f"{where}: {told} cannot be reached: {what[0]}", "check the address and its driver's credentials"
        ) from error
    return found
