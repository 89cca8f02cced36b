from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.duplicates import near_duplicates, shared_quotes

words = st.lists(st.sampled_from(["ferry", "port", "rain", "said"]), max_size=14)


def texts(*told: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"article_id": [f"a{n}" for n in range(len(told))], "text": told}, {"article_id": pl.String, "text": pl.String}
    )


def shingles(told: list[str]) -> set[tuple[str, ...]]:
    return {tuple(told[at : at + 5]) for at in range(max(len(told) - 4, 1))} if told else set()


@given(st.lists(words, min_size=2, max_size=4))
def test_the_similarity_is_that_of_the_sets_of_shingles(several: list[list[str]]) -> None:
    sets = [shingles(told) for told in several]
    expected = {}
    for one, first in enumerate(sets):
        for two, second in enumerate(sets):
            if one < two and first & second and (jaccard := len(first & second) / len(first | second)) >= 0.5:
                expected[f"a{one}", f"a{two}"] = jaccard
    found = near_duplicates(texts(*(" ".join(told) for told in several)))
    assert {(one, two): value for one, two, value in found.iter_rows()} == pytest.approx(expected)


def test_case_marks_and_blanks_do_not_count() -> None:
    one = "The ferry left the port at nine, in heavy rain, with forty people."
    found = near_duplicates(texts(one, one.upper().replace(",", " –"), "A quite different text about nothing at all."))
    assert found.rows() == [("a0", "a1", 1.0)]


def test_the_most_similar_come_first() -> None:
    one = "one two three four five six seven eight nine ten"
    found = near_duplicates(texts(one, f"{one} eleven", one))
    assert found.select("article_id", "other").rows() == [("a0", "a2"), ("a0", "a1"), ("a1", "a2")]


def spans(*told: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(told, ["article_id", "split", "text"], orient="row")


NONE = pl.DataFrame(schema={"article_id": pl.String, "split": pl.String, "text": pl.String})
LONG = "“We will not leave the port”"


def test_a_quoted_string_of_five_words_over_two_splits_is_found() -> None:
    told = spans(("a", "train", f"{LONG}, she said."), ("b", "test", f"She said: {LONG.lower()}!"))
    assert shared_quotes(told, NONE).rows() == [("we will not leave the port", ["a", "b"], ["test", "train"])]


@pytest.mark.parametrize(
    "other",
    [
        ("b", "train", LONG),
        ("b", "test", "“We will not leave”"),
        ("b", "test", "We will not leave the port"),
        ("b", "test", "“We will not leave the old port”"),
    ],
)
def test_the_same_split_few_words_no_marks_or_other_words_are_no_leak(other: tuple[str, str, str]) -> None:
    assert shared_quotes(spans(("a", "train", LONG), ("c", "train", "“We will not leave”"), other), NONE).is_empty()


def test_labelled_quotes_count_without_marks() -> None:
    quotes = spans(("a", "train", "that they will not leave"), ("b", "test", "that they will not leave"))
    assert shared_quotes(NONE, quotes)["splits"].to_list() == [["test", "train"]]
