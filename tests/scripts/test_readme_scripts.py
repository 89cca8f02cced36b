"""The scripts of dataset/README.md, as they stand, in an environment that has what they name and nothing of ours."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from dataset.published.build import build
from tests.corpora import REPOSITORY, copy_of_the_seeds
from tests.dataset.loading import load
from tests.scripts.test_main import hedgerow

MODELS = REPOSITORY / ".venv-models" / "bin" / "python"
_PAGE = (REPOSITORY / "dataset" / "README.md").read_text(encoding="utf-8")
_SECTION = _PAGE.partition("\n## Four scripts to begin with\n")[2].partition("\n## ")[0]
SCRIPTS = re.findall(r"```python\n(.*?)```", _SECTION, re.DOTALL)
TOKENS, SPANCAT, ATTRIBUTION, HEDGES = SCRIPTS
GOLD = Path("dist", "demo", "dataset")
ASK = "from importlib.metadata import distributions\nprint(*(known.name for known in distributions()))"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has what `make demo` leaves, where it leaves it."""
    root = tmp_path_factory.mktemp("models")
    build(copy_of_the_seeds(root / "corpus"), "gold", root / GOLD, allow_errors=False)
    return root


def ran(code: str, folder: Path) -> str:
    """What a script prints."""
    assert MODELS.exists(), "make models"
    environment = {"HF_HOME": str(folder / "cache"), "HF_HUB_OFFLINE": "1", "PATH": "", "OMP_NUM_THREADS": "1"}
    command = [str(MODELS), "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_environment_has_what_the_scripts_name_and_nothing_of_ours(folder: Path) -> None:
    named = {name for script in SCRIPTS for name in re.findall(r"^# pip install (.*)$", script, re.M)[0].split()}
    there = set(ran(ASK, folder).lower().split())
    assert named <= there
    assert not there & {"hedgerow", "polars", "pandera", "label-studio-sdk"}


def test_tokens_are_aligned_with_a_transformers_pieces(folder: Path) -> None:
    counts, first_quote = ran(TOKENS, folder).rstrip("\n").split("\n")
    assert re.fullmatch(r"5 articles in \d\d windows; the first quote is:", counts)
    (article, *_) = load(folder / GOLD)
    assert first_quote == article["quotes"][0]["text"]


def test_what_spacys_categorizer_predicts_has_a_score(folder: Path) -> None:
    ran(SPANCAT, folder)
    command = re.findall(r"```sh\nhedgerow (.*?)\n```", _SECTION)
    done = hedgerow(*command[0].split(), "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    figures = {(row["scope"], row["measure"], row["figure"]): row for row in json.loads(done.stdout)["figures"]}
    assert figures["hedge", "exact", "precision"]["value"] > 0.5 < figures["hedge", "exact", "recall"]["value"]
    assert figures["quote", "exact", "precision"]["count"] == 0


def test_the_nearest_candidate_is_right_more_often_than_not_and_no_more_than_can_be(folder: Path) -> None:
    counts = re.fullmatch(r"right in (\d+) of (\d+) quotes \(0\.\d\d\); (\d+) could be\n", ran(ATTRIBUTION, folder))
    assert counts is not None
    right, quotes, possible = map(int, counts.groups())
    linked = load(folder / GOLD, "quotes").filter(lambda row: row["source"] == "linked")
    assert quotes / 2 < right <= possible <= quotes == linked.num_rows


def test_sentences_with_a_hedge_are_told_from_others(folder: Path) -> None:
    report = ran(HEDGES, folder)
    (sentences,) = re.findall(r"accuracy +0\.\d+ +(\d+)", report)
    assert int(sentences) == sum(len(article["sentences"]) for article in load(folder / GOLD))
    (recall,) = re.findall(r"hedged +0\.\d+ +(0\.\d+)", report)
    assert float(recall) > 0.5
