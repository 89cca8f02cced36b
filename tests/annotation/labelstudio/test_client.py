from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tenacity import wait_none

from annotation.embedded.server import Server
from annotation.labelstudio.client import PAGE_SIZE, Studio, without_credentials
from annotation.labelstudio.seats import embedded_seat, seat
from annotation.rounds import projects
from dataset.problem import Problem
from dataset.record.corpus import Corpus


def test_a_wrong_token_is_told(server: Server) -> None:
    with pytest.raises(Problem, match="refuses the token"):
        Studio(str(server.url()), "0" * 40).whoami()


def test_a_server_that_is_down_is_told() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Problem, match=r"no answer from .*hedgerow up"):
            Studio(f"http://127.0.0.1:{unused.getsockname()[1]}", "0" * 40).whoami()


def test_no_session_cookie_is_in_what_is_told(server: Server) -> None:
    with pytest.raises(Problem) as problem:
        Studio(str(server.url()), "0" * 40).tasks(1)
    assert "session" not in str(problem.value).lower()
    assert len(str(problem.value).splitlines()) == 1


def test_a_name_and_password_in_an_address_are_not_shown() -> None:
    assert without_credentials("https://me:secret@studio.example.org/x") == "https://studio.example.org/x"


BAD_ADDRESSES = [
    "studio.example.org",
    "ftp://studio.example.org",
    "http://",
    "http://127.0.0.1:abc",
    "http://me:secret@127.0.0.1:99999",
    "http://[::1",
    "http://127.0.0.1/\nsecret",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_what_is_not_an_address_is_refused(address: str) -> None:
    with pytest.raises(Problem, match="not an http or https address") as problem:
        without_credentials(address)
    assert "secret" not in str(problem.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1/?token=secret", "http://127.0.0.1/#secret"])
def test_a_query_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(Problem, match=r"something after a \? or #") as problem:
        without_credentials(address)
    assert "secret" not in str(problem.value)


@pytest.mark.parametrize("token", ["secrét", "secret\n", "two secrets", "secret\ud800"])
def test_a_token_that_none_can_be_is_refused_and_not_shown(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setattr(os, "environ", {"LABEL_STUDIO_URL": "http://127.0.0.1:1", "LABEL_STUDIO_API_KEY": token})
    with pytest.raises(Problem, match="that no token has") as problem:
        seat(corpus, "a1")
    assert "secr" not in str(problem.value)


@dataclass
class OddServer:
    """A server that gives one answer to everything, and counts how often it was asked."""

    url: str
    status: int = 200
    body: bytes = b""
    asked: int = 0


@pytest.fixture
def odd_server() -> Iterator[OddServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked += 1
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(server.body)))
            self.end_headers()
            self.wfile.write(server.body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        server = OddServer(f"http://127.0.0.1:{serving.server_port}")
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
        thread.start()
        yield server
        serving.shutdown()
        thread.join()


CALLS: dict[str, Callable[[Studio], object]] = {
    "whoami": lambda studio: studio.whoami(),
    "members": lambda studio: studio.member_ids(),
    "find": lambda studio: studio.find_project("mark"),
    "tasks": lambda studio: studio.tasks(1),
    "create": lambda studio: studio.create_project("mark", "title", "note", "<View/>"),
}
ODD: dict[str, tuple[int, bytes]] = {
    "page": (200, b"<html>\n<body>Hello</body>\n</html>"),
    "nothing": (200, b""),
    "null": (200, b"null"),
    "number": (200, b"7"),
    "object": (200, b"{}"),
    "tasks without ids": (200, b'{"tasks": [{}], "total": 1}'),
    "tasks that are none": (200, b'{"tasks": 5, "total": "many", "results": 3}'),
    "number too long": (200, b"9" * 5000),
    "not found": (404, b"<html>\nnot here</html>"),
    "elsewhere": (418, b'["a\\nteapot"]'),
}


LISTS_NOTHING = {("members", "object"), ("find", "object"), ("find", "tasks without ids")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "answer"), [(call, odd) for call in CALLS for odd in ODD if (call, odd) not in LISTS_NOTHING]
)
def test_a_server_that_is_not_label_studio_is_told_in_a_line(odd_server: OddServer, call: str, answer: str) -> None:
    odd_server.status, odd_server.body = ODD[answer]
    studio = Studio(odd_server.url.replace("//", "//me:secret@"), "topsecret")
    with pytest.raises(Problem) as problem:
        CALLS[call](studio)
    assert len(str(problem.value).splitlines()) == 1
    assert "secret" not in str(problem.value)


@pytest.mark.parametrize("count", [PAGE_SIZE, PAGE_SIZE + 1])
def test_a_server_that_lists_the_same_tasks_again_and_again_is_refused(odd_server: OddServer, count: int) -> None:
    tasks = [{"id": number, "updated_at": "2026-01-02T03:04:05Z"} for number in range(1, count + 1)]
    odd_server.body = json.dumps({"tasks": tasks, "total": 10 * count}).encode()
    for call in (Studio.tasks, Studio.versions, lambda studio, project: studio.tasks_since(project, "2026-01-02")):
        odd_server.asked = 0
        with pytest.raises(Problem, match="again and again"):
            call(Studio(odd_server.url, "token"), 1)
        assert odd_server.asked == 2


def test_a_question_is_repeated_and_an_import_never(odd_server: OddServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotation.labelstudio.client.WAIT", wait_none())
    odd_server.status = 503
    for call, times in ((Studio.whoami, 5), (lambda studio: studio.import_tasks(1, [{"data": {}}]), 1)):
        odd_server.asked = 0
        with pytest.raises(Problem, match="answers 503"):
            call(Studio(odd_server.url, "token"))
        assert odd_server.asked == times


def test_an_address_without_a_token_is_refused(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
    with pytest.raises(Problem, match="LABEL_STUDIO_API_KEY is not"):
        seat(corpus, "a1")


def test_an_annotator_without_an_account_is_told(corpus: Corpus) -> None:
    with pytest.raises(Problem, match="hedgerow up --annotator nobody"):
        seat(corpus, "nobody")


def test_an_account_that_the_server_does_not_know_is_told(
    server: Server, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = server.secrets()
    assert known
    monkeypatch.setenv("LABEL_STUDIO_URL", str(server.url()))
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", known.annotators["a1"].token)
    (corpus.root / "annotators.toml").write_text('a1 = "a1@hedgerow.local"\na2 = "who@example.org"\n', encoding="utf-8")
    assert seat(corpus, "a1").account == Studio(str(server.url()), known.annotators["a1"].token).whoami()[0]
    with pytest.raises(Problem, match="a2 an account that the server does not know"):
        seat(corpus, "a2")


def test_what_keeps_to_the_embedded_server_does_so_whatever_the_environment_names(
    server: Server, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    here = embedded_seat(corpus, "a1")
    assert (here.studio.url, here.blind) == (server.url(), True)


def test_a_defect_of_our_own_is_not_told_as_the_servers() -> None:
    with pytest.raises(AttributeError), Studio("http://127.0.0.1:1", "token")._speaking():
        projects.mark(None, "r1", "a1")  # type: ignore[arg-type]
