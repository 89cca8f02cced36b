"""A server like the embedded one whose protections a test can take away, and attempts to get past them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from annotation.embedded.accounts import Account, Secrets
from annotation.embedded.inside.routes import KEY_HEADER
from annotation.embedded.server import Server
from tests.annotation.embedded.inside.switches import PROTECTIONS, SWITCHES
from tests.corpora import REPOSITORY

INSIDE = Path(__file__).with_name("inside")
MARK = "We may lose about 40 ships"
CONFIG = """<View>
  <Labels name="label" toName="text"><Label value="quote"/></Labels>
  <Text name="text" value="$text"/>
</View>"""
RESULT = [
    {
        "id": "q",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 25, "end": 51, "labels": ["quote"]},
    }
]


@dataclass(frozen=True)
class Work:
    """The numbers of an annotator's account and project on a server, and of what is in the project."""

    account: Account
    user: int
    organisation: int
    project: int
    task: int
    other_task: int
    annotation: int
    draft: int
    view: int

    def numbers(self) -> dict[str, int]:
        named = ("user", "organisation", "project", "task", "other_task", "annotation", "draft", "view")
        return {name: getattr(self, name) for name in named} | {"import": 1, "export": 1, "reimport": 1}


class Unprotected:
    """A server with switches."""

    def __init__(self, server: Server, switches: Path) -> None:
        self.server, self._switches = server, switches
        self.protect()

    @property
    def secrets(self) -> Secrets:
        known = self.server.secrets()
        assert known
        return known

    def protect(self) -> None:
        self._switches.write_text("", encoding="utf-8")

    @contextmanager
    def without(self, *protections: str) -> Iterator[None]:
        """Takes these protections away, all where none is named."""
        assert set(protections) <= set(PROTECTIONS)
        self._switches.write_text("\n".join(protections or PROTECTIONS), encoding="utf-8")
        try:
            yield
        finally:
            self.protect()


@contextmanager
def running(set_up: Path, folder: Path) -> Iterator[Unprotected]:
    """A server with switches on a copy of a state."""
    switches = folder / "switches"
    switches.write_text("", encoding="utf-8")
    with _served(set_up, folder, "unprotected_settings", {SWITCHES: str(switches)}) as server:
        yield Unprotected(server, switches)


@contextmanager
def running_as_it_comes(set_up: Path, folder: Path) -> Iterator[Server]:
    """Label Studio with its own settings, as a team runs it that does not use the embedded server, on such a copy."""
    with _served(set_up, folder, "core.settings.label_studio", {}) as server:
        yield server


@contextmanager
def _served(set_up: Path, folder: Path, settings: str, variables: dict[str, str]) -> Iterator[Server]:
    server = Server(Path(shutil.copytree(set_up, folder / "state")))
    given = server._environment

    def environment(secrets: Secrets, *, foreground: bool = False) -> dict[str, str]:
        return {
            **given(secrets, foreground=foreground),
            "DJANGO_SETTINGS_MODULE": settings,
            "PYTHONPATH": str(INSIDE),
            **variables,
        }

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server.__class__, "_environment", lambda self, secrets, **more: environment(secrets, **more))
        server.up([], None, print)
    yield server
    server.down()


def client(server: Server, account: Account | None, *, key: bool = False) -> httpx.Client:
    """Speaks to a server with an account's token, or without one."""
    known = server.secrets()
    assert known
    headers = {"Authorization": f"Token {account.token}"} if account else {}
    headers |= {KEY_HEADER: str(known.key)} if key else {}
    return httpx.Client(base_url=str(server.url()), headers=headers, timeout=60)


def make_work(server: Server, name: str) -> Work:
    """A project of that annotator, with a submitted task and one with a draft, each with the mark."""
    known = server.secrets()
    assert known
    account = known.annotators[name]
    with client(server, account, key=True) as web:
        described = {"title": f"work of {name}", "label_config": CONFIG}
        project = _done(web.post("/api/projects/", json=described))["id"]
        texts = [{"data": {"text": f"{MARK}, {name} read."}}] * 2
        _done(web.post(f"/api/projects/{project}/import", json=texts))
        tasks = [task["id"] for task in _done(web.get(f"/api/tasks/?project={project}"))["tasks"]]
        result = [{**RESULT[0], "meta": {"text": [MARK]}}]
        annotation = _done(web.post(f"/api/tasks/{tasks[0]}/annotations/", json={"result": result}))["id"]
        draft = _done(web.post(f"/api/tasks/{tasks[1]}/drafts", json={"result": result, "lead_time": 1}))["id"]
        view = _done(web.post("/api/dm/views/", json={"project": project, "data": {}}))["id"]
        whoami = _done(web.get("/api/current-user/whoami"))
    organisation = whoami["active_organization"]
    return Work(account, whoami["id"], organisation, project, tasks[0], tasks[1], annotation, draft, view)


def _done(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def url_table(server: Server, work: Work) -> list[tuple[str, str]]:
    """Each route of the server's URL table, and an address with the numbers of the work that leads to it."""
    known = server.secrets()
    assert known
    environment = {**server._environment(known), "PYTHONPATH": str(REPOSITORY)}
    printed = subprocess.run(
        [sys.executable, "-m", "tests.annotation.embedded.url_table"],
        input=json.dumps(work.numbers()).encode(),
        env=environment,
        check=True,
        capture_output=True,
    ).stdout
    return [(route, path) for route, path in map(json.loads, printed.splitlines()) if path]


@dataclass(frozen=True)
class Attack:
    """A request that reaches for what is another's or closed; {numbers} are the other's, {own_...} one's own."""

    harm: str
    method: str
    path: str
    body: str = "null"

    def works(self, web: httpx.Client, own: Work, target: Work) -> bool:
        """Makes the request; whether it was answered with success."""
        named = target.numbers() | {f"own_{name}": number for name, number in own.numbers().items()}
        body = re.sub(r"<(\w+)>", lambda match: str(named[match[1]]), self.body)
        return web.request(self.method, self.path.format(**named), json=json.loads(body)).is_success


SWITCH = "switch to another's organisation"
_QUOTE = json.dumps(RESULT)
ATTACKS = [
    Attack(SWITCH, "PATCH", "/api/users/{own_user}/", '{"active_organization": <organisation>}'),
    Attack("alter another's annotation", "PATCH", "/api/annotations/{annotation}/", '{"result": []}'),
    Attack("alter another's draft", "PATCH", "/api/drafts/{draft}/", '{"result": []}'),
    Attack("read another's annotation", "GET", "/api/annotations/{annotation}/"),
    Attack("read another's draft", "GET", "/api/drafts/{draft}/"),
    Attack("list another's drafts", "GET", "/api/tasks/{other_task}/drafts"),
    Attack("list another's tasks", "GET", "/api/tasks/?project={project}"),
    Attack("submit on another's task", "POST", "/api/tasks/{task}/annotations/", '{"result": []}'),
    Attack("leave a draft on another's task", "POST", "/api/tasks/{task}/drafts", '{"result": []}'),
    Attack("submit as another", "POST", "/api/tasks/{own_task}/annotations/", '{"result": [], "completed_by": <user>}'),
    Attack("hang a draft on another's work", "PATCH", "/api/drafts/{own_draft}/", '{"annotation": <annotation>}'),
    Attack(
        "call another's work the parent of one's own",
        "POST",
        "/api/tasks/{own_task}/annotations/",
        '{"result": [], "parent_annotation": <annotation>}',
    ),
    Attack(
        "say that another made one's work",
        "POST",
        "/api/tasks/{own_task}/annotations/",
        '{"result": [], "last_created_by": <user>}',
    ),
    Attack("take work out of its project", "PATCH", "/api/annotations/{own_annotation}/", '{"project": null}'),
    Attack("write into another's project", "POST", "/api/dm/views/", '{"project": <project>, "data": {}}'),
    Attack("export one's project", "GET", "/api/projects/{own_project}/export?exportType=JSON"),
    Attack("export another's project", "GET", "/api/projects/{project}/export?exportType=JSON"),
    Attack("import into another's project", "POST", "/api/projects/{project}/import", '[{"data": {"text": "x"}}]'),
    Attack("prefill another's page", "POST", "/api/predictions/", f'{{"task": <task>, "result": {_QUOTE}}}'),
    Attack("change the page of a project", "PATCH", "/api/projects/{project}/", '{"title": "Another title"}'),
    Attack("use other actions", "POST", "/api/dm/actions/?id=retrieve_tasks_predictions&project={own_project}", "{}"),
    Attack("get the link that invites", "GET", "/api/invite"),
    Attack("set up a web hook", "POST", "/api/webhooks/", '{"url": "http://127.0.0.1:9/"}'),
    Attack("list storages", "GET", "/api/storages/types"),
    Attack("get a token that is good for long", "POST", "/api/token/", "{}"),
    Attack("make an account", "POST", "/api/users/", '{"email": "x@hedgerow.local", "username": "x"}'),
    Attack("delete another's task", "DELETE", "/api/tasks/{other_task}/"),
]
"""In this order: most work only after the first, and what is deleted comes last."""
CLOSED_TWICE = frozenset({"set up a web hook", "list storages"})
"""What is refused where the switches take every protection away, too."""
