"""What a round remembers of how it is dealt, and what options make of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.rounds import push
from annotation.rounds.plans import PlanChange, RoundPlan, differences, plan_bytes, plan_path, read_plan
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from tests.annotation.rounds.test_deals import corpus_of, grown


@pytest.fixture
def made(tmp_path: Path) -> Corpus:
    return corpus_of(tmp_path / "c", 12)


def written(corpus: Corpus, content: bytes) -> Corpus:
    path = plan_path(corpus, "r1")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return corpus


shares = st.floats(0, 1, exclude_max=True)
names = st.from_regex(r"[A-Za-z0-9_-]{1,10}", fullmatch=True)


@given(
    annotators=st.lists(names, unique=True),
    share=st.floats(0, 1, exclude_min=True),
    cap=st.none() | st.integers(1),
    suggestions=st.none() | names,
    rest=st.tuples(shares, shares, shares),
)
def test_every_plan_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    annotators: list[str],
    share: float,
    cap: int | None,
    suggestions: str | None,
    rest: tuple[float, float, float],
) -> None:
    control, without, least = rest
    plan = RoundPlan(tuple(annotators), share, control, cap, suggestions, without, least)
    corpus = corpus_of(tmp_path_factory.mktemp("plan") / "c", 1)
    assert read_plan(written(corpus, plan_bytes("r1", plan)), "r1") == plan


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"share = 2", "share"),
        (b'share = "0.2"', "share"),
        (b"annotator = ['a1']", "annotator"),
        (b"cap = 0", "cap"),
        (b"annotators = ['../x']", "annotators"),
        (b"share = 2026-01-01", "value that no plan has"),
        (b"share = ", "cannot be read"),
    ],
)
def test_what_no_plan_says_is_refused_with_the_file(made: Corpus, content: bytes, why: str) -> None:
    with pytest.raises(Problem, match=why) as problem:
        read_plan(written(made, content), "r1")
    assert "round.toml" in str(problem.value)


def test_a_round_remembers_how_it_was_dealt_and_deals_later_articles_so(made: Corpus) -> None:
    push.deal_round(made, "r1", PlanChange(("a1", "a2"), share=0.25, cap=20))
    assert read_plan(made, "r1") == RoundPlan(("a1", "a2"), 0.25, cap=20)
    deals = push.deal_round(grown(made, 16), "r1", PlanChange()).deals
    assert len(set(deals["article_id"])) == 16
    hands = [set(deals.filter(annotator=name)["article_id"]) for name in ("a1", "a2")]
    assert len(hands[0] & hands[1]) == 4


def test_who_is_named_joins_and_nobody_goes(made: Corpus) -> None:
    push.deal_round(made, "r1", PlanChange(("a2",), share=0.25))
    dealt = push.deal_round(made, "r1", PlanChange(("a1",)))
    assert dealt.plan == RoundPlan(("a1", "a2"), 0.25)
    assert [change.split()[:2] for change in dealt.changes] == [["a1", "joins"]]


def test_without_a_change_nothing_is_written_anew(made: Corpus) -> None:
    push.deal_round(made, "r1", PlanChange(("a1", "a2"), share=0.25))
    times = [path.stat().st_mtime_ns for path in (plan_path(made, "r1"), push.deals_path(made, "r1"))]
    assert push.deal_round(made, "r1", PlanChange()).changes == []
    assert times == [path.stat().st_mtime_ns for path in (plan_path(made, "r1"), push.deals_path(made, "r1"))]


def test_another_share_counts_for_what_nobody_has(made: Corpus) -> None:
    before = push.deal_round(made, "r1", PlanChange(("a1", "a2"), share=0.25)).deals
    raised = push.deal_round(made, "r1", PlanChange(share=1))
    assert raised.deals.equals(before)
    assert raised.changes == ["share: 0.25 before, 1 from now on, for the articles that nobody has yet"]
    after = push.deal_round(grown(made, 14), "r1", PlanChange(share=0.5)).deals
    hands = [set(after.filter(annotator=name)["article_id"]) for name in ("a1", "a2")]
    assert len(hands[0] & hands[1]) == 3 + 1


def test_every_option_that_is_another_is_said() -> None:
    before = RoundPlan(("a1",), 1, 0, None)
    change = PlanChange(("a2",), 0.5, 0.1, 20, "rules", 0.2, 0.8)
    sentences = [line.split(":")[0] for line in differences(before, change.of(before))]
    assert sentences == ["a2 joins a1", "share", "control", "cap", "suggestions"]
    assert list(differences(before, before)) == []


def test_a_cap_of_none_is_lifted_and_suggestions_do_not_inherit_from_others() -> None:
    plan = RoundPlan(("a1",), 1, 0, 20, "rules", 0.2, 0.8)
    assert PlanChange(cap=0).of(plan).cap is None
    assert PlanChange(suggestions="spacy").of(plan) == RoundPlan(("a1",), 1, 0, 20, "spacy")


def test_a_round_without_a_plan_is_not_dealt_further_until_somebody_says_how(made: Corpus) -> None:
    push.deal(made, "r1", ["a1", "a2"], 0.25)
    plan_path(made, "r1").unlink()
    before = push.deals_path(made, "r1").read_bytes()
    with pytest.raises(Problem, match="does not remember how") as problem:
        push.deal_round(grown(made, 16), "r1", PlanChange())
    assert "hedgerow push --round r1 --annotator a1 --annotator a2 --share S" in str(problem.value)
    assert push.deals_path(made, "r1").read_bytes() == before
    assert push.deal_round(made, "r1", PlanChange(("a1",), 0.25)).plan == RoundPlan(("a1", "a2"), 0.25)


def test_the_share_of_a_round_without_a_plan_is_asked_for_unless_all_was_in_common(made: Corpus) -> None:
    for round_name, share in (("r1", 0.25), ("r2", 1)):
        push.deal(made, round_name, ["a1", "a2"], share)
        plan_path(made, round_name).unlink()
    with pytest.raises(Problem, match="--share S"):
        push.planned(made, "r1", PlanChange(("a1", "a2")))
    assert push.planned(made, "r1", PlanChange(("a1", "a2"), 0.25)).share == 0.25
    assert push.planned(made, "r2", PlanChange(("a3",))) == RoundPlan(("a1", "a2", "a3"))


def test_a_deal_that_is_refused_leaves_no_plan(made: Corpus) -> None:
    with pytest.raises(Problem, match="no article has gold"):
        push.deal_round(made, "r1", PlanChange(("a1",), control=0.1))
    with pytest.raises(Problem, match="has no annotator"):
        push.deal_round(made, "r1", PlanChange())
    assert not plan_path(made, "r1").exists()


def test_a_table_of_deals_from_before_is_read(made: Corpus) -> None:
    push.deal(made, "r1", ["a1"])
    path = push.deals_path(made, "r1")
    path.write_bytes(path.read_bytes().replace(b',"let_off":null', b""))
    assert push.dealt(made, "r1")["let_off"].null_count() == 12
