"""No annotator reads or changes another's work, and the page's addresses are all that answers; found out by trying."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from annotation.embedded import trespass
from annotation.embedded.backup import DATABASE
from annotation.embedded.inside import routes
from annotation.embedded.server import Server
from tests.annotation.embedded.inside.switches import HOLD
from tests.annotation.embedded.unprotected import (
    ATTACKS,
    CLOSED_TWICE,
    MARK,
    Attack,
    Unprotected,
    Work,
    client,
    make_work,
    running,
    url_table,
)
from tests.conftest import ANNOTATORS

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
ACTORS = ("a1", "a2", "adjudicator", "admin", None)


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def server(request: pytest.FixtureRequest) -> Server:
    """The server on either database; on PostgreSQL several processes answer."""
    if request.param == "SQLite":
        running: Server = request.getfixturevalue("server_of_all")
        return running
    running = request.getfixturevalue("server_on_postgres")
    running.up(ANNOTATORS, None, print)
    return running


@pytest.fixture(scope="module")
def a1(server: Server) -> Work:
    return make_work(server, "a1")


@pytest.fixture(scope="module")
def a2(server: Server) -> Work:
    return make_work(server, "a2")


@pytest.fixture(scope="module")
def table(server: Server, a1: Work) -> list[tuple[str, str]]:
    return url_table(server, a1)


@pytest.fixture(scope="module")
def unprotected(set_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unprotected]:
    with running(set_up, tmp_path_factory.mktemp("unprotected")) as server:
        yield server


@pytest.fixture(scope="module")
def b1(unprotected: Unprotected) -> Work:
    return make_work(unprotected.server, "a1")


@pytest.fixture(scope="module")
def b2(unprotected: Unprotected) -> Work:
    return make_work(unprotected.server, "a2")


def of(server: Server, name: str | None, *, key: bool = False) -> httpx.Client:
    known = server.secrets()
    assert known
    accounts = {"admin": known.admin, **known.annotators}
    return client(server, accounts[name] if name else None, key=key)


def state(server: Server, work: Work) -> list[object]:
    """All that is in an annotator's project, as its owner sees it with every right."""
    with client(server, work.account, key=True) as web:
        project = web.get(f"/api/projects/{work.project}/").json()
        tasks = web.get(f"/api/tasks/?project={work.project}&fields=all").json()["tasks"]
        drafts = web.get(f"/api/tasks/{work.other_task}/drafts").json()
        views = web.get(f"/api/dm/views/?project={work.project}").json()
    for piece in (piece for task in tasks for piece in (*task["annotations"], *task["drafts"])):
        piece.pop("created_ago", None)
    return [project["title"], project["label_config"], tasks, [draft["result"] for draft in drafts], views]


def test_every_route_of_the_url_table_is_listed_or_closed_to_everybody(
    server: Server, a1: Work, table: list[tuple[str, str]]
) -> None:
    assert len(table) > 300
    before = state(server, a1)
    answered = []
    for actor in ACTORS:
        with of(server, actor) as web:
            for route, path in table:
                for method in METHODS if actor == "a2" else ("GET", "POST"):
                    listed = routes.is_open(route, method, keyed=False)
                    if not listed and web.request(method, path, json=[]).status_code != 403:
                        answered.append((actor, method, path))
    assert answered == []
    assert state(server, a1) == before


def test_a_command_reaches_more_with_the_key_and_only_in_its_own_organisation(
    server: Server, a1: Work, a2: Work, table: list[tuple[str, str]]
) -> None:
    with of(server, "a2", key=True) as web:
        assert web.patch(f"/api/tasks/{a2.task}/", json={"meta": {"x": 1}}).is_success
        assert web.patch(f"/api/tasks/{a1.task}/", json={"meta": {"x": 1}}).status_code == 404
        assert web.delete(f"/api/projects/{a1.project}/").status_code == 404
        assert web.post(f"/api/projects/{a1.project}/import", json=[{"data": {"text": "x"}}]).status_code == 404
        for route, path in table:
            for method in ("GET", "POST"):
                if not routes.is_open(route, method, keyed=True):
                    assert web.request(method, path, json=[]).status_code == 403, path
    with of(server, "a2") as web:
        web.headers[routes.KEY_HEADER] = "another key"
        assert web.patch(f"/api/tasks/{a2.task}/", json={"meta": {"x": 2}}).status_code == 403


def shown(web: httpx.Client, work: Work, table: list[tuple[str, str]]) -> set[str]:
    """The routes that show the marked work, whatever else is asked for in the address."""
    asked: dict[str, str | int] = {"project": work.project, "task": work.task, "fields": "all", "exportType": "JSON"}
    routes_shown = set()
    for route, path in table:
        if not route.startswith(("docs/", "^static/", "^react-app/", "^label-studio-frontend/", "^dm/", "trigger500")):
            answers = (web.get(path), web.get(path, params=asked))
            routes_shown |= {route for answer in answers if MARK in answer.text}
    return routes_shown


def test_the_owner_sees_her_work_where_others_see_none_of_it(
    server: Server, a1: Work, a2: Work, table: list[tuple[str, str]]
) -> None:
    with of(server, "a1") as web:
        own = shown(web, a1, table)
    assert own >= {
        "^api/tasks/",
        "^api/tasks/<int:pk>/",
        "^api/tasks/<int:pk>/annotations/",
        "^api/annotations/<int:pk>/",
        "^api/drafts/<int:pk>/",
        "^api/projects/<int:pk>/next/",
    }
    for actor in ("a2", "adjudicator", "admin", None):
        with of(server, actor) as web:
            assert shown(web, a1, table) == set(), actor


@pytest.fixture
def switched(unprotected: Unprotected, b1: Work, b2: Work) -> Iterator[list[str]]:
    """Without any protection, a2 has made every attack; those that failed."""
    with unprotected.without(), of(unprotected.server, "a2") as web:
        yield [attack.harm for attack in ATTACKS if not attack.works(web, b2, b1)]
    with closing(sqlite3.connect(unprotected.server.data_path / DATABASE, timeout=60)) as database, database:
        moved = "UPDATE htx_user SET active_organization_id = ? WHERE id = ?"
        database.execute(moved, (b2.organisation, b2.user))


def test_each_attack_works_where_nothing_protects(
    unprotected: Unprotected, b1: Work, b2: Work, switched: list[str]
) -> None:
    assert set(switched) == {*CLOSED_TWICE, "export one's project"}  # which is in the organisation that a2 left
    with of(unprotected.server, "a2") as web:
        leaks = shown(web, b1, url_table(unprotected.server, b1))
        assert leaks >= {"^api/tasks/", "^api/projects/<int:pk>/export", "^api/tasks/<int:pk>/"}
        unprotected.protect()
        assert web.get("/api/current-user/whoami").status_code == 403
        assert web.get(f"/api/tasks/?project={b1.project}").status_code == 403
    assert "a2 is not in an organisation of its own" in trespass.tried(unprotected.secrets)[0]


def test_every_number_in_a_listed_address_is_held_against_the_account() -> None:
    for route in {**routes.PAGE, **routes.COMMANDS}:
        names = set(re.findall(r"<(?:\w+:)?(\w+)>", route)) - {"path", "sub_path"}
        assert names == set(routes.NUMBERS.get(route, {})), route


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.harm)
def test_an_attack_is_refused(server: Server, a1: Work, a2: Work, attack: Attack) -> None:
    before = state(server, a1), state(server, a2)
    with of(server, "a2") as web:
        assert not attack.works(web, a2, a1)
    assert (state(server, a1), state(server, a2)) == before


@pytest.mark.parametrize(
    ("protections", "harm"),
    [
        (["routes"], "switch to another organisation"),
        (["routes"], "export a project"),
        (["numbers"], "reach another's drafts"),
        (["numbers", "projects"], "reach another's tasks"),
        (["numbers", "projects"], "reach another's annotation"),
        (["strangers"], "write into another's project"),
        (["sessions"], "reach another's drafts"),
        (["authors"], "submit as another"),
    ],
)
def test_doctor_tells_when_a_protection_is_gone(
    unprotected: Unprotected, b1: Work, b2: Work, protections: list[str], harm: str
) -> None:
    assert [line.mark for line in trespass.blindness(unprotected.secrets)] == ["ok"]
    with unprotected.without(*protections):
        harms = trespass.tried(unprotected.secrets)[0]
    assert any(harm in line for line in harms), harms


@pytest.mark.parametrize("protection", ["projects", "displaced", "moving"])
def test_what_one_protection_lets_through_another_holds(
    unprotected: Unprotected, b1: Work, b2: Work, protection: str
) -> None:
    with unprotected.without(protection):
        assert trespass.tried(unprotected.secrets)[0] == []


def test_work_is_its_senders(server: Server, a1: Work, a2: Work) -> None:
    with of(server, "a1") as web:
        sent = {"result": [], "completed_by": a2.user}
        assert web.post(f"/api/tasks/{a1.task}/annotations/", json=sent).status_code == 403
        web.patch(f"/api/annotations/{a1.annotation}/", json={"completed_by": a2.user})
        assert web.get(f"/api/annotations/{a1.annotation}/").json()["completed_by"] == a1.user


def test_a_page_session_reaches_no_more_than_a_token(server: Server, a1: Work, a2: Work) -> None:
    with httpx.Client(base_url=str(server.url()), follow_redirects=True, timeout=60) as web:
        web.get("/user/login/")
        form = {
            "email": a2.account.email,
            "password": a2.account.password,
            "csrfmiddlewaretoken": web.cookies["csrftoken"],
        }
        web.post("/user/login/", data=form)
        assert web.get(f"/api/tasks/{a2.task}/").is_success
        assert [attack.harm for attack in ATTACKS if attack.works(web, a2, a1)] == []


def test_no_expression_and_no_flood_of_filters_reaches_the_server(server: Server, a1: Work) -> None:
    endless = [{"filter": "filter:tasks:data.text", "operator": "regex", "type": "String", "value": "(.*)*$Z"}]
    filters = {"filters": {"conjunction": "and", "items": endless}}
    with of(server, "a1") as web:
        asked: dict[str, str | int] = {"project": a1.project, "query": json.dumps(filters)}
        assert web.get("/api/tasks/", params=asked).status_code == 403
        view = {"project": a1.project, "data": filters}
        made = web.post("/api/dm/views/", json=view)
        assert made.is_success
        answer = web.get("/api/tasks/", params={"project": a1.project, "view": made.json()["id"]})
        # PostgreSQL's own expressions end, or are ended.
        assert answer.status_code == (200 if server.known().database else 500)
        view["data"] = {"filters": {"conjunction": "and", "items": endless * 20_000}}
        assert web.post("/api/dm/views/", json=view).status_code == 413
        sent = {"result": [{"id": "x" * routes.LARGEST_WORK}]}
        assert web.patch(f"/api/annotations/{a1.annotation}/", json=sent).status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "//api/invite",
        "/api//invite",
        "/api/invite/",
        "/API/invite",
        "/api/%69nvite",
        "/api/tasks/../invite",
        "/api/tasks/..%2finvite",
        "/api/invite;/version/",
        "/api/invite?/version/",
        "/api/invite.json",
        "/./api/invite",
        "/api/users.json",
        "/admin/version/",
        "/admin/users/user/1/change/version/",
        "/django-rq/health/",
    ],
)
def test_a_path_that_is_written_otherwise_opens_nothing(server: Server, path: str) -> None:
    with of(server, "admin") as web:
        answer = web.get(path, follow_redirects=True)
    assert answer.status_code in (403, 404) or "release" in answer.text or '"status"' in answer.text
    assert "invite_url" not in answer.text
    assert "@hedgerow.local" not in answer.text


def test_a_slow_log_in_stops_nobodys_submit(unprotected: Unprotected, b1: Work, b2: Work, tmp_path: Path) -> None:
    release = tmp_path / "release"
    with of(unprotected.server, None) as web:
        web.get("/user/login/")
        account = b2.account
        form = {"email": account.email, "password": account.password, "csrfmiddlewaretoken": web.cookies["csrftoken"]}
        log_in = threading.Thread(
            target=web.post, args=("/user/login/",), kwargs={"data": form, "headers": {HOLD: str(release)}}
        )
        log_in.start()
        try:
            wait_for(tmp_path / "release.held")
            submit(unprotected.server, b1)
        finally:
            release.touch()
            log_in.join()


def test_a_body_that_never_ends_stops_nobodys_submit(unprotected: Unprotected, b1: Work, b2: Work) -> None:
    with socket.create_connection(("127.0.0.1", unprotected.secrets.port)) as half:
        lines = [
            f"PATCH /api/annotations/{b2.annotation}/ HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Token {b2.account.token}",
            "Content-Type: application/json",
            "Content-Length: 1000",
        ]
        half.sendall("\r\n".join([*lines, "", "{"]).encode())
        submit(unprotected.server, b1)


def test_of_two_who_submit_one_waits(unprotected: Unprotected, tmp_path: Path) -> None:
    """Else the test above could not fail."""
    work = [make_work(unprotected.server, name) for name in ("a1", "a2")]
    first, second = tmp_path / "first", tmp_path / "second"
    with ThreadPoolExecutor() as pool:
        submits = [pool.submit(submit, unprotected.server, work[0], str(first))]
        wait_for(tmp_path / "first.held")
        submits.append(pool.submit(submit, unprotected.server, work[1], str(second)))
        assert not (tmp_path / "second.held").exists()
        first.touch()
        wait_for(tmp_path / "second.held")
        second.touch()
    for each in submits:
        each.result()


def submit(server: Server, work: Work, until: str = "") -> None:
    with client(server, work.account) as web:
        headers = {HOLD: until} if until else {}
        assert web.patch(f"/api/annotations/{work.annotation}/", json={"result": []}, headers=headers).is_success


def wait_for(path: Path) -> None:
    waiting = threading.Event()
    for _ in range(6000):
        if path.exists():
            return
        waiting.wait(0.01)
    raise AssertionError(f"{path.name} never came")
