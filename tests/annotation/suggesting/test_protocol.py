from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from annotation.suggesting.protocol import GROUP, SHIPPED, open_suggester, suggester_names
from dataset.problem import Problem
from tests.corpora import REPOSITORY

PACKAGE = """
class Silent:
    def __init__(self, argument):
        self.argument = argument

    def suggest(self, texts):
        return []


def open_silent(argument):
    return Silent(argument)
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that offers the suggester `silent`, and `broken`, whose module is not there."""
    (tmp_path / "silent_suggester.py").write_text(PACKAGE, encoding="utf-8")
    metadata = tmp_path / "silent-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: silent\nVersion: 1.0\n", encoding="utf-8")
    points = f"[{GROUP}]\nsilent = silent_suggester:open_silent\nbroken = no_such_module:open_it\n"
    (metadata / "entry_points.txt").write_text(points, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    open_suggester.cache_clear()


def test_the_project_declares_the_suggesters_that_it_ships() -> None:
    declared = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert declared["project"]["entry-points"][GROUP] == SHIPPED


@pytest.mark.usefixtures("installed")
def test_a_suggester_of_another_package_is_found_by_its_entry_point() -> None:
    assert {"silent", *SHIPPED} <= set(suggester_names())
    suggester = open_suggester("silent:one:two")
    assert (suggester.argument, suggester.suggest([])) == ("one:two", [])  # type: ignore[attr-defined]


@pytest.mark.usefixtures("installed")
def test_a_suggester_that_cannot_be_loaded_is_told_in_one_sentence() -> None:
    with pytest.raises(Problem, match="broken cannot be loaded"):
        open_suggester("broken")


def test_an_unknown_suggester_is_told_with_those_that_are_there() -> None:
    with pytest.raises(Problem, match=r"no suggester oracle; name one of these .*rules"):
        open_suggester("oracle")
