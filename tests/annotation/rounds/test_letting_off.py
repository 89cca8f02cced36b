"""Articles back from an annotator, or to another, on a real server: what holds work stays, and nothing is half."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import pytest

from annotation.adjudication.rounds_to_gold import Round
from annotation.labelstudio.client import Studio
from annotation.labelstudio.seats import Seat, seat
from annotation.rounds import letting_off, progress, projects, push
from annotation.rounds.letting_off import let_off
from annotation.rounds.plans import PlanChange, plan_path, read_plan
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.storage.tables import table_bytes
from tests.annotation.rounds.test_deals import corpus_of
from tests.annotation.rounds.test_pull import draft, labelled, pulled, submit
from tests.annotation.rounds.test_push import on_server


@dataclass(frozen=True)
class Dealt:
    """A round of three articles, each with a1 and a2, and nothing labelled."""

    corpus: Corpus
    a1: Seat
    a2: Seat

    def task(self, who: Seat, article: str) -> int:
        tasks = who.studio.begun(projects.existing(self.corpus, "r1", who))
        return next(task.id for task in tasks if task.article_id == article)

    def hand(self, who: Seat) -> list[str]:
        deals = push.standing(push.dealt(self.corpus, "r1"))
        return sorted(deals.filter(annotator=who.annotator)["article_id"])

    def reasons(self, who: Seat) -> dict[str, str | None]:
        rows = push.dealt(self.corpus, "r1").filter(annotator=who.annotator)
        return dict(rows.select("article_id", "let_off").iter_rows())


@pytest.fixture
def dealt(corpus: Corpus) -> Dealt:
    made = Dealt(corpus, seat(corpus, "a1"), seat(corpus, "a2"))
    push.deal(corpus, "r1", ["a1", "a2"])
    for who in (made.a1, made.a2):
        push.push(corpus, "r1", who)
    return made


def test_who_has_begun_nothing_leaves_as_if_nothing_had_been_dealt(dealt: Dealt) -> None:
    done = let_off(dealt.corpus, "r1", dealt.a1)
    assert (sorted(done.let_off), done.deleted, done.leaves) == (["one", "three", "two"], 3, True)
    assert on_server(dealt.corpus, "r1", dealt.a1) == []
    assert dealt.reasons(dealt.a1) == {}
    assert dealt.hand(dealt.a2) == on_server(dealt.corpus, "r1", dealt.a2) == ["one", "three", "two"]
    plan = read_plan(dealt.corpus, "r1")
    assert plan and plan.annotators == ("a2",)
    again = let_off(dealt.corpus, "r1", dealt.a1)
    assert (again.let_off, again.deleted) == ({}, 0)


def test_where_the_drafts_of_others_do_not_show_no_task_is_deleted(dealt: Dealt) -> None:
    done = let_off(dealt.corpus, "r1", replace(dealt.a1, blind=False))
    assert (sorted(done.let_off), done.deleted, done.undeleted) == (["one", "three", "two"], 0, 3)
    assert on_server(dealt.corpus, "r1", dealt.a1) == ["one", "three", "two"]
    assert dealt.hand(dealt.a1) == []


def test_what_was_submitted_or_begun_stays(dealt: Dealt) -> None:
    submit(dealt.a1, dealt.task(dealt.a1, "one"), labelled())
    draft(dealt.a1, dealt.task(dealt.a1, "two"))
    done = let_off(dealt.corpus, "r1", dealt.a1)
    assert (list(done.let_off), list(done.kept), done.submitted) == (["three"], ["two"], ["one"])
    assert done.kept["two"].endswith(f"task={dealt.task(dealt.a1, 'two')}")
    assert on_server(dealt.corpus, "r1", dealt.a1) == dealt.hand(dealt.a1) == ["one", "two"]


def test_what_was_begun_goes_when_that_is_asked_for_and_counts_if_it_is_submitted_all_the_same(dealt: Dealt) -> None:
    task = dealt.task(dealt.a1, "two")
    draft(dealt.a1, task)
    done = let_off(dealt.corpus, "r1", dealt.a1, begun=True)
    assert (done.deleted, done.kept) == (2, {})
    assert dealt.reasons(dealt.a1) == {"two": letting_off.GIVEN_BACK_BEGUN}
    counts = progress.on_server(dealt.corpus, "r1", dealt.a1)
    assert (counts.dealt, counts.open, counts.let_off) == (0, 0, 1)
    submit(dealt.a1, task, [])
    pulled(dealt.corpus, dealt.a1)
    for counts in (progress.on_server(dealt.corpus, "r1", dealt.a1), progress.in_record(dealt.corpus, "r1")[0]):
        assert (counts.dealt, counts.open, counts.done, counts.let_off) == (1, 0, 1, 0)


def test_work_that_the_record_has_stays_though_its_article_was_returned(dealt: Dealt) -> None:
    submit(dealt.a1, dealt.task(dealt.a1, "one"), labelled())
    pulled(dealt.corpus, dealt.a1)
    (work,) = next(
        t["annotations"]
        for t in dealt.a1.studio.tasks(projects.existing(dealt.corpus, "r1", dealt.a1))
        if t["annotations"]
    )
    dealt.a1.studio.reopen(work["id"])
    assert let_off(dealt.corpus, "r1", dealt.a1, begun=True).submitted == ["one"]
    assert dealt.hand(dealt.a1) == ["one"]


def test_named_articles_go_alone_and_are_not_dealt_to_the_same_annotator_again(dealt: Dealt) -> None:
    done = let_off(dealt.corpus, "r1", dealt.a1, ["two"])
    assert (list(done.let_off), done.leaves) == (["two"], False)
    push.deal_round(dealt.corpus, "r1", PlanChange())
    push.push(dealt.corpus, "r1", dealt.a1)
    assert on_server(dealt.corpus, "r1", dealt.a1) == dealt.hand(dealt.a1) == ["one", "three"]
    assert pulled(dealt.corpus, dealt.a1).missing == {}


def test_an_article_that_was_not_dealt_to_the_annotator_is_refused(dealt: Dealt) -> None:
    with pytest.raises(Problem, match="four was not dealt to a1 in round r1"):
        let_off(dealt.corpus, "r1", dealt.a1, ["one", "four"])
    assert dealt.hand(dealt.a1) == ["one", "three", "two"]


def test_nobody_leaves_a_round_that_does_not_remember_how_it_was_dealt(dealt: Dealt) -> None:
    plan_path(dealt.corpus, "r1").unlink()
    for to in (None, "a2"):
        with pytest.raises(Problem, match="does not remember how it was dealt"):
            let_off(dealt.corpus, "r1", dealt.a1, to=to)
    assert dealt.hand(dealt.a1) == on_server(dealt.corpus, "r1", dealt.a1) == ["one", "three", "two"]
    assert list(let_off(dealt.corpus, "r1", dealt.a1, ["two"]).let_off) == ["two"]


def test_another_takes_over_what_was_not_begun(dealt: Dealt) -> None:
    corpus, a3 = dealt.corpus, seat(dealt.corpus, "a3")
    draft(dealt.a1, dealt.task(dealt.a1, "two"))
    let_off(corpus, "r1", dealt.a1, to="a3")
    assert push.push(corpus, "r1", a3).sent == 2
    assert dealt.reasons(dealt.a1) == {"one": "reassigned to a3", "two": None, "three": "reassigned to a3"}
    assert dealt.hand(a3) == on_server(corpus, "r1", a3) == ["one", "three"]
    plan = read_plan(corpus, "r1")
    assert plan and plan.annotators == ("a2", "a3")


def test_what_goes_back_to_who_was_let_off_is_theirs_again(dealt: Dealt) -> None:
    let_off(dealt.corpus, "r1", dealt.a1, ["two"], to="a2")
    let_off(dealt.corpus, "r1", dealt.a2, ["two"], to="a1")
    assert (dealt.reasons(dealt.a1)["two"], dealt.reasons(dealt.a2)["two"]) == (None, "reassigned to a1")
    push.push(dealt.corpus, "r1", dealt.a1)
    assert on_server(dealt.corpus, "r1", dealt.a1) == ["one", "three", "two"]


def test_work_that_is_begun_while_tasks_are_deleted_is_not_lost(dealt: Dealt, monkeypatch: pytest.MonkeyPatch) -> None:
    two, delete = dealt.task(dealt.a1, "two"), Studio.delete_task

    def delete_while_somebody_begins(self: Studio, task: int) -> None:
        if two not in begun:
            begun.append(two)
            draft(dealt.a1, two)
        delete(self, task)

    begun: list[int] = []
    monkeypatch.setattr(Studio, "delete_task", delete_while_somebody_begins)
    done = let_off(dealt.corpus, "r1", dealt.a1)
    assert (sorted(done.let_off), list(done.kept)) == (["one", "three"], ["two"])
    assert dealt.hand(dealt.a1) == on_server(dealt.corpus, "r1", dealt.a1) == ["two"]


def test_adjudication_waits_for_nobody_who_was_let_off(dealt: Dealt) -> None:
    for who, article in ((dealt.a1, "one"), (dealt.a2, "one"), (dealt.a2, "two")):
        submit(who, dealt.task(who, article), [])
    pulled(dealt.corpus, dealt.a1, dealt.a2)
    assert Round(dealt.corpus, "r1").ready() == ["one"]
    let_off(dealt.corpus, "r1", dealt.a1, ["two"])
    assert Round(dealt.corpus, "r1").ready() == ["one", "two"]
    assert Round(dealt.corpus, "r1").unfinished("three") == ["a1", "a2"]


def test_who_has_no_account_keeps_what_the_record_has_and_lets_the_rest_go(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", 4)
    push.deal(corpus, "r1", ["a1", "gone"])
    first, *rest = sorted(corpus.by_id)
    row = {"round": "r1", "annotator": "gone", "article_id": first, "status": "submitted"}
    path = corpus.layer_path("r1/gone") / "tasks.jsonl"
    path.parent.mkdir()
    path.write_bytes(table_bytes(schema.frame(schema.Tasks, [row])))
    done = let_off(corpus, "r1", "gone", to="a2")
    assert (done.submitted, sorted(done.let_off), done.deleted) == ([first], rest, 0)
    assert push.holders(corpus, "r1") == ["a1", "a2", "gone"]


class CutOff(Exception):
    """As if the command had been killed."""


def cut_off(*_: object, **__: object) -> NoReturn:
    raise CutOff


@pytest.mark.parametrize("where", ["holds_work", "delete_task", "put_deals"])
def test_what_was_cut_off_is_finished_by_the_same_call(
    dealt: Dealt, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, a3, place = dealt.corpus, seat(dealt.corpus, "a3"), letting_off if where == "put_deals" else Studio
    with monkeypatch.context() as patch:
        patch.setattr(place, where, cut_off)
        with pytest.raises(CutOff):
            let_off(corpus, "r1", dealt.a1, to="a3")
    assert dealt.hand(dealt.a1) == ["one", "three", "two"]
    let_off(corpus, "r1", dealt.a1, to="a3")
    push.push(corpus, "r1", a3)
    assert (dealt.hand(dealt.a1), on_server(corpus, "r1", dealt.a1)) == ([], [])
    assert dealt.hand(a3) == on_server(corpus, "r1", a3) == ["one", "three", "two"]


def test_a_push_after_what_was_cut_off_makes_it_as_it_was(dealt: Dealt, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(letting_off, "put_deals", cut_off)
        with pytest.raises(CutOff):
            let_off(dealt.corpus, "r1", dealt.a1)
    assert pulled(dealt.corpus, dealt.a1).missing == {"a1": ["one", "three", "two"]}
    push.push(dealt.corpus, "r1", dealt.a1)
    assert on_server(dealt.corpus, "r1", dealt.a1) == ["one", "three", "two"]
