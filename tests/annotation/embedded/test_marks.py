"""A server that was not set up by this account on this machine is neither used nor sent a password."""

from __future__ import annotations

import json
import shutil
import socket
import stat
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from annotation.embedded import server as server_module
from annotation.embedded.accounts import Account, Secrets
from annotation.embedded.backup import backup, restore
from annotation.embedded.marks import is_marked, marked
from annotation.embedded.server import Server, summary
from annotation.labelstudio.seats import embedded_seat
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from tests.annotation.embedded.test_backup import content, listed, put_data, secrets_of, written
from tests.corpora import make_corpus

ADMIN = Account("admin", "admin@hedgerow.local", "word", "token")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """From here on it is another account's, or another machine's, folder of state."""
    folder = tmp_path / "state-of-another"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port where whatever connects is noted."""
    heard: list[bytes] = []
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()

        def answer() -> None:
            while True:
                try:
                    caller, _ = door.accept()
                except OSError:
                    return
                with caller:
                    heard.append(caller.recv(100))

        listening = threading.Thread(target=answer, daemon=True)
        listening.start()
        yield door.getsockname()[1], heard
        door.shutdown(socket.SHUT_RDWR)
        listening.join()


def stranger(corpus: Corpus, database: str | None = None, **more: Any) -> Server:
    """The state that came with a corpus."""
    corpus.state.mkdir(mode=0o700)
    path = corpus.state / "secrets.json"
    path.write_text(json.dumps({**asdict(Secrets(1, ADMIN, {"a1": ADMIN}, database)), **more}), encoding="utf-8")
    path.chmod(0o600)
    return Server(corpus.state)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "strangers", {"one": "Rain."})


@pytest.fixture
def _does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "provision", lambda self, wanted, order: None)
    monkeypatch.setattr(Server, "_start", lambda self, wanted, **_: None)
    monkeypatch.setattr(Server, "_wait", lambda self, tell: None)


@pytest.mark.parametrize("mark", [{}, {"mark": None}, {"mark": "0" * 64}, {"mark": "é"}, {"mark": 5}])
def test_secrets_that_were_not_made_here_are_refused_by_whatever_reads_them(
    corpus: Corpus, mark: dict[str, Any]
) -> None:
    server = stranger(corpus, **mark)
    before = server.secrets_path.read_bytes()
    for asking in (
        server.secrets,
        lambda: summary(server),
        lambda: embedded_seat(corpus, "a1"),
        lambda: backup(corpus),
    ):
        with pytest.raises(Problem, match=r"not written by this account on this machine.*hedgerow up --adopt`"):
            asking()
    with pytest.raises(Problem, match="not written by this account"):
        server.up(["a1"], None, print)
    assert server.secrets_path.read_bytes() == before
    assert not server.data_path.exists()


@pytest.mark.parametrize("part", ["port", "admin", "annotators", "database", "another"])
def test_a_mark_holds_for_all_of_the_content(part: str) -> None:
    content = {"port": 1, "admin": asdict(ADMIN), "annotators": {}, "database": None}
    assert is_marked(marked(content))
    assert not is_marked({**marked(content), part: "x"})


def test_the_password_of_postgresql_goes_to_no_host_that_a_strangers_file_names(
    corpus: Corpus, listener: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, heard = listener
    monkeypatch.setenv("PGPASSWORD", "opensesame")
    url = f"postgresql://me@127.0.0.1:{port}/team"
    server = stranger(corpus, url)
    for adopt, named, words in (
        (False, None, "--adopt --database"),
        (True, None, "would be sent your password"),
        (True, "postgresql://me@127.0.0.1/mine", "would be sent your password"),
        (False, url, "--adopt --database"),
    ):
        with pytest.raises(Problem, match=words):
            server.up(["a1"], None, print, named, adopt=adopt)
    assert heard == []
    with pytest.raises(Problem, match=r"PostgreSQL at .* cannot be opened"):
        server.up(["a1"], None, print, url, adopt=True)
    assert heard


@pytest.mark.usefixtures("_does_not_start")
def test_a_server_is_taken_over_once_and_is_then_this_accounts_own(corpus: Corpus) -> None:
    server = stranger(corpus)
    known = server.up([], None, print, adopt=True)
    assert known.admin == ADMIN
    assert known.annotators["a1"] == ADMIN
    assert server.secrets() == known
    assert server.up([], None, print) == known


@pytest.mark.usefixtures("_does_not_start")
def test_a_corpus_that_is_moved_or_copied_on_this_machine_keeps_its_server(corpus: Corpus, tmp_path: Path) -> None:
    known = Server(corpus.state).up(["a1"], None, print)
    shutil.copytree(corpus.root, tmp_path / "copy")
    corpus.root.rename(tmp_path / "moved")
    for folder in ("copy", "moved"):
        assert Server(tmp_path / folder / ".hedgerow").secrets() == known


@pytest.mark.usefixtures("_does_not_start")
def test_another_account_or_machine_is_asked_to_adopt_it(corpus: Corpus, elsewhere: Path) -> None:
    server = Server(corpus.state)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("XDG_STATE_HOME")
        patch.setenv("HOME", str(elsewhere.parent / "home"))
        known = server.up(["a1"], None, print)
    with pytest.raises(Problem, match="--adopt"):
        server.secrets()
    server.adopt()
    assert server.secrets() == known


def test_a_backup_from_elsewhere_is_put_back_once_that_is_wanted(tmp_path: Path, elsewhere: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path / "first"))
        first = make_corpus(tmp_path / "a" / "small", {"one": "Rain."})
        put_data(first)
        known, archive = secrets_of(first), backup(first, tmp_path / "small.tar.gz").path
    second = make_corpus(tmp_path / "b" / "small", {"one": "Rain."})
    with pytest.raises(Problem, match=r"not taken by this account on this machine; nothing was changed.*--adopt"):
        restore(second, archive, replace=False)
    assert not (second.state / "secrets.json").exists()
    restore(second, archive, replace=False, adopt=True)
    assert secrets_of(second) == known


@pytest.mark.parametrize("adopt", [False, True])
def test_a_backup_that_names_a_database_is_refused(tmp_path: Path, adopt: bool) -> None:
    first = make_corpus(tmp_path / "a" / "small", {"one": "Rain."})
    put_data(first)
    known = json.loads((first.state / "secrets.json").read_text(encoding="utf-8"))
    named = json.dumps(marked(known | {"database": "postgresql://me@192.0.2.1/team"})).encode()
    archive = backup(first, tmp_path / "small.tar.gz").path
    written(archive, listed(content(archive), "secrets.json", named))
    second = make_corpus(tmp_path / "b" / "small", {"one": "Rain."})
    with pytest.raises(Problem, match="are not of one server"):
        restore(second, archive, replace=False, adopt=adopt)
    assert not (second.state / "secrets.json").exists()


def test_the_key_is_its_owners_alone_and_a_home_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own"))
    content = marked({"port": 1})
    (key,) = (tmp_path / "own").rglob("key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.chmod(0o666)
    with pytest.raises(Problem, match="other accounts can change"):
        is_marked(content)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert not is_marked(content)
    with pytest.raises(Problem, match=r"cannot be written: .*; .*XDG_STATE_HOME"):
        marked(content)


def test_secrets_that_are_a_link_or_open_to_others_are_refused(corpus: Corpus, tmp_path: Path) -> None:
    server = stranger(corpus)
    server.adopt()
    assert server.secrets()
    server.secrets_path.chmod(0o620)
    with pytest.raises(Problem, match="other accounts can change"):
        server.secrets()
    server.secrets_path.chmod(0o600)
    server.secrets_path.rename(tmp_path / "secrets.json")
    server.secrets_path.symlink_to(tmp_path / "secrets.json")
    with pytest.raises(Problem, match="is not followed"):
        server.secrets()


@pytest.mark.parametrize("name", ["label-studio", "label-studio.log", "home", "tmp", "up.lock", "process.json"])
def test_nothing_is_written_through_a_link_that_came_with_a_corpus(corpus: Corpus, tmp_path: Path, name: str) -> None:
    (tmp_path / "mine").mkdir()
    corpus.state.mkdir()
    (corpus.state / name).symlink_to(tmp_path / "mine")
    with pytest.raises(Problem, match=f"{name} is a link"):
        Server(corpus.state).up(["a1"], None, print)
    assert not list((tmp_path / "mine").iterdir())


def test_a_state_folder_that_is_a_link_to_no_server_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o755)
    corpus.state.symlink_to(tmp_path / "mine")
    with pytest.raises(Problem, match="is a link"):
        Server(corpus.state).up(["a1"], None, print)
    assert not list((tmp_path / "mine").iterdir())


def test_data_that_came_without_accounts_is_not_used(corpus: Corpus) -> None:
    (corpus.state / "label-studio").mkdir(parents=True)
    (corpus.state / "label-studio" / ".env").write_text("SECRET_KEY=known\n", encoding="utf-8")
    with pytest.raises(Problem, match="there are no accounts of it here"):
        Server(corpus.state).up(["a1"], None, print)
    assert not (corpus.state / "secrets.json").exists()


@pytest.mark.usefixtures("_does_not_start")
def test_what_lies_in_the_servers_home_is_gone_before_it_starts(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = corpus.state / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").touch()
    monkeypatch.setattr(server_module.Server, "_start", lambda self, wanted, **_: seen.extend(home.iterdir()))
    seen: list[Path] = []
    Server(corpus.state).up(["a1"], None, print)
    assert home.is_dir()
    assert seen == []
