"""The option that says what does the parts, as a person meets it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dataset.parallel import MOST_STANDING
from tests.commands import HEDGEROW
from tests.dataset.checks.wrong import ARTICLE, Work
from tests.dataset.tiny import put_corpus, put_layer

WORK = Work("It rained.")
COMMANDS = [
    ("validate",),
    ("build", "--layer", "r1/a1", "--out", "out"),
    ("agree", "--round", "r1"),
    ("release", "1.0.0"),
]


def hedgerow(corpus: Path, *words: str, address: str = "") -> subprocess.CompletedProcess[str]:
    env = {"PYTHONPATH": ":".join(sys.path), "RAY_ADDRESS": address}
    return subprocess.run([*HEDGEROW, *words], cwd=corpus, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    corpus = put_corpus(tmp_path, {ARTICLE: WORK.text})
    for name in ("r1/a1", "r1/a2"):
        put_layer(corpus, WORK.rows, name)
    return corpus.root


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_a_cluster_that_does_not_answer_is_one_sentence(root: Path, command: tuple[str, ...]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        done = hedgerow(root, *command, "--engine", "ray", address=address)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith(f"hedgerow: no Ray cluster answers at {address}; start it")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_an_engine_that_there_is_not_is_wrong_usage(root: Path, command: tuple[str, ...]) -> None:
    done = hedgerow(root, *command, "--engine", "abacus")
    assert done.returncode == 2
    assert "Invalid value for '--engine'" in done.stderr


SPYING = """
import sys
from dataset import parallel
from scripts.main import main
has_begun = parallel._polars_has_begun
def spying():
    begun = has_begun()
    print("too late" if begun else "stands by")
    return begun
parallel._polars_has_begun = spying
main()
"""
STANDING_BY = [
    *COMMANDS,
    ("suggest", "--round", "r1", "--by", "rules"),
    ("pull", "--round", "r1", "--annotator", "a1", "--from-file", "export.json"),
]


@pytest.mark.parametrize("command", STANDING_BY, ids=lambda words: words[0])
def test_a_command_stands_by_before_polars_has_begun(root: Path, command: tuple[str, ...]) -> None:
    if not 1 < len(os.sched_getaffinity(0)) <= MOST_STANDING:
        pytest.skip("nothing stands by on this machine")
    done = subprocess.run(
        [sys.executable, "-c", SPYING, *command],
        cwd=root,
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "stands by" in done.stdout.splitlines()
