from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.similarity.near_duplicates import near_duplicates, near_duplicates_of, shared_quotes
from tests.dataset.tiny import copies

words = st.lists(st.sampled_from(["ferry", "port", "rain", "said"]), max_size=14)


def texts(*articles: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"article_id": [f"a{n}" for n in range(len(articles))], "text": articles},
        {"article_id": pl.String, "text": pl.String},
    )


def shingles(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + 5]) for at in range(max(len(words) - 4, 1))} if words else set()


@given(st.lists(words, min_size=2, max_size=4))
def test_the_similarity_is_that_of_the_sets_of_shingles(several: list[list[str]]) -> None:
    sets = [shingles(article) for article in several]
    expected = {}
    for earlier, first in enumerate(sets):
        for later, second in enumerate(sets):
            if earlier < later and first & second and (jaccard := len(first & second) / len(first | second)) >= 0.5:
                expected[f"a{earlier}", f"a{later}"] = jaccard
    duplicates = near_duplicates(texts(*(" ".join(article) for article in several)))
    rows = duplicates.select("article_id", "other", "jaccard").iter_rows()
    assert {(first, second): value for first, second, value in rows} == pytest.approx(expected)


def test_case_marks_and_blanks_do_not_count() -> None:
    text = "The ferry left the port at nine, in heavy rain, with forty people."
    duplicates = near_duplicates(
        texts(text, text.upper().replace(",", " –"), "A quite different text about nothing at all.")
    )
    assert duplicates.rows() == [("a0", "a1", 1.0, 1.0, 9)]


def test_the_most_similar_come_first() -> None:
    text = "one two three four five six seven eight nine ten"
    duplicates = near_duplicates(texts(text, f"{text} eleven", text))
    assert duplicates.select("article_id", "other").rows() == [("a0", "a2"), ("a0", "a1"), ("a1", "a2")]


def groups(pairs: Iterable[tuple[str, str]]) -> set[frozenset[str]]:
    """What the pairs join."""
    group_of: dict[str, frozenset[str]] = {}
    for pair in pairs:
        joined = frozenset().union(*(group_of.get(name, {name}) for name in pair))
        group_of.update(dict.fromkeys(joined, joined))
    return set(group_of.values())


@pytest.mark.parametrize(("count", "pairs"), [(49, 49 * 48 / 2), (50, 50 * 49 / 2), (51, 50), (200, 199)])
def test_however_many_copies_there_are_they_are_one_group(count: int, pairs: int) -> None:
    duplicates = near_duplicates(texts(*copies("w", count), *copies("v", 2), "A text of its own, and of nobody else."))
    family, two = {f"a{n}" for n in range(count)}, {f"a{count}", f"a{count + 1}"}
    assert duplicates.height == pairs + 1
    assert groups(duplicates.select("article_id", "other").iter_rows()) == {frozenset(family), frozenset(two)}
    assert min(duplicates["jaccard"].to_list()) >= 0.5


def test_furniture_that_many_articles_have_makes_them_no_group() -> None:
    furniture = " ".join(f"subscribe{number}" for number in range(24))
    unrelated = [f"{' '.join(f'a{at}b{number}' for number in range(30))} {furniture}" for at in range(120)]
    duplicates = near_duplicates(texts(*unrelated, *(f"{text} {furniture}" for text in copies("w", 70))))
    (group,) = groups(duplicates.select("article_id", "other").iter_rows())
    assert group == {f"a{n}" for n in range(120, 190)}


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(55, 80))
def test_the_groups_of_many_that_were_edited_are_those_of_all_pairs(random: Random, count: int) -> None:
    several: list[list[str]] = []
    for _ in range(count):
        words = [f"w{number}" for number in range(40)]
        for _ in range(random.randint(0, 3)):
            words[random.randrange(40)] = f"x{random.randrange(10**6)}"
        several.append(words)
    sets = [shingles(words) for words in several]
    jaccard = {
        (f"a{at}", f"a{to}"): len(sets[at] & sets[to]) / len(sets[at] | sets[to])
        for at, to in combinations(range(count), 2)
    }
    duplicates = near_duplicates(texts(*map(" ".join, several)))
    near = duplicates.filter(pl.col("jaccard") >= 0.5).select("article_id", "other", "jaccard")
    listed = {tuple(sorted(pair, key=lambda name: int(name[1:]))): value for *pair, value in near.iter_rows()}
    assert listed == pytest.approx({pair: jaccard[pair] for pair in listed})
    assert groups(listed) == groups(pair for pair, value in jaccard.items() if value >= 0.5)


def words_of(name: str, count: int) -> list[str]:
    return [f"{name}{number}" for number in range(count)]


def test_an_article_that_retells_a_part_of_another_is_listed_with_how_much() -> None:
    retold, longer = words_of("retold", 40), words_of("long", 400)
    duplicates = near_duplicates(
        texts(" ".join(longer[:200] + retold + longer[200:]), " ".join([*retold, *words_of("o", 60)]))
    )
    assert duplicates.select("article_id", "other", "shared").rows() == [("a0", "a1", 36)]
    (row,) = duplicates.iter_rows(named=True)
    assert row["containment"] == pytest.approx(36 / 96)
    assert row["jaccard"] == pytest.approx(36 / (436 + 96 - 36))


@pytest.mark.parametrize(("retold", "own", "there"), [(34, 200, 1), (33, 200, 0), (34, 270, 1), (34, 271, 0)])
def test_a_retelling_is_thirty_shingles_and_a_tenth_of_the_smaller_one(retold: int, own: int, there: int) -> None:
    again = words_of("again", retold)
    duplicates = near_duplicates(texts(" ".join(again + words_of("a", own)), " ".join(again + words_of("b", 500))))
    assert duplicates.height == there


def test_furniture_that_many_articles_have_is_no_retelling() -> None:
    furniture = words_of("subscribe", 60)
    several = [" ".join([*furniture, *words_of(f"a{at}b", 60)]) for at in range(51)]
    assert near_duplicates(texts(*several)).is_empty()
    assert near_duplicates(texts(*several[:50])).height == 50 * 49 / 2


def test_retellings_are_the_same_whatever_is_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(5)
    passages = [words_of(f"t{number}x", 45) for number in range(12)]
    several = [
        " ".join([*passages[random.randrange(12)], *words_of(f"a{at}b", 90), *passages[random.randrange(12)]])
        for at in range(60)
    ]
    whole = near_duplicates(texts(*several))
    assert whole.height > 60
    monkeypatch.setattr("dataset.similarity.near_duplicates.MEETINGS_AT_ONCE", 100)
    assert near_duplicates(texts(*several)).equals(whole)


@settings(deadline=None)
@given(st.lists(words, min_size=1, max_size=4), st.lists(words, min_size=1, max_size=5), st.integers(1, 3))
def test_the_pairs_of_new_articles_are_those_of_all_articles_that_have_a_new_one(
    new: list[list[str]], known: list[list[str]], size: int
) -> None:
    both = texts(*(" ".join(article) for article in [*new, *known]))
    fresh, there = both.head(len(new)), both.slice(len(new))
    ids = set(fresh["article_id"])
    expected = {
        (frozenset(pair), jaccard)
        for *pair, jaccard in near_duplicates(both).select("article_id", "other", "jaccard").iter_rows()
        if ids.intersection(pair)
    }
    pairs = near_duplicates_of([fresh], there.iter_slices(size))
    assert {
        (frozenset(pair), value) for *pair, value in pairs.select("article_id", "other", "jaccard").iter_rows()
    } == (expected)
    assert set(pairs["article_id"]) <= ids


def test_a_retelling_of_one_that_is_there_is_seen() -> None:
    long = " ".join(f"w{n}" for n in range(400))
    retold = " ".join(f"w{n}" for n in range(100, 145))
    known = pl.DataFrame({"article_id": ["there"], "text": [long]})
    new = pl.DataFrame({"article_id": ["new"], "text": [f"{retold} and more"]})
    (pair,) = near_duplicates_of([new], [known]).iter_rows(named=True)
    assert (pair["article_id"], pair["other"]) == ("new", "there")
    assert pair["containment"] > 0.9


def test_a_part_of_the_shingles_finds_the_same_pairs_of_long_texts_and_estimates_their_measures() -> None:
    chance = Random(5)
    long = [" ".join(chance.choices([f"w{n}" for n in range(900)], k=3_000)) for _ in range(6)]
    known = pl.DataFrame({"article_id": [f"k{n}" for n in range(6)], "text": long})
    new = pl.DataFrame({"article_id": ["n0", "n1"], "text": [long[2], long[4][: len(long[4]) // 2]]})
    whole, part = (near_duplicates_of([new], [known], every) for every in (1, 8))
    assert part.select("article_id", "other").rows() == whole.select("article_id", "other").rows() != []
    for measure in ("jaccard", "containment"):
        assert part[measure].to_list() == pytest.approx(whole[measure].to_list(), abs=0.1)


def spans(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, ["article_id", "split", "text"], orient="row")


NONE = pl.DataFrame(schema={"article_id": pl.String, "split": pl.String, "text": pl.String})
LONG = "“We will not leave the port”"


def test_a_quoted_string_of_five_words_over_two_splits_is_found() -> None:
    quotes = spans(("a", "train", f"{LONG}, she said."), ("b", "test", f"She said: {LONG.lower()}!"))
    assert shared_quotes(quotes, NONE).rows() == [("we will not leave the port", ["a", "b"], ["test", "train"])]


@pytest.mark.parametrize(
    "row",
    [
        ("b", "train", LONG),
        ("b", "test", "“We will not leave”"),
        ("b", "test", "We will not leave the port"),
        ("b", "test", "“We will not leave the old port”"),
    ],
)
def test_the_same_split_few_words_no_marks_or_other_words_are_no_leak(row: tuple[str, str, str]) -> None:
    assert shared_quotes(spans(("a", "train", LONG), ("c", "train", "“We will not leave”"), row), NONE).is_empty()


def test_labelled_quotes_count_without_marks() -> None:
    quotes = spans(("a", "train", "that they will not leave"), ("b", "test", "that they will not leave"))
    assert shared_quotes(NONE, quotes)["splits"].to_list() == [["test", "train"]]
