from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.embedded.server import Server
from dataset.record.corpus import Corpus
from tests.corpora import make_corpus
from tests.scripts.test_main import assert_one_line_and_3, hedgerow


@pytest.fixture
def fresh(tmp_path: Path, corpus: Corpus) -> Corpus:
    """A corpus of the same name, without a server."""
    return make_corpus(tmp_path / "elsewhere" / corpus.name, {"one": "Rain."})


def test_a_backup_and_its_way_back(corpus: Corpus, fresh: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "out.tar.gz"
    done = hedgerow("backup", "--out", str(out), "--corpus", str(corpus.root))
    assert done.returncode == 0, done.stderr
    assert f"hedgerow restore --from {out}" in done.stdout
    back = hedgerow("restore", "--from", str(out), "--corpus", str(fresh.root))
    assert back.returncode == 0, back.stderr
    assert "Next: `hedgerow up" in back.stdout
    assert Server(fresh.state).secrets() == Server(corpus.state).secrets()
    again = hedgerow("restore", "--from", str(out), "--corpus", str(fresh.root))
    assert_one_line_and_3(again, "holds a server's data already")
    replaced = hedgerow("restore", "--from", str(out), "--replace", "--corpus", str(fresh.root))
    assert replaced.returncode == 0, replaced.stderr
    assert "what was there before is kept in" in replaced.stdout


def test_a_backup_is_told_to_machines(corpus: Corpus) -> None:
    backup = json.loads(hedgerow("backup", "--json", "--corpus", str(corpus.root)).stdout)
    assert {"file", "taken_at", "projects", "tasks", "annotations", "deleted"} == set(backup)
    assert Path(backup["file"]).parent == corpus.root / "backups"


def test_what_cannot_be_done_is_one_line(corpus: Corpus, fresh: Corpus, tmp_path: Path) -> None:
    assert_one_line_and_3(hedgerow("backup", "--corpus", str(fresh.root)), "nothing to back up")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    below = hedgerow("backup", "--out", str(tmp_path / "file" / "out.tar.gz"), "--corpus", str(corpus.root))
    assert_one_line_and_3(below, "cannot be written")
    none = hedgerow("restore", "--from", str(tmp_path / "none"), "--corpus", str(fresh.root))
    assert_one_line_and_3(none, "is not there")
    folder = hedgerow("restore", "--from", str(tmp_path), "--corpus", str(fresh.root))
    assert_one_line_and_3(folder, str(tmp_path))


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--round", "r1"),
        ("--annotator", "a1"),
        ("--replace",),
        ("--from", "x", "--round", "r1"),
        ("--from", "x", "--round", "r1", "--annotator", "a1"),
        ("--round", "r1", "--annotator", "a1", "--replace"),
    ],
)
def test_anything_but_one_of_the_two_ways_is_wrong_usage(words: tuple[str, ...]) -> None:
    assert hedgerow("restore", *words).returncode == 2


def test_a_layer_is_still_put_back(seeds: Corpus) -> None:
    done = hedgerow("restore", "--round", "r1", "--annotator", "a1", "--corpus", str(seeds.root))
    assert done.returncode == 0, done.stderr
    assert "5 articles put back" in done.stdout
