"""What README and datasheet say is what the data and the commands say."""

from __future__ import annotations

import re

import pytest

from dataset.corpus import open_corpus
from dataset.counts import sentence
from dataset.layer import read_layer
from dataset.schema import CONFIGS
from tests.corpora import REPOSITORY
from tests.scripts.test_main import COMMANDS

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
DATASHEET = (REPOSITORY / "DATASHEET.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("prose", [README, DATASHEET])
def test_counts_are_the_datas(prose: str) -> None:
    layer = read_layer(open_corpus(REPOSITORY).layer_path("r1/a1"), "r1/a1")
    assert sentence(layer) in " ".join(prose.split())


def test_readme_shows_every_config() -> None:
    assert re.findall(r"^\| `(\w+)`", README, re.MULTILINE) == list(CONFIGS)


def test_readme_names_only_commands_that_exist() -> None:
    named = set(re.findall(r"^hedgerow ([a-z]+)|`hedgerow ([a-z]+)", README, re.MULTILINE))
    assert {one or other for one, other in named} <= set(COMMANDS)


def test_links_and_pictures_of_the_readme_are_there() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    assert not [target for target in targets if not target.startswith("http") and not (REPOSITORY / target).exists()]


def test_datasheet_says_who_made_the_labels() -> None:
    assert "A language model made them" in DATASHEET
    assert "tuned on these same five articles" in DATASHEET
