"""Runs Label Studio's WSGI application under gunicorn: `python -m annotation.embedded.serve HOST:PORT WORKERS`.

One process answers where the work is in SQLite, which takes one writer at a time; several may where it is in
PostgreSQL. The first process opens Label Studio and forks the others, watches them, and begins anew what ended. All
else is in the environment (`annotation.embedded.environment`).
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any, Final

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger

from annotation.embedded.provision import open_label_studio

THREADS: Final = 16
"""Requests that a process answers at once; on SQLite those that write wait for each other."""
GRACE_SECONDS: Final = 15
"""How long requests that are being answered are waited for when the server stops."""
_WAIT_SECONDS: Final = 30
_SETTINGS: Final = {
    "worker_class": "gthread",
    "threads": THREADS,
    "preload_app": True,
    # How many pages may knock at once; beyond it browsers are left to try again after 1, 3, 7 and 15 seconds.
    "backlog": 1024,
    "worker_connections": 1024,
    # Longer than a proxy keeps a connection for the next request, so that it is the proxy that closes it.
    "keepalive": 75,
    "timeout": 120,
    "graceful_timeout": GRACE_SECONDS,
    # A worker that has answered that many is replaced: whatever leaks, leaks no further.
    "max_requests": 50_000,
    "max_requests_jitter": 5_000,
    "limit_request_line": 8190,
    "limit_request_fields": 100,
    "limit_request_field_size": 16380,
    # What a proxy says of a request is judged by Label Studio's settings, which know whom to believe.
    "forwarded_allow_ips": "",
    "forwarder_headers": "",
    "control_socket_disable": True,
    "umask": 0o077,
    "proc_name": "hedgerow",
    "access_log_format": '"%(m)s %(U)s %(H)s" %(s)s %(B)s',
}


class ServingLog(Logger):  # type: ignore[misc]
    """Gunicorn's log, whose lines go where Label Studio's settings send them, with secrets taken out."""

    def setup(self, cfg: Config) -> None:
        """Adds no handler of gunicorn's own, neither at the start nor when the configuration is read again."""
        self.cfg = cfg
        self._access_log_enabled = True
        for log in (self.error_log, self.access_log):
            log.setLevel(logging.INFO)


class LabelStudio(BaseApplication):  # type: ignore[misc]
    """Label Studio's application, for gunicorn."""

    def __init__(self, bind: str, workers: int) -> None:
        self._settings = {
            **_SETTINGS,
            "bind": bind,
            "workers": workers,
            "logger_class": ServingLog,
            "when_ready": _limit_waiting,
        }
        super().__init__()

    def load_config(self) -> None:
        """Takes the settings above, and none from a file, the environment or the command line."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """The application, opened once, before workers are forked."""
        open_label_studio()
        from core.wsgi import application
        from django.db import connections

        connections.close_all()  # each worker opens its own
        return application  # type: ignore[no-any-return]


def _limit_waiting(arbiter: Arbiter) -> None:
    """A client that keeps a thread waiting does so for half a minute at most, as gunicorn itself does not see to.

    One that connects and sends nothing, as browsers do in advance, reaches no thread; one that has sent half of a
    request, and then nothing, is given up. Connections have both from the socket that they knock at.
    """
    for listener in arbiter.LISTENERS:
        if hasattr(socket, "TCP_DEFER_ACCEPT"):
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, _WAIT_SECONDS)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", _WAIT_SECONDS, 0))


def main() -> None:
    """Serves until it is stopped."""
    bind, workers = sys.argv[1:]
    os.environ.pop("GUNICORN_CMD_ARGS", None)
    LabelStudio(bind, int(workers)).run()


if __name__ == "__main__":
    main()
