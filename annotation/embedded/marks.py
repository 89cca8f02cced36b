"""Marks what was written by this account on this machine, so that it can be distinguished from what came with a corpus.

The key is outside every corpus, in the account's own folder of state, and never leaves the machine.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import filelock
import platformdirs

from dataset.problem import Problem
from dataset.storage.atomic import aside

_MARK: Final = "mark"
_KEY_BYTES: Final = 32


def marked(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with its mark.

    Raises:
        Problem: the key is missing and cannot be made.
    """
    return {**content, _MARK: _mark(content, _key() or _new_key())}


def is_marked(content: Mapping[str, Any]) -> bool:
    """Whether the content was marked with this account's key and is unchanged since.

    Raises:
        Problem: the key cannot be read, or others could have read or changed it.
    """
    mark, key = content.get(_MARK), _key()
    return (
        key is not None and isinstance(mark, str) and hmac.compare_digest(mark.encode(), _mark(content, key).encode())
    )


def read_own(path: Path) -> str:
    """The text of a file that belongs to this account, that no other account can change, and that is not a link.

    Raises:
        FileNotFoundError, NotADirectoryError: there is none.
        UnicodeDecodeError: it is not UTF-8.
        Problem: it is not such a file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        again = (
            "a link in its place is not followed; remove it" if path.is_symlink() else "make it readable to yourself"
        )
        raise Problem(f"{path} cannot be read: {error.strerror}", again) from None
    with os.fdopen(handle, encoding="utf-8") as file:
        known = os.fstat(handle)
        if not stat.S_ISREG(known.st_mode):
            raise Problem(f"{path} is not a file", "move it aside")
        if known.st_uid != os.geteuid():
            raise Problem(f"{path} belongs to another account", "run this as that account, or take the file over")
        if known.st_mode & 0o022:
            raise Problem(f"other accounts can change {path}", f"look at what it says, then run `chmod 600 {path}`")
        return file.read()


def _mark(content: Mapping[str, Any], key: bytes) -> str:
    unmarked = {name: value for name, value in content.items() if name != _MARK}
    return hmac.new(key, json.dumps(unmarked, sort_keys=True).encode(), hashlib.sha256).hexdigest()


def _key_path() -> Path:
    return platformdirs.user_state_path("hedgerow", appauthor=False) / "key"


def _key() -> bytes | None:
    """The key, or None where none has been made yet."""
    path = _key_path()
    try:
        key = bytes.fromhex(read_own(path))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise Problem(f"{path} is damaged", "move it aside; then run `hedgerow up --adopt` in each corpus of yours")
    return key


def _new_key() -> bytes:
    """A key that is whole as soon as it is there; of several that are made at once, the first."""
    path = _key_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with filelock.FileLock(path.with_suffix(".lock")):
            if (made := _key()) is not None:
                return made
            key = secrets.token_bytes(_KEY_BYTES)
            with aside(path, private=True) as new:
                new.write_text(key.hex(), encoding="ascii")
            return key
    except OSError as error:
        raise Problem(
            f"{path.parent}, where the key to the servers on this machine is kept, cannot be written: {error.strerror}",
            "make it writable, or set XDG_STATE_HOME to a folder that is yours and in no corpus",
        ) from None
