"""What `fetch` does with the folder that it makes, whatever the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from dataset.fetch import fetch
from dataset.problem import Problem
from dataset.publish import publish
from tests.dataset.loading import files
from tests.disks import tree
from tests.releases import FIRST, SECOND, corrected, make_release


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder that two versions were published to; not to be changed."""
    folder = tmp_path_factory.mktemp("published")
    for one in (make_release(folder, FIRST), make_release(folder, SECOND, corrected)):
        publish(one, str(folder / "tiny"))
    return str(folder / "tiny")


def test_without_out_the_folder_is_named_by_dataset_and_version(
    published: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert fetch(published, FIRST).folder == tmp_path / "tiny-1.0.0"


def test_a_version_may_be_written_as_its_tag(published: str, tmp_path: Path) -> None:
    assert fetch(published, "v1.0.0", tmp_path / "got").told.version == FIRST


@pytest.mark.parametrize("version", ["", "1", "1.0", "latest", "main", "../1.0.0", "01.0.0", "1.0.0-rc1", "१.0.0"])
def test_what_is_no_version_is_refused(published: str, tmp_path: Path, version: str) -> None:
    with pytest.raises(Problem, match="is not a version"):
        fetch(published, version, tmp_path / "got")


def test_a_version_that_is_there_whole_is_not_fetched_again(published: str, tmp_path: Path) -> None:
    assert fetch(published, FIRST, tmp_path / "got").new
    assert not fetch(published, FIRST, tmp_path / "got").new


@pytest.mark.parametrize("what", ["other version", "altered", "other things", "a file"])
def test_what_is_there_is_never_replaced(published: str, tmp_path: Path, what: str) -> None:
    out = tmp_path / "got"
    if what == "a file":
        out.write_text("mine")
    elif what == "other things":
        out.mkdir()
        (out / "mine.txt").write_text("mine")
    else:
        fetch(published, SECOND if what == "other version" else FIRST, out)
    if what == "altered":
        (out / "README.md").write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(Problem, match="name a new folder with --out"):
        fetch(published, FIRST, out)
    assert tree(tmp_path) == before


def test_an_empty_folder_is_filled(published: str, tmp_path: Path) -> None:
    (tmp_path / "got").mkdir()
    assert fetch(published, FIRST, tmp_path / "got").new
    assert files(tmp_path / "got") == files(Path(published) / "v1.0.0")
    assert [path.name for path in tmp_path.iterdir()] == ["got"]
