"""Who is dealt which articles: a shared part for everybody, the rest evenly, and never anything taken away."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.rounds import push
from annotation.rounds.plans import PlanChange, read_plan
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import make_layer
from tests.corpora import make_corpus
from tests.dataset.layers import write_layer
from tests.dataset.tiny import key, task


def corpus_of(root: Path, count: int) -> Corpus:
    return make_corpus(root, {f"n{number:03}": f"Article {number}." for number in range(count)})


def grown(corpus: Corpus, count: int) -> Corpus:
    more = corpus_of(corpus.root / f"to{count}", count)
    for path in [more.seeds / "articles.jsonl", *(more.seeds / "text").iterdir()]:
        (corpus.seeds / path.relative_to(more.seeds)).write_bytes(path.read_bytes())
    return open_corpus(corpus.root)


def hands(corpus: Corpus, *annotators: str, share: float = 1) -> dict[str, set[str]]:
    deals = push.deal(corpus, "r1", list(annotators), share)
    return {name: set(deals.filter(annotator=name)["article_id"]) for name in deals["annotator"].unique().sort()}


def test_everybody_gets_everything_unless_a_share_is_named(tmp_path: Path) -> None:
    dealt = hands(corpus_of(tmp_path / "c", 5), "a1", "a2")
    assert dealt["a1"] == dealt["a2"]
    assert len(dealt["a1"]) == 5


def test_a_share_goes_to_all_and_the_rest_each_to_one(tmp_path: Path) -> None:
    dealt = hands(corpus_of(tmp_path / "c", 20), "a1", "a2", "a3", share=0.2)
    holders = Counter(article for hand in dealt.values() for article in hand)
    assert sorted(holders.values()) == [1] * 16 + [3] * 4
    assert sorted(map(len, dealt.values())) == [9, 9, 10]


def test_the_smallest_share_is_one_article(tmp_path: Path) -> None:
    dealt = hands(corpus_of(tmp_path / "c", 7), "a1", "a2", share=0.001)
    assert len(dealt["a1"] & dealt["a2"]) == 1
    assert len(dealt["a1"] | dealt["a2"]) == 7


def test_the_deal_follows_from_round_and_ids_alone(tmp_path: Path) -> None:
    first = hands(corpus_of(tmp_path / "c", 12), "a1", "a2", share=0.25)
    again = hands(corpus_of(tmp_path / "d", 12), "a2", "a1", share=0.25)
    assert first == again
    third_corpus = corpus_of(tmp_path / "e", 12)
    deals = push.deal(third_corpus, "r2", ["a1", "a2"], 0.25)
    assert set(deals.filter(annotator="a1")["article_id"]) != first["a1"]


def test_a_second_deal_of_the_same_changes_no_byte(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", 12)
    hands(corpus, "a1", "a2", share=0.25)
    before = push.deals_path(corpus, "r1").read_bytes()
    hands(corpus, "a2", "a1", share=0.25)
    assert push.deals_path(corpus, "r1").read_bytes() == before


def test_one_who_comes_later_gets_the_shared_part_and_evens_out_with_new_articles(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", 10)
    before = hands(corpus, "a1", "a2", share=0.2)
    shared = before["a1"] & before["a2"]
    late = hands(corpus, "a1", "a2", "a3", share=0.2)
    assert late == before | {"a3": shared}
    after = hands(grown(corpus, 14), "a1", "a2", "a3", share=0.2)
    assert {name: len(hand) for name, hand in after.items()} == {"a1": 7, "a2": 7, "a3": 6}


@settings(max_examples=20, deadline=None)
@given(
    shares=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)).filter(lambda shares: shares[0] != shares[1]),
    people=st.integers(2, 3),
    grown_by=st.tuples(st.integers(1, 12), st.integers(1, 12)),
)
def test_a_new_share_is_that_of_later_articles_alone_at_the_push_that_names_it_and_at_all_that_follow(
    shares: tuple[float, float], people: int, grown_by: tuple[int, int]
) -> None:
    names = [f"a{number}" for number in range(1, people + 1)]
    with tempfile.TemporaryDirectory() as scratch:
        corpus = corpus_of(Path(scratch) / "c", 10)
        before = set.intersection(*hands(corpus, *names, share=shares[0]).values())
        corpus = grown(corpus, 10 + grown_by[0])
        push.deal_round(corpus, "r1", PlanChange(share=shares[1]))
        push.deal_round(corpus, "r1", PlanChange())
        corpus = grown(corpus, 10 + sum(grown_by))
        push.deal_round(corpus, "r1", PlanChange())
        deals = push.deal_round(corpus, "r1", PlanChange(tuple(names), share=shares[1])).deals
    dealt = [set(deals.filter(annotator=name)["article_id"]) for name in names]
    common = set.intersection(*dealt)
    assert common & {f"n{number:03}" for number in range(10)} == before
    assert abs(len(common - before) - shares[1] * sum(grown_by)) <= 1
    assert sum(map(len, dealt)) == 10 + sum(grown_by) + len(common) * (people - 1)


def test_who_is_pushed_alone_after_another_gets_the_share_in_common(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", 10)
    hands(corpus, "a1", share=0.2)
    dealt = hands(corpus, "a2", share=0.2)
    assert (len(dealt["a1"]), len(dealt["a2"])) == (10, 2)


def test_what_nobody_has_is_shared_before_what_one_has(tmp_path: Path) -> None:
    """Who has an article already keeps it for himself, so that there is less to label twice."""
    corpus = corpus_of(tmp_path / "c", 20)
    alone = hands(corpus, "a1")["a1"]
    dealt = hands(grown(corpus, 24), "a1", "a2", share=0.25)
    shared = dealt["a1"] & dealt["a2"]
    assert len(shared) == 6
    assert shared - alone == {"n020", "n021", "n022", "n023"}


def test_what_several_have_is_shared_before_what_nobody_has(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", 20)
    before = hands(corpus, "a1", "a2", share=0.2)
    dealt = hands(grown(corpus, 24), "a1", "a2", "a3", share=0.2)
    shared = before["a1"] & before["a2"]
    assert dealt["a3"] >= shared
    assert dealt["a1"] & dealt["a2"] & (before["a1"] | before["a2"]) == shared


@pytest.mark.slow
@pytest.mark.parametrize("steps", [(6, 9), (1, 30), (10, 11)])
@settings(max_examples=20, deadline=None)
@given(share=st.floats(0.01, 1), people=st.integers(1, 4))
def test_deals_only_grow_and_stay_even(steps: tuple[int, int], share: float, people: int) -> None:
    names = [f"a{number}" for number in range(1, people + 1)]
    with tempfile.TemporaryDirectory() as scratch:
        corpus = corpus_of(Path(scratch) / "c", steps[0])
        before = hands(corpus, *names, share=share)
        after = hands(grown(corpus, steps[1]), *names, share=share)
    assert all(before[name] <= after[name] for name in names)
    for dealt, count in ((before, steps[0]), (after, steps[1])):
        assert len(set().union(*dealt.values())) == count
        assert max(map(len, dealt.values())) - min(map(len, dealt.values())) <= 1
        assert len(set.intersection(*dealt.values())) >= max(1, round(share * count))


def with_gold(corpus: Corpus, count: int) -> Corpus:
    """The first articles have gold, in which nothing is marked."""
    rows = [task(f"n{number:03}") | key(f"n{number:03}", "gold") for number in range(count)]
    write_layer(corpus.layer_path("gold"), make_layer("gold", tasks=rows))
    return corpus


def test_controls_go_to_everybody_and_other_articles_with_gold_to_nobody(tmp_path: Path) -> None:
    corpus = with_gold(corpus_of(tmp_path / "c", 50), 10)
    deals = push.deal(corpus, "r1", ["a1", "a2"], 0.1, control=0.05)
    dealt = {name: set(deals.filter(annotator=name)["article_id"]) for name in ("a1", "a2")}
    golden = {f"n{number:03}" for number in range(10)}
    assert dealt["a1"] & golden == dealt["a2"] & golden
    assert len(dealt["a1"] & golden) == 2
    assert len(dealt["a1"] | dealt["a2"]) == 40 + 2


def test_controls_follow_from_round_and_ids_and_stay_as_they_were_dealt(tmp_path: Path) -> None:
    def controls(corpus: Corpus, round_name: str, *names: str) -> set[str]:
        deals = push.deal(corpus, round_name, [*names], control=0.1)
        return set(deals["article_id"]) - {f"n{number:03}" for number in range(9, 40)}

    corpus = with_gold(corpus_of(tmp_path / "c", 40), 9)
    first = controls(corpus, "r1", "a1")
    assert len(first) == 3
    assert controls(with_gold(corpus_of(tmp_path / "d", 40), 9), "r1", "a2") == first
    assert controls(corpus, "r2", "a1") != first
    with_gold(corpus, 12)
    assert set(push.deal(corpus, "r1", ["a1", "a2"], control=0.1)["article_id"]) >= first
    assert controls(corpus, "r1", "a3") == first


def test_without_gold_there_are_no_controls_to_deal(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", 5)
    with pytest.raises(Problem, match="leave out --control"):
        push.deal(corpus, "r1", ["a1"], control=0.05)
    assert not push.deals_path(corpus, "r1").exists()


def capped(corpus: Corpus, cap: int, *annotators: str, share: float = 1, **ended: set[str]) -> dict[str, set[str]]:
    deals = push.deal_round(corpus, "r1", PlanChange(annotators, share, cap=cap), ended=ended).deals
    return {name: set(deals.filter(annotator=name)["article_id"]) for name in annotators}


def test_nobody_has_more_open_articles_than_the_cap_and_the_next_deal_tops_up(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", 30)
    first = capped(corpus, 6, "a1", "a2", share=0.2)
    assert [len(hand) for hand in first.values()] == [6, 6]
    done = set(sorted(first["a1"])[:4])
    second = capped(corpus, 6, "a1", "a2", share=0.2, a1=done)
    assert second["a1"] > first["a1"] and len(second["a1"] - done) == 6
    assert second["a2"] == first["a2"]


def test_what_the_record_says_is_ended_makes_room(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", 10)
    first = capped(corpus, 3, "a1")["a1"]
    rows = [task(article) | key(article, "r1/a1") for article in first]
    write_layer(corpus.layer_path("r1/a1"), make_layer("r1/a1", tasks=rows))
    assert len(capped(corpus, 3, "a1")["a1"]) == 6


def test_all_articles_in_common_are_dealt_though_somebody_is_slow(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", 9)
    hands, ended = {"a1": set[str](), "a2": set[str]()}, set[str]()
    for _ in range(3):
        hands = capped(corpus, 3, "a1", "a2", a1=ended)
        ended = hands["a1"]
    assert (len(hands["a1"]), len(hands["a2"])) == (9, 3)
    assert hands["a2"] < hands["a1"]


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(share=st.floats(0.05, 0.95), cap=st.integers(1, 9), paces=st.lists(st.integers(1, 4), min_size=2, max_size=3))
def test_a_capped_round_ends_with_the_share_in_common_and_each_other_article_once(
    share: float, cap: int, paces: list[int]
) -> None:
    names = [f"a{number}" for number in range(1, len(paces) + 1)]
    ended = {name: set[str]() for name in names}
    with tempfile.TemporaryDirectory() as scratch:
        corpus = corpus_of(Path(scratch) / "c", 24)
        for _ in range(60):
            hands = capped(corpus, cap, *names, share=share, **ended)
            assert all(len(hands[name] - ended[name]) <= cap for name in names)
            for name, pace in zip(names, paces, strict=True):
                ended[name] |= set(sorted(hands[name] - ended[name])[:pace])
    holders = Counter(article for hand in hands.values() for article in hand)
    common = max(1, round(share * 24))
    assert sorted(holders.values()) == [1] * (24 - common) + [len(names)] * common


def let_off(corpus: Corpus, annotator: str, articles: set[str]) -> None:
    """As if an annotator had been let off these articles."""
    deals = push.dealt(corpus, "r1")
    gone = (pl.col("annotator") == annotator) & pl.col("article_id").is_in(sorted(articles))
    reason = pl.when(gone).then(pl.lit("given back")).otherwise(pl.col("let_off"))
    push.put_deals(corpus, "r1", read_plan(corpus, "r1"), deals.with_columns(let_off=reason))


def test_what_somebody_was_let_off_goes_to_others_and_not_to_them_again(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", 20)
    before = hands(corpus, "a1", "a2", "a3", share=0.2)
    own = before["a1"] - before["a2"] - before["a3"]
    let_off(corpus, "a1", own)
    deals = push.standing(push.deal_round(corpus, "r1", PlanChange()).deals)
    after = {name: set(deals.filter(annotator=name)["article_id"]) for name in before}
    assert after["a1"] == before["a1"] - own
    assert own <= after["a2"] ^ after["a3"]
    assert after["a2"] >= before["a2"] and after["a3"] >= before["a3"]


def test_who_is_passed_over_is_dealt_nothing_and_stays_in_the_round(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", 10)
    before = hands(corpus, "a1", "a2", share=0.2)
    dealt = push.deal_round(grown(corpus, 20), "r1", PlanChange(), passed_over=["a1"])
    assert set(dealt.deals.filter(annotator="a1")["article_id"]) == before["a1"]
    assert len(set(dealt.deals["article_id"])) == 20
    assert dealt.plan.annotators == ("a1", "a2")
