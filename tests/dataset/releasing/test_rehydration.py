from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import mlcroissant
import pyarrow.parquet
import pytest
from huggingface_hub import metadata_load

from dataset import schema
from dataset.folder import manifest
from dataset.problem import Problem
from dataset.releasing.rehydration import UnmatchedTexts, rehydrate
from dataset.releasing.release import ReleaseResult, release
from tests.dataset.loading import files, load
from tests.dataset.release_setup import plan_of, put_ready
from tests.dataset.tiny import ONE, TEXTS, TWO


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> ReleaseResult:
    """1.0.0 of the tiny corpus; not to be changed."""
    return release(plan_of(put_ready(tmp_path_factory.mktemp("cut"))))


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for article, text in TEXTS.items():
        (folder / f"{article}.txt").write_bytes(text.encode())
    return folder


def test_the_texts_give_the_full_release_byte_by_byte(cut: ReleaseResult, texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert rehydrate(cut.withheld, texts, out) == 2
    assert files(out) == files(cut.full)
    assert manifest.verify(out, contents=True) == []
    assert manifest.read(out).content["full"] == manifest.content(cut.full)["full"]


def test_what_was_rehydrated_loads(cut: ReleaseResult, texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    rehydrate(cut.withheld, texts, out)
    for config in schema.CONFIGS:
        assert load(out, config).to_list() == load(cut.full, config).to_list()
    assert len(list(mlcroissant.Dataset(str(out / "croissant.json")).records("tokens-train"))) == 2
    names = [entry["config_name"] for entry in (metadata_load(out / "README.md") or {})["configs"]]
    assert names == list(schema.CONFIGS)


def test_a_text_with_windows_line_ends_is_the_same_text(cut: ReleaseResult, texts: Path, tmp_path: Path) -> None:
    (texts / f"{ONE}.txt").write_bytes(b"\xef\xbb\xbf" + TEXTS[ONE].replace("\n", "\r\n").encode())
    rehydrate(cut.withheld, texts, tmp_path / "out")
    assert files(tmp_path / "out") == files(cut.full)


def test_texts_that_do_not_match_are_all_named_and_nothing_is_written(
    cut: ReleaseResult, texts: Path, tmp_path: Path
) -> None:
    (texts / f"{ONE}.txt").write_text(TEXTS[ONE] + "!")
    (texts / f"{TWO}.txt").unlink()
    with pytest.raises(UnmatchedTexts, match="2 of 2 articles") as unmatched:
        rehydrate(cut.withheld, texts, tmp_path / "out")
    assert list(unmatched.value.each) == [ONE, TWO]
    assert unmatched.value.each[ONE].endswith("one.txt is another text")
    assert unmatched.value.each[TWO].endswith("two.txt is not there")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["texts"]


def test_a_full_release_needs_no_text(cut: ReleaseResult, texts: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="holds the text already"):
        rehydrate(cut.full, texts, tmp_path / "out")


def test_an_altered_release_is_refused(cut: ReleaseResult, texts: Path, tmp_path: Path) -> None:
    altered = Path(shutil.copytree(cut.withheld, tmp_path / "altered"))
    (altered / "README.md").unlink()
    with pytest.raises(Problem, match=r"README\.md is missing"):
        rehydrate(altered, texts, tmp_path / "out")


def test_a_release_whose_rows_do_not_become_the_full_ones_is_refused(
    cut: ReleaseResult, texts: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(cut.withheld, tmp_path / "other"))
    known = manifest.read(folder)
    (folder / manifest.MANIFEST).unlink()
    wrong = {**known.content, "full": {**known.content["full"], "quotes": "0" * 64}}
    manifest.write(folder, manifest.Manifest(**{**vars(known), "content": wrong}))
    with pytest.raises(Problem, match="quotes did not become what full holds"):
        rehydrate(folder, texts, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_there_is_not_written_over(cut: ReleaseResult, texts: Path) -> None:
    with pytest.raises(Problem, match="is there already"):
        rehydrate(cut.withheld, texts, texts)


def test_a_release_with_other_columns_is_refused(cut: ReleaseResult, texts: Path, tmp_path: Path) -> None:
    older = Path(shutil.copytree(cut.withheld, tmp_path / "older"))
    known = manifest.read(older)
    (path,) = (older / "quotes").iterdir()
    path.chmod(0o644)
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path).drop_columns(["also_tells"]), path)
    (older / manifest.MANIFEST).unlink()
    manifest.write(older, replace(known, files=manifest.stored_files(older)))
    with pytest.raises(Problem, match="has other columns in quotes than this Hedgerow publishes"):
        rehydrate(older, texts, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_words_of_statements_and_comparisons_are_back(cut: ReleaseResult, texts: Path, tmp_path: Path) -> None:
    rehydrate(cut.withheld, texts, tmp_path / "out")
    for folder, words in ((cut.withheld, None), (tmp_path / "out", "that thousands came")):
        statement = load(folder, "statements")[0]
        assert [telling["text"] for telling in statement["tellings"]][-1] == words
        assert statement["gist"]
    assert "thousands" in load(tmp_path / "out", "comparisons")[0]["second_words"]
