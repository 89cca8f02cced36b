from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.intake.articles import ArticleMetadata
from dataset.intake.sources import sources_of
from dataset.intake.splitting import split_long
from dataset.intake.taking_in import intake
from dataset.intake.text import LONG_BYTES
from dataset.record.corpus import open_corpus
from tests.corpora import make_corpus
from tests.dataset.intake.refusals import row

words = st.text(st.sampled_from("ab é.\n\t \u2028"), max_size=200)


@given(text=words, limit=st.integers(1, 60))
def test_the_parts_joined_are_the_text_and_none_is_blank(text: str, limit: int) -> None:
    parts = split_long(text, limit)
    assert "".join(parts) == text
    assert not text.strip() or all(part.strip() for part in parts)


@given(text=words, limit=st.integers(1, 60))
def test_a_part_ends_where_a_line_does(text: str, limit: int) -> None:
    for part in split_long(text, limit)[:-1]:
        assert "\n" in part[len(part.rstrip()) :]


@given(paragraphs=st.lists(st.text("ab ", min_size=1, max_size=20).filter(str.strip), max_size=12))
def test_no_part_is_too_long_where_no_paragraph_is(paragraphs: list[str]) -> None:
    assert all(len(part) <= 60 for part in split_long("\n\n".join(paragraphs), 60))


def test_paragraphs_are_kept_whole_where_they_can_be() -> None:
    assert split_long("one\ntwo\n\nthree\nfour\n\nfive", 15) == ["one\ntwo\n\n", "three\nfour\n\n", "five"]
    assert split_long("one\ntwo\nthree\n\nfour", 8) == ["one\ntwo\n", "three\n\n", "four"]


def test_a_long_text_becomes_articles_of_their_own_that_share_what_is_known(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", {"one": "Rain."})
    text = "".join(f"Paragraph {number}. {'The water rose. ' * 60}\n\n" for number in range(70))
    (tmp_path / "long.txt").write_text(text, encoding="utf-8")
    sources = sources_of([str(tmp_path / "long.txt")])
    about = ArticleMetadata("flood", "Water rises", language="en")
    gathered = intake(corpus, sources, about, splitting=True)
    assert gathered.added == ["long.1", "long.2", "long.3"]
    assert gathered.warnings == []
    after = open_corpus(corpus.root)
    parts = [after.text(article) for article in gathered.added]
    assert "".join(parts) == text
    assert all(len(part) <= LONG_BYTES for part in parts)
    assert {row(corpus, article)["title"] for article in gathered.added} == {"Water rises"}
    assert intake(corpus, sources, about, splitting=True).there == 3


def test_without_splitting_a_long_text_is_warned_of_and_stays_whole(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", {"one": "Rain."})
    (tmp_path / "long.txt").write_text("The water rose.\n" * 2_000, encoding="utf-8")
    gathered = intake(corpus, sources_of([str(tmp_path / "long.txt")]))
    assert gathered.added == ["long"]
    (warning,) = gathered.warnings
    assert "long has 32 kB" in warning
    assert "--split-long" in warning


@pytest.mark.parametrize("limit", [10, 100])
def test_a_line_that_is_too_long_by_itself_stays_whole(limit: int) -> None:
    assert split_long("x" * 200, limit) == ["x" * 200]
