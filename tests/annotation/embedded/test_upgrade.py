"""A server that another version set up: what `up` does before, and where it ends if that fails."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest

from annotation.embedded import versions
from annotation.embedded.accounts import Secrets
from annotation.embedded.archive import verify
from annotation.embedded.backup import DATABASE
from annotation.embedded.provision import Order
from annotation.embedded.server import Server
from annotation.embedded.upgrade import upgrading
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from scripts import up
from tests.corpora import make_corpus
from tests.postgres import Postgres

UNAPPLY = """
from annotation.embedded.provision import open_label_studio
open_label_studio()
from django.core.management import call_command
call_command("migrate", "users", "0010", verbosity=0)
"""
LOST = "custom_hotkeys"
"""A column of accounts that only the newer version has."""


@pytest.fixture(scope="module")
def older_set_up(set_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of `set_up` as Label Studio 1.23.0 would have left it, had it come before the last migration."""
    server = Server(Path(shutil.copytree(set_up, tmp_path_factory.mktemp("older") / "state")))
    leave_behind(server, "1.23.0")
    return server.state


@pytest.fixture
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Corpus]:
    """A corpus with such a server."""
    corpus = make_corpus(tmp_path / "older", {"one": "Rain."})
    server = Server(corpus.state)
    if getattr(request, "param", "SQLite") == "SQLite":
        shutil.copytree(request.getfixturevalue("older_set_up"), corpus.state)
    else:
        cluster: Postgres = request.getfixturevalue("postgres")
        server.up(["a1", "a2"], None, print, cluster.create(f"older-{tmp_path.name[-30:]}"))
        server.down()
        leave_behind(server, "1.23.0")
    yield corpus
    server.down()


def leave_behind(server: Server, version: str | None) -> None:
    known = known_of(server)
    server.write_secrets(replace(known, label_studio=version, tables=0))
    subprocess.run([sys.executable, "-c", UNAPPLY], env=server._environment(known), cwd=server._home, check=True)


def known_of(server: Server) -> Secrets:
    known = server.secrets()
    assert known
    return known


def columns(server: Server) -> set[str]:
    known = known_of(server)
    if known.database is not None:
        with psycopg.connect(known.database) as there:
            rows = there.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'htx_user'")
            return {str(name) for (name,) in rows}
    with closing(sqlite3.connect(server.data_path / DATABASE)) as here:
        return {str(row[1]) for row in here.execute("PRAGMA table_info(htx_user)")}


def tasks(corpus: Corpus) -> int:
    """How many tasks there are; without their table, an error."""
    with closing(sqlite3.connect(Server(corpus.state).data_path / DATABASE)) as database:
        return int(database.execute("SELECT count(*) FROM task").fetchone()[0])


def drop_tasks(corpus: Corpus) -> None:
    """What half a migration may leave."""
    with closing(sqlite3.connect(Server(corpus.state).data_path / DATABASE)) as database:
        database.execute("DROP TABLE task")


def backups(corpus: Corpus) -> list[Path]:
    return sorted((corpus.root / "backups").glob("*.tar.gz"))


def run(corpus: Corpus, heard: list[str] | None = None) -> None:
    """What `hedgerow up` does, without its words."""
    server = Server(corpus.state)
    tell: Callable[[str], None] = (heard if heard is not None else []).append
    with upgrading(corpus, server.settle(tell), tell):
        up._check_blindness(server.up([], None, tell))


def test_the_database_of_an_older_version_is_backed_up_and_brought_up_to_date(older: Corpus) -> None:
    server, heard = Server(older.state), list[str]()
    assert LOST not in columns(server)
    run(older, heard)
    assert LOST in columns(server)
    known = known_of(server)
    assert (known.label_studio, known.tables) == (versions.installed("label-studio"), versions.TABLES)
    (archive,) = backups(older)
    assert any(str(archive) in line for line in heard)
    assert verify(archive).counts == {"projects": 0, "tasks": 0, "annotations": 0}
    headers = {"Authorization": f"Token {known.annotators['a1'].token}"}
    assert httpx.get(f"{server.url()}/api/current-user/whoami", headers=headers).status_code == 200
    server.down()
    run(older)
    assert backups(older) == [archive]


@pytest.mark.parametrize("older", ["SQLite", "PostgreSQL"], indirect=True)
def test_a_server_whose_annotators_are_not_blind_afterwards_goes_back(
    older: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seeing(known: Secrets) -> None:
        assert LOST in columns(Server(older.state))
        raise Problem("annotators are not blind on this server: a1 can reach a2's task", "do this")

    server, before = Server(older.state), known_of(Server(older.state))
    monkeypatch.setattr(up, "_check_blindness", seeing)
    with pytest.raises(Problem, match="not blind on this server") as problem:
        run(older)
    assert "pip install label-studio==1.23.0" in problem.value.next_step
    assert str(backups(older)[0]) in problem.value.what
    assert server.process() is None
    assert LOST not in columns(server)
    assert known_of(server) == before
    assert not (older.state / "upgrade.json").exists()


def test_a_migration_that_fails_is_undone(older: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(self: Server, wanted: Secrets, order: Order) -> None:
        drop_tasks(older)
        raise Problem("Label Studio's database could not be made: no such table", "see the log")

    before = known_of(Server(older.state))
    monkeypatch.setattr(Server, "provision", failing)
    with pytest.raises(Problem, match="no such table"):
        run(older)
    assert known_of(Server(older.state)) == before
    assert tasks(older) == 0


def test_what_fails_before_the_database_is_touched_undoes_nothing(
    older: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(*_: object, **__: object) -> None:
        raise Problem("port 80 on 127.0.0.1 is taken", "name another")

    monkeypatch.setattr(Server, "up", taken)
    with pytest.raises(Problem, match=r"^port 80") as problem:
        run(older)
    assert problem.value.next_step == "name another"
    assert not list(older.state.glob("kept-*"))


def test_a_server_that_an_earlier_hedgerow_set_up_is_upgraded_as_well(
    older: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(older.state)
    server.write_secrets(replace(known_of(server), label_studio=None))
    monkeypatch.setattr(Server, "_start", lambda *_, **__: None)
    monkeypatch.setattr(Server, "_wait", lambda *_: None)
    monkeypatch.setattr(up, "_check_blindness", lambda known: None)
    run(older)
    assert known_of(server).is_up_to_date
    assert len(backups(older)) == 1


class Killed(BaseException):
    pass


def kill_while_migrating(corpus: Corpus) -> None:
    def killed(self: Server, wanted: Secrets, order: Order) -> None:
        drop_tasks(corpus)
        raise Killed

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Server, "provision", killed)
        run(corpus)


def test_an_upgrade_that_was_killed_goes_on_from_its_own_backup(older: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(self: Server, wanted: Secrets, order: Order) -> None:
        raise Problem("no", "no")

    kill_while_migrating(older)
    monkeypatch.setattr(Server, "provision", failing)
    with pytest.raises(Problem, match="the server is as it was"):
        run(older)
    assert len(backups(older)) == 1
    assert tasks(older) == 0


def test_the_older_version_installed_again_undoes_an_upgrade_that_was_killed(
    older: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_while_migrating(older)
    monkeypatch.setattr(versions, "installed", lambda package: "1.23.0")
    monkeypatch.setattr(versions, "TABLES", 0)
    monkeypatch.setattr(Server, "up", lambda *_, **__: None)
    monkeypatch.setattr(up, "_check_blindness", lambda known: None)
    run(older)
    assert tasks(older) == 0


@pytest.mark.parametrize(("version", "more_tables"), [("1.23.99", 0), (None, 1)])
def test_a_database_of_a_newer_version_is_refused(
    set_up: Path, tmp_path: Path, version: str | None, more_tables: int
) -> None:
    server = Server(Path(shutil.copytree(set_up, tmp_path / "state")))
    known = known_of(server)
    newer = replace(known, label_studio=version or known.label_studio, tables=versions.TABLES + more_tables)
    server.write_secrets(newer)
    with pytest.raises(Problem, match="was last used with") as problem:
        server.up([], None, print)
    assert (f"pip install label-studio=={version}" if version else "install that again") in problem.value.next_step
    assert server.process() is None
