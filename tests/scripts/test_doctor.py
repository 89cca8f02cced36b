from __future__ import annotations

import json
from pathlib import Path

import pytest

from dataset.record.corpus import Corpus
from tests.corpora import make_corpus
from tests.scripts.test_main import hedgerow


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"one": "Rain."})


def test_doctor_marks_each_check_in_words(corpus: Corpus) -> None:
    done = hedgerow("doctor", "--corpus", str(corpus.root))
    assert done.returncode == 0, done
    *lines, summary = done.stdout.splitlines()
    assert {line.split()[0] for line in lines} == {"ok", "warn"}
    assert "start one with `hedgerow up" in lines[-1]
    assert summary.endswith("0 failed")


def test_doctor_ends_with_1_where_a_check_fails(corpus: Corpus) -> None:
    corpus.text_path("one").unlink()
    done = hedgerow("doctor", "--corpus", str(corpus.root))
    assert (done.returncode, done.stderr) == (1, "")
    assert "fail  texts: the text of one is missing" in done.stdout


def test_doctor_tells_machines_the_same(corpus: Corpus) -> None:
    done = hedgerow("doctor", "--corpus", str(corpus.root), "--json")
    assert done.returncode == 0
    assert {"check", "mark", "message", "next_step"} == set(json.loads(done.stdout)[0])


def test_doctor_outside_a_corpus_still_looks_at_the_machine(tmp_path: Path) -> None:
    done = hedgerow("doctor", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "ok    python" in done.stdout
    assert "fail  corpus: no hedgerow.toml" in done.stdout
