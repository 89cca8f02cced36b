"""Symbolic links in a corpus that somebody else made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.record.corpus import open_corpus
from tests.dataset.tiny import LAYER, ONE, put_corpus, put_layer, valid_rows

READ = [
    *["hedgerow.toml", "DATASHEET.md", "CHANGELOG.md", "README.md", "CITATION.cff", "annotators.toml"],
    *["seeds", "seeds/articles.jsonl", "seeds/entities.jsonl", "seeds/text", f"seeds/text/{ONE}.txt"],
    *["splits.jsonl", "releases/1.0.0.json", "pulls/r1-1/raw.json"],
    *["annotations", f"annotations/{LAYER}", f"annotations/{LAYER}/spans.jsonl", "annotations/acknowledged.jsonl"],
]
WRITTEN = ["pulls", "releases", "annotations/gold", "annotations/r2", "dist", "backups"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    corpus = put_corpus(tmp_path / "corpus")
    put_layer(corpus, valid_rows())
    return corpus.root


def put_link(path: Path, target: Path) -> None:
    """Puts a link in the place of what is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.rename(target)
    path.symlink_to(target)


@pytest.mark.parametrize("name", [*READ, *WRITTEN])
def test_a_link_that_leads_out_of_a_corpus_is_not_followed(root: Path, name: str) -> None:
    put_link(root / name, root.parent / "outside")
    with pytest.raises(Problem, match="leads out of the corpus") as refused:
        open_corpus(root)
    assert str(root / name) in str(refused.value)


@pytest.mark.parametrize("private", [".git/config", ".hedgerow/secrets.json", "annotators.toml"])
def test_a_link_to_what_is_private_in_a_corpus_is_not_followed(root: Path, private: str) -> None:
    (root / private).parent.mkdir(exist_ok=True)
    (root / private).write_text("")
    (root / "DATASHEET.md").symlink_to(private)
    with pytest.raises(Problem, match="something private"):
        open_corpus(root)


@pytest.mark.parametrize("target", ["b", "../../outside"])
def test_a_link_that_leads_in_a_ring_or_to_nothing_outside_is_refused(root: Path, target: str) -> None:
    (root / "seeds" / "b").symlink_to(target)
    with pytest.raises(Problem, match="is a link"):
        open_corpus(root)


def test_links_within_a_corpus_and_that_of_the_state_folder_may_stay(root: Path) -> None:
    text = root / "seeds" / "text" / f"{ONE}.txt"
    text.rename(root / "seeds" / "first.txt")
    text.symlink_to("../first.txt")
    (root.parent / "disk").mkdir()
    shutil.rmtree(root / ".hedgerow", ignore_errors=True)
    (root / ".hedgerow").symlink_to(root.parent / "disk")
    assert open_corpus(root).text(ONE)


def test_a_corpus_may_itself_be_reached_by_a_link(root: Path) -> None:
    (root.parent / "link").symlink_to(root)
    assert open_corpus(root.parent / "link").root == root
