"""Where the record's layers are: a folder, or any address that fsspec has a driver for."""

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


def location(root: Path, address: str, where: str) -> Location:
    """What a setting names: an address, or a path below `root`. `where` is the setting, for messages.

    Raises:
        Problem: the address holds a password, or cannot be reached from here.
    """
    refuse_password(where, address)
    if match := _HERE.match(address):
        return Path(address[match.end() :])
    if "://" not in address:
        return root / address
    if any(link.partition("://")[0] in PASSING for link in address.split("::")):
        raise Problem(f"{where}: what is kept at {address} is gone when the command ends", "name a place that lasts")
    _require_driver(address, where)
    return _reached(address, where)


def refuse_password(what: str, address: str | None) -> None:
    """Refuses an address with a password in it: it would be in what commands print, and on their command line.

    Raises:
        Problem: it has one, or, with http and https, a user's name, which may be a token.
    """
    if address and _PASSWORD.search(address):
        raise Problem(
            f"{what} has a user's name or password in it", "take it out; keys are passed by environment or file"
        )


def _require_driver(address: str, where: str) -> None:
    protocol = address.partition("://")[0]
    try:
        fsspec.get_filesystem_class(protocol)
    except ImportError:
        known = known_implementations[protocol]
        package, _, built_in = known["class"].partition(".")
        step = known["err"] if built_in.startswith("implementations") else f"pip install {package}"
        raise Problem(f"{where}: there is no driver for {protocol}:// here", step) from None
    except ValueError:
        raise Problem(f"{where}: {protocol}:// is not a known protocol", "see fsspec's list of file systems") from None


def _reached(address: str, where: str) -> UPath:
    """The address, once it has answered. Each driver has errors of its own."""
    try:
        path = UPath(address)
        path.exists()
    except Exception as error:
        what = str(error).splitlines()[:1] or [type(error).__name__]
        raise Problem(
            f"{where}: {address} cannot be reached: {what[0]}", "check the address and its driver's credentials"
        ) from error
    return path
