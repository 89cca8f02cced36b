"""From a corrected label to a release, as a maintainer types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation import guidelines
from dataset.record.corpus import Corpus
from tests.dataset.loading import files
from tests.dataset.release_setup import commit, put_repository
from tests.dataset.tiny import TEXTS, TWO
from tests.scripts.test_main import assert_one_line_and_3, hedgerow


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return put_repository(tmp_path / "corpus")


def released(corpus: Corpus, version: str) -> None:
    assert hedgerow("release", "--prepare", version, cwd=corpus.root).returncode == 0
    commit(corpus)
    done = hedgerow("release", version, cwd=corpus.root)
    assert done.returncode == 0, done.stderr
    commit(corpus)


def test_preparing_and_releasing_say_what_comes_next(corpus: Corpus) -> None:
    done = hedgerow("release", "--prepare", "1.0.0", cwd=corpus.root)
    assert (done.returncode, "hedgerow release 1.0.0" in done.stdout) == (0, True)
    commit(corpus)
    done = hedgerow("release", "1.0.0", cwd=corpus.root)
    assert done.returncode == 0, done.stderr
    assert "the first release" in done.stdout
    assert "releases/1.0.0.json" in done.stdout
    done = hedgerow("release", "1.0.0", cwd=corpus.root)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "was released already" in done.stderr


def test_a_release_has_the_guidelines_and_says_where_the_labels_were_made_by_others(corpus: Corpus) -> None:
    hedgerow("release", "--prepare", "1.0.0", cwd=corpus.root)
    commit(corpus)
    done = hedgerow("release", "1.0.0", cwd=corpus.root)
    assert done.returncode == 0, done.stderr
    assert files(corpus.root / "dist" / "1.0.0" / "guidelines") == {
        name: page.encode() for name, page in guidelines.pages().items()
    }
    assert f"has version {guidelines.version()}, and the labels were made by version 1; the card" in done.stdout
    assert "names no repository in [publication]" in done.stdout


def test_a_release_tells_machines_where_it_is(corpus: Corpus) -> None:
    hedgerow("release", "--prepare", "1.0.0", cwd=corpus.root)
    commit(corpus)
    answer = json.loads(hedgerow("release", "1.0.0", "--json", cwd=corpus.root).stdout)
    assert Path(answer["full"]).is_dir()
    assert Path(answer["withheld"]).is_dir()
    assert (answer["previous"], answer["bump"]) == (None, "NONE")


def test_every_check_that_a_release_fails_is_shown(corpus: Corpus) -> None:
    page = corpus.root / "DATASHEET.md"
    page.write_text(page.read_text() + "\nTODO\n")
    hedgerow("release", "--prepare", "1.0.0", cwd=corpus.root)
    commit(corpus)
    done = hedgerow("release", "1.0.0", cwd=corpus.root)
    assert done.returncode == 3
    assert done.stdout.count("template-text: DATASHEET.md holds “TODO”") == 1
    assert "fails release checks (1), so nothing was written" in done.stderr


def test_texts_go_back_by_the_command(corpus: Corpus, tmp_path: Path) -> None:
    released(corpus, "1.0.0")
    texts = tmp_path / "texts"
    texts.mkdir()
    withheld = corpus.root / "dist" / "1.0.0-withheld"
    done = hedgerow("rehydrate", str(withheld), "--texts", str(texts))
    assert done.returncode == 3
    assert done.stdout.count("is not there") == 2
    for article, text in TEXTS.items():
        (texts / f"{article}.txt").write_text(text)
    done = hedgerow("rehydrate", str(withheld), "--texts", str(texts))
    assert done.returncode == 0, done.stderr
    assert files(corpus.root / "dist" / "1.0.0-full") == files(corpus.root / "dist" / "1.0.0")


def test_an_article_is_withdrawn_by_the_command_and_the_next_release_names_it(corpus: Corpus) -> None:
    released(corpus, "1.0.0")
    done = hedgerow("withdraw", TWO, "--reason", "its publisher asked for it", cwd=corpus.root)
    assert done.returncode == 0, done.stderr
    page = corpus.root / "CHANGELOG.md"
    page.write_text(page.read_text().replace("## Unreleased\n", "## Unreleased\n\n- An article was withdrawn.\n", 1))
    released(corpus, "2.0.0")
    assert f"taken out: `{TWO}`" in (corpus.root / "dist" / "2.0.0" / "README.md").read_text()


def test_a_release_with_a_baseline_of_another_gold_is_refused(corpus: Corpus) -> None:
    assert hedgerow("score", "--baseline", "rules", cwd=corpus.root).returncode == 0
    path = corpus.layer_path("gold") / "spans.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"indirect"', '"mixed"', 1), encoding="utf-8")
    done = hedgerow("release", "--prepare", "1.0.0", cwd=corpus.root)
    assert_one_line_and_3(done, "the baseline rules was measured on another gold than the record's")
