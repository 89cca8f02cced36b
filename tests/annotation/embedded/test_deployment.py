from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from annotation.embedded import deployment, processes
from annotation.embedded.accounts import Account, Secrets
from annotation.embedded.deployment import DeployedFile, Installation, backup_units, server_unit, write_into
from annotation.embedded.marks import marked
from annotation.embedded.network import Network
from annotation.embedded.server import Server
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from tests.corpora import make_corpus

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(
    ANALYZE is None and not os.environ.get("CI"), reason="there is no systemd-analyze here; `make proxies` installs it"
)
SECRET = "a-secret-of-the-admins"
MOST_EXPOSED = 2.0
"""As systemd rates it from 0 to 10: below 2 is as good as a service that listens to a network gets."""


def put_secrets(corpus: Corpus, database: str | None = None, network: Network | None = None) -> None:
    corpus.state.mkdir(mode=0o700, exist_ok=True)
    admin = Account("admin", "admin@hedgerow.local", SECRET, SECRET)
    known = Secrets(8080, admin, database=database, network=network or Network())
    (corpus.state / "secrets.json").write_text(json.dumps(marked(asdict(known))), encoding="utf-8")
    (corpus.state / "secrets.json").chmod(0o600)


def own(program: str = "/usr/bin/true") -> Installation:
    return Installation("daemon", Path("/nonexistent"), (program,), (Path("/opt/hedgerow"),), ("LANG=C.UTF-8",))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = make_corpus(tmp_path / "a b 100% $HOME \"c\" \\d 'e'" / "news", {"one": "Rain."})
    put_secrets(made)
    return made


def of(file: DeployedFile) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(file.content)
    return unit


def words(value: str) -> list[str]:
    """A value's words as systemd reads them."""
    assert "%" not in value.replace("%%", ""), "systemd would put something in its place"
    return [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(value)]


@needs_systemd
@pytest.mark.parametrize("database", [None, "postgresql://127.0.0.1/news", "postgresql://db.example.org/news"])
def test_systemd_understands_every_unit(corpus: Corpus, tmp_path: Path, database: str | None) -> None:
    put_secrets(corpus, database)
    files = [*server_unit(corpus, own()), *backup_units(corpus, "6h", 14, own=own())]
    paths = write_into(tmp_path / "units", files)
    assert {path.suffix for path in paths} == {".service", ".timer"}
    done = subprocess.run([str(ANALYZE), "verify", "--man=no", *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "hedgerow" in line]) == (0, [])


@needs_systemd
@pytest.mark.parametrize("unit", ["server", "backup"])
def test_systemd_rates_what_a_service_may_do_as_little(corpus: Corpus, tmp_path: Path, unit: str) -> None:
    files = server_unit(corpus, own()) if unit == "server" else backup_units(corpus, "6h", 14, own=own())
    path = write_into(tmp_path / "units", files)[0]
    done = subprocess.run(
        [str(ANALYZE), "security", "--offline=true", "--no-pager", path], capture_output=True, text=True, check=False
    )
    rated = re.search(r"exposure level for \S+: (\d+\.\d)", done.stdout)
    assert rated, done
    print(rated[0])
    assert float(rated[1]) <= MOST_EXPOSED


@needs_systemd
@pytest.mark.parametrize("every", deployment._CALENDARS)
def test_a_timer_calls_as_often_as_it_says(corpus: Corpus, every: str) -> None:
    timer = of(backup_units(corpus, every, None, own=own())[1])
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Timer"]["RandomizedDelaySec"]
    asked = [str(ANALYZE), "calendar", "--iterations=3", timer["Timer"]["OnCalendar"]]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, env={"TZ": "UTC", "LC_ALL": "C"})
    times = re.findall(r"\d{4}-\d\d-\d\d (\d\d):(\d\d):\d\d", done.stdout)
    minutes = {"m": 1, "h": 60, "d": 1440}[every[-1]] * int(every[:-1])
    first, second = (60 * int(hour) + int(minute) for hour, minute in times[-2:])
    assert (second - first) % 1440 == minutes % 1440


def test_a_service_is_told_all_paths_whatever_they_hold(corpus: Corpus) -> None:
    (service,) = server_unit(corpus, own("/opt/hedge row/50%/hedgerow"))
    unit = of(service)["Service"]
    assert words(unit["ExecStart"]) == [
        *("/opt/hedge row/50%/hedgerow", "up", "--foreground", "--corpus", str(corpus.root))
    ]
    assert "$" not in unit["ExecStart"].replace("$$", "")
    assert words(unit["ReadWritePaths"]) == [str(corpus.state), str(corpus.root / "backups")]
    assert unit["WorkingDirectory"].replace("%%", "%") == str(corpus.root)


def test_only_what_up_and_backup_write_can_be_written(corpus: Corpus, tmp_path: Path) -> None:
    elsewhere = tmp_path / "disk"
    backup, _ = backup_units(corpus, "6h", 14, elsewhere, own=own())
    unit = of(backup)["Service"]
    assert words(unit["ReadWritePaths"]) == [str(corpus.state), str(elsewhere)]
    assert words(unit["ExecStart"])[1:] == [
        *("backup", "--keep", "14", "--out", str(elsewhere), "--corpus", str(corpus.root))
    ]
    for folder in (elsewhere, corpus.root / "backups"):
        assert folder.is_dir() is (folder == elsewhere)


def test_a_server_starts_after_the_postgresql_of_this_machine_and_waits_for_none_elsewhere(corpus: Corpus) -> None:
    here = ("postgresql://127.0.0.1/news", "postgresql:///news", "postgresql:///news?host=/run/postgresql")
    for url in (*here, None, "postgresql://db.example.org/news"):
        put_secrets(corpus, url)
        assert ("postgresql.service" in server_unit(corpus, own())[0].content) is (url in here), url


def test_a_server_that_only_this_machine_reaches_talks_to_nobody_else(corpus: Corpus) -> None:
    assert of(server_unit(corpus, own())[0])["Service"]["IPAddressAllow"] == "localhost"
    put_secrets(corpus, network=Network("10.0.0.3", "http://10.0.0.3"))
    assert "IPAddressAllow" not in of(server_unit(corpus, own())[0])["Service"]


def test_a_home_is_hidden_unless_something_that_is_needed_lies_there(corpus: Corpus) -> None:
    assert of(server_unit(corpus, own())[0])["Service"]["ProtectHome"] == "yes"
    at_home = replace(own(), home=Path("/home/ann"), needed=(Path("/home/ann/hedgerow"),))
    unit = of(server_unit(corpus, at_home)[0])["Service"]
    assert unit["ProtectHome"] == "read-only"
    assert "-/home/ann/.ssh" in words(unit["InaccessiblePaths"])


def test_no_unit_holds_a_secret(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", SECRET)
    monkeypatch.setenv("PGSSLMODE", "require")
    put_secrets(corpus, "postgresql://127.0.0.1/news")
    known = Server(corpus.state).secrets()
    assert known
    variables = deployment._variables(known)
    assert "PGSSLMODE=require" in variables
    installed = replace(own(), variables=variables)
    files = [*server_unit(corpus, installed), *backup_units(corpus, "6h", 14, own=installed)]
    assert not [file for file in files if SECRET in file.content]


def test_a_server_is_not_to_run_as_root(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(Problem, match="as root") as problem:
        server_unit(corpus)
    assert "ordinary account" in problem.value.next_step


def test_this_installation_is_named_by_paths_that_are_there(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Server(corpus.state).secrets()
    assert known
    monkeypatch.setattr(os, "geteuid", os.getuid if os.getuid() else lambda: 65534)
    here = deployment.installation(known)
    assert here.user not in ("root", "")
    assert Path(here.program[0]).is_file()
    assert any(Path(deployment.__file__).is_relative_to(path) for path in here.needed)


def test_what_no_timer_can_do_is_refused(corpus: Corpus) -> None:
    for every in ("7h", "6", "", "0h", "1y"):
        with pytest.raises(Problem, match="choose one of 15m"):
            backup_units(corpus, every, 14, own=own())


def test_a_server_that_is_not_set_up_gets_no_unit(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "new", {"one": "Rain."})
    with pytest.raises(Problem, match="set one up with `hedgerow up`"):
        server_unit(corpus, own())


def test_the_command_of_the_unit_serves_says_that_it_is_ready_and_ends_without_a_trace(
    set_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make_corpus(tmp_path / "a b 100%", {"one": "Rain."})
    shutil.copytree(set_up, corpus.state)
    server = Server(corpus.state)
    known = server.secrets()
    assert known
    monkeypatch.setattr(os, "geteuid", os.getuid if os.getuid() else lambda: 65534)
    here = deployment.installation(known)
    monkeypatch.undo()
    command = words(of(server_unit(corpus, here)[0])["Service"]["ExecStart"])
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
        ready.bind(str(tmp_path / "notify"))
        ready.settimeout(240)
        variables = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        started = subprocess.Popen(command, cwd="/", env=variables, stdout=subprocess.DEVNULL)
        try:
            assert ready.recv(1024).splitlines()[0] == b"READY=1"
            assert server.answers()
            children = psutil.Process(started.pid).children(recursive=True)
            assert list(processes.serving(server.data_path))
            started.terminate()
            assert started.wait(120) == 0
            assert not server.should_run()
        finally:
            started.kill()
            server.down()
    assert not [child for child in children if child.is_running()]
    assert not list(processes.serving(server.data_path))
