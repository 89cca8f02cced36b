"""Keeps whatever answers a request on the embedded server from calling anybody. Loaded by Label Studio.

Storages, ML back ends, webhooks, imports by address and the metadata of a cloud are all reached through Python's
sockets. PostgreSQL is not: libpq has its own, and only the database's host is looked up by Python.
"""

from __future__ import annotations

import errno
import sys
import threading
from collections.abc import Collection
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


def refuse_calls(database_hosts: Collection[str] = ()) -> None:
    """From now on a call from any thread but the main one, which answers nobody, fails as it does behind a firewall.

    The addresses of `database_hosts` can be looked up, but not called.
    """
    main = threading.main_thread().ident

    def refuse(event: str, args: tuple[Any, ...]) -> None:
        if event not in CALLS or threading.get_ident() == main:
            return
        if event != "socket.getaddrinfo" or args[0] not in database_hosts:
            raise PermissionError(errno.EACCES, "this server calls no other server")

    sys.addaudithook(refuse)


def no_storages() -> list[dict[str, Any]]:
    """The kinds of storage that a project can have."""
    return []
