"""The commands of annotation/SERVER.md, in their order, as they stand there but for ports and the database."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation.embedded import deployment
from annotation.embedded.deployment import Installation
from annotation.embedded.network import LOOPBACK
from annotation.embedded.server import Server
from dataset.record.corpus import Corpus
from scripts.main import app
from tests.corpora import REPOSITORY, copy_of_the_seeds
from tests.postgres import Postgres
from tests.proxies import program
from tests.serving import free_port

_PAGE = (REPOSITORY / "annotation" / "SERVER.md").read_text(encoding="utf-8")
_WAY, _MOVING = re.findall(r"```sh\n(.*?)```", _PAGE, re.DOTALL)
OURS = [
    part.strip()
    for line in _WAY.splitlines()
    for part in re.split(r"&&|\|", line)
    if part.strip().startswith("hedgerow ") and "@" not in part
]
DATABASE = "postgresql:///hedgerow?host=/var/run/postgresql"


def test_it_is_ten_commands() -> None:
    assert len(_WAY.splitlines()) == 10


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return copy_of_the_seeds(tmp_path / "corpus")


def as_here(command: str, database: str, port: int) -> list[str]:
    """The command's words, with this test's database and port."""
    words = shlex.split(command.replace(DATABASE, database).replace(f"{LOOPBACK}:8080", f"{LOOPBACK}:{port}"))
    return words[1:]


def test_the_commands_of_the_page_bring_a_team_to_work(
    corpus: Corpus, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # Tests may run as root, which is refused.
    own = Installation("daemon", Path("/nonexistent"), (shutil.which("true") or "",), (REPOSITORY,))
    monkeypatch.setattr(deployment, "installation", lambda known: own)
    database, port, printed = postgres.create("page"), free_port(), {}
    try:
        for command in OURS:
            done = CliRunner().invoke(app, [*as_here(command, database, port), "--corpus", str(corpus.root)])
            assert done.exit_code == 0, (command, done.output, done.exception)
            printed[command] = done.stdout
        assert len(printed) == 6
        site = next(text for command, text in printed.items() if "--proxy" in command)
        assert f"server {LOOPBACK}:{port};" in site
        assert "server_name label.example.org;" in site
        assert re.search(r"https://label\.example\.org/hedgerow/welcome/#a1@", printed["hedgerow invite a1"])
        units = sorted((tmp_path / "units").iterdir())
        assert [unit.suffix for unit in units] == [".service", ".timer", ".service"]
        subprocess.run([program("systemd-analyze"), "verify", *units], check=True, capture_output=True)
        enabled = re.search(r"enable --now (.*)", _WAY)
        assert enabled
        named = enabled[1].replace("hedgerow-hedgerow", f"hedgerow-{corpus.name}").split()
        assert set(named) <= {unit.name for unit in units}
    finally:
        Server(corpus.state).down()
        shutil.rmtree(corpus.state, ignore_errors=True)
