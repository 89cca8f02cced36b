from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from dataset.folder import manifest
from dataset.folder.manifest import Manifest, ManifestDifference, verify
from dataset.folder.tool import Tool
from dataset.problem import Problem
from dataset.published.build import build
from dataset.publishing.pins import Pin
from dataset.storage.atomic import sha256
from tests.corpora import REPOSITORY
from tests.dataset.tiny import LAYER, OF_A_PASS, put_corpus, put_layer, valid_rows

QUOTES = "quotes/train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build with a manifest; not to be changed."""
    folder = tmp_path_factory.mktemp("manifest")
    corpus = put_corpus(folder / "corpus")
    put_layer(corpus, valid_rows())
    build(corpus, LAYER, folder / "out", allow_errors=False)
    manifest.write(folder / "out", manifest_of(folder / "out"))
    return folder / "out"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


def manifest_of(folder: Path) -> Manifest:
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
    assert manifest.read(made) == manifest_of(made)


def test_a_folder_that_nobody_touched_is_what_its_manifest_says(made: Path) -> None:
    assert verify(made, contents=True) == []
    assert manifest.require_whole(made, contents=True).version == "1.0.0"


def test_it_names_every_file_but_itself(made: Path) -> None:
    assert sorted(manifest.read(made).files) == sorted(
        ["README.md", *(f"{config}/train-00000-of-00001.parquet" for config in OF_A_PASS)]
    )


def test_both_variants_have_hashes_and_withheld_has_no_tokens(made: Path) -> None:
    content = manifest.read(made).content
    assert set(content["full"]) == set(OF_A_PASS)
    assert set(content["withheld"]) == set(OF_A_PASS) - {"tokens"}
    same = {config for config in content["withheld"] if content["full"][config] == content["withheld"][config]}
    assert same == {"entities"}  # which has no word of an article


def test_it_says_what_wrote_it(made: Path) -> None:
    written_by = manifest.read(made).written_by
    assert written_by["pyarrow"] == pyarrow.__version__
    assert set(written_by) == {"python", *manifest.WRITERS}


def test_a_file_that_is_gone_altered_or_new_is_told(folder: Path) -> None:
    (folder / "README.md").unlink()
    (folder / QUOTES).write_bytes((folder / QUOTES).read_bytes() + b" ")
    (folder / "spans" / "notes.txt").write_text("mine")
    assert verify(folder) == [
        ManifestDifference("missing", "README.md"),
        ManifestDifference("altered", QUOTES),
        ManifestDifference("extra", "spans/notes.txt"),
    ]
    with pytest.raises(Problem, match=r"README\.md is missing and 2 more"):
        manifest.require_whole(folder)


def test_a_file_of_the_same_size_with_other_bytes_is_told(folder: Path) -> None:
    content = (folder / "README.md").read_bytes()
    (folder / "README.md").write_bytes(content[:-1] + b"!")
    assert verify(folder) == [ManifestDifference("altered", "README.md")]


def test_content_that_is_not_the_manifests_is_told_only_when_asked_for(folder: Path) -> None:
    table = pyarrow.parquet.read_table(folder / QUOTES)
    pyarrow.parquet.write_table(table.slice(1), folder / QUOTES)
    before = manifest.read(folder)
    manifest.write(folder, Manifest(**{**vars(before), "files": manifest.stored_files(folder)}))
    assert verify(folder) == []
    assert verify(folder, contents=True) == [ManifestDifference("content", "quotes")]


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"variant": "half"}'])
def test_a_manifest_that_is_none_is_a_problem(folder: Path, broken: str) -> None:
    (folder / manifest.MANIFEST).write_text(broken)
    with pytest.raises(Problem, match="cannot be read as a manifest"):
        verify(folder)


def test_fields_that_only_a_later_hedgerow_knows_are_read_past(made: Path, tmp_path: Path) -> None:
    known = json.loads((made / manifest.MANIFEST).read_text())
    later = {**known, "more": {"a": 1}, "tool": {**TOOL, "more": 1}}
    later["files"]["README.md"]["more"] = 1
    (tmp_path / manifest.MANIFEST).write_bytes(with_own_hash(later))
    read = manifest.read(tmp_path)
    assert read.files == manifest.read(made).files
    assert read.tool == Tool(**TOOL)


def test_a_field_that_nothing_proves_is_not_read_past(folder: Path) -> None:
    old = without_own_hash(folder)
    (folder / manifest.MANIFEST).write_bytes(written({**old, "more": 1}))
    with pytest.raises(Problem, match="an unknown field, more"):
        manifest.read(folder)


def test_a_manifest_from_before_they_had_a_hash_of_themselves_is_read(folder: Path) -> None:
    whole = manifest.read(folder)
    (folder / manifest.MANIFEST).write_bytes(written(without_own_hash(folder)))
    assert manifest.read(folder) == whole
    assert manifest.read_file(REPOSITORY / "dataset" / "releases" / "1.0.0.json").tool is None


def flipped(content: bytes) -> Iterator[bytes]:
    """The content with one bit flipped, for each of its bits."""
    for place in range(len(content)):
        for bit in range(8):
            yield content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def is_refused(content: bytes, pin: Pin | None = None) -> bool:
    try:
        parsed = manifest.from_bytes(content)
        if pin is not None:
            pin.pinned_by("a place", content, parsed)
    except (ValueError, Problem):
        return True
    return False


def test_no_bit_of_a_manifest_can_be_flipped(made: Path) -> None:
    content = (made / manifest.MANIFEST).read_bytes()
    assert not is_refused(content)
    assert [damaged for damaged in flipped(content) if not is_refused(damaged)] == []


def test_no_bit_of_a_manifest_that_a_digest_pins_can_be_flipped_even_of_one_without_a_hash_of_itself(
    folder: Path,
) -> None:
    content = written(without_own_hash(folder))
    pin = Pin(sha256(content))
    assert not is_refused(content, pin)
    assert [damaged for damaged in flipped(content) if not is_refused(damaged, pin)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"size": ', b'"size":  '),
        (b'"date": "2026-11-22"', b'"date": "2031-01-01",\n  "date": "2026-11-22"'),
        (b'"variant": "full"', b'"variant": "\\u0066ull"'),
        (b'"size": 1', b'"size": 1e400, "x": 1'),
    ],
    ids=["blank", "key twice", "escape", "endless number"],
)
def test_a_manifest_that_says_the_same_in_other_bytes_is_refused(made: Path, old: bytes, new: bytes) -> None:
    content = (made / manifest.MANIFEST).read_bytes()
    assert old in content
    assert is_refused(content.replace(old, new, 1))


def test_rows_that_no_content_hash_covers_are_told(folder: Path) -> None:
    (folder / "more").mkdir()
    shutil.copy(folder / QUOTES, folder / "more" / "train-00000-of-00001.parquet")
    before = manifest.read(folder)
    manifest.write(folder, replace(before, files=manifest.stored_files(folder)))
    assert verify(folder, contents=True) == [ManifestDifference("content", "more")]


def test_a_config_whose_files_are_no_parquet_is_told(folder: Path) -> None:
    (folder / QUOTES).write_bytes(b"PAR1")
    manifest.write(folder, replace(manifest.read(folder), files=manifest.stored_files(folder)))
    assert verify(folder, contents=True) == [ManifestDifference("content", "quotes")]


TOOL: dict[str, Any] = {"version": "0.1.0", "sha256": "0" * 64, "commit": None, "changed": False}


def written(known: dict[str, Any]) -> bytes:
    return (json.dumps(known, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def with_own_hash(known: dict[str, Any]) -> bytes:
    """A manifest as it is documented: `sha256` is of all the rest as JSON without blanks, keys sorted, in UTF-8."""
    rest = {name: value for name, value in known.items() if name != "sha256"}
    canonical = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return written({**rest, "sha256": sha256(canonical)})


def without_own_hash(folder: Path) -> dict[str, Any]:
    """What a manifest says, as they were when they had no hash of themselves and named neither a tool nor a part."""
    known = json.loads((folder / manifest.MANIFEST).read_bytes())
    return {name: value for name, value in known.items() if name not in ("sha256", "tool", "adjudicated_only")}


def test_a_folder_without_a_manifest_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="is not there"):
        manifest.read(tmp_path)
