"""What killed commands wrote aside: git never sees it, and the next command removes it, whichever it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotation.embedded.backup import backup
from dataset.checks.suite import check_record
from dataset.published.build import build
from dataset.record.corpus import open_corpus
from dataset.storage.asides import HOME, STATE
from tests.annotation.embedded.test_backup import put_data
from tests.benchmarks.corpora import write_export
from tests.dataset.release_setup import git, put_ready
from tests.dataset.tiny import LAYER, ONE, put_layer, valid_rows
from tests.faults.forks import Forks, draw, forks
from tests.faults.kills import SEED, copies
from tests.faults.table import tally

HOW_MANY = [2, pytest.param(100, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]
Words = list[str]
Make = Callable[[Path], Words]


@pytest.fixture(scope="module")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    with forks(tmp_path_factory.mktemp("home")) as running:
        yield running


def intake(root: Path) -> Words:
    for name in ("new", "newer"):
        (root.parent / f"{name}.txt").write_text(f"A {name} article.", encoding="utf-8")
    return ["intake", *(str(root.parent / f"{name}.txt") for name in ("new", "newer")), "--event", "crossing"]


def withdraw(root: Path) -> Words:
    return ["withdraw", ONE, "--reason", "its publisher asked for it"]


def acknowledge(root: Path) -> Words:
    corpus, rows = open_corpus(root), valid_rows()
    rows["spans"] = [span for span in rows["spans"] if span["span_id"] != "may"]
    rows["relations"] = [link for link in rows["relations"] if link["from_span"] != "may"]
    put_layer(corpus, rows)
    warning = next(finding for finding in check_record(corpus, [LAYER]) if finding.severity == "warning")
    place = ["--place", f"{warning.start}:{warning.end}"]
    return ["acknowledge", warning.code, str(warning.article_id), *place, "--reason", "as it is"]


def building(root: Path) -> Words:
    build(open_corpus(root), LAYER, root / "dist" / "built", allow_errors=False)
    return ["build", "--layer", "gold", "--out", str(root / "dist" / "built")]


def release(root: Path) -> Words:
    return ["release", "1.0.0"]


def convert(root: Path) -> Words:
    return ["convert", "--to", "parquet"]


def pull(root: Path) -> Words:
    _, export, _ = write_export(root.parent / "exported", 3)
    shutil.copytree(root.parent / "exported" / "seeds", root / "seeds", dirs_exist_ok=True)
    return ["pull", "--round", "r9", "--annotator", "a9", "--from-file", str(export)]


def restore(root: Path) -> Words:
    corpus = open_corpus(root)
    put_data(corpus)
    archive = backup(corpus, root.parent / "backup.tar.gz").path
    return ["restore", "--from", str(archive), "--replace"]


@pytest.mark.counted
@pytest.mark.parametrize("count", HOW_MANY)
@pytest.mark.parametrize("make", [intake, withdraw, acknowledge, building, release, convert, pull, restore])
def test_what_a_killed_command_wrote_aside_is_never_gits_and_gone_after_the_next(
    forking: Forks, make: Make, count: int, tmp_path: Path
) -> None:
    made = put_ready(tmp_path / "made" / "corpus").root
    words = make(made)
    worlds = copies(made, tmp_path / "worlds")
    root = next(worlds)
    ran = forking.run(*in_corpus(words, made, root))
    assert ran.status == 0, ran.output
    assert not aside(root)
    with tally("killed, then another command", words[0]) as counted:
        for place in draw(SEED, min(count, ran.operations), ran.operations):
            root = next(worlds)
            counted.tried += forking.run(*in_corpus(words, made, root), at=place).killed
            (root / ".gitignore").unlink()
            assert not [path for path in uncommitted(root) if "aside" in path]
            forking.run("status", "--corpus", str(root))
            counted.compare({}, [(path, None) for path in aside(root)])


def in_corpus(words: Words, made: Path, root: Path) -> Words:
    """The command in a copy of the corpus that it was made for."""
    return [word.replace(str(made), str(root)) for word in [*words, "--corpus", str(root)]]


def aside(root: Path) -> list[str]:
    """What was written aside and is still there."""
    kept = root / STATE / HOME
    there = {*root.rglob("*.aside*"), *(kept.iterdir() if kept.exists() else ())}
    return sorted(str(path) for path in there if path != kept and path.name not in (".gitignore", "swept"))


def uncommitted(root: Path) -> list[str]:
    """What git would add, with nothing ignored by the corpus's own settings."""
    return git(root, "status", "--porcelain", "--untracked-files=all").splitlines()
