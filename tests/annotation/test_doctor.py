from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from annotation import doctor
from annotation.doctor import clock, examine, failed
from annotation.embedded import trespass, versions
from annotation.embedded.accounts import Account
from annotation.embedded.backup import DATABASE
from annotation.embedded.marks import marked
from annotation.embedded.server import Server
from annotation.labelstudio.seats import Seat
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.doctor import DoctorLine
from tests.corpora import REPOSITORY, make_corpus


def of(lines: list[DoctorLine], check: str) -> DoctorLine:
    (line,) = (line for line in lines if line.check == check)
    return line


def checked(corpus: Corpus) -> list[DoctorLine]:
    return list(examine(corpus))


def assert_fails(line: DoctorLine, *words: str) -> None:
    assert line.mark == "fail"
    assert line.next_step
    assert all(word in line.message for word in words), line


@pytest.fixture
def stopped(tmp_path: Path, server: Server) -> Corpus:
    """A corpus with a server's secrets, an empty database and no server."""
    corpus = make_corpus(tmp_path / "stopped", {"one": "Rain."})
    corpus.state.mkdir(mode=0o700)
    Server(corpus.state).data_path.mkdir()
    (Server(corpus.state).data_path / DATABASE).touch(mode=0o600)
    shutil.copy(server.secrets_path, corpus.state / "secrets.json")
    return corpus


def test_a_machine_and_server_that_can_do_the_job_fail_no_check(corpus: Corpus, tasks: dict[str, int]) -> None:
    lines = checked(corpus)
    assert not failed(lines), [line for line in lines if line.mark == "fail"]
    assert [line for line in lines if line.mark == "warn"] == [of(lines, "git")]
    names = {line.check for line in lines}
    assert {"python", "label-studio", "label-studio-sdk", "disk", "modes", "articles", "entities", "texts"} <= names
    assert {"server", "server-version", "clock", "account admin", "account a1", "account a2", "blindness"} <= names


def test_annotators_try_to_reach_each_others_work(corpus: Corpus, tasks: dict[str, int]) -> None:
    line = of(checked(corpus), "blindness")
    assert line.mark == "ok"
    assert "each was refused" in line.message


def test_a_token_that_does_not_work_is_told(server: Server, stopped: Corpus) -> None:
    known = json.loads(server.secrets_path.read_text(encoding="utf-8"))
    known["annotators"]["a2"]["token"] = "0" * 40
    (stopped.state / "secrets.json").write_text(json.dumps(marked(known)), encoding="utf-8")
    shutil.copy(server.state / "process.json", stopped.state)
    lines = checked(stopped)
    assert_fails(of(lines, "account a2"), "refuses the token (401)")
    assert of(lines, "account a1").mark == "ok"


def test_a_team_too_large_for_sqlite_is_told(tmp_path: Path, stopped: Corpus) -> None:
    known = json.loads((stopped.state / "secrets.json").read_text(encoding="utf-8"))
    account = known["annotators"]["a1"]

    def line(count: int, url: str | None = None) -> DoctorLine:
        known["annotators"] = {f"t{number}": account for number in range(count)}
        (stopped.state / "secrets.json").write_text(json.dumps(marked(known | {"database": url})), encoding="utf-8")
        return of(checked(stopped), "database")

    assert line(doctor.MEASURED_ON_SQLITE).mark == "ok"
    assert line(doctor.MEASURED_ON_SQLITE + 1).mark == "warn"
    assert "hedgerow up --database" in str(line(doctor.MEASURED_ON_SQLITE + 1).next_step)
    assert line(doctor.MEASURED_ON_SQLITE + 1, "postgresql://127.0.0.1/team").mark == "ok"


def test_a_disk_without_room_for_a_backup_is_told_before_it_is_full(
    stopped: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def line(free: int) -> DoctorLine:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
        return of(checked(stopped), "server-disk")

    assert line(2_000_000_000).mark == "ok"
    assert line(1_999_999_999).mark == "warn"
    assert line(1_000_000_000).mark == "warn"
    assert_fails(line(999_999_999), "1.0 GB free")
    with (Server(stopped.state).data_path / DATABASE).open("r+b") as database:
        database.truncate(3_000_000_000)
    assert [line(free).mark for free in (5_999_999_999, 11_999_999_999, 12_000_000_000)] == ["fail", "warn", "ok"]


def test_the_age_of_the_newest_backup_is_told_where_people_reach_the_server(stopped: Corpus) -> None:
    assert not [line for line in checked(stopped) if line.check == "backup"]
    known = json.loads((stopped.state / "secrets.json").read_text(encoding="utf-8"))
    network = {"address": "https://label.example.org", "proxies": ["127.0.0.1"]}
    (stopped.state / "secrets.json").write_text(json.dumps(marked(known | {"network": network})), encoding="utf-8")
    assert of(checked(stopped), "backup").mark == "warn"
    (stopped.root / "backups").mkdir()
    for hours, mark in ((72, "warn"), (24, "ok")):
        taken_at = datetime.now(UTC) - timedelta(hours=hours)
        (stopped.root / "backups" / f"stopped-{taken_at:%Y%m%dT%H%M%SZ}.tar.gz").touch()
        assert of(checked(stopped), "backup").mark == mark
    (stopped.root / "backups" / f"another-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz").touch()
    assert "24 hours" in of(checked(stopped), "backup").message


def test_a_server_that_is_not_set_up_or_not_running_is_no_failure(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "new", {"one": "Rain."})
    assert of(checked(corpus), "server") == DoctorLine(
        "server", "warn", "no Label Studio is set up here", "start one with `hedgerow up --annotator a1`"
    )
    put_secrets(corpus, port=1)
    assert of(checked(corpus), "server") == DoctorLine(
        "server", "warn", "Label Studio is not running", "start it with `hedgerow up`"
    )
    assert not failed(checked(corpus))


def put_secrets(corpus: Corpus, port: int) -> None:
    corpus.state.mkdir(mode=0o700)
    admin = asdict(Account("admin", "admin@hedgerow.local", "word", "token"))
    path = corpus.state / "secrets.json"
    path.write_text(json.dumps(marked({"port": port, "admin": admin, "annotators": {}})), encoding="utf-8")
    path.chmod(0o600)
    Server(corpus.state).data_path.mkdir()
    (Server(corpus.state).data_path / DATABASE).touch(mode=0o600)


def test_another_server_at_the_port_is_told(stopped: Corpus) -> None:
    assert_fails(of(checked(stopped), "server"), "something else answers")


def test_a_process_that_does_not_answer_is_told(server: Server, tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "mute", {"one": "Rain."})
    put_secrets(corpus, port=1)
    shutil.copy(server.state / "process.json", corpus.state)
    assert_fails(of(checked(corpus), "server"), "does not answer like Label Studio (ConnectError)")


def test_secrets_that_others_can_read_are_told_with_the_mend(stopped: Corpus) -> None:
    stopped.state.chmod(0o755)
    (stopped.state / "secrets.json").chmod(0o640)
    modes = [line for line in checked(stopped) if line.check == "modes"]
    assert [line.mark for line in modes] == ["fail", "fail"]
    assert [line.next_step for line in modes] == [
        f"run `chmod 700 {stopped.state}`",
        f"run `chmod 600 {stopped.state / 'secrets.json'}`",
    ]


def test_damaged_secrets_are_a_line(stopped: Corpus) -> None:
    (stopped.state / "secrets.json").write_text('{"port": 1}', encoding="utf-8")
    assert_fails(of(checked(stopped), "server"), "secrets.json is damaged")


def test_a_foreign_server_is_asked_and_blindness_is_by_agreement(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make_corpus(tmp_path / "guest", {"one": "Rain."})
    known = server.secrets()
    assert known
    monkeypatch.setenv("LABEL_STUDIO_URL", str(server.url()))
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", known.annotators["a1"].token)
    (corpus.root / "annotators.toml").write_text('a1 = "a1@hedgerow.local"\nx = "x@example.org"\n', encoding="utf-8")
    lines = checked(corpus)
    assert of(lines, "token").mark == "ok"
    assert of(lines, "server-version").mark == "ok"
    assert of(lines, "annotator a1").mark == "ok"
    assert_fails(of(lines, "annotator x"), "does not know x's account")
    assert "blind only by agreement" in of(lines, "blindness").message
    assert not [line for line in lines if known.annotators["a1"].token in str(line)]


def test_a_foreign_server_that_is_named_badly_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = make_corpus(tmp_path / "guest", {"one": "Rain."})
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
    assert_fails(of(checked(corpus), "server"), "LABEL_STUDIO_API_KEY is not")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "token")
    assert_fails(of(checked(corpus), "server"), "does not answer like Label Studio")
    monkeypatch.setenv("LABEL_STUDIO_URL", "ftp://127.0.0.1:1")
    assert_fails(of(checked(corpus), "server"), "is not an http or https address")


def test_a_foreign_server_needs_no_label_studio_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "installed", lambda package: None)
    assert_fails(of(list(examine(None)), "label-studio"), "is not installed")
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
    assert of(list(examine(None)), "label-studio").mark == "ok"


@pytest.mark.parametrize("version", ["1.22.0", "1.24.1", "1.230.0", "2.0"])
def test_another_version_is_told_here_and_on_the_server(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "installed", lambda package: version)
    assert_fails(of(list(examine(None)), "label-studio"), version, "made for 1.23")
    assert_fails(doctor.version(version), version, "made for 1.23")


def test_the_versions_are_those_of_the_project_file() -> None:
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"label-studio~={versions.LABEL_STUDIO}.0"' in project
    assert f'"label-studio-sdk~={versions.SDK}.0"' in project
    assert 'requires-python = ">=3.11"' in project


def test_clocks_that_are_a_minute_apart_are_told() -> None:
    now = datetime(2031, 5, 2, 10, 0, 30, tzinfo=UTC)
    date = "Fri, 02 May 2031 10:00:00 GMT"
    assert clock(date, now).mark == "ok"
    assert clock(date, now + timedelta(seconds=30)) == DoctorLine(
        "clock",
        "warn",
        "the server's clock and this one are 60 s apart",
        "set both by a time server; the record's times come from the server's",
    )
    assert clock(date, now - timedelta(days=1)).mark == "warn"
    for unreadable in (None, "", "yesterday"):
        assert clock(unreadable, now).mark == "warn"


def test_a_check_that_breaks_off_is_a_line(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*words: object) -> trespass.OrganisationMember:
        raise RuntimeError("no idea")

    monkeypatch.setattr(trespass, "_whoami", broken)
    assert_fails(of(checked(corpus), "blindness"), "broke off", "no idea")


def test_no_line_tells_a_secret(server: Server, corpus: Corpus, a1: Seat) -> None:
    known = server.secrets()
    assert known
    text = str(checked(corpus))
    assert not [account for account in known.annotators.values() if account.token in text or account.password in text]


Breaking = Callable[[Corpus], object]
BROKEN: dict[str, tuple[str, Breaking, str]] = {
    "changed text": ("texts", lambda c: c.text_path("one").write_text("Snow."), "is not the text that articles.jsonl"),
    "missing text": ("texts", lambda c: c.text_path("one").unlink(), "the text of one is missing"),
    "no JSON": ("articles", lambda c: (c.seeds / "articles.jsonl").write_text("{"), "cannot be read as the table"),
    "bad hash": ("articles", lambda c: change(c, "articles", '"text_sha256":"', '"text_sha256":"x'), "text_sha256 is"),
    "twice": ("articles", lambda c: twice(c, "articles"), "one is there twice"),
    "bad kind": ("entities", lambda c: change(c, "entities", '"group"', '"pirate"'), "kind is 'pirate'"),
    "same entity": ("entities", lambda c: twice(c, "entities"), "Port of Lomma is there twice"),
}


def change(corpus: Corpus, table: str, old: str, new: str) -> None:
    path = corpus.seeds / f"{table}.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def twice(corpus: Corpus, table: str) -> None:
    path = corpus.seeds / f"{table}.jsonl"
    path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8")


@pytest.mark.parametrize("fault", BROKEN)
def test_a_corpus_that_cannot_be_read_is_a_line(tmp_path: Path, fault: str) -> None:
    corpus = make_corpus(tmp_path / "corpus", {"one": "Rain."})
    assert not failed(checked(corpus))
    name, breaking, words = BROKEN[fault]
    breaking(corpus)
    assert_fails(of(checked(open_corpus(corpus.root)), name), words)


def test_texts_without_a_row_are_told(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", {"one": "Rain."})
    corpus.text_path("stray").write_text("Snow.", encoding="utf-8")
    line = of(checked(corpus), "texts")
    assert (line.mark, "stray" in line.message, "hedgerow intake" in str(line.next_step)) == ("warn", True, True)


def test_a_raw_pull_that_was_altered_is_told(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "pulled", {"one": "Rain."})
    assert [line.mark for line in doctor.pulls(corpus)] == ["ok"]
    (corpus.pulls / "r1-0").mkdir(parents=True)
    (corpus.pulls / "r1-0" / "manifest.json").write_text('{"annotators":{"a1":{"sha256":"0"}}}', encoding="utf-8")
    assert_fails(of(checked(corpus), "pulls"), "r1-0/a1.jsonl")
