"""Two annotators sort an event differently, and an adjudicator decides on the desk, in a real browser."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from annotation.aligning import adjudication, sorting_rounds
from annotation.aligning.restore import restore_sorting
from annotation.embedded.server import Server
from annotation.labelstudio.desk import DeskRegion, write_desk
from annotation.labelstudio.seats import Seat, seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, push
from annotation.rounds.projects import Role
from dataset.agreement.sortings import agreement_of
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import GOLD
from dataset.statements.sorted_events import sorted_by
from dataset.statements.tables import gold_sorting, read_gold, read_sorting
from tests.annotation.aligning.test_sorting_rounds import SELECTED
from tests.browser import Annotator, log_in
from tests.dataset.sorting import DAM, put_sorted, sorted_rows
from tests.dataset.tiny import ONE, TWO, Rows, key, put_jsonl, put_layer, task

_numbers = itertools.count(1)
ALONE = {key: key for key in ("A1", "A2", "A3", "A1n", "B2")}
FIRST = {**ALONE, "B1": "A1", "B1n": "A1n"}
SECOND = {**ALONE, "B1": "B1", "B1n": "A1n"}


@pytest.fixture
def dam(server: Server, tmp_path: Path) -> Corpus:
    """Events with gold that nobody has sorted yet."""
    rows = sorted_rows()
    corpus = put_sorted(tmp_path / "dam", rows)
    for table in ("tellings", "contradictions", "statements"):
        put_jsonl(corpus.layer_path(GOLD) / f"{table}.jsonl", [])
    (corpus.root / "hedgerow.toml").write_text(f'name = "dam{next(_numbers)}"\n', encoding="utf-8")
    corpus = open_corpus(corpus.root)
    shutil.rmtree(corpus.state, ignore_errors=True)
    corpus.state.symlink_to(server.state)
    sorting_rounds.deal_events(corpus, "e1", ["a1", "a2"], [DAM])
    for name in ("a1", "a2"):
        sorting_rounds.open_events(corpus, "e1", seat(corpus, name))
    return corpus


def submit(corpus: Corpus, name: str, tells: dict[str, str], *, skipped: bool = False, round_name: str = "e1") -> None:
    who = seat(corpus, name)
    (task,) = who.studio.tasks(projects.existing(corpus, round_name, who, role=Role.SORTER))
    result = write_desk(DeskRegion(key, "quote", 0, 1, "x", statement=name) for key, name in tells.items())
    assert who.account
    who.studio.annotate(task["id"], result, skipped=skipped, seconds=9.0, account=who.account)


def pulled(corpus: Corpus, round_name: str = "e1") -> sorting_rounds.SortingPull:
    seats = [seat(corpus, name) for name in ("a1", "a2")]
    return sorting_rounds.pull_sorting(corpus, round_name, seats, accept_removals=False)


def decide_as(corpus: Corpus, judge: Seat, round_name: str, tells: dict[str, str], **rules: str) -> None:
    """The adjudicator's sorting, with a gist at each statement and the rule that decided at some items."""
    (task,) = judge.studio.tasks(projects.existing(corpus, round_name, judge, role=Role.SORTING_ADJUDICATOR))
    result = write_desk(
        DeskRegion(key, "quote", 0, 1, "x", statement=name, gist=f"Gist of {name}." if key == name else None)
        for key, name in tells.items()
    )
    result += [
        {"id": key, "from_name": "rule", "to_name": "text", "type": "choices", "value": {"choices": [rule]}}
        for key, rule in rules.items()
    ]
    assert judge.account
    judge.studio.annotate(task["id"], result, skipped=False, seconds=9.0, account=judge.account)


@pytest.fixture
def judge(dam: Corpus) -> Seat:
    return seat(dam, "adjudicator")


def decided(corpus: Corpus, judge: Seat) -> adjudication.SortingDecisions:
    return adjudication.pull_sorting_decisions(corpus, "e1", judge)


def at_the_desk(corpus: Corpus, judge: Seat, chromium: Browser, server: Server) -> Annotator:
    known = server.secrets()
    assert known
    page = log_in(chromium, str(server.url()), known.annotators["adjudicator"])
    project = projects.existing(corpus, "e1", judge, role=Role.SORTING_ADJUDICATOR)
    (task,) = map(read_task, judge.studio.tasks(project))
    page.open_task(project, task.id)
    expect(page.page.locator(".desk-head")).to_be_visible()
    return page


def write_gists(page: Annotator, count: int) -> None:
    """Goes from one statement without a gist to the next, and writes one."""
    for number in range(1, count + 1):
        page.press("m")
        page.press("g")
        field = page.page.locator(".desk-page .decision form input, .desk-page .decision form textarea").first
        expect(field).to_be_focused()
        page.page.keyboard.insert_text(f"Gist number {number}.")
        page.press("Enter")
        expect(page.page.locator(".desk-page .decision").get_by_text(f"Gist number {number}.")).to_be_visible()
        page.press("Escape")


def go_to(page: Annotator, key: str) -> None:
    for _ in range(9):
        if page.page.evaluate(SELECTED) == key:
            return
        page.press("ArrowDown")
    raise AssertionError(f"{key} is not on the desk")


def test_a_dispute_is_decided_by_a_rule_and_each_statement_gets_a_gist(
    dam: Corpus, judge: Seat, chromium: Browser, server: Server
) -> None:
    submit(dam, "a1", FIRST)
    submit(dam, "a2", SECOND)
    pulled(dam)
    opened = adjudication.open_sorting(dam, "e1", judge, again=False)
    assert (opened.sent, opened.disputes, opened.waiting) == (1, 1, {})
    page = at_the_desk(dam, judge, chromium, server)
    expect(page.page.locator(".desk-head")).to_have_text("1 of 7 open")
    go_to(page, "B1")
    expect(page.page.locator(".desk-dispute")).to_have_text("a1: tells A1 · a2: tells B1")
    page.press("1")
    expect(page.page.locator(".desk-head")).to_contain_text("want a rule or a gist")
    page.submit()
    left = decided(dam, judge).undecided[DAM]
    assert "B1 has no rule" in left
    assert sum("has no gist" in problem for problem in left) == 5
    assert read_gold(dam)["statements"].is_empty()

    page = at_the_desk(dam, judge, chromium, server)
    go_to(page, "B1")
    page.press("Control+Alt+4")
    page.page.wait_for_function("() => Htx.annotationStore.selected.results.some(r => r.from_name.name === 'rule')")
    write_gists(page, 5)
    expect(page.page.locator(".desk-head")).to_contain_text("All 7 are sorted")
    with page.page.expect_response(lambda answer: "/annotations/" in answer.url and answer.request.method == "PATCH"):
        page.button("Update").click()
    assert decided(dam, judge).taken == {DAM: {"statement": 4, "figure": 1}}
    gold = read_gold(dam)
    assert set(gold["statements"]["statement_id"]) == {"s1", "s2", "s3", "s4", "f1"}
    assert all(gist.startswith("Gist number ") for gist in gold["statements"]["gist"])
    changed = gold["telling_decisions"].filter(outcome="changed")
    assert changed.select("annotator", "rule").rows() == [("a2", "T4")]
    assert sorted_by(gold_sorting(dam), DAM).members().keys() == set(gold["statements"]["statement_id"])


def test_an_event_that_an_annotator_has_not_ended_waits(dam: Corpus, judge: Seat) -> None:
    submit(dam, "a1", FIRST)
    pulled(dam)
    opened = adjudication.open_sorting(dam, "e1", judge, again=False)
    assert (opened.sent, opened.waiting) == (0, {DAM: ["a2"]})


def test_an_event_that_was_sorted_again_is_not_taken(dam: Corpus, judge: Seat) -> None:
    submit(dam, "a1", FIRST)
    submit(dam, "a2", SECOND, skipped=True)
    pulled(dam)
    adjudication.open_sorting(dam, "e1", judge, again=False)
    project = projects.existing(dam, "e1", judge, role=Role.SORTING_ADJUDICATOR)
    (task,) = judge.studio.tasks(project)
    assert judge.account
    judge.studio.annotate(task["id"], [], skipped=False, seconds=1.0, account=judge.account)
    who = seat(dam, "a1")
    (own,) = who.studio.tasks(projects.existing(dam, "e1", who, role=Role.SORTER))
    who.studio.delete_task(own["id"])
    sorting_rounds.open_events(dam, "e1", who)
    submit(dam, "a1", SECOND)
    pulled(dam)
    assert decided(dam, judge).changed == [DAM]


def test_quotes_that_changed_since_they_were_opened_are_not_mixed_with_those_of_now(dam: Corpus) -> None:
    submit(dam, "a1", FIRST)
    pulled(dam)
    before = files(dam, "a1")
    put_layer(dam, with_fewer_quotes(), GOLD)
    report = pulled(dam)
    assert report.changed == {"a1": [DAM]}
    assert files(dam, "a1") == before
    assert sorting_rounds.open_events(dam, "e1", seat(dam, "a1")).changed.keys() == {DAM}


def with_fewer_quotes() -> Rows:
    rows = sorted_rows()
    spans = [span for span in rows["spans"] if span["span_id"] != "p2"]
    links = [link for link in rows["relations"] if link["from_span"] != "p2"]
    tasks = [task(article) | key(article, GOLD) for article in (ONE, TWO)]
    return {"tasks": tasks, "spans": spans, "relations": links}


def files(corpus: Corpus, name: str, round_name: str = "e1") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (corpus.annotations / round_name / name).iterdir()}


def test_what_the_server_sent_of_a_sorting_is_kept_as_it_came_and_read_only(dam: Corpus, judge: Seat) -> None:
    submit(dam, "a1", FIRST)
    submit(dam, "a2", SECOND)
    folder = dam.pulls / pulled(dam).pull_id
    for name in ("a1", "a2"):
        who = seat(dam, name)
        sent = who.studio.tasks(projects.existing(dam, "e1", who, role=Role.SORTER))
        kept = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in kept] == list(sent)
    adjudication.open_sorting(dam, "e1", judge, again=False)
    decisions = dam.pulls / decided(dam, judge).pull_id
    (task,) = judge.studio.tasks(projects.existing(dam, "e1", judge, role=Role.SORTING_ADJUDICATOR))
    assert [json.loads(line) for line in (decisions / "adjudicator.jsonl").read_text("utf-8").splitlines()] == [task]
    written = [path for each in (folder, decisions) for path in each.iterdir()]
    assert not any(path.stat().st_mode & 0o222 for path in written)


def test_an_ended_event_that_the_server_lost_stays_until_its_removal_is_accepted(dam: Corpus) -> None:
    submit(dam, "a1", FIRST)
    pulled(dam)
    before = files(dam, "a1")
    who = seat(dam, "a1")
    (own,) = who.studio.tasks(projects.existing(dam, "e1", who, role=Role.SORTER))
    who.studio.delete_task(own["id"])
    submit(dam, "a2", SECOND)
    again = pulled(dam)
    assert again.removed == again.held == {"a1": [DAM]}
    assert files(dam, "a1") == before
    assert read_sorting(dam.layer_path("e1/a2")).event_tasks["event_id"].to_list() == [DAM]
    sorting_rounds.pull_sorting(dam, "e1", [who], accept_removals=True)
    assert read_sorting(dam.layer_path("e1/a1")).event_tasks.is_empty()


def test_whoever_sorts_does_not_adjudicate(dam: Corpus) -> None:
    submit(dam, "a1", FIRST)
    submit(dam, "a2", SECOND)
    pulled(dam)
    with pytest.raises(Problem, match="a1 sorts in round e1, and cannot adjudicate work of their own"):
        adjudication.open_sorting(dam, "e1", seat(dam, "a1"), again=False)


def test_a_round_holds_either_articles_or_events(dam: Corpus) -> None:
    with pytest.raises(Problem, match="events were dealt in round e1"):
        push.deal(dam, "e1", ["a1"])
    push.deal(dam, "r1", ["a1"])
    with pytest.raises(Problem, match="articles were dealt in round r1"):
        sorting_rounds.deal_events(dam, "r1", ["a1"], [])


def test_events_are_sent_once_and_those_without_gold_not_at_all(dam: Corpus) -> None:
    again = sorting_rounds.open_events(dam, "e1", seat(dam, "a1"))
    assert (again.sent, again.there) == (0, 1)
    with pytest.raises(Problem, match="the gold has no quote and no number of fair"):
        sorting_rounds.deal_events(dam, "e2", ["a1"], ["fair"])
    with pytest.raises(Problem, match="no article of the corpus reports the event nowhere"):
        sorting_rounds.deal_events(dam, "e2", ["a1"], ["nowhere"])


def test_what_was_sorted_is_put_back_and_a_pull_gives_the_same_rows(dam: Corpus) -> None:
    submit(dam, "a1", {**FIRST, "A3": "A3"})
    submit(dam, "a2", {}, skipped=True)
    pulled(dam)
    before = {name: files(dam, name) for name in ("a1", "a2")}
    for name in ("a1", "a2"):
        who = seat(dam, name)
        who.studio.delete_project(projects.existing(dam, "e1", who, role=Role.SORTER))
        assert restore_sorting(dam, "e1", who).put_back == 1
        assert restore_sorting(dam, "e1", who).put_back == 0
    pulled(dam)
    assert {name: files(dam, name) for name in ("a1", "a2")} == before


def test_of_an_event_that_grew_only_what_is_new_is_asked_and_decided(dam: Corpus, judge: Seat) -> None:
    whole = {"tasks": [task(article) | key(article, GOLD) for article in (ONE, TWO)], **sorted_rows()}
    put_layer(dam, with_fewer_quotes(), GOLD)
    for name in ("a1", "a2"):
        who = seat(dam, name)
        (own,) = who.studio.tasks(projects.existing(dam, "e1", who, role=Role.SORTER))
        who.studio.delete_task(own["id"])
        assert sorting_rounds.open_events(dam, "e1", who).given == 0
        submit(dam, name, {key: name for key, name in FIRST.items() if key != "B2"})
    pulled(dam)
    adjudication.open_sorting(dam, "e1", judge, again=False)
    decide_as(dam, judge, "e1", {key: name for key, name in FIRST.items() if key != "B2"})
    assert decided(dam, judge).taken == {DAM: {"statement": 3, "figure": 1}}
    gold = read_gold(dam)

    put_layer(dam, {name: whole[name] for name in ("tasks", "spans", "relations")}, GOLD)
    sorting_rounds.deal_events(dam, "e2", ["a1", "a2"], [])
    for name, place in (("a1", "A1"), ("a2", "B2")):
        opened = sorting_rounds.open_events(dam, "e2", seat(dam, name))
        assert (opened.items, opened.given) == (7, 6)
        submit(dam, name, {**FIRST, "B2": place}, round_name="e2")
    before = [files(dam, name, "e2") for name in ("a1", "a2")] if pulled(dam, "e2") else []
    sortings = {name: sorted_by(read_sorting(dam.layer_path(f"e2/{name}")), DAM) for name in ("a1", "a2")}
    assert [len(by.given) for by in sortings.values()] == [6, 6]
    agreed = agreement_of([(sortings["a1"], sortings["a2"])], dict.fromkeys(sortings["a1"].tells, "x"), "x")
    assert agreed.pairs.count == 1

    opened_again = adjudication.open_sorting(dam, "e2", judge, again=False)
    assert (opened_again.sent, opened_again.disputes) == (1, 1)
    decide_as(dam, judge, "e2", {**FIRST, "B2": "A1"}, B2="T4")
    assert adjudication.pull_sorting_decisions(dam, "e2", judge).taken == {DAM: {"statement": 3, "figure": 1}}
    grown = read_gold(dam)
    assert grown["statements"].select("statement_id").equals(gold["statements"].select("statement_id"))
    decisions = grown["telling_decisions"]
    assert decisions.filter(round="e1").equals(gold["telling_decisions"])
    asked = decisions.filter(round="e2").select("annotator", "span_id", "outcome", "rule")
    assert asked.rows() == [("a1", "p2", "kept", "T4"), ("a2", "p2", "changed", "T4")]

    for name in ("a1", "a2"):
        who = seat(dam, name)
        who.studio.delete_project(projects.existing(dam, "e2", who, role=Role.SORTER))
        assert restore_sorting(dam, "e2", who).put_back == 1
    pulled(dam, "e2")
    assert [files(dam, name, "e2") for name in ("a1", "a2")] == before


def test_an_event_of_very_many_quotes_is_opened_and_named(dam: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    for round_name, many, crowded in (("e2", 7, {}), ("e3", 6, {DAM: 7})):
        monkeypatch.setattr(sorting_rounds, "MANY", many)
        sorting_rounds.deal_events(dam, round_name, ["a1"], [DAM])
        assert sorting_rounds.open_events(dam, round_name, seat(dam, "a1")).crowded == crowded


def test_a_sorting_afresh_shows_nothing_of_the_gold(dam: Corpus) -> None:
    rows = sorted_rows()
    for table in ("tellings", "contradictions", "statements"):
        put_jsonl(dam.layer_path(GOLD) / f"{table}.jsonl", rows[table])
    for round_name, stood, given in (("e2", None, 7), ("e3", {}, 0)):
        sorting_rounds.deal_events(dam, round_name, ["a1"], [DAM])
        assert sorting_rounds.open_events(dam, round_name, seat(dam, "a1"), stood=stood).given == given


def test_what_was_sorted_on_other_quotes_is_not_put_back(dam: Corpus) -> None:
    submit(dam, "a1", FIRST)
    pulled(dam)
    put_layer(dam, with_fewer_quotes(), GOLD)
    with pytest.raises(Problem, match="the quotes of dam have changed since it was sorted"):
        restore_sorting(dam, "e1", seat(dam, "a1"))
    with pytest.raises(Problem, match="the record holds nothing that a2 sorted in round e1"):
        restore_sorting(dam, "e1", seat(dam, "a2"))
