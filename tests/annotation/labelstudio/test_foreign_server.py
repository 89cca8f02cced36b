"""What teams do on a Label Studio of their own, and the embedded server refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from annotation.embedded.server import Server
from annotation.labelstudio.seats import Seat, embedded_seat, seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, pull, push
from dataset.record.corpus import Corpus
from tests.annotation.embedded.unprotected import running_as_it_comes
from tests.annotation.rounds.test_pull import TEXT, labelled, layer_of, pulled, submit
from tests.corpora import make_corpus


@pytest.fixture(scope="module")
def foreign(set_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_as_it_comes(set_up, tmp_path_factory.mktemp("foreign")) as server:
        yield server


@pytest.fixture
def corpus(foreign: Server, tmp_path: Path) -> Corpus:
    corpus = make_corpus(tmp_path / "corpus", {"one": TEXT, "two": "Nothing was said.", "three": "Rain."})
    corpus.state.symlink_to(foreign.state)
    return corpus


@pytest.fixture
def a1(corpus: Corpus) -> Seat:
    return embedded_seat(corpus, "a1")


def personal_access_token(server: Server, annotator: str) -> str:
    """A token made in the browser's session, as a person would."""
    known = server.secrets()
    assert known
    account = known.annotators[annotator]
    with httpx.Client(base_url=str(server.url()), follow_redirects=True) as web:
        page = web.get("/user/login/")
        csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert csrf
        form = {"email": account.email, "password": account.password, "csrfmiddlewaretoken": csrf[1]}
        web.post("/user/login/", data=form, headers={"Referer": str(page.url)})
        made = web.post("/api/token/", headers={"X-CSRFToken": web.cookies["csrftoken"], "Referer": str(page.url)})
    assert made.status_code == 201, made.text
    return str(made.json()["token"])


def test_a_legacy_token_and_a_personal_access_token_open_the_same_account(
    foreign: Server, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = foreign.secrets()
    assert known
    tokens = [known.annotators["a1"].token, personal_access_token(foreign, "a1")]
    monkeypatch.setenv("LABEL_STUDIO_URL", str(foreign.url()))
    for token in tokens:
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", token)
        here = seat(corpus, "a1")
        assert here.blind is False
        assert here.studio.whoami()[1] == "a1@hedgerow.local"


def test_a_project_is_found_again_under_another_title(corpus: Corpus, a1: Seat) -> None:
    push.deal(corpus, "r1", ["a1"])
    project = push.push(corpus, "r1", a1).project
    a1.studio._client.projects.update(id=project, title="My own title")
    assert push.push(corpus, "r1", a1).project == project


def test_an_export_gives_the_same_layer(corpus: Corpus, a1: Seat, tmp_path: Path) -> None:
    push.deal(corpus, "r1", ["a1"])
    push.push(corpus, "r1", a1)
    project = projects.existing(corpus, "r1", a1)
    tasks = {str(task.article_id): task.id for task in map(read_task, a1.studio.tasks(project))}
    submit(a1, tasks["one"], labelled())
    submit(a1, tasks["two"], [], skipped=True)
    pulled(corpus, a1)
    from_server = layer_of(corpus)
    sent = a1.studio._client._client_wrapper.httpx_client.request(
        f"api/projects/{project}/export", method="GET", params={"exportType": "JSON", "download_all_tasks": "true"}
    )
    export = tmp_path / "export.json"
    export.write_bytes(sent.content)
    pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
    from_file = layer_of(corpus)
    assert from_file.spans.height == 3
    assert from_file.spans.equals(from_server.spans)
    assert from_file.relations.equals(from_server.relations)
    assert from_file.tasks.equals(from_server.tasks)
