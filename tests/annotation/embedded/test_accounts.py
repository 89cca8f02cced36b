"""Accounts over their life: invited, let in, slowed when they guess, removed; on a real server, without a browser."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from django.core import signing

from annotation.embedded.accounts import Account
from annotation.embedded.backup import DATABASE
from annotation.embedded.inside.routes import KEY_HEADER
from annotation.embedded.invitations import invite, remove
from annotation.embedded.server import Server
from dataset.problem import Problem

PASSWORD = "heron over the harbour"


@pytest.fixture(scope="module")
def server(set_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(Path(shutil.copytree(set_up, tmp_path_factory.mktemp("accounts") / "state")))
    running.up([], None, print)
    yield running
    running.down()


@pytest.fixture
def web(server: Server) -> Iterator[httpx.Client]:
    """A browser that has not been there."""
    with httpx.Client(base_url=str(server.url()), timeout=60) as client:
        yield client


def set_password(web: httpx.Client, link: str, password: str, again: str | None = None) -> httpx.Response:
    web.get("/hedgerow/welcome/")
    form = {"secret": link.rpartition("/")[2], "password": password, "again": password if again is None else again}
    return web.post("/hedgerow/welcome/", data={**form, "csrfmiddlewaretoken": web.cookies["csrftoken"]})


def log_in(web: httpx.Client, email: str, password: str) -> int:
    web.get("/user/login/")
    form = {"email": email, "password": password, "csrfmiddlewaretoken": web.cookies["csrftoken"]}
    return web.post("/user/login/", data=form).status_code


def who_is_in(web: httpx.Client) -> str | None:
    answer = web.get("/api/current-user/whoami")
    return str(answer.json()["email"]) if answer.is_success else None


def forget_attempts(server: Server, ago: timedelta | None = None) -> None:
    """As if all attempts had been made that much earlier, or never."""
    with closing(sqlite3.connect(server.data_path / DATABASE, timeout=60)) as database, database:
        if ago is None:
            database.execute("DELETE FROM hedgerow_attempts_attempt")
        else:
            shift = f"-{int(ago.total_seconds())} seconds"
            database.execute("UPDATE hedgerow_attempts_attempt SET at = datetime(at, ?)", (shift,))


def account(server: Server, name: str) -> Account:
    return server.known().annotators[name]


def test_a_link_sets_a_password_and_lets_its_owner_in(server: Server, web: httpx.Client) -> None:
    link = invite(server, "kim", reset=False)
    assert link.startswith(f"{server.url()}/hedgerow/welcome/#kim@hedgerow.local/")
    assert set_password(web, link, PASSWORD).status_code == 302
    assert who_is_in(web) == "kim@hedgerow.local"
    assert account(server, "kim").password == ""
    with httpx.Client(base_url=str(server.url())) as another:
        assert log_in(another, "kim@hedgerow.local", PASSWORD) == 302


@pytest.mark.parametrize(
    ("password", "again"),
    [("short", None), ("password123", None), ("1029384756102", None), ("kim.hedgerow.local", None), (PASSWORD, "x")],
)
def test_a_password_that_is_short_common_or_mistyped_is_refused(
    server: Server, web: httpx.Client, password: str, again: str | None
) -> None:
    link = invite(server, "kim", reset=True)
    assert set_password(web, link, password, again).status_code == 422
    assert who_is_in(web) is None
    assert set_password(web, link, PASSWORD).status_code == 302


@pytest.mark.parametrize("damage", [lambda secret: "", lambda secret: secret[:-1], lambda secret: "MQ." + secret[3:]])
def test_a_secret_that_was_not_given_out_opens_nothing(server: Server, web: httpx.Client, damage: object) -> None:
    secret = invite(server, "lee", reset=True).rpartition("/")[2]
    assert callable(damage)
    assert set_password(web, "/" + damage(secret), PASSWORD).status_code == 403


def test_a_secret_is_in_no_file_of_the_server(server: Server, web: httpx.Client) -> None:
    link = invite(server, "mo", reset=True)
    set_password(web, link, PASSWORD)
    secret = link.rpartition(".")[2].encode()
    assert [path for path in server.state.rglob("*") if path.is_file() and secret in path.read_bytes()] == []


def test_an_invitation_ends_the_password_that_up_made(server: Server, web: httpx.Client) -> None:
    made = account(server, "a3").password
    invite(server, "a3", reset=False)
    assert log_in(web, "a3@hedgerow.local", made) == 200
    server.up(["a3"], None, print)
    assert log_in(web, "a3@hedgerow.local", made) == 200
    forget_attempts(server)


def test_who_was_removed_is_out_and_the_work_can_still_be_asked_for(server: Server, web: httpx.Client) -> None:
    set_password(web, invite(server, "noa", reset=False), PASSWORD)
    token = account(server, "noa").token
    remove(server, "noa")
    assert who_is_in(web) is None
    assert log_in(web, "noa@hedgerow.local", PASSWORD) == 200
    asked = f"{server.url()}/api/projects/"
    assert httpx.get(asked, headers={"Authorization": f"Token {token}"}).status_code == 401
    known = server.known()
    own = {"Authorization": f"Token {known.annotators['noa'].token}", KEY_HEADER: str(known.key)}
    assert httpx.get(asked, headers=own).is_success
    with pytest.raises(Problem, match="--reset"):
        invite(server, "noa", reset=False)
    assert set_password(web, invite(server, "noa", reset=True), PASSWORD).status_code == 302
    assert not account(server, "noa").is_removed
    forget_attempts(server)


@pytest.mark.parametrize(("idle", "who"), [(timedelta(hours=23), "rae@hedgerow.local"), (timedelta(hours=25), None)])
def test_a_session_ends_after_a_day_without_use(
    server: Server, web: httpx.Client, monkeypatch: pytest.MonkeyPatch, idle: timedelta, who: str | None
) -> None:
    set_password(web, invite(server, "rae", reset=True), PASSWORD)
    key = (server.data_path / ".env").read_text(encoding="utf-8").partition("SECRET_KEY=")[2].strip().strip("'\"")
    signer = signing.TimestampSigner(
        key=key, salt="django.contrib.sessions.backends.signed_cookies", algorithm="sha256", fallback_keys=[]
    )
    session = signer.unsign(web.cookies["sessionid"])
    monkeypatch.setattr(time, "time", lambda: datetime.now(UTC).timestamp() - idle.total_seconds())
    with httpx.Client(base_url=str(server.url()), cookies={"sessionid": signer.sign(session)}) as another:
        assert who_is_in(another) == who


def test_nobody_is_removed_who_is_not_there(server: Server) -> None:
    with pytest.raises(Problem, match="no account"):
        remove(server, "nobody")


def note_failures(server: Server, accounts: list[str]) -> None:
    """As if somebody on this machine had just failed to log in with each of these."""
    with closing(sqlite3.connect(server.data_path / DATABASE, timeout=60)) as database, database:
        database.executemany(
            "INSERT INTO hedgerow_attempts_attempt (account, address, at) VALUES (?, '127.0.0.1', datetime('now'))",
            [(each,) for each in accounts],
        )


def wait_asked_for(web: httpx.Client, email: str) -> int:
    """How many seconds the server wants to pass before it looks at the next attempt."""
    answer = web.post("/user/login/", data={"email": email, "csrfmiddlewaretoken": web.cookies["csrftoken"]})
    assert answer.status_code == 429
    return int(answer.headers["retry-after"])


def test_guessing_is_slowed_then_refused_and_then_forgotten(server: Server, web: httpx.Client) -> None:
    pia = "pia@hedgerow.local"
    set_password(web, invite(server, "pia", reset=False), PASSWORD)
    with httpx.Client(base_url=str(server.url())) as guesser:
        assert [log_in(guesser, pia, f"guess {number}") for number in range(3)] == [200, 200, 200]
        note_failures(server, [pia] * 5)
        assert 20 < wait_asked_for(guesser, pia) <= 33
        forget_attempts(server, timedelta(seconds=32))
        assert log_in(guesser, " PIA@hedgerow.local", "guess") == 200
        note_failures(server, [pia])
        assert 700 < wait_asked_for(guesser, pia) <= 901
        assert log_in(guesser, pia, PASSWORD) == 429
        assert log_in(guesser, "kim@hedgerow.local", "x") == 200
        forget_attempts(server, timedelta(minutes=15))
        assert log_in(guesser, pia, PASSWORD) == 302
    forget_attempts(server)


def test_an_address_is_refused_for_guessing_at_many_accounts(server: Server, web: httpx.Client) -> None:
    note_failures(server, [f"guessed{number}" for number in range(100)])
    assert log_in(web, "kim@hedgerow.local", "x") == 429
    forget_attempts(server)


def test_logging_in_forgets_ones_own_failures_and_no_neighbours(server: Server, web: httpx.Client) -> None:
    set_password(web, invite(server, "quinn", reset=False), PASSWORD)
    note_failures(server, ["kim@hedgerow.local"] * 9)
    assert log_in(web, "quinn@hedgerow.local", PASSWORD) == 302
    with httpx.Client(base_url=str(server.url())) as guesser:
        assert log_in(guesser, "kim@hedgerow.local", "x") == 429
    forget_attempts(server)
