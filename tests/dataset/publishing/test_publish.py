"""Which variant goes where."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dataset.folder import manifest
from dataset.folder.manifest import WITHHELD
from dataset.problem import Problem
from dataset.published.build import build
from dataset.publishing.publish import holds_text, publish
from tests.dataset.tiny import LAYER, put_corpus, put_jsonl, put_layer, valid_rows
from tests.releases import corrected, make_release, put_release


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release, `full`, with its variant `withheld` beside it; not to be changed."""
    return make_release(tmp_path_factory.mktemp("made"))


@pytest.fixture
def full(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made.parent, tmp_path / "dist")) / made.name


@pytest.fixture
def shelf(tmp_path: Path) -> str:
    return str(tmp_path / "shelf")


def licensed(folder: Path, *licences: str | None) -> Path:
    """A release whose articles have these licences."""
    corpus = put_corpus(folder / "licensed")
    path = corpus.seeds / "articles.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    given = zip(rows, [*licences, licences[-1], licences[-1]], strict=False)
    put_jsonl(path, [row | {"licence": licence} for row, licence in given])
    put_layer(corpus, valid_rows())
    return put_release(corpus, folder / "dist", "1.0.0")


def test_only_the_full_variant_holds_text(made: Path) -> None:
    assert holds_text(made)
    assert not holds_text(made.with_name("1.0.0-withheld"))


def test_without_a_word_the_variant_without_texts_goes(full: Path, shelf: str) -> None:
    assert publish(full, shelf).release.manifest.variant == "withheld"


def test_the_variant_without_texts_may_be_named_itself(full: Path, shelf: str) -> None:
    assert publish(full.with_name("1.0.0-withheld"), shelf, public=True).release.manifest.variant == "withheld"


def test_texts_go_to_a_private_place_if_it_is_said(full: Path, shelf: str) -> None:
    assert publish(full, shelf, include_text=True).release.manifest.variant == "full"


def test_texts_never_go_to_a_public_place_by_a_word(full: Path, shelf: str) -> None:
    with pytest.raises(Problem, match="would be public"):
        publish(full, shelf, include_text=True, public=True)
    assert not Path(shelf).exists()


@pytest.mark.parametrize("licence", ["CC-BY-4.0", "cc0-1.0", "CC-BY-SA-3.0-IGO", "OGL-UK-3.0"])
def test_texts_go_anywhere_if_every_licence_allows_it(tmp_path: Path, shelf: str, licence: str) -> None:
    assert publish(licensed(tmp_path, licence), shelf, public=True).release.manifest.variant == "full"


@pytest.mark.parametrize(
    "licence", [None, "all rights reserved", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "LicenseRef-CC-BY-4.0"]
)
def test_one_article_that_may_not_be_passed_on_keeps_all_texts_back(
    tmp_path: Path, shelf: str, licence: str | None
) -> None:
    assert publish(licensed(tmp_path, licence, "CC-BY-4.0"), shelf, public=True).release.manifest.variant == "withheld"


def test_without_a_variant_to_take_it_is_refused(full: Path, shelf: str) -> None:
    shutil.rmtree(full.with_name("1.0.0-withheld"))
    with pytest.raises(Problem, match="holds texts whose licence"):
        publish(full, shelf)


def test_a_variant_of_another_release_is_not_taken(full: Path, shelf: str, tmp_path: Path) -> None:
    second = make_release(tmp_path / "other", edit=corrected)
    shutil.rmtree(full.with_name("1.0.0-withheld"))
    shutil.copytree(second.with_name("1.0.0-withheld"), full.with_name("1.0.0-withheld"))
    with pytest.raises(Problem, match=r"is not 1\.0\.0 without its texts"):
        publish(full, shelf)


def test_a_full_folder_that_calls_itself_withheld_is_seen_through(full: Path, shelf: str) -> None:
    known = manifest.read(full)
    manifest.write(full, replace(known, variant=WITHHELD, content=known.content | {WITHHELD: known.content["full"]}))
    with pytest.raises(Problem, match="holds texts whose licence"):
        publish(full, shelf, public=True)


def test_a_release_without_its_rows_is_refused_though_its_manifest_names_none(full: Path, shelf: str) -> None:
    known = manifest.read(full)
    rows = {name for name in known.files if name.endswith(".parquet")}
    for name in rows:
        (full / name).unlink()
    files = {name: file for name, file in known.files.items() if name not in rows}
    manifest.write(full, replace(known, files=files))
    with pytest.raises(Problem, match="is not what its manifest says"):
        publish(full, shelf, include_text=True)
    assert not Path(shelf).exists()


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path, shelf: str) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    put_layer(corpus, valid_rows())
    build(corpus, LAYER, tmp_path / "built", allow_errors=False)
    with pytest.raises(Problem, match=r"MANIFEST\.json is not there"):
        publish(tmp_path / "built", shelf)


def test_rows_that_are_not_the_manifests_are_refused(full: Path, shelf: str) -> None:
    known = manifest.read(full)
    content = known.content | {"full": known.content["full"] | {"quotes": "0" * 64}}
    manifest.write(full, replace(known, content=content))
    with pytest.raises(Problem, match="quotes does not hold what the manifest says"):
        publish(full, shelf)
