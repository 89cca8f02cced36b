"""Two annotators and an adjudicator in a real browser, from push to gold."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from playwright.sync_api import Browser, Locator, expect

from annotation.adjudication import rounds_to_gold
from annotation.adjudication.gold import read_gold
from annotation.embedded.server import Server
from annotation.labelstudio.seats import Seat, seat
from annotation.labelstudio.tasks import Task, read_task
from annotation.rounds import projects, pull, push
from annotation.rounds.projects import Role
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.storage.tables import read_table
from tests.annotation.labelstudio.test_result import blank
from tests.annotation.labelstudio.written import result_of
from tests.browser import Annotator, log_in

NewCorpus = Callable[[dict[str, str]], Corpus]
QUOTE = "“We may lose about 40 ships.”"
TEXTS = {"one": f"The port said on Monday: {QUOTE}", "two": "Nothing was said."}
OPEN = "getComputedStyle(document.documentElement).getPropertyValue('--hedgerow-open')"


@pytest.fixture
def port(new_corpus: NewCorpus) -> Corpus:
    corpus = new_corpus(TEXTS)
    push.deal(corpus, "r1", ["a1", "a2"])
    for name in ("a1", "a2"):
        push.push(corpus, "r1", seat(corpus, name))
    return corpus


@pytest.fixture
def judge(port: Corpus) -> Seat:
    return seat(port, "adjudicator")


def enter(chromium: Browser, server: Server, name: str) -> Annotator:
    known = server.secrets()
    assert known
    return log_in(chromium, str(server.url()), known.annotators[name])


def open_article(page: Annotator, corpus: Corpus, who: Seat, article: str, role: Role = Role.ANNOTATOR) -> None:
    project = projects.existing(corpus, "r1", who, role=role)
    tasks = {task.article_id: task.id for task in map(read_task, who.studio.tasks(project))}
    page.open_task(project, tasks[article])


def label_port(page: Annotator, kind: str | None) -> None:
    """A quote with its speaker; a hedge of a kind, where there is one; a number."""
    page.mark("2", QUOTE)
    page.choose("q", "direct")
    page.press("r")
    page.select("The port" if kind else "port")
    page.choose("q", "Port of Lomma")
    if kind:
        page.mark("3", "may")
        page.choose("q", kind)
    page.mark("3", "about")
    page.choose("e", "approximator")
    page.mark("4", "40")
    page.take_preset()


def pulled(corpus: Corpus, *, accept_removals: bool = False) -> None:
    seats = [seat(corpus, name) for name in ("a1", "a2")]
    pull.pull(corpus, "r1", seats, accept_removals=accept_removals, tell=print)


def submit_all(chromium: Browser, server: Server, corpus: Corpus) -> None:
    for name, kind in (("a1", "modal"), ("a2", None)):
        page = enter(chromium, server, name)
        open_article(page, corpus, seat(corpus, name), "one")
        label_port(page, kind)
        page.submit()
        open_article(page, corpus, seat(corpus, name), "two")
        page.submit()
    pulled(corpus)


def submit(corpus: Corpus, name: str, article: str, result: list[dict[str, object]] | None = None) -> None:
    who = seat(corpus, name)
    project = projects.existing(corpus, "r1", who)
    task = next(t for t in map(read_task, who.studio.tasks(project)) if t.article_id == article)
    who.studio.annotate(task.id, result or [], skipped=False, seconds=1.0, account=who.account or 0)


def span(label: str, words: str, **attributes: object) -> dict[str, object]:
    start = TEXTS["one"].index(words)
    return blank(words, label, start, start + len(words), TEXTS["one"]) | attributes


def port_labelled(kind: str | None) -> list[dict[str, object]]:
    """What `label_port` leaves, as the page sends it."""
    named = "The port" if kind else "port"
    spans = [
        span("speaker", named, speaker_entities=["Port of Lomma"]),
        span("quote", QUOTE, quote_form="direct", quote_source="linked"),
        span("hedge", "about", hedge_kind="approximator"),
        span("number", "40", number_kind="count", number_value="40", number_unit="ships"),
    ]
    link = {"from_span": QUOTE, "to_span": named, "derived": False}
    return result_of(spans + ([span("hedge", "may", hedge_kind=kind)] if kind else []), [link], ["Port of Lomma"])


@pytest.fixture
def labelled_port(port: Corpus) -> Corpus:
    """A round that differs in a speaker's words and in one hedge."""
    for name, kind in (("a1", "modal"), ("a2", None)):
        submit(port, name, "one", port_labelled(kind))
        submit(port, name, "two")
    pulled(port)
    return port


def relabelled_port(named: str, source: str, *, hedged: bool) -> list[dict[str, object]]:
    """A quote that is linked to one of two speakers, and a hedge or none."""
    spans = [
        span("speaker", named, speaker_entities=["Port of Lomma"]),
        span("quote", QUOTE, quote_form="direct", quote_source="linked"),
    ]
    if source != named:
        spans.append(span("speaker", source, speaker_entities=["Ilsa Brandt"]))
    if hedged:
        spans.append(span("hedge", "may", hedge_kind="modal"))
    link = {"from_span": QUOTE, "to_span": source, "derived": False}
    return result_of(spans, [link], ["Port of Lomma", "Ilsa Brandt"])


@pytest.fixture
def labelled_by_three(port: Corpus) -> Corpus:
    """Two of three agree on each span: a2 has other words of the speaker, a3 another source and no hedge."""
    push.deal(port, "r1", ["a3"])
    push.push(port, "r1", seat(port, "a3"))
    submit(port, "a1", "one", relabelled_port("The port", "The port", hedged=True))
    submit(port, "a2", "one", relabelled_port("port", "port", hedged=True))
    submit(port, "a3", "one", relabelled_port("The port", "Monday", hedged=False))
    pull.pull(port, "r1", [seat(port, name) for name in ("a1", "a2", "a3")], accept_removals=False, tell=print)
    return port


def decide(page: Annotator, key: str, rule: str) -> None:
    """Answers the selected question at a key and names the rule at another."""
    page.press(key)
    name_rule(page, rule)


def name_rule(page: Annotator, rule: str) -> None:
    row = page.page.locator(".rule-row", has=page.page.locator(f'b:text-is("{rule}")'))
    page.press(f"Shift+{row.locator('kbd').inner_text().removeprefix('⇧')}")


def says(page: Annotator, line: str) -> None:
    page.page.wait_for_function(f"{OPEN}.includes({line!r})")


def cell(page: Annotator, row: str, column: int) -> Locator:
    """What the first row of this name shows of an annotator, the first of whom is 1."""
    rows = page.page.locator(".versions tr", has=page.page.locator(f'th:text-is("{row}")'))
    return rows.first.locator("td").nth(column - 1)


def gold(corpus: Corpus) -> list[tuple[str, str]]:
    return read_gold(corpus).spans.select("label", "text").rows()


def test_from_two_annotators_to_gold(chromium: Browser, server: Server, port: Corpus, judge: Seat) -> None:
    submit_all(chromium, server, port)
    opened = rounds_to_gold.open_round(port, "r1", judge, again=False)
    assert (opened.sent, opened.questions) == (2, 2)
    page = enter(chromium, server, "adjudicator")
    open_article(page, port, judge, "one", Role.ADJUDICATOR)
    says(page, "2 of 2 questions open")
    expect(page.page.locator('[data-label*="?"]')).to_have_count(3)
    expect(cell(page, "speaker", 2)).to_have_text("port")
    before = page.actions
    decide(page, "1", "S2")
    says(page, "1 of 2 questions open")
    expect(cell(page, "hedge", 2)).to_have_text("nothing")
    decide(page, "2", "H3")
    says(page, "All is decided")
    assert [then - earlier for then, earlier in zip(page.actions, before, strict=True)] == [4, 0, 0]
    page.submit()
    open_article(page, port, judge, "two", Role.ADJUDICATOR)
    says(page, "All is decided")
    page.submit()
    decided = rounds_to_gold.pull_decisions(port, "r1", judge, accept_removals=False)
    assert (decided.taken, decided.undecided, decided.changed) == (["one", "two"], {}, [])
    assert gold(port) == [("speaker", "The port"), ("quote", QUOTE), ("hedge", "about"), ("number", "40")]
    layer = read_gold(port)
    assert layer.relations.select("type", "derived").rows() == [("said_by", False), ("hedges", True)]
    assert layer.tasks.select("article_id", "round", "annotator", "status").rows() == [
        ("one", "gold", "adjudicator", "submitted"),
        ("two", "gold", "adjudicator", "submitted"),
    ]
    first = {row["label"]: row["span_id"] for row in layer.spans.iter_rows(named=True)}
    own = port.layer_path("r1/a1")
    ids = read_table(own / "spans.jsonl", schema.Spans).filter(pl.col("text") != "may")
    assert set(first.values()) <= set(ids["span_id"])
    decisions = read_table(port.decisions, schema.Decisions)
    spans = decisions.filter(pl.col("to_span").is_null()).select("annotator", "outcome", "rule")
    assert sorted(spans.rows(), key=str) == sorted(
        [("a1", "kept", "S2"), ("a2", "changed", "S2"), ("a1", "dropped", "H3")]
        + [(who, "kept", None) for who in ("a1", "a2") for _ in range(3)],
        key=str,
    )


def test_of_three_annotators_versions_that_exclude_each_other_are_one_span_in_the_gold(
    chromium: Browser, server: Server, labelled_by_three: Corpus, judge: Seat
) -> None:
    corpus = labelled_by_three
    assert rounds_to_gold.open_round(corpus, "r1", judge, again=False).questions == 2
    page = enter(chromium, server, "adjudicator")
    open_article(page, corpus, judge, "one", Role.ADJUDICATOR)
    says(page, "2 of 2 questions open")
    assert [cell(page, "link", who).inner_text().strip() for who in (1, 2, 3)] == ["→ The port", "→ port", "→ Monday"]
    decide(page, "3", "S4")
    says(page, "1 of 2 questions open")
    decide(page, "1", "H5")
    says(page, "All is decided")
    page.click_words("port")
    decide(page, "1", "S2")
    says(page, "All is decided")
    page.press("Escape")
    page.mark("1", "The port said")
    says(page, "“The port” and “The port said” exclude each other")
    page.submit()
    decided = rounds_to_gold.pull_decisions(corpus, "r1", judge, accept_removals=False)
    assert (decided.taken, gold(corpus)) == ([], [])
    assert any("overlaps the speaker “The port said”" in problem for problem in decided.undecided["one"])
    open_article(page, corpus, judge, "one", Role.ADJUDICATOR)
    page.click_words("said")
    page.press("Backspace")
    says(page, "All is decided")
    page.update()
    assert rounds_to_gold.pull_decisions(corpus, "r1", judge, accept_removals=False).taken == ["one"]
    assert gold(corpus) == [("speaker", "The port"), ("quote", QUOTE), ("hedge", "may")]
    decisions = read_table(corpus.decisions, schema.Decisions)
    links = decisions.filter(pl.col("to_span").is_not_null()).select("annotator", "outcome", "rule")
    assert sorted(links.rows()) == [("a1", "kept", "S2"), ("a2", "kept", "S2"), ("a3", "dropped", "S2")]


def test_what_all_agree_on_is_locked(chromium: Browser, server: Server, labelled_port: Corpus, judge: Seat) -> None:
    rounds_to_gold.open_round(labelled_port, "r1", judge, again=False)
    page = enter(chromium, server, "adjudicator")
    open_article(page, labelled_port, judge, "one", Role.ADJUDICATOR)
    before = page.regions()
    page.click_words("40")
    page.press("Backspace")
    assert page.regions() == before


def test_a_relabelled_question_keeps_what_was_decided_and_values_of_its_own_label_alone(
    chromium: Browser, server: Server, labelled_port: Corpus, judge: Seat
) -> None:
    rounds_to_gold.open_round(labelled_port, "r1", judge, again=False)
    page = enter(chromium, server, "adjudicator")
    open_article(page, labelled_port, judge, "one", Role.ADJUDICATOR)
    page.click_words("may")
    page.wait_until_selected("may")
    who = {"who": page.results("may")["who"]}
    decide(page, "k", "H3")
    page.click_words("may")
    page.wait_until_selected("may")
    decided = {"decision": ["keep"], "rule": ["H3"]}
    asked = {"label": ["hedge ?"], "hedge_kind": ["modal"], **who, **decided}
    assert page.results("may") == asked
    page.press("q")
    page.choose("q", "modal")
    assert page.results("may") == asked
    page.relabel("hedge")
    assert page.results("may") == {"label": ["hedge"], "hedge_kind": ["modal"], **decided}
    page.relabel("hedge ?")
    assert page.results("may") == asked
    for label, control in QUESTIONS.items():
        for mark in (" ?", ""):
            before = page.results("may")
            page.relabel(f"{label}{mark}")
            shown = who if mark else {}
            kept = {} if mark else {control: before[control]}
            assert page.results("may") == {"label": [f"{label}{mark}"], **kept, **shown, **decided}
            if mark:
                page.undo_and_redo("Control+z", "may", before)
                page.undo_and_redo("Control+Shift+z", "may", {"label": [f"{label}{mark}"], **shown, **decided})
                page.press("q")
    page.submit()
    (work,) = next(task.work for task in tasks(labelled_port, judge) if task.article_id == "one")
    items = {item["from_name"]: item["value"] for item in work.result if item.get("value", {}).get("start") == MAY}
    assert set(items) == {"label", "quote_form", "decision", "rule"}
    assert items["quote_form"]["choices"] == ["direct"]


MAY = TEXTS["one"].index("may")
# Labels in turn, each with the control that the key Q answers to.
QUESTIONS = {"speaker": "speaker_entities", "number": "number_kind", "quote": "quote_form"}


def tasks(corpus: Corpus, judge: Seat) -> list[Task]:
    return [*map(read_task, judge.studio.tasks(projects.existing(corpus, "r1", judge, role=Role.ADJUDICATOR)))]


def test_a_question_left_open_keeps_its_article_out_and_a_later_pull_takes_it(
    chromium: Browser, server: Server, labelled_port: Corpus, judge: Seat
) -> None:
    rounds_to_gold.open_round(labelled_port, "r1", judge, again=False)
    page = enter(chromium, server, "adjudicator")
    open_article(page, labelled_port, judge, "one", Role.ADJUDICATOR)
    says(page, "2 of 2 questions open")
    decide(page, "1", "S1")
    says(page, "1 of 2 questions open")
    page.submit()
    decided = rounds_to_gold.pull_decisions(labelled_port, "r1", judge, accept_removals=False)
    assert decided.undecided == {"one": ["hedge “may”: neither kept nor dropped"]}
    assert (decided.taken, decided.not_ended) == ([], ["two"])
    assert gold(labelled_port) == []
    assert not labelled_port.decisions.exists()
    again = rounds_to_gold.open_round(labelled_port, "r1", judge, again=False)
    assert (again.sent, again.there) == (0, 2)
    open_article(page, labelled_port, judge, "one", Role.ADJUDICATOR)
    says(page, "1 of 2 questions open")
    decide(page, "1", "H5")
    says(page, "All is decided")
    page.update()
    assert rounds_to_gold.pull_decisions(labelled_port, "r1", judge, accept_removals=False).taken == ["one"]
    assert ("hedge", "may") in gold(labelled_port)


def test_an_article_that_an_annotator_has_not_ended_waits(port: Corpus, judge: Seat) -> None:
    submit(port, "a1", "one")
    submit(port, "a2", "one")
    submit(port, "a1", "two")
    pulled(port)
    opened = rounds_to_gold.open_round(port, "r1", judge, again=False)
    assert (opened.sent, opened.waiting) == (1, {"two": ["a2"]})


def hedge_as(kind: str) -> list[dict[str, object]]:
    place = {"id": kind, "to_name": "text"}
    label = {"start": 29, "end": 32, "labels": ["hedge"], "text": "may"}
    chosen = {"start": 29, "end": 32, "choices": [kind], "text": "may"}
    return [
        {**place, "from_name": "label", "type": "labels", "value": label},
        {**place, "from_name": "hedge_kind", "type": "choices", "value": chosen},
    ]


def test_a_question_is_open_until_what_differs_is_filled_in_and_again_when_its_span_is_deleted(
    chromium: Browser, server: Server, port: Corpus, judge: Seat
) -> None:
    submit(port, "a1", "one", hedge_as("modal"))
    submit(port, "a2", "one", hedge_as("evidential"))
    pulled(port)
    rounds_to_gold.open_round(port, "r1", judge, again=False)
    page = enter(chromium, server, "adjudicator")
    open_article(page, port, judge, "one", Role.ADJUDICATOR)
    says(page, "1 of 1 question open")
    decide(page, "k", "H4")
    says(page, "1 of 1 question open · N: next")
    page.choose("q", "modal")
    says(page, "All is decided")
    page.press("Backspace")
    says(page, "Ctrl+Z: bring back what was deleted")
    page.press("Control+z")
    says(page, "All is decided")


def test_a_span_that_the_adjudicator_marks_snaps_and_is_filled_in(
    chromium: Browser, server: Server, labelled_port: Corpus, judge: Seat
) -> None:
    rounds_to_gold.open_round(labelled_port, "r1", judge, again=False)
    page = enter(chromium, server, "adjudicator")
    open_article(page, labelled_port, judge, "one", Role.ADJUDICATOR)
    says(page, "2 of 2 questions open")
    page.press("Escape")
    page.mark("1", "onda")
    page.mark("3", "sai")
    page.mark("4", "4")
    page.wait_for_preset()
    assert page.spans()[-3:] == ["Monday", "said", "40"]


def end_adjudication(corpus: Corpus, judge: Seat) -> None:
    """Submits every task as it was opened."""
    project = projects.existing(corpus, "r1", judge, role=Role.ADJUDICATOR)
    for task in map(read_task, judge.studio.tasks(project)):
        if not task.work:
            judge.studio.annotate(task.id, [], skipped=False, seconds=1.0, account=judge.account or 0)


def test_a_round_that_changed_since_it_was_opened_is_told_and_not_mixed(port: Corpus, judge: Seat) -> None:
    for name in ("a1", "a2"):
        submit(port, name, "one")
    pulled(port)
    rounds_to_gold.open_round(port, "r1", judge, again=False)
    end_adjudication(port, judge)
    spans = read_table(port.layer_path("r1/a1") / "spans.jsonl", schema.Spans)
    assert not spans.height
    who = seat(port, "a1")
    project = projects.existing(port, "r1", who)
    task = next(t for t in map(read_task, who.studio.tasks(project)) if t.article_id == "one")
    who.studio.delete_project(project)
    push.push(port, "r1", who)
    hedge = {"start": 29, "end": 32, "labels": ["hedge"], "text": "may"}
    submit(port, "a1", "one", [{"id": "h", "from_name": "label", "to_name": "text", "type": "labels", "value": hedge}])
    pulled(port)
    assert task.id
    decided = rounds_to_gold.pull_decisions(port, "r1", judge, accept_removals=False)
    assert (decided.taken, decided.asked_otherwise) == ([], {"one": ["hedge “may”"]})
    assert list(rounds_to_gold.open_round(port, "r1", judge, again=False).asked_again) == ["one"]


def test_an_article_with_gold_is_not_opened_again_unless_asked(
    port: Corpus, judge: Seat, new_corpus: NewCorpus
) -> None:
    for name in ("a1", "a2"):
        submit(port, name, "one")
    pulled(port)
    rounds_to_gold.open_round(port, "r1", judge, again=False)
    end_adjudication(port, judge)
    rounds_to_gold.pull_decisions(port, "r1", judge, accept_removals=False)
    judge.studio.delete_project(projects.existing(port, "r1", judge, role=Role.ADJUDICATOR))
    opened = rounds_to_gold.open_round(port, "r1", judge, again=False)
    assert (opened.sent, opened.gold) == (0, ["one"])
    assert rounds_to_gold.open_round(port, "r1", judge, again=True).sent == 1


def test_a_round_without_work_or_with_broken_work_is_not_opened(port: Corpus, judge: Seat) -> None:
    with pytest.raises(Problem, match="holds no work of round r1"):
        rounds_to_gold.open_round(port, "r1", judge, again=False)
    value = {"start": -5, "end": 2000, "labels": ["hedge"], "text": "may"}
    submit(port, "a1", "one", [{"id": "h", "from_name": "label", "to_name": "text", "type": "labels", "value": value}])
    pulled(port)
    with pytest.raises(Problem, match="r1/a1 does not hold together: offsets-out-of-range in one"):
        rounds_to_gold.open_round(port, "r1", judge, again=False)
