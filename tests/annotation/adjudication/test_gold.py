"""Adjudicated pages into the gold: two annotators' layers in the record, and what a server holds of the adjudicator."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from annotation import guidelines
from annotation.adjudication import gold, rounds_to_gold
from annotation.adjudication.gold import read_gold
from annotation.adjudication.gold_places import GoldPlaces
from annotation.adjudication.passing import Opened
from annotation.adjudication.rounds_to_gold import DecisionsPull, OpenedAdjudication
from annotation.labelstudio.client import BegunWork, Studio
from annotation.labelstudio.seats import Seat
from dataset import schema
from dataset.checks.decisions import check_decisions
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.withdrawal import withdraw
from dataset.storage.tables import read_table
from tests.dataset.release_setup import put_under_git
from tests.dataset.tiny import ONE, TWO, Row, hedge, key, link, put_corpus, put_jsonl, put_layer, quote, speaker, task

ACCOUNT = 7


class Held:
    """A server that holds one project: tasks as they were sent, and work on them."""

    url = "http://127.0.0.1:1"

    def __init__(self) -> None:
        self.held: list[Row] = []
        self.guidelines = guidelines.version()
        self.asked: Callable[[], None] = lambda: None

    def tasks(self, project: int, *, annotations: bool = True) -> list[Row]:
        self.asked()
        return self.held

    def find_project(self, mark: str) -> int:
        return 1

    def description(self, project: int) -> str:
        return f"Guidelines version {self.guidelines}."

    def project_url(self, project: int) -> str:
        return f"{self.url}/{project}"

    def task_url(self, project: int, task_id: int) -> str:
        return f"{self.url}/{project}/{task_id}"

    def whoami(self) -> tuple[int, str]:
        return ACCOUNT, "adj@example.org"

    def begun_work(self, task_id: int) -> BegunWork:
        held = self._task(task_id)
        return BegunWork(held.get("drafts", {}), {0: held["predictions"][0]["result"]})

    def reopen(self, annotation: int) -> None:
        (held,) = (task for task in self.held for work in task["annotations"] if work["id"] == annotation)
        held["drafts"] = {len(held.get("drafts", {})) + 1: held["annotations"].pop()["result"]}

    def set_draft(self, draft: int, result: list[Row]) -> None:
        (held,) = (task for task in self.held if draft in task.get("drafts", {}))
        held["drafts"][draft] = result

    def set_prediction(self, prediction: int, result: list[Row]) -> None:
        self.held[prediction]["predictions"][0]["result"] = result

    def set_data(self, task_id: int, data: Row, meta: Row) -> None:
        self._task(task_id).update(data=data, meta=meta)

    def _task(self, task_id: int) -> Row:
        return next(held for held in self.held if held["id"] == task_id)

    def import_tasks(self, project: int, tasks: list[Row]) -> None:
        self.held += [{"id": len(self.held) + at, "annotations": [], **task} for at, task in enumerate(tasks)]

    def submit(self, decisions: dict[str, tuple[str, str]], account: int = ACCOUNT) -> None:
        """Submits every task as it was opened, with decision and rule by region."""
        for raw_task in self.held:
            result = list(raw_task["predictions"][0]["result"])
            for region, words in decisions.items():
                for control, word in zip(("decision", "rule"), words, strict=True):
                    result.append({"id": region, "from_name": control, "type": "choices", "value": {"choices": [word]}})
            work = {"id": raw_task["id"], "result": result, "completed_by": account, "was_cancelled": False}
            raw_task["annotations"] = [work]


def adjudicator(name: str = "adj") -> tuple[Held, Seat]:
    held = Held()
    return held, Seat(name, cast("Studio", held), ACCOUNT, blind=True)


def put_round(corpus: Corpus, name: str, **rows: list[Row]) -> None:
    """A round's layers, by annotator, each with article one submitted and dealt."""
    deals = [{"round": name, "annotator": who, "article_id": ONE} for who in rows]
    put_jsonl(corpus.annotations / name / "deals.jsonl", deals)
    for who, mine in rows.items():
        own = key(ONE, f"{name}/{who}")
        spans = [row | own for row in mine if "label" in row]
        links = [row | own for row in mine if "label" not in row]
        put_layer(corpus, {"tasks": [task(ONE) | own], "spans": spans, "relations": links}, f"{name}/{who}")


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """A round in which one of two annotators marked a hedge."""
    made = put_corpus(tmp_path / "corpus")
    put_round(made, "r1", a1=[hedge("h", "may", "modal")], a2=[])
    return made


def opened(corpus: Corpus, who: Seat, round_name: str = "r1", **how: Any) -> OpenedAdjudication:
    return rounds_to_gold.open_round(corpus, round_name, who, **{"again": False, **how})


def pulled(corpus: Corpus, who: Seat, round_name: str = "r1", **how: Any) -> DecisionsPull:
    return rounds_to_gold.pull_decisions(corpus, round_name, who, **{"accept_removals": False, **how})


def test_a_decided_question_is_gold(corpus: Corpus) -> None:
    held, who = adjudicator()
    assert opened(corpus, who).questions == 1
    held.submit({"h": ("keep", "H4")})
    assert pulled(corpus, who).taken == [ONE]
    assert read_gold(corpus).spans.select("span_id", "annotator").rows() == [("h", "adj")]


def test_a_pull_keeps_where_the_gold_is_adjudicated(corpus: Corpus) -> None:
    held, who = adjudicator()
    opened(corpus, who)
    held.submit({"h": ("keep", "H4")})
    assert GoldPlaces(corpus).address(ONE, "h9-unlabelled-cue") is None
    pulled(corpus, who)
    places = GoldPlaces(open_corpus(corpus.root))
    assert places.address(ONE, "h9-unlabelled-cue") == held.task_url(1, held.held[0]["id"])
    assert places.address(TWO, "h9-unlabelled-cue") is None
    assert places.address(ONE, "quote-without-telling") is None, "it is put right where the event is sorted"
    assert places.command(ONE, "h9-unlabelled-cue") == "hedgerow adjudicate --round r1 --adjudicator adj --replace"


def test_what_another_account_submitted_is_told_and_not_taken(corpus: Corpus) -> None:
    held, who = adjudicator()
    opened(corpus, who)
    held.submit({"h": ("keep", "H4")}, account=ACCOUNT + 1)
    decided = pulled(corpus, who)
    assert decided.taken == []
    assert decided.undecided == {ONE: ["it was not submitted by adj; delete that submission, and let adj submit it"]}


def test_an_article_on_two_tasks_is_told_and_taken_from_neither(corpus: Corpus) -> None:
    held, who = adjudicator()
    opened(corpus, who)
    held.submit({"h": ("keep", "H4")})
    held.held.append(held.held[0] | {"id": 5})
    decided = pulled(corpus, who)
    assert decided.taken == []
    assert decided.undecided == {
        ONE: ["the project holds it on 2 tasks; delete all but one with `hedgerow discard ADDRESS`"]
    }


def test_a_task_with_another_text_than_the_article_is_told_and_not_taken(corpus: Corpus) -> None:
    held, who = adjudicator()
    opened(corpus, who)
    held.submit({"h": ("keep", "H4")})
    held.held[0]["data"]["text"] += " "
    assert pulled(corpus, who).changed == [ONE]


def test_a_quote_that_one_of_three_links_elsewhere_after_the_round_was_opened_is_told_and_not_taken(
    corpus: Corpus,
) -> None:
    ends = [
        quote("q", "that they crossed", "indirect"),
        speaker("m", "Moscow", "Russia"),
        speaker("k", "Kyiv", "Ukraine"),
    ]
    agreed = {who: [*ends, link("said_by", "q", "m")] for who in ("a1", "a2", "a3")}
    put_round(corpus, "r3", **agreed)
    held, who = adjudicator()
    opened(corpus, who, "r3")
    held.submit({})
    put_round(corpus, "r3", **agreed | {"a3": [*ends, link("said_by", "q", "k")]})
    left = pulled(corpus, who, "r3")
    assert (left.taken, left.asked_otherwise) == ([], {ONE: ["quote “that they crossed”"]})
    put_round(corpus, "r3", **agreed)
    assert pulled(corpus, who, "r3").asked_otherwise == {}


def two_rounds(corpus: Corpus) -> tuple[tuple[Held, Seat], tuple[Held, Seat]]:
    """Two rounds about one article, both opened before either is decided."""
    put_round(corpus, "r2", a1=[hedge("h2", "may", "modal")], a2=[])
    first, second = adjudicator(), adjudicator()
    opened(corpus, first[1])
    opened(corpus, second[1], "r2")
    first[0].submit({"h": ("keep", "H4")})
    second[0].submit({"h2": ("keep", "H4")})
    return first, second


def decided_in(corpus: Corpus) -> list[tuple[str, str]]:
    return read_table(corpus.decisions, schema.Decisions).select("round", "span_id").rows()


def test_gold_of_another_round_is_replaced_only_when_asked(corpus: Corpus) -> None:
    (_, first), (_, second) = two_rounds(corpus)
    assert pulled(corpus, first).taken == [ONE]
    left = pulled(corpus, second, "r2")
    assert (left.taken, left.gold, left.removed) == ([], [ONE], [])
    assert decided_in(corpus) == [("r1", "h")]
    taken = pulled(corpus, second, "r2", again=True, accept_removals=True)
    assert (taken.taken, decided_in(corpus)) == ([ONE], [("r2", "h2")])
    assert pulled(corpus, first).gold == [ONE]


def test_gold_of_another_adjudicator_is_replaced_only_when_asked(corpus: Corpus) -> None:
    first, second = adjudicator("adj"), adjudicator("bea")
    for held, who in (first, second):
        opened(corpus, who)
        held.submit({"h": ("keep", "H4")})
    assert pulled(corpus, first[1]).taken == [ONE]
    assert (pulled(corpus, second[1]).gold, pulled(corpus, second[1], again=True).taken) == ([ONE], [ONE])


def test_pulls_of_two_rounds_take_turns_since_they_write_one_gold(corpus: Corpus) -> None:
    (held, first), (_, second) = two_rounds(corpus)
    waits = threading.Event()
    second_pull = threading.Thread(target=lambda: pulled(corpus, second, "r2", tell=lambda line: waits.set()))

    def meanwhile() -> None:
        second_pull.start()
        assert waits.wait(60)

    held.asked = meanwhile
    assert pulled(corpus, first).taken == [ONE]
    second_pull.join(60)
    assert decided_in(corpus) == [("r1", "h")]


def test_a_pull_that_was_cut_off_is_told_and_mended_by_the_next(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, who = adjudicator()
    opened(corpus, who)
    held.submit({"h": ("drop", "H4")})
    pulled(corpus, who)
    held.submit({"h": ("keep", "H4")})
    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr(gold, "write_layers", cut_off)
        pulled(corpus, who)
    assert [finding.code for finding in check_decisions(corpus)] == ["unsound-decision"]
    assert pulled(corpus, who).taken == [ONE]
    assert [finding.code for finding in check_decisions(corpus)] == []


def cut_off(*_: object) -> None:
    raise KeyboardInterrupt


def summary(held: Held, article: str = ONE) -> str:
    return next(str(task["data"]["summary"]) for task in held.held if task["data"]["article_id"] == article)


def test_what_nobody_who_submitted_an_article_marked_is_shown_though_others_have_other_articles(corpus: Corpus) -> None:
    put_jsonl(corpus.annotations / "r1" / "deals.jsonl", [row("a1", ONE), row("a2", TWO)])
    for name, article in (("a1", ONE), ("a2", TWO)):
        own = key(article, f"r1/{name}")
        put_layer(corpus, {"tasks": [task(article) | own], "spans": [], "relations": []}, f"r1/{name}")
    held, who = adjudicator()
    assert opened(corpus, who, which=Opened.ALL).sent == 2
    assert "Nobody marked" in summary(held)


def row(name: str, article: str) -> Row:
    return {"round": "r1", "annotator": name, "article_id": article}


def test_an_annotator_whose_work_came_from_an_export_is_asked_about_as_well(corpus: Corpus) -> None:
    put_jsonl(corpus.annotations / "r1" / "deals.jsonl", [row("a1", ONE)])
    held, who = adjudicator()
    assert opened(corpus, who).questions == 1
    assert "not marked by a2" in summary(held)


def test_a_round_that_came_from_exports_alone_is_opened(corpus: Corpus) -> None:
    (corpus.annotations / "r1" / "deals.jsonl").unlink()
    assert opened(corpus, adjudicator()[1]).questions == 1


def test_a_project_that_somebody_emptied_is_told_and_its_gold_stays(corpus: Corpus) -> None:
    held, who = adjudicator()
    opened(corpus, who)
    tasks = list(held.held)
    held.held.clear()
    assert pulled(corpus, who).unopened == [ONE]
    held.held += tasks
    held.submit({"h": ("keep", "H4")})
    assert (pulled(corpus, who).taken, pulled(corpus, who).unopened) == ([ONE], [])
    held.held.clear()
    assert (pulled(corpus, who).removed, pulled(corpus, who).unopened) == ([], [])
    assert read_gold(corpus).spans.height == 1


def test_a_project_whose_page_shows_other_guidelines_takes_no_new_article(corpus: Corpus) -> None:
    held, who = adjudicator()
    held.guidelines = "1"
    with pytest.raises(Problem, match=r"shows guidelines 1, .*; take its decisions with --pull"):
        opened(corpus, who)
    assert held.held == []


def test_a_task_that_is_nested_too_deeply_is_told(corpus: Corpus) -> None:
    held, who = adjudicator()
    opened(corpus, who)
    held.submit({"h": ("keep", "H4")})
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    held.held[0]["annotations"][0]["result"] = deep
    with pytest.raises(Problem, match="nested too deeply"):
        pulled(corpus, who)
    assert not corpus.pulls.exists()


def test_the_task_of_an_article_that_was_withdrawn_is_passed_over_and_named(corpus: Corpus) -> None:
    for name in ("a1", "a2"):
        tasks = [task(article) | key(article, f"r1/{name}") for article in (ONE, TWO)]
        spans = [hedge("h", "may", "modal") | key(ONE, f"r1/{name}")]
        put_layer(corpus, {"tasks": tasks, "spans": spans, "relations": []}, f"r1/{name}")
    held, who = adjudicator()
    assert opened(corpus, who).sent == 2
    held.submit({})
    put_under_git(corpus)
    withdraw(corpus, TWO, "asked for")
    fresh = open_corpus(corpus.root)
    decided = pulled(fresh, who)
    assert (decided.withdrawn, decided.taken, decided.undecided, decided.unopened) == ([TWO], [ONE], {}, [])
    assert opened(fresh, who).sent == 0
