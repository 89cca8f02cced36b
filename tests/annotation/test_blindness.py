"""No annotator reads or changes another's work, whatever address is asked."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from annotation import projects
from annotation.accounts import Seat
from annotation.server import Server
from dataset.corpus import Corpus
from tests.annotation.test_pull import draft, labelled, submit

MARK = "We may lose about 40 ships"


@pytest.fixture
def work(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> dict[str, int]:
    """The numbers of a1's project, task, annotation and draft."""
    submit(a1, tasks["one"], labelled())
    draft(a1, tasks["two"])
    project = projects.existing(corpus, "r1", a1)
    annotation = next(task["annotations"][0]["id"] for task in a1.studio.tasks(project) if task["annotations"])
    wrapper = a1.studio._client._client_wrapper.httpx_client
    drafts = wrapper.request(f"api/tasks/{tasks['two']}/drafts", method="GET").json()
    return {"project": project, "task": tasks["one"], "annotation": annotation, "draft": drafts[0]["id"]}


@pytest.fixture
def stranger(server: Server) -> httpx.Client:
    known = server.secrets()
    assert known
    token = known.annotators["a2"].token
    return httpx.Client(base_url=str(server.url()), headers={"Authorization": f"Token {token}"}, timeout=30)


def readable(web: httpx.Client) -> list[str]:
    """Every address of the server's own description that can be read."""
    described: dict[str, Any] = web.get("/docs/api/schema/json/").json()
    return sorted(path for path, methods in described["paths"].items() if "get" in methods)


def filled(path: str, work: dict[str, int]) -> str:
    """The address with a1's numbers in it."""
    kind = next((kind for kind in ("draft", "annotation", "task") if kind in path), "project")
    return re.sub(r"\{(\w+)\}", lambda m: str(work.get(m[1].removesuffix("_pk").removesuffix("_id"), work[kind])), path)


def test_no_address_shows_another_annotators_work(work: dict[str, int], stranger: httpx.Client) -> None:
    asked = readable(stranger)
    assert len(asked) > 50
    shown = []
    for path in asked:
        parameters: dict[str, int | str] = {
            "project": work["project"],
            "task": work["task"],
            "fields": "all",
            "exportType": "JSON",
        }
        answer = stranger.get(filled(path, work), params=parameters)
        if MARK in answer.text or '"id":"q"' in answer.text:
            shown.append(path)
    assert shown == []


def test_the_same_addresses_show_the_annotator_their_own_work(work: dict[str, int], a1: Seat) -> None:
    wrapper = a1.studio._client._client_wrapper.httpx_client
    for path in (f"api/tasks/{work['task']}/", f"api/annotations/{work['annotation']}/"):
        assert '"id":"q"' in wrapper.request(path, method="GET").text


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("kind", ["annotation", "draft", "task", "project"])
def test_no_address_changes_another_annotators_work(
    work: dict[str, int], stranger: httpx.Client, corpus: Corpus, a1: Seat, method: str, kind: str
) -> None:
    before = a1.studio.tasks(work["project"])
    content = None if method == "DELETE" else {"result": [], "data": {"text": "x"}, "title": "mine now"}
    answer = stranger.request(method, f"/api/{kind}s/{work[kind]}/", json=content)
    assert answer.status_code in (403, 404, 405)
    assert a1.studio.tasks(work["project"]) == before


def test_nobody_submits_on_another_annotators_task(work: dict[str, int], stranger: httpx.Client, a1: Seat) -> None:
    answer = stranger.post(f"/api/tasks/{work['task']}/annotations/", json={"result": []})
    assert answer.status_code in (403, 404)
    assert [len(task["annotations"]) for task in a1.studio.tasks(work["project"])].count(1) == 1


def test_nobody_imports_into_or_exports_another_annotators_project(
    work: dict[str, int], stranger: httpx.Client
) -> None:
    assert stranger.post(f"/api/projects/{work['project']}/import", json=[{"data": {"text": "x"}}]).status_code in (
        403,
        404,
    )
    assert stranger.get(f"/api/projects/{work['project']}/export", params={"exportType": "JSON"}).status_code in (
        403,
        404,
    )


def test_nobody_prefills_another_annotators_page(work: dict[str, int], stranger: httpx.Client, a1: Seat) -> None:
    planted = {"task": work["task"], "project": work["project"], "model_version": "", "result": labelled()[:1]}
    assert stranger.post("/api/predictions/", json=planted).status_code in (403, 404)
    assert stranger.post("/api/dm/views/", json={"project": work["project"], "data": {}}).status_code in (403, 404)
    wrapper = a1.studio._client._client_wrapper.httpx_client
    assert wrapper.request("api/predictions/", method="GET", params={"project": work["project"]}).json() == []
