"""What gunicorn is set up to, with a small application in Label Studio's place."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from annotation.embedded.network import LOOPBACK
from tests.serving import free_port

SMALL = """
import sys
from annotation.embedded import serve
serve._WAIT_SECONDS = 1
serve._SETTINGS["threads"] = 1
def application(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    try:
        read = len(environ["wsgi.input"].read(length))
    except OSError:
        read = -1
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']} {read}".encode()]
class Small(serve.LabelStudio):
    def load(self):
        return application
Small(sys.argv[1], 1).run()
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a server with one thread answers, which waits a second for who keeps it waiting."""
    at = free_port()
    with subprocess.Popen([sys.executable, "-c", SMALL, f"{LOOPBACK}:{at}"], stderr=subprocess.DEVNULL) as process:
        _wait_for(at)
        yield at
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


@retry(retry=retry_if_exception_type(httpx.HTTPError), stop=stop_after_delay(60), wait=wait_fixed(0.05))
def _wait_for(port: int) -> None:
    ask(port)


def ask(port: int, headers: dict[str, str] | None = None) -> str:
    return httpx.get(f"http://{LOOPBACK}:{port}/", headers=headers, timeout=60).text


def test_who_sends_half_a_request_and_then_nothing_is_given_up(port: int) -> None:
    with socket.create_connection((LOOPBACK, port)) as half:
        half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1")
        assert ask(port) == f"{LOOPBACK} http 0"
    with socket.create_connection((LOOPBACK, port)) as half:
        half.sendall(b"POST / HT")
        assert ask(port) == f"{LOOPBACK} http 0"


def test_who_connects_and_sends_nothing_holds_no_thread(port: int) -> None:
    idle = [socket.create_connection((LOOPBACK, port)) for _ in range(20)]
    try:
        assert ask(port) == f"{LOOPBACK} http 0"
    finally:
        for connection in idle:
            connection.close()


def test_gunicorn_itself_believes_nobody(port: int) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on"}
    assert ask(port, forwarded) == f"{LOOPBACK} http 0"
