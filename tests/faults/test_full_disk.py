"""A disk that is full: the command says so, and after room was made it does what it would have done."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.record.corpus import open_corpus
from dataset.releasing.release import release
from tests.commands import Running
from tests.dataset.release_setup import plan_of, put_ready
from tests.disks import small_disk
from tests.faults.kills import files_in
from tests.faults.table import tally
from tests.faults.test_server import TEXTS, Fresh, on_server, prepared, push_all, record


def fill(disk: Path, left: int) -> Path:
    """A file that leaves so many bytes."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - left))
    return ballast


@pytest.mark.counted
def test_a_push_on_a_full_disk_sends_nothing_twice(new_corpus: Fresh) -> None:
    alone, corpus = new_corpus(TEXTS), new_corpus(TEXTS)
    words = ["push", "--round", "r1", "--annotator", "a1", "--corpus", str(corpus.root)]
    _, who, _ = prepared(alone, "push")
    push_all(alone, who)
    with tally("full disk", "push") as counted:
        for folder in (corpus.annotations, corpus.state / "sending"):
            with small_disk(folder, 1 << 16) as disk:
                fill(disk, 0)
                done = Running(*words).ended()
            assert done.returncode == 3 and "No space left on device" in done.stderr, done.stderr
            assert "Traceback" not in done.stderr
            counted.tried += 1
        assert Running(*words).ended().returncode == 0
        counted.compare(dict(record(alone) + on_server(alone, who)), record(corpus) + on_server(corpus, who))


@pytest.mark.counted
def test_a_release_on_a_full_disk_writes_no_version(tmp_path: Path) -> None:
    corpus = put_ready(tmp_path / "corpus")
    alone = open_corpus(shutil.copytree(corpus.root, tmp_path / "alone", symlinks=True))
    release(plan_of(alone))
    with tally("full disk", "release") as counted, small_disk(corpus.root / "dist", 1 << 22) as disk:
        for left in (0, 1 << 13, 1 << 15):
            ballast = fill(disk, left)
            with pytest.raises(Problem, match=r"cannot be written: .*[Nn]o space left on device"):
                release(plan_of(corpus))
            assert list(disk.iterdir()) == [ballast]
            assert not list(corpus.releases.glob("*"))
            ballast.unlink()
            counted.tried += 1
        release(plan_of(corpus))
        expected = files_in(alone.root / "dist") + files_in(alone.releases)
        counted.compare(dict(expected), files_in(disk) + files_in(corpus.releases))
