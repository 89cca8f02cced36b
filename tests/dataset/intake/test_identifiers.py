from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset import schema
from dataset.intake.articles import ArticleMetadata, SourceArticle
from dataset.intake.identifiers import can_be_id, id_of, id_of_address
from dataset.problem import Problem

URL = "https://www.gull.example/2024/10/29/port-says-it-was-sorry.html?from=home"


def article(article_id: str | None = None, stem: str | None = None, url: str | None = None) -> SourceArticle:
    return SourceArticle("feed, line 2", "Water.", article_id, stem, ArticleMetadata(url=url))


def test_the_id_that_is_given_goes_before_a_files_name_and_that_before_an_address() -> None:
    assert id_of(article("a", "b", URL)) == "a"
    assert id_of(article(None, "b", URL)) == "b"
    assert re.fullmatch(r"port-says-it-was-sorry-[0-9a-f]{10}", id_of(article(None, None, URL)))


def test_a_files_name_that_cannot_be_an_id_gives_way_to_the_address() -> None:
    assert id_of(article(None, "Port says it was sorry - The Gull", URL)) == id_of_address(URL)


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (article(), "gives no id, and no address to make one from; .*--column article_id="),
        (article("a b", url=URL), "“a b” cannot be an article's id"),
        (article(None, "a b"), "“a b” cannot be an article's id; rename the file"),
    ],
)
def test_where_none_can_be_made_it_is_refused(of: SourceArticle, words: str) -> None:
    with pytest.raises(Problem, match=words):
        id_of(of)


def test_the_same_address_has_the_same_id_and_another_has_another() -> None:
    assert id_of_address(URL) == id_of_address(URL)
    assert id_of_address(URL) != id_of_address(f"{URL}&page=2")


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_every_address_makes_an_id(path: str) -> None:
    made = id_of_address(f"https://gull.example/{path}")
    assert can_be_id(made)
    assert re.fullmatch(schema.IDENTIFIER, made)
    assert len(made) <= 80
