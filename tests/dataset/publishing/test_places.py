from __future__ import annotations

from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.publishing.hub import Hub
from dataset.publishing.places import place_of
from dataset.publishing.shelf import Shelf


@pytest.mark.parametrize("name", ["/data/tiny", "./tiny", "../tiny", "~/tiny", "file:///data/tiny", "memory://tiny"])
def test_what_begins_as_a_path_or_has_a_protocol_is_an_address(name: str) -> None:
    assert isinstance(place_of(name), Shelf)


def test_a_folder_here_does_not_stand_in_for_a_repository_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme" / "tiny").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert isinstance(place_of("acme/tiny"), Hub)


@pytest.mark.parametrize("name", ["tiny", "a/b/c", " acme/tiny", ""])
def test_what_is_neither_is_refused(name: str) -> None:
    with pytest.raises(Problem, match="name it as org/name, or an address"):
        place_of(name)
