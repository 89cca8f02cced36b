from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet
import pytest

from dataset import manifest
from dataset.build import build
from dataset.manifest import Difference, Manifest, verify
from dataset.problem import Problem
from dataset.schema import CONFIGS
from tests.dataset.tiny import LAYER, put_corpus, put_layer, valid_rows

QUOTES = "quotes/train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build with a manifest; not to be changed."""
    folder = tmp_path_factory.mktemp("manifest")
    corpus = put_corpus(folder / "corpus")
    put_layer(corpus, valid_rows())
    build(corpus, LAYER, folder / "out", allow_errors=False)
    manifest.write(folder / "out", told(folder / "out"))
    return folder / "out"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


def told(folder: Path) -> Manifest:
    return Manifest(
        name="tiny",
        version="1.0.0",
        variant="full",
        commit="0" * 40,
        date="2026-11-22",
        guidelines_versions=["1"],
        files=manifest.stored_files(folder),
        content=manifest.content(folder),
        written_by=manifest.writers(),
    )


def test_what_is_written_is_what_is_read(made: Path) -> None:
    assert manifest.read(made) == told(made)


def test_a_folder_that_nobody_touched_is_what_its_manifest_says(made: Path) -> None:
    assert verify(made, contents=True) == []
    assert manifest.require_whole(made, contents=True).version == "1.0.0"


def test_it_names_every_file_but_itself(made: Path) -> None:
    assert sorted(manifest.read(made).files) == sorted(
        ["README.md", *(f"{config}/train-00000-of-00001.parquet" for config in CONFIGS)]
    )


def test_both_variants_have_hashes_and_withheld_has_no_tokens(made: Path) -> None:
    content = manifest.read(made).content
    assert set(content["full"]) == set(CONFIGS)
    assert set(content["withheld"]) == set(CONFIGS) - {"tokens"}
    assert all(content["full"][config] != content["withheld"][config] for config in content["withheld"])


def test_it_says_what_wrote_it(made: Path) -> None:
    written_by = manifest.read(made).written_by
    assert written_by["pyarrow"] == pyarrow.__version__
    assert set(written_by) == {"python", *manifest.WRITERS}


def test_a_file_that_is_gone_altered_or_new_is_told(folder: Path) -> None:
    (folder / "README.md").unlink()
    (folder / QUOTES).write_bytes((folder / QUOTES).read_bytes() + b" ")
    (folder / "spans" / "notes.txt").write_text("mine")
    assert verify(folder) == [
        Difference("missing", "README.md"),
        Difference("altered", QUOTES),
        Difference("extra", "spans/notes.txt"),
    ]
    with pytest.raises(Problem, match=r"README\.md is missing and 2 more"):
        manifest.require_whole(folder)


def test_a_file_of_the_same_size_with_other_bytes_is_told(folder: Path) -> None:
    content = (folder / "README.md").read_bytes()
    (folder / "README.md").write_bytes(content[:-1] + b"!")
    assert verify(folder) == [Difference("altered", "README.md")]


def test_content_that_is_not_the_manifests_is_told_only_when_asked_for(folder: Path) -> None:
    table = pyarrow.parquet.read_table(folder / QUOTES)
    pyarrow.parquet.write_table(table.slice(1), folder / QUOTES)
    one = manifest.read(folder)
    manifest.write(folder, Manifest(**{**vars(one), "files": manifest.stored_files(folder)}))
    assert verify(folder) == []
    assert verify(folder, contents=True) == [Difference("content", "quotes")]


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"variant": "half"}'])
def test_a_manifest_that_is_none_is_a_problem(folder: Path, broken: str) -> None:
    (folder / manifest.MANIFEST).write_text(broken)
    with pytest.raises(Problem, match="cannot be read as a manifest"):
        verify(folder)


def test_a_manifest_with_a_field_more_is_a_problem(folder: Path) -> None:
    known = json.loads((folder / manifest.MANIFEST).read_text())
    (folder / manifest.MANIFEST).write_text(json.dumps({**known, "more": 1}))
    with pytest.raises(Problem, match="cannot be read as a manifest"):
        manifest.read(folder)


def test_a_folder_without_a_manifest_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="is not there"):
        manifest.read(tmp_path)
