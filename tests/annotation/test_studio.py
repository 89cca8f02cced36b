from __future__ import annotations

import re
import socket

import httpx
import pytest

from annotation.accounts import embedded_seat, seat
from annotation.server import Server
from annotation.studio import Studio, without_credentials
from dataset.corpus import Corpus
from dataset.problem import Problem


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
    server: Server, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = server.secrets()
    assert known
    tokens = [known.annotators["a1"].token, personal_access_token(server, "a1")]
    monkeypatch.setenv("LABEL_STUDIO_URL", str(server.url()))
    for token in tokens:
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", token)
        here = seat(corpus, "a1")
        assert here.blind is False
        assert here.studio.whoami()[1] == "a1@hedgerow.local"


def test_a_wrong_token_is_told(server: Server) -> None:
    with pytest.raises(Problem, match="refuses the token"):
        Studio(str(server.url()), "0" * 40).whoami()


def test_a_server_that_is_down_is_told() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Problem, match=r"no answer from .*hedgerow up"):
            Studio(f"http://127.0.0.1:{unused.getsockname()[1]}", "0" * 40).whoami()


def test_no_session_cookie_is_in_what_is_told(server: Server) -> None:
    with pytest.raises(Problem) as told:
        Studio(str(server.url()), "0" * 40).tasks(1)
    assert "session" not in str(told.value).lower()
    assert len(str(told.value).splitlines()) == 1


def test_a_name_and_password_in_an_address_are_not_shown() -> None:
    assert without_credentials("https://me:secret@studio.example.org/x") == "https://studio.example.org/x"


@pytest.mark.parametrize("address", ["studio.example.org", "ftp://studio.example.org", "http://"])
def test_what_is_not_an_address_is_refused(address: str) -> None:
    with pytest.raises(Problem, match="not an http or https address"):
        without_credentials(address)


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
