"""A backup that is put back as another machine does it: another account, another folder, another port."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from annotation.embedded import trespass
from annotation.embedded.accounts import Secrets
from annotation.embedded.backup import Backup, backup
from annotation.embedded.network import LOCAL, Network, NetworkWish
from annotation.embedded.server import Server
from annotation.labelstudio.seats import seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, pull, push
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from tests.annotation.rounds.test_pull import labelled, submit
from tests.commands import Done
from tests.corpora import make_corpus
from tests.postgres import Postgres
from tests.scripts.test_main import hedgerow

TEXT = "The port said on Monday: “We may lose about 40 ships.”"
ADDRESS = "https://label.example.org"


@dataclass(frozen=True)
class Move:
    """A server, its backup, and the corpus on the other machine, where `restored` is what the command said."""

    before: Secrets
    backup: Backup
    corpus: Corpus
    restored: Done
    database: str | None


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def move(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Move]:
    cluster: Postgres | None = request.getfixturevalue("postgres") if request.param == "PostgreSQL" else None
    server: Server = request.getfixturevalue("server_on_postgres" if cluster else "server")
    root = tmp_path_factory.mktemp("move")
    corpus = make_corpus(root / "here" / "team", {"one": TEXT})
    corpus.state.symlink_to(server.state)
    submit_one(corpus)
    before, taken = backed_up_behind_a_proxy(server, corpus)
    there = make_corpus(root / "there" / "team", {"one": TEXT})
    shutil.copytree(corpus.annotations, there.annotations, dirs_exist_ok=True)
    url = cluster.create(f"elsewhere-{root.name}") if cluster else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(root / "another account"))
        words = ("restore", "--from", str(taken.path), "--corpus", str(there.root))
        assert "--adopt" in hedgerow(*words).stderr
        into = ("--database", url) if url else ()
        restored = hedgerow(*words, "--adopt", *into)
        yield Move(before, taken, there, restored, url)
        Server(there.state).down()


def submit_one(corpus: Corpus) -> None:
    who = seat(corpus, "a1")
    push.deal(corpus, "r1", ["a1"])
    push.push(corpus, "r1", who)
    project = projects.existing(corpus, "r1", who)
    (task,) = map(read_task, who.studio.tasks(project))
    submit(who, task.id, labelled())


def backed_up_behind_a_proxy(server: Server, corpus: Corpus) -> tuple[Secrets, Backup]:
    """A backup as it would have been taken of a server that people reach through TLS."""
    known = server.secrets()
    assert known
    reached = replace(known, network=Network(address=ADDRESS, proxies=("127.0.0.1",)))
    server.write_secrets(reached)
    try:
        return reached, backup(corpus)
    finally:
        server.write_secrets(known)


def known_of(corpus: Corpus) -> Secrets:
    known = Server(corpus.state).secrets()
    assert known
    return known


@pytest.fixture(scope="module")
def running(move: Move) -> Secrets:
    """The server there, reached from that machine alone."""
    assert move.restored.returncode == 0, move.restored.stderr
    return Server(move.corpus.state).up(["a2"], None, print, network=NetworkWish(address=LOCAL))


def test_the_address_is_kept_and_it_is_said_how_to_change_it(move: Move) -> None:
    assert move.restored.returncode == 0, move.restored.stderr
    assert ADDRESS in move.restored.stdout
    assert "hedgerow up --address" in move.restored.stdout
    if Server(move.corpus.state).process() is None:
        assert known_of(move.corpus).network == move.before.network


def test_the_accounts_are_the_same_at_another_port(move: Move, running: Secrets) -> None:
    assert (running.admin, running.annotators["a1"]) == (move.before.admin, move.before.annotators["a1"])
    assert running.port != move.before.port
    assert running.database == move.database
    assert running.network == Network()


def test_the_password_of_before_logs_in(move: Move, running: Secrets) -> None:
    account = move.before.annotators["a1"]
    with httpx.Client(base_url=running.url, follow_redirects=True) as web:
        web.get("/user/login/")
        form = {"email": account.email, "password": account.password, "csrfmiddlewaretoken": web.cookies["csrftoken"]}
        web.post("/user/login/", data=form)
        assert web.get("/api/current-user/whoami").json()["email"] == account.email


def test_the_work_is_there(move: Move, running: Secrets) -> None:
    pull.pull(move.corpus, "r1", [seat(move.corpus, "a1")], accept_removals=False, tell=print)
    layer = read_layer(move.corpus.layer_path("r1/a1"), "r1/a1")
    assert (layer.tasks["article_id"].to_list(), layer.spans.height) == (["one"], 3)


def test_annotators_are_as_blind_as_before(running: Secrets) -> None:
    assert len(running.annotators) > 1
    assert trespass.tried(running)[0] == []
