"""What an ML team does: `load_dataset` in an environment that has `datasets` and nothing of ours."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dataset.schema import OF_STATEMENTS
from tests.corpora import REPOSITORY, copy_of_the_seeds
from tests.dataset.tiny import OF_A_PASS
from tests.scripts.test_main import hedgerow

CONSUMER = REPOSITORY / ".venv-consumer" / "bin" / "python"
LOAD = """
import importlib.util, json, sys
from datasets import get_dataset_config_names, load_dataset
folder = sys.argv[1]
ours = ("polars", "pandera", "scripts", "label_studio_sdk")
loaded = {"ours": [name for name in ours if importlib.util.find_spec(name)]}
loaded["configs"] = sorted(get_dataset_config_names(folder))
loaded["default"] = load_dataset(folder)["train"].column_names
loaded["rows"], loaded["streamed"] = {}, {}
for name in loaded["configs"]:
    loaded["rows"][name] = load_dataset(folder, name, split="train").num_rows
    loaded["streamed"][name] = sum(1 for _ in load_dataset(folder, name, split="train", streaming=True))
loaded["tags"] = load_dataset(folder, "tokens", split="train").features["quote_tags"].feature.names
row = load_dataset(folder, "articles", split="train")[0]
loaded["slices"] = [row["text"][span["start"]:span["end"]] == span["text"] for span in row["quotes"] + row["speakers"]]
print(json.dumps(loaded))
"""


def with_datasets_alone(code: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs code in a folder, in an environment that has `datasets` and nothing of ours."""
    environment = {"HF_HOME": str(folder / "cache"), "HF_HUB_OFFLINE": "1", "PATH": ""}
    command = [str(CONSUMER), "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    assert CONSUMER.exists(), "make consumer"
    folder = tmp_path_factory.mktemp("consumer")
    corpus = copy_of_the_seeds(folder / "corpus")
    built = hedgerow("build", "--layer", "r1/a1", "--out", str(folder / "built"), "--corpus", str(corpus.root))
    assert built.returncode == 0, built.stderr
    done = with_datasets_alone(LOAD, folder, str(folder / "built"))
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_the_environment_has_nothing_of_ours(loaded: dict[str, Any]) -> None:
    assert loaded["ours"] == []


def test_every_config_loads_by_name_and_streams(loaded: dict[str, Any]) -> None:
    assert loaded["configs"] == sorted(OF_A_PASS)
    assert loaded["streamed"] == loaded["rows"]
    assert all(loaded["rows"].values())


def test_the_default_config_is_the_articles(loaded: dict[str, Any]) -> None:
    assert {"article_id", "text", "speakers", "quotes", "hedges", "numbers"} <= set(loaded["default"])


def test_tags_have_their_class_names(loaded: dict[str, Any]) -> None:
    assert loaded["tags"] == ["O", "B-quote", "I-quote"]


def test_spans_slice_the_text(loaded: dict[str, Any]) -> None:
    assert loaded["slices"]
    assert all(loaded["slices"])


def test_the_readmes_example_says_who_hedged_and_which_number_each_outlet_gives(tmp_path: Path) -> None:
    page = (REPOSITORY / "dataset" / "README.md").read_text(encoding="utf-8")
    (example,) = (block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if '"statements"' in block)
    corpus = copy_of_the_seeds(tmp_path / "corpus")
    out = tmp_path / "dist" / "demo" / "dataset"
    built = hedgerow("build", "--out", str(out), "--corpus", str(corpus.root))
    assert built.returncode == 0, built.stderr
    done = with_datasets_alone(example, tmp_path)
    gist, *lines = done.stdout.splitlines()
    assert gist.startswith("Some twelve thousand North Korean soldiers")
    assert lines == [
        "001_db3276e140bb1d05: Main Directorate of Intelligence (Ukraine), approximately; "
        "about 12,000, exact 500, exact three, exact five",
        "004_8f68b8c0e4bfd445: Reports, approximately; about 12,000",
    ]
    for config in OF_STATEMENTS:
        counted = (
            f"from datasets import load_dataset\nprint(load_dataset({str(out)!r}, {config!r}, split='train').num_rows)"
        )
        assert int(with_datasets_alone(counted, tmp_path).stdout) > 1


def test_a_build_leaves_nothing_beside_its_folder(tmp_path: Path) -> None:
    corpus = copy_of_the_seeds(tmp_path / "corpus")
    before = sorted(path.name for path in tmp_path.iterdir())
    hedgerow("build", "--layer", "r1/a1", "--out", str(tmp_path / "built"), "--corpus", str(corpus.root))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*before, "built"])
