"""`hedgerow up --service` and `hedgerow backup --service`: units printed, or written as files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation.embedded import deployment
from annotation.embedded.accounts import Secrets
from annotation.embedded.deployment import Installation
from dataset.record.corpus import Corpus
from scripts.main import app
from tests.annotation.embedded.test_backup import put_data
from tests.corpora import make_corpus
from tests.scripts.test_main import assert_one_line_and_3, hedgerow


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """A corpus with a server that was set up, and an account that is not root."""

    def ordinary(known: Secrets) -> Installation:
        return Installation("ann", Path("/home/ann"), ("/opt/hedgerow/bin/hedgerow",), (Path("/opt/hedgerow"),))

    monkeypatch.setattr(deployment, "installation", ordinary)
    corpus = make_corpus(tmp_path / "team", {"one": "Rain."})
    put_data(corpus)
    return corpus


def ran(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, words)
    return done.exit_code, done.stdout


def test_a_unit_is_printed_after_a_comment_that_names_its_place(team: Corpus) -> None:
    code, out = ran("up", "--service", "systemd", "--corpus", str(team.root))
    assert code == 0
    assert out.startswith("# /etc/systemd/system/hedgerow-team.service\n[Unit]\n")
    assert f'"/opt/hedgerow/bin/hedgerow" "up" "--foreground" "--corpus" "{team.root}"' in out
    assert "User=ann\n" in out


def test_two_units_are_printed_one_after_the_other(team: Corpus) -> None:
    words = ("backup", "--every", "6h", "--keep", "14", "--service", "systemd", "--corpus", str(team.root))
    code, out = ran(*words)
    assert code == 0
    places = [line for line in out.splitlines() if line.startswith("# /etc")]
    assert places == [f"# /etc/systemd/system/hedgerow-team-backup.{kind}" for kind in ("service", "timer")]
    assert '"backup" "--keep" "14"' in out
    assert not list((team.root / "backups").glob("*.tar.gz"))


def test_units_are_written_as_files_and_it_is_said_what_an_administrator_does(team: Corpus, tmp_path: Path) -> None:
    into = tmp_path / "units"
    words = ("backup", "--every", "1d", "--service", "systemd", "--into", str(into), "--corpus", str(team.root))
    code, out = ran(*words)
    assert code == 0
    assert sorted(path.name for path in into.iterdir()) == [
        "hedgerow-team-backup.service",
        "hedgerow-team-backup.timer",
    ]
    assert "systemctl enable --now hedgerow-team-backup.timer" in out


@pytest.mark.parametrize(
    "words",
    [
        ("backup", "--every", "6h"),
        ("backup", "--service", "systemd"),
        ("backup", "--into", "x"),
        ("backup", "--every", "6h", "--service", "cron"),
        ("backup", "--keep", "0"),
        ("backup", "--keep", "2", "--out", "x.tar.gz"),
        ("up", "--into", "x"),
        ("up", "--service", "systemd", "--annotator", "a1"),
        ("up", "--service", "systemd", "--address", "https://label.example.org"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(team: Corpus, words: tuple[str, ...]) -> None:
    assert ran(*words, "--corpus", str(team.root))[0] == 2


def test_what_cannot_be_done_is_one_line(team: Corpus, tmp_path: Path) -> None:
    where = ("--corpus", str(team.root))
    assert_one_line_and_3(hedgerow("backup", "--every", "7h", "--service", "systemd", *where), "choose one of 15m, 30m")
    new = make_corpus(tmp_path / "new", {"one": "Rain."})
    assert_one_line_and_3(hedgerow("up", "--service", "systemd", "--corpus", str(new.root)), "set one up")
    if os.geteuid() == 0:
        assert_one_line_and_3(hedgerow("up", "--service", "systemd", *where), "runs as root")
