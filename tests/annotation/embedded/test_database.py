from __future__ import annotations

import stat
from pathlib import Path

import psycopg
import pytest

from annotation.embedded.database import checked_url
from annotation.embedded.server import Server, summary
from dataset.problem import Problem
from tests.postgres import Postgres


def test_the_work_is_in_the_database_that_was_named(server_on_postgres: Server, postgres: Postgres) -> None:
    with psycopg.connect(postgres.url("studio")) as database:
        addresses = {address for (address,) in database.execute("SELECT email FROM htx_user")}
    assert {"a1@hedgerow.local", "admin@hedgerow.local"} <= addresses
    assert not list(server_on_postgres.data_path.glob("*.sqlite3"))
    assert summary(server_on_postgres)["database"] == postgres.url("studio")


def test_the_choice_is_kept_where_only_its_owner_reads_and_the_password_nowhere(
    server_on_postgres: Server, postgres: Postgres
) -> None:
    known = server_on_postgres.secrets()
    assert known
    assert known.database == postgres.url("studio")
    assert stat.S_IMODE(server_on_postgres.secrets_path.stat().st_mode) == 0o600
    files = [path.read_bytes() for path in server_on_postgres.state.rglob("*") if path.is_file()]
    assert not [content for content in files if postgres.password.encode() in content]
    process = server_on_postgres.process()
    assert process
    assert postgres.password not in " ".join(process.cmdline())


def test_a_later_up_needs_no_database_and_finds_the_same(server_on_postgres: Server, postgres: Postgres) -> None:
    before = server_on_postgres.process()
    assert server_on_postgres.up([], None, print).database == postgres.url("studio")
    assert server_on_postgres.up([], None, print, postgres.url("studio")).database == postgres.url("studio")
    assert server_on_postgres.process() == before


@pytest.mark.parametrize("on", ["server", "server_on_postgres"])
def test_another_database_than_the_one_with_the_work_is_refused(request: pytest.FixtureRequest, on: str) -> None:
    running: Server = request.getfixturevalue(on)
    before = running.secrets()
    with pytest.raises(Problem, match="hedgerow restore --round R --annotator A"):
        running.up([], None, print, "postgresql://hedgerow@127.0.0.1:5432/another")
    assert running.secrets() == before


def test_a_database_with_another_servers_accounts_is_refused(
    server_on_postgres: Server, postgres: Postgres, tmp_path: Path
) -> None:
    second_server = Server(tmp_path / "state")
    with pytest.raises(Problem, match="holds another Label Studio's data"):
        second_server.up([], None, print, postgres.url("studio"))
    assert second_server.secrets() is None


def test_a_database_that_does_not_let_us_in_is_told_and_nothing_is_made(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "another")
    new = Server(tmp_path / "state")
    with pytest.raises(Problem, match="password authentication failed") as problem:
        new.up([], None, print, postgres.url("postgres"))
    assert "PGPASSWORD" in problem.value.next_step
    assert new.secrets() is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://hedgerow:opensesame@127.0.0.1/hedgerow",
        "postgres://127.0.0.1/hedgerow?user=hedgerow&password=opensesame",
        "postgresql://127.0.0.1/hedgerow?sslpassword=opensesame",
        "postgresql://hedgerow:@127.0.0.1/hedgerow?password=opensesame",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_said_again(url: str) -> None:
    with pytest.raises(Problem, match="PGPASSWORD") as problem:
        checked_url(url)
    assert "opensesame" not in str(problem.value)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://127.0.0.1/hedgerow",
        "host=127.0.0.1 dbname=hedgerow",
        "postgresql://127.0.0.1:5432",
        "postgresql://127.0.0.1/hedgerow?colour=opensesame",
        "postgresql://127.0.0.1:port/hedgerow",
        "postgresql://[::1/opensesame",
        "",
    ],
)
def test_what_is_no_address_of_a_database_is_refused(url: str) -> None:
    with pytest.raises(Problem, match="write one like postgresql://hedgerow@") as problem:
        checked_url(url)
    assert "opensesame" not in str(problem.value)


@pytest.mark.parametrize("url", ["postgresql://h@[::1]:5433/h?sslmode=require", "postgres:///h?host=/run/postgresql"])
def test_what_libpq_takes_is_taken(url: str) -> None:
    assert checked_url(url) == url
