"""What `fetch` does with the folder that it makes, whatever the place."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from dataset.folder import manifest
from dataset.folder.content_hash import folder_hash
from dataset.folder.manifest import MANIFEST, rows_digest
from dataset.problem import Problem
from dataset.publishing.fetch import fetch
from dataset.publishing.publish import publish
from dataset.storage.atomic import sha256
from tests.dataset.loading import files
from tests.disks import tree
from tests.releases import FIRST, SECOND, corrected, make_release

QUOTES = "quotes/train-00000-of-00001.parquet"
WITHHELD = f"{FIRST}-withheld"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder that two versions were published to; not to be changed."""
    folder = tmp_path_factory.mktemp("published")
    for release in (make_release(folder, FIRST), make_release(folder, SECOND, corrected)):
        publish(release, str(folder / "tiny"))
    return str(folder / "tiny")


def test_without_out_the_folder_is_named_by_dataset_and_version(
    published: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert fetch(published, FIRST).folder == tmp_path / "tiny-1.0.0"


def test_a_version_may_be_written_as_its_tag(published: str, tmp_path: Path) -> None:
    assert fetch(published, "v1.0.0", tmp_path / "got").manifest.version == FIRST


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


# What a version has to be, by word from elsewhere


def forged(published: str, folder: Path, *, content: bool) -> str:
    """A copy of what was published whose first version lacks a quote, with a manifest that fits its files.

    With `content` the manifest's content hashes fit the rows as well.
    """
    copy = Path(shutil.copytree(published, folder / "forged")) / "v1.0.0"
    rows = pyarrow.parquet.read_table(copy / QUOTES)
    pyarrow.parquet.write_table(rows.slice(1), copy / QUOTES)
    known = manifest.read(copy)
    hashes = {**known.content["withheld"], "quotes": folder_hash(copy, "quotes")}
    contents = {**known.content, "withheld": hashes} if content else known.content
    manifest.write(copy, replace(known, files=manifest.stored_files(copy), content=contents))
    return str(copy.parent)


def test_rows_and_manifest_changed_together_are_refused_by_the_content_hashes(published: str, tmp_path: Path) -> None:
    place = forged(published, tmp_path, content=False)
    with pytest.raises(Problem, match="quotes does not hold what the manifest says"):
        fetch(place, FIRST, tmp_path / "got")
    assert [path.name for path in tmp_path.iterdir()] == ["forged"]


def recorded(published: str, folder: Path, variant: str) -> Path:
    """The releases of a corpus that keeps the manifest of a variant of the first version."""
    dist = Path(published).parent / "dist"
    folder.mkdir(exist_ok=True)
    name, source = (f"{FIRST}.json", dist / FIRST) if variant == "full" else (f"{FIRST}-withheld.json", dist / WITHHELD)
    shutil.copy(source / MANIFEST, folder / name)
    return folder


def pinned_ways(published: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Each way to say which version is meant."""
    known = Path(published) / "v1.0.0" / MANIFEST
    return {
        "manifest": {"digest": sha256(known.read_bytes()).upper()},
        "rows": {"digest": rows_digest(manifest.read_file(known).content)},
        "withheld": {"releases": recorded(published, folder / "withheld", "withheld")},
        "full": {"releases": recorded(published, folder / "full", "full")},
    }


WAYS = ["manifest", "rows", "withheld", "full"]


@pytest.mark.parametrize("way", WAYS)
def test_a_version_that_was_made_again_whole_is_refused_by_what_pins_it(
    published: str, tmp_path: Path, way: str
) -> None:
    pinned = pinned_ways(published, tmp_path)[way]
    place = forged(published, tmp_path, content=True)
    with pytest.raises(Problem, match=r"that (does not have the digest named|is not the one in)"):
        fetch(place, FIRST, tmp_path / "got", **pinned)
    assert not (tmp_path / "got").exists()
    assert fetch(published, FIRST, tmp_path / "got", **pinned).pinned
    assert not fetch(published, FIRST, tmp_path / "got", **pinned).new


def test_a_folder_that_is_there_is_held_against_what_pins_it(published: str, tmp_path: Path) -> None:
    fetch(published, FIRST, tmp_path / "got")
    with pytest.raises(Problem, match="does not have the digest named"):
        fetch(published, FIRST, tmp_path / "got", digest="0" * 64)


def test_what_nothing_pins_is_said_to_be_so(published: str, tmp_path: Path) -> None:
    done = fetch(published, FIRST, tmp_path / "got", releases=tmp_path / "none")
    assert done.pinned is None
    assert done.digest == sha256((tmp_path / "got" / MANIFEST).read_bytes())


@pytest.mark.parametrize("digest", ["", "abc", "g" * 64, "0" * 63, "0" * 65])
def test_what_is_no_digest_is_refused(published: str, tmp_path: Path, digest: str) -> None:
    with pytest.raises(Problem, match="is not a digest"):
        fetch(published, FIRST, tmp_path / "got", digest=digest)


def test_an_empty_folder_is_filled(published: str, tmp_path: Path) -> None:
    (tmp_path / "got").mkdir()
    assert fetch(published, FIRST, tmp_path / "got").new
    assert files(tmp_path / "got") == files(Path(published) / "v1.0.0")
    assert [path.name for path in tmp_path.iterdir()] == ["got"]
