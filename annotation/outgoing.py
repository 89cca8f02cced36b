"""Keeps whatever answers a request on the embedded server from calling anybody. Loaded by Label Studio.

Storages, ML back ends, webhooks, imports by address and the metadata of a cloud are all reached through Python's
sockets. PostgreSQL is not: libpq has its own.
"""

from __future__ import annotations

import errno
import sys
import threading
from typing import Any, Final

CALLS: Final = frozenset(
    {
        "socket.connect",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
    }
)


def refuse_calls() -> None:
    """From now on a call from any thread but the main one, which answers nobody, fails as it does behind a firewall."""
    main = threading.main_thread().ident

    def refuse(event: str, _: tuple[Any, ...]) -> None:
        if event in CALLS and threading.get_ident() != main:
            raise PermissionError(errno.EACCES, "this server calls no other")

    sys.addaudithook(refuse)


def no_storages() -> list[dict[str, Any]]:
    """The kinds of storage that a project can have."""
    return []
