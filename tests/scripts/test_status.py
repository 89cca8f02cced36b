from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.embedded.backup import backup
from annotation.embedded.network import Network
from annotation.embedded.server import Server
from dataset.record.corpus import Corpus
from scripts.status import span
from tests.annotation.embedded.test_backup import put_data
from tests.corpora import make_corpus
from tests.scripts.test_main import hedgerow


@pytest.fixture
def set_up_corpus(tmp_path: Path) -> Corpus:
    """A corpus with a server that was set up and does not run."""
    corpus = make_corpus(tmp_path / "stopped", {"one": "Rain."})
    put_data(corpus)
    return corpus


def test_status_says_what_one_who_watches_a_server_asks(corpus: Corpus) -> None:
    taken = backup(corpus)
    done = hedgerow("status", "--corpus", str(corpus.root), "--json")
    status = json.loads(done.stdout)
    assert done.returncode == 0
    assert (status["running"], status["should_run"], status["answers"]) == (True, True, True)
    assert status["memory"] > 50_000_000
    assert status["free_disk"] > 0
    assert status["uptime"] >= 0
    assert (status["workers"], status["address"]) == (1, None)
    assert status["backup"] == {"file": str(taken.path), "taken_at": taken.manifest.taken_at}
    words = hedgerow("status", "--corpus", str(corpus.root)).stdout
    assert all(word in words for word in ("1 process at work", "MB of memory", "free disk", "newest backup: 0 minutes"))


def test_a_server_that_ended_by_itself_is_told_by_the_exit_code(set_up_corpus: Corpus) -> None:
    note = {"pid": 2**22 + 1, "created": 1.0}
    (set_up_corpus.state / "process.json").write_text(json.dumps(note), encoding="utf-8")
    done = hedgerow("status", "--corpus", str(set_up_corpus.root))
    assert (done.returncode, "ended by itself" in done.stdout) == (1, True)
    assert hedgerow("status", "--corpus", str(set_up_corpus.root), "--json").returncode == 1
    Server(set_up_corpus.state).down()
    assert hedgerow("status", "--corpus", str(set_up_corpus.root)).returncode == 0


def test_a_server_that_was_stopped_or_never_started_is_no_failure(set_up_corpus: Corpus, tmp_path: Path) -> None:
    never = make_corpus(tmp_path / "never", {"one": "Rain."})
    for corpus in (set_up_corpus, never):
        done = hedgerow("status", "--corpus", str(corpus.root))
        assert (done.returncode, "is not running" in done.stdout) == (0, True)


def test_the_address_that_people_type_is_told(set_up_corpus: Corpus) -> None:
    server = Server(set_up_corpus.state)
    known = server.secrets()
    assert known
    server.write_secrets(replace(known, network=Network(address="https://label.example.org", proxies=("127.0.0.1",))))
    done = hedgerow("status", "--corpus", str(set_up_corpus.root))
    assert "https://label.example.org" in done.stdout


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 minutes"),
        (60, "1 minute"),
        (7140, "119 minutes"),
        (7200, "2 hours"),
        (172_800, "2 days"),
        (-5, "0 minutes"),
    ],
)
def test_a_span_of_time_is_put_into_words(seconds: float, words: str) -> None:
    assert span(seconds) == words
