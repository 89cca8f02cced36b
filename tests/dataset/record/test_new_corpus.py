from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.record.corpus import open_corpus
from dataset.record.new_corpus import new_corpus
from dataset.releasing.checks import _TEMPLATE
from dataset.releasing.figures import filled


def test_a_new_corpus_is_one_that_every_command_takes(tmp_path: Path) -> None:
    made = new_corpus(tmp_path / "ferry", 'The "ferry" \\ of 2031', "cc-by-4.0")
    corpus = open_corpus(made.folder)
    assert (corpus.name, corpus.title, corpus.licence) == ("ferry", 'The "ferry" \\ of 2031', "cc-by-4.0")
    assert corpus.articles.is_empty()
    assert corpus.layers() == []


def test_it_is_a_git_repository_that_ignores_what_stays_on_this_machine(tmp_path: Path) -> None:
    made = new_corpus(tmp_path / "ferry")
    assert made.own_repository
    for name in (".hedgerow/secrets.json", "pulls/x", "annotators.toml", "dist/x"):
        assert subprocess.run(["git", "-C", made.folder, "check-ignore", "-q", name], check=False).returncode == 0
    assert (
        subprocess.run(["git", "-C", made.folder, "check-ignore", "-q", "hedgerow.toml"], check=False).returncode == 1
    )


def test_within_a_repository_it_begins_none_of_its_own(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    made = new_corpus(tmp_path / "ferry")
    assert not made.own_repository
    assert not (made.folder / ".git").exists()


def test_each_open_question_is_counted_and_is_template_text_that_a_release_refuses(tmp_path: Path) -> None:
    made = new_corpus(tmp_path / "ferry", licence="cc-by-4.0")
    page = (made.folder / "DATASHEET.md").read_text(encoding="utf-8")
    openings = [line for line in page.splitlines() if line.startswith("TODO")]
    assert made.questions == len(openings) > 10
    assert all(_TEMPLATE.search(line) for line in openings)


def test_the_figures_that_its_pages_ask_for_exist(tmp_path: Path) -> None:
    made = new_corpus(tmp_path / "ferry")
    page = (made.folder / "DATASHEET.md").read_text(encoding="utf-8")
    assert "settings do not say who the annotators are" in filled(open_corpus(made.folder), page)


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "ferry").mkdir()
    (tmp_path / "ferry" / "notes.txt").write_text("mine")
    with pytest.raises(Problem, match="holds something"):
        new_corpus(tmp_path / "ferry")
    assert [path.name for path in (tmp_path / "ferry").iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_as_good_as_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ferry").mkdir()
    monkeypatch.chdir(tmp_path / "ferry")
    assert open_corpus(new_corpus(Path()).folder).name == "ferry"


def test_a_name_that_cannot_be_a_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="a b"):
        new_corpus(tmp_path / "a b")
