"""Label Studio's files are the same for everybody, and a browser fetches each once."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest

from annotation.embedded.server import Server

SCRIPT = "/react-app/main.js"


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """What the server answers to an address that no client has tidied up."""
    connection = http.client.HTTPConnection(urlsplit(str(server.url())).netloc, timeout=60)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read()


def test_a_file_that_a_browser_has_is_not_sent_again(server: Server) -> None:
    answer, script = ask(server, SCRIPT, Cookie="sessionid=whatever")
    assert answer.status == 200
    assert len(script) > 1_000_000
    assert answer.headers["Set-Cookie"] is None
    assert answer.headers["Vary"] is None
    again, nothing = ask(server, SCRIPT, **{"If-Modified-Since": answer.headers["Last-Modified"]})
    assert (again.status, nothing) == (304, b"")


@pytest.mark.parametrize("path", ["/react-app/no-such.js", "/static/", "/react-app/..%2f..%2f..%2f..%2fmanage.py"])
def test_nothing_is_sent_that_is_not_a_file_of_the_page(server: Server, path: str) -> None:
    assert ask(server, path)[0].status in (400, 404)


def test_a_file_cannot_be_written_to(server: Server) -> None:
    assert ask(server, SCRIPT, "POST")[0].status == 403
