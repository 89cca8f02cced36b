"""A proxy before a real server that spoils one request: before the server gets it, or after it has stored it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import httpx

from tests.serving import serving

LEFT_OUT: Final = frozenset({"transfer-encoding", "connection", "content-length", "content-encoding", "keep-alive"})
Answer = tuple[int, dict[str, str], bytes]
Fault = Callable[["Handler"], None]


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of clients that went away."""


class Proxy:
    """A running proxy. `asked` counts requests since the fault was set; `struck` says whether it came to pass."""

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.asked = 0
        self.struck = 0
        self._at: tuple[int, str] = (0, "")
        self._fault: Fault | None = None
        self._lock = threading.Lock()
        self._server = Quiet(("127.0.0.1", 0), type("Bound", (Handler,), {"proxy": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def spoil(self, at: int, fault: Fault, method: str = "") -> None:
        """The `at`-th request from now on meets the fault, of those with that method if it is named."""
        with self._lock:
            self.asked, self.struck, self._at, self._fault = 0, 0, (at, method), fault

    def next_fault(self, method: str) -> Fault | None:
        with self._lock:
            at, only = self._at
            if only and method != only:
                return None
            self.asked += 1
            if self.asked != at or self._fault is None:
                return None
            self.struck += 1
            return self._fault

    @contextmanager
    def running(self) -> Iterator[Proxy]:
        with serving(self._server):
            yield self


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    proxy: Proxy
    content: bytes = b""

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def handle_any(self) -> None:
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if fault := self.proxy.next_fault(self.command):
            fault(self)
        else:
            self.answer(*self.forward())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def forward(self) -> Answer:
        """What the server answers."""
        headers = {name: value for name, value in self.headers.items() if name.lower() not in {*LEFT_OUT, "host"}}
        with httpx.Client(timeout=60) as client:
            got = client.request(self.command, self.proxy.behind + self.path, headers=headers, content=self.content)
        kept = {name: value for name, value in got.headers.items() if name.lower() not in LEFT_OUT}
        return got.status_code, kept, got.content

    def answer(self, status: int, headers: dict[str, str], content: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = self.close_connection or cut


# Faults


def refused(status: int, *, stored: bool, **headers: str) -> Fault:
    """An answer of that status, whether or not the server got the request."""

    def fault(ask: Handler) -> None:
        if stored:
            ask.forward()
        ask.answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"{}")

    return fault


def unanswered(ask: Handler) -> None:
    """The server stores the request, and the answer never comes: the connection stays open until the client goes."""
    ask.forward()
    ask.connection.settimeout(30)
    ask.rfile.read(1)
    ask.close_connection = True


def late(ask: Handler) -> None:
    """The client is sent away first, and the server gets the request afterwards."""
    ask.answer(504, {}, b"{}")
    ask.forward()


def cut(ask: Handler) -> None:
    """Half of the answer."""
    ask.answer(*ask.forward(), cut=True)


def slow(ask: Handler) -> None:
    """An answer in many small pieces."""
    status, headers, content = ask.forward()
    ask.answer(status, headers | {"Content-Length": str(len(content))}, b"")
    for start in range(0, len(content), 64):
        ask.wfile.write(content[start : start + 64])
        ask.wfile.flush()
        threading.Event().wait(0.001)


def then(happens: Callable[[], object], *, stored: bool) -> Fault:
    """Something that happens as the request comes, or when the server has answered it; the connection breaks then."""

    def fault(ask: Handler) -> None:
        if stored:
            ask.forward()
        happens()
        ask.close_connection = True

    return fault


FAULTS: Final[dict[str, Fault]] = {
    "429, with Retry-After": refused(429, stored=False, Retry_After="1"),
    "502": refused(502, stored=False),
    "502, after the server stored it": refused(502, stored=True),
    "503": refused(503, stored=False),
    "503, after the server stored it": refused(503, stored=True),
    "504": refused(504, stored=False),
    "504, before the server stores it": late,
    "time-out, after the server stored it": unanswered,
    "answer cut in the middle": cut,
    "slow answer": slow,
}
