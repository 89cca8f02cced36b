from __future__ import annotations

from pathlib import Path

import pytest

from dataset.record.corpus import Corpus, open_corpus
from tests.corpora import make_corpus
from tests.scripts.test_main import assert_one_line_and_3, hedgerow


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfWater rose.\r\n")
    (tmp_path / "b.txt").write_bytes(b"Water fell.\n")
    (tmp_path / "bad.txt").write_bytes(b"caf\xe9")
    (tmp_path / "void.txt").write_bytes(b"")
    return make_corpus(tmp_path / "corpus", {"one": "Rain."})


def test_intake_says_how_many_and_what_comes_next(corpus: Corpus, tmp_path: Path) -> None:
    done = hedgerow("intake", "a.txt", "b.txt", "--event", "flood", "--corpus", str(corpus.root), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 articles added" in done.stdout
    assert "names no speaker of flood yet" in done.stdout
    assert "Next: `hedgerow push" in done.stdout
    assert open_corpus(corpus.root).texts()["article_id"].to_list() == ["a", "b", "one"]


def test_one_bad_file_is_one_line(corpus: Corpus, tmp_path: Path) -> None:
    done = hedgerow("intake", "bad.txt", "--event", "flood", "--corpus", str(corpus.root), cwd=tmp_path)
    assert_one_line_and_3(done, "bad.txt is not UTF-8 at byte 4 (0xe9)")


def test_several_bad_files_are_a_line_each_and_a_line_for_all(corpus: Corpus, tmp_path: Path) -> None:
    names = ("a.txt", "bad.txt", "void.txt")
    done = hedgerow("intake", *names, "--event", "flood", "--corpus", str(corpus.root), cwd=tmp_path)
    assert done.returncode == 3
    first, second, last = done.stderr.splitlines()
    assert "bad.txt" in first
    assert "void.txt" in second
    assert "2 of 3 files cannot be taken in, so nothing was added" in last
    assert open_corpus(corpus.root).articles.height == 1


def test_without_an_event_or_a_file_it_is_wrong_usage(corpus: Corpus, tmp_path: Path) -> None:
    assert hedgerow("intake", "a.txt", "--corpus", str(corpus.root), cwd=tmp_path).returncode == 2
    assert hedgerow("intake", "--event", "flood", "--corpus", str(corpus.root), cwd=tmp_path).returncode == 2
