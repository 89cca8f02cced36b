from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest

from annotation.embedded import processes, versions
from annotation.embedded.accounts import Secrets
from annotation.embedded.network import LOOPBACK, Network
from annotation.embedded.server import Server, summary
from dataset.problem import Problem


def secrets_of(server: Server) -> list[str]:
    known = server.secrets()
    assert known
    return [
        secret for account in (known.admin, *known.annotators.values()) for secret in (account.password, account.token)
    ]


def test_a_second_up_finds_the_running_one(server: Server) -> None:
    before = server.process()
    again = server.up(["a1"], None, print)
    assert before is not None
    assert server.process() == before
    assert again == server.secrets()


def test_it_listens_on_the_loopback_address_only(server: Server) -> None:
    process = server.process()
    assert process
    listening = {c.laddr.ip for c in process.net_connections() if c.status == psutil.CONN_LISTEN}
    assert listening == {LOOPBACK}


def test_secrets_are_in_files_that_only_their_owner_reads(server: Server) -> None:
    assert stat.S_IMODE(server.state.stat().st_mode) == 0o700
    for path in (server.secrets_path, server.log_path, *server.data_path.rglob("*.sqlite3")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_no_secret_is_on_a_command_line_or_in_the_log(server: Server) -> None:
    process = server.process()
    assert process
    shown = " ".join(process.cmdline()) + server.log_path.read_text(encoding="utf-8")
    assert not [secret for secret in secrets_of(server) if secret in shown]


def test_nobody_can_sign_up_without_an_invitation(server: Server) -> None:
    with httpx.Client(base_url=str(server.url()), follow_redirects=True) as web:
        page = web.get("/user/signup/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        form = {"email": "x@example.org", "password": "longenough1", "csrfmiddlewaretoken": token[1] if token else ""}
        answer = web.post("/user/signup/", data=form, headers={"Referer": str(page.url)})
    assert answer.status_code == 403


def test_analytics_are_off(server: Server) -> None:
    process = server.process()
    assert process
    environment = process.environ()
    assert environment["COLLECT_ANALYTICS"] == "false"
    assert environment["SENTRY_DSN"] == environment["FRONTEND_SENTRY_DSN"] == ""


def test_a_new_server_holds_no_project_of_its_own(server: Server) -> None:
    known = server.secrets()
    assert known
    answer = httpx.get(f"{server.url()}/api/projects/", headers={"Authorization": f"Token {known.admin.token}"})
    assert answer.json()["count"] == 0


def test_status_says_what_runs_and_no_secret(server: Server) -> None:
    status = summary(server)
    assert status["running"]
    assert status["answers"]
    assert {"a1", "a2"} <= set(status["annotators"])
    assert not [secret for secret in secrets_of(server) if secret in json.dumps(status)]


def test_an_account_made_later_can_be_used_at_once(server: Server) -> None:
    known = server.up(["later"], None, print)
    headers = {"Authorization": f"Token {known.annotators['later'].token}"}
    assert (
        httpx.get(f"{server.url()}/api/current-user/whoami", headers=headers).json()["email"] == "later@hedgerow.local"
    )


def test_another_port_is_refused_while_it_runs(server: Server) -> None:
    with pytest.raises(Problem, match="hedgerow down"):
        server.up([], 1, print)


def test_a_label_studio_that_was_never_tested_is_refused_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "installed", lambda package: "1.24.0")
    with pytest.raises(Problem, match=r"Label Studio 1\.24\.0 is installed here, and only 1\.23 is tested"):
        Server(tmp_path / "state").up([], None, print)
    assert not (tmp_path / "state" / "secrets.json").exists()


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        with pytest.raises(Problem, match="is taken"):
            Server(tmp_path / "state").up([], listener.getsockname()[1], print)


def test_a_port_that_a_proxy_looks_for_is_not_changed_in_silence(tmp_path: Path) -> None:
    server = Server(tmp_path / "state")
    server.state.mkdir()
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        network = Network(LOOPBACK, "https://label.example.org", (LOOPBACK,))
        server.write_secrets(replace(Secrets.new(None), port=listener.getsockname()[1], network=network))
        with pytest.raises(Problem, match="is taken"):
            server.up([], None, print)


def test_an_address_to_listen_on_that_the_new_machine_lacks_is_told(set_up: Path, tmp_path: Path) -> None:
    server = Server(Path(shutil.copytree(set_up, tmp_path / "state")))
    known = server.secrets()
    assert known
    server.write_secrets(replace(known, network=Network("192.0.2.1", "https://label.example.org", ("192.0.2.2",))))
    with pytest.raises(Problem, match=r"192\.0\.2\.1.*is not an address of this machine") as problem:
        server.up([], None, print)
    assert "--listen" in problem.value.next_step


def test_several_processes_on_sqlite_are_refused_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="SQLite takes one writer at a time"):
        Server(tmp_path / "state").up([], None, print, workers=2)
    assert not (tmp_path / "state" / "secrets.json").exists()


def test_down_ends_no_process_but_its_own(tmp_path: Path) -> None:
    idle = Server(tmp_path / "state")
    idle.state.mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        (idle.state / "process.json").write_text(json.dumps({"pid": process.pid, "created": 1.0}), encoding="utf-8")
        assert idle.down() is False
        assert process.poll() is None
        process.communicate(b"\n")


def test_a_label_studio_that_ends_while_starting_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = [sys.executable, "-c", "raise SystemExit('no space left')"]
    monkeypatch.setattr(processes, "command", lambda bind, workers: failing)
    monkeypatch.setattr(Server, "provision", lambda self, wanted, order: None)
    with pytest.raises(Problem, match="no space left"):
        Server(tmp_path / "state").up([], None, print)


KILLED_UP = """
import os, signal, sys
from pathlib import Path
from annotation.embedded import processes, server
begun = "import time; print('begun', flush=True); time.sleep(600)"
processes.command = lambda bind, workers: [sys.executable, "-c", begun, processes.MODULE]
server.Server.provision = lambda self, wanted, order: None
own = server.Server(Path(sys.argv[1]))
def killed(*_):
    while "begun" not in own.output_path.read_text():  # only then has the process its own command line
        pass
    os.kill(os.getpid(), signal.SIGKILL)
processes.note_process = killed
own.up([], None, print)
"""


def test_a_server_whose_up_was_killed_before_it_noted_the_process_is_found_and_ended(tmp_path: Path) -> None:
    own = Server(tmp_path / "state")
    killed = subprocess.run([sys.executable, "-c", KILLED_UP, str(own.state)], check=False)
    assert killed.returncode == -signal.SIGKILL
    left = own.process()
    assert left is not None
    assert processes.MODULE in left.cmdline()
    assert summary(own)["running"] is True
    assert own.down() is True
    assert not left.is_running()
    assert own.process() is None


def test_a_running_server_is_known_by_its_command_alone(server: Server) -> None:
    process, path = server.process(), server.state / "process.json"
    assert process is not None
    noted = path.read_text(encoding="utf-8")
    known = server.secrets()
    assert known
    processes.note_command(path, processes.command(f"{LOOPBACK}:{known.port}", 1))
    try:
        assert server.process() == process
    finally:
        path.write_text(noted, encoding="utf-8")


def test_up_down_and_up_again_keep_the_data(set_up: Path, tmp_path: Path) -> None:
    own = Server(Path(shutil.copytree(set_up, tmp_path / "state")))
    first = own.up(["a1"], None, print)
    process = own.process()
    assert process
    assert process.pid != os.getpid()
    assert own.down()
    assert not process.is_running()
    assert own.down() is False
    assert summary(own)["running"] is False
    try:
        again = own.up([], None, print)
        assert (again.admin, again.annotators) == (first.admin, first.annotators)
        headers = {"Authorization": f"Token {again.annotators['a1'].token}"}
        assert httpx.get(f"{own.url()}/api/current-user/whoami", headers=headers).status_code == 200
    finally:
        own.down()
