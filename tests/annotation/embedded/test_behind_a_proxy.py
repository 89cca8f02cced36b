"""The server at an https address behind nginx and Caddy, as `up --proxy` configures them."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from annotation.embedded import trespass
from annotation.embedded.inside import routes
from annotation.embedded.network import LOOPBACK
from annotation.embedded.proxies import Proxy
from tests.annotation.embedded.unprotected import MARK, Work, client, make_work, url_table
from tests.proxies import HOST, Site, serving_site

TRICKS = [
    "//api/invite",
    "/api//invite",
    "/api/%69nvite",
    "/api/tasks/../invite",
    "/api/tasks/%2e%2e/invite",
    "/api/tasks/..%2finvite",
    "/api/invite;/version/",
    "/api/invite;x=1",
    "/api/invite%3f/version/",
    "/api/invite.",
    "/api/invite./",
    "/./api/invite",
    "/%2e/api/invite",
    "/version/../api/invite",
    "/static/../api/invite",
    "/static/%2e%2e/api/invite",
    "/hedgerow/welcome/../../api/invite",
    "/admin/version/",
]


@pytest.fixture(scope="module", params=list(Proxy))
def site(request: pytest.FixtureRequest, set_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving_site(request.param, set_up, tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def a1(site: Site) -> Work:
    return make_work(site.server, "a1")


@pytest.fixture(scope="module")
def a2(site: Site) -> Work:
    return make_work(site.server, "a2")


def test_only_listed_routes_answer_and_none_shows_a_neighbours_work(site: Site, a1: Work, a2: Work) -> None:
    table = url_table(site.server, a1)
    assert len(table) > 300
    answered, leaks, own = [], [], []
    for who in (a2.account, None):
        with site.web(who) as web:
            for route, path in table:
                for method in ("GET", "POST"):
                    if not routes.is_open(route, method, keyed=False):
                        answer = web.request(method, path, json=[])
                        answered += [(method, path)] if answer.status_code != 403 else []
                if routes.is_open(route, "GET", keyed=False) and route not in routes.STATIC:
                    leaks += [path] if MARK in web.get(path, params={"project": a1.project}).text else []
    with site.web(a1.account) as web:
        for route, path in table:
            if routes.is_open(route, "GET", keyed=False) and route not in routes.STATIC:
                own += [route] if MARK in web.get(path, params={"project": a1.project, "fields": "all"}).text else []
    assert answered == []
    assert leaks == []
    assert set(own) >= {"^api/tasks/", "^api/tasks/<int:pk>/", "^api/annotations/<int:pk>/", "^api/drafts/<int:pk>/"}


@pytest.mark.parametrize("path", TRICKS)
def test_a_path_that_is_written_otherwise_opens_nothing(site: Site, path: str) -> None:
    token = site.secrets.admin.token
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}:{site.https_port}", f"Authorization: Token {token}"]
    answer = raw(site, "\r\n".join([*lines, "Connection: close", "", ""]))
    assert "invite_url" not in answer
    assert "@hedgerow.local" not in answer


def raw(site: Site, request: str) -> str:
    """What is answered to a request that is sent as it stands: clients put paths in order."""
    context = ssl.create_default_context(cafile=str(site.certificate.path))
    plain = socket.create_connection((LOOPBACK, site.https_port), timeout=60)
    with context.wrap_socket(plain, server_hostname=HOST) as secure:
        secure.sendall(request.encode())
        parts = iter(lambda: secure.recv(65536), b"")
        return b"".join(parts).decode(errors="replace")


def test_the_key_of_commands_opens_nothing_from_outside(site: Site, a2: Work) -> None:
    with site.web(a2.account, key=True) as web:
        assert web.patch(f"/api/tasks/{a2.task}/", json={"meta": {"x": 1}}).status_code == 403
        assert web.delete(f"/api/projects/{a2.project}/").status_code == 403
    with client(site.server, a2.account, key=True) as web:
        assert web.patch(f"/api/tasks/{a2.task}/", json={"meta": {"x": 1}}).is_success


def test_every_cookie_is_secure_and_no_script_reads_it(site: Site, a1: Work) -> None:
    with site.web() as web:
        for path in ("/user/login/", "/hedgerow/welcome/", "/", "/api/current-user/whoami", "/static/images/logo.svg"):
            for cookie in web.get(path).headers.get_list("set-cookie"):
                words = {word.strip().lower() for word in cookie.split(";")[1:]}
                assert {"secure", "httponly", "samesite=lax"} <= words, cookie


def test_whoever_comes_without_tls_is_sent_to_it(site: Site) -> None:
    answer = httpx.get(f"http://{LOOPBACK}:{site.http_port}/projects/?x=1", headers={"Host": HOST})
    assert answer.status_code in (301, 308)
    assert answer.headers["location"] in (f"{site.address}/projects/?x=1", f"https://{HOST}/projects/?x=1")
    with site.web() as web:
        assert int(web.get("/user/login/").headers["strict-transport-security"].removeprefix("max-age=")) > 10_000_000


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1", "localhost", ""])
def test_another_name_is_refused(site: Site, host: str) -> None:
    with site.web(site.secrets.admin, host=host or LOOPBACK) as web:
        try:
            answer = web.get("/api/current-user/whoami")
        except httpx.RemoteProtocolError:
            return
    assert answer.status_code in (400, 421) or (site.proxy is Proxy.CADDY and not answer.text)


def test_what_a_client_says_of_itself_is_not_believed(site: Site) -> None:
    server = site.server.known()
    public = {"Host": f"{HOST}:{site.https_port}"}
    with httpx.Client(base_url=server.url) as web:
        assert web.get("/user/login/", headers=public).status_code == 301
        assert web.post("/user/login/", headers=public).status_code == 403
        forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.5"}
        assert web.get("/user/login/", headers={**public, **forwarded}).status_code == 200
        assert web.get("/user/login/", headers=forwarded).status_code == 400


@pytest.mark.parametrize("path", ["/api/projects", "/api/projects/"])
def test_an_address_without_its_last_slash_is_answered_as_with_it(site: Site, a1: Work, path: str) -> None:
    with site.web(a1.account) as web:
        assert [project["id"] for project in web.get(path).json()["results"]] == [a1.project]


def test_more_than_a_page_sends_is_refused(site: Site, a1: Work) -> None:
    with site.web(a1.account) as web:
        sent = {"result": [{"id": "x" * routes.LARGEST_WORK}]}
        # Caddy gives up in the middle, and may notice first that the server has answered and read no further.
        expected = {413} if site.proxy is Proxy.NGINX else {413, 502}
        assert web.patch(f"/api/annotations/{a1.annotation}/", json=sent).status_code in expected
        assert web.patch(f"/api/annotations/{a1.annotation}/", json={"result": []}).is_success


def test_files_are_compressed(site: Site) -> None:
    with site.web() as web:
        answers = [web.get("/react-app/main.js", headers={"Accept-Encoding": "gzip"}) for _ in range(2)]
    for answer in answers:
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.num_bytes_downloaded < len(answer.content) / 2


def test_doctors_attempts_are_refused_there_too(site: Site, a1: Work, a2: Work) -> None:
    assert [line.mark for line in trespass.blindness(site.secrets)] == ["ok"]


def test_no_token_and_no_question_is_in_a_proxys_log(site: Site, a1: Work) -> None:
    with site.web(a1.account) as web:
        web.get("/api/projects/", params={"token": a1.account.token})
        assert web.get("/api/current-user/whoami").is_success
    log = (Path(site.certificate.path).parent / "access.log").read_text(encoding="utf-8")
    assert "/api/projects/" in log
    assert a1.account.token not in log
    assert json.dumps(site.secrets.key) not in log
