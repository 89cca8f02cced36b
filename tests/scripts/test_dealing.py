"""`push`, `reassign`, `unassign` and the steps that other commands print, on a real server."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation.labelstudio import seats
from annotation.labelstudio.seats import Seat, seat
from annotation.rounds import projects, push
from annotation.rounds.plans import plan_path
from dataset.record.corpus import Corpus
from scripts.cli.names import next_push
from scripts.main import app
from tests.annotation.rounds.test_kept_pulls import TEXTS as PULLED
from tests.annotation.rounds.test_kept_pulls import series
from tests.annotation.rounds.test_pull import labelled, submit
from tests.annotation.rounds.test_push import on_server
from tests.commands import Done
from tests.corpora import copy_of_the_seeds, make_corpus
from tests.scripts.test_main import assert_one_line_and_3, hedgerow

TEXTS = {f"n{number:02}": f"Article {number}." for number in range(20)}


@pytest.fixture
def corpus(new_corpus: Callable[[dict[str, str]], Corpus]) -> Corpus:
    return new_corpus(TEXTS)


def run(corpus: Corpus, *words: str) -> Done:
    return hedgerow(*words, "--corpus", str(corpus.root))


def sent(done: Done) -> dict[str, int]:
    """How many articles were sent to whom."""
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if " sent, " in line]
    return {words[0].rstrip(":"): int(words[1]) for words in lines}


def task_of(corpus: Corpus, who: Seat, article: str) -> int:
    return next(t.id for t in who.studio.begun(projects.existing(corpus, "r1", who)) if t.article_id == article)


def test_a_push_without_options_repeats_the_round(corpus: Corpus) -> None:
    first = run(corpus, "push", "--round", "r1", "--annotator", "a1", "--annotator", "a2", "--share", "0.2")
    assert sent(first) == {"a1": 12, "a2": 12}
    plan, deals = plan_path(corpus, "r1").read_bytes(), push.deals_path(corpus, "r1").read_bytes()
    assert sent(run(corpus, "push", "--round", "r1")) == {"a1": 0, "a2": 0}
    assert (plan, deals) == (plan_path(corpus, "r1").read_bytes(), push.deals_path(corpus, "r1").read_bytes())


def test_a_first_push_without_annotators_says_to_name_one(corpus: Corpus) -> None:
    assert_one_line_and_3(run(corpus, "push", "--round", "r1"), "--annotator a1")


def test_who_comes_late_joins_the_round_with_its_share_and_it_is_said(corpus: Corpus) -> None:
    run(corpus, "push", "--round", "r1", "--annotator", "a1", "--annotator", "a2", "--share", "0.2")
    done = run(corpus, "push", "--round", "r1", "--annotator", "a3")
    assert sent(done) == {"a1": 0, "a2": 0, "a3": 4}
    assert "a3 joins a1, a2" in done.stdout


def test_a_cap_deals_so_many_and_a_push_tops_up_by_what_the_server_has(corpus: Corpus) -> None:
    words = ("push", "--round", "r1", "--annotator", "a1", "--annotator", "a2", "--share", "0.2", "--cap", "3")
    assert sent(run(corpus, *words)) == {"a1": 3, "a2": 3}
    a1 = seat(corpus, "a1")
    for article in on_server(corpus, "r1", a1)[:2]:
        submit(a1, task_of(corpus, a1, article), [])
    again = run(corpus, "push", "--round", "r1")
    assert sent(again) == {"a1": 2, "a2": 0}
    assert "wait for room below the cap of 3" in again.stdout


def test_other_suggestions_than_the_projects_show_are_refused_before_anything_is_dealt(corpus: Corpus) -> None:
    run(corpus, "push", "--round", "r1", "--annotator", "a1")
    run(corpus, "suggest", "--round", "r1", "--by", "rules")
    before = plan_path(corpus, "r1").read_bytes()
    assert_one_line_and_3(run(corpus, "push", "--round", "r1", "--suggestions", "rules"), "opened without suggestions")
    assert plan_path(corpus, "r1").read_bytes() == before
    assert sent(run(corpus, "push", "--round", "r1")) == {"a1": 0}


def test_a_leaver_gives_back_what_the_next_push_deals_to_the_others(corpus: Corpus) -> None:
    run(corpus, "push", "--round", "r1", "--annotator", "a1", "--annotator", "a2", "--share", "0.2")
    a1, a2 = seat(corpus, "a1"), seat(corpus, "a2")
    own = sorted(set(on_server(corpus, "r1", a1)) - set(on_server(corpus, "r1", a2)))
    submit(a1, task_of(corpus, a1, own[0]), labelled())
    done = run(corpus, "unassign", "--round", "r1", "--annotator", "a1")
    assert "let off 11 articles; 11 tasks without work deleted" in done.stdout
    assert on_server(corpus, "r1", a1) == own[:1]
    assert sent(run(corpus, "push", "--round", "r1")) == {"a1": 0, "a2": 7}
    assert set(on_server(corpus, "r1", a2)) == TEXTS.keys() - {own[0]}


def test_an_annotator_takes_anothers_place(corpus: Corpus) -> None:
    run(corpus, "push", "--round", "r1", "--annotator", "a1")
    done = run(corpus, "reassign", "--round", "r1", "--from", "a1", "--to", "a2")
    assert sent(done) == {"a2": 20}
    shown = json.loads(run(corpus, "progress", "--round", "r1", "--json").stdout)["annotators"]
    assert [(row["annotator"], row["dealt"], row["let_off"]) for row in shown] == [("a1", 0, 20), ("a2", 20, 0)]
    assert sent(run(corpus, "push", "--round", "r1")) == {"a2": 0}


def test_the_next_step_after_an_intake_deals_the_round_as_it_was(corpus: Corpus) -> None:
    run(corpus, "push", "--round", "r1", "--annotator", "a1", "--annotator", "a2", "--share", "0.2")
    (corpus.root / "new.txt").write_text("Fresh words.", encoding="utf-8")
    done = run(corpus, "intake", str(corpus.root / "new.txt"), "--event", "bridge-2031")
    assert f"Next: `hedgerow push --round r1 --corpus {corpus.root}`" in done.stdout


def test_a_round_of_before_is_not_dealt_by_what_is_printed(tmp_path_factory: pytest.TempPathFactory) -> None:
    shipped = copy_of_the_seeds(tmp_path_factory.mktemp("shipped") / "corpus")
    before = push.deals_path(shipped, "r1").read_bytes()
    assert_one_line_and_3(run(shipped, "push", "--round", "r1"), "does not remember how it was dealt")
    assert push.deals_path(shipped, "r1").read_bytes() == before


def test_who_was_removed_from_the_server_is_passed_over_and_named(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(corpus, "push", "--round", "r1", "--annotator", "a1", "--annotator", "a2", "--share", "0.2")
    (corpus.root / "new.txt").write_text("Fresh words.", encoding="utf-8")
    run(corpus, "intake", str(corpus.root / "new.txt"), "--event", "bridge-2031")
    known = seats.seat
    monkeypatch.setattr(seats, "seat", lambda where, name: replace(known(where, name), is_removed=name == "a1"))
    words = ["push", "--round", "r1", "--corpus", str(corpus.root)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "a1 is passed over, because a1 was removed from this server" in done.output
    deals = push.dealt(corpus, "r1")
    assert (deals.filter(annotator="a1").height, deals.filter(article_id="new")["annotator"].to_list()) == (12, ["a2"])
    assert CliRunner().invoke(app, [*words, "--annotator", "a1"]).exception is not None


def test_who_has_no_account_is_passed_over_and_lets_go_by_the_step_that_is_named(corpus: Corpus) -> None:
    push.deal(corpus, "r1", ["a1", "gone"], 0.2)
    own = set(TEXTS) - set(push.dealt(corpus, "r1").filter(annotator="a1")["article_id"])
    step = "hedgerow unassign --round r1 --annotator gone"
    assert f"because gone has no account here; `{step} --corpus" in run(corpus, "push", "--round", "r1").stdout
    done = run(corpus, *step.split()[1:])
    assert (done.returncode, "gone: let off 12 articles" in done.stdout) == (0, True), done.stderr
    assert sent(run(corpus, "push", "--round", "r1")) == {"a1": len(own)}
    assert push.holders(corpus, "r1") == ["a1"]


def test_the_next_step_of_a_first_start_names_all_who_label(corpus: Corpus) -> None:
    assert next_push(corpus, ["a1", "a2"]) == "hedgerow push --round r1 --annotator a1 --annotator a2"
    push.deal(corpus, "r7", ["a1"])
    assert next_push(corpus, ["a1", "a2"]) == "hedgerow push --round r7"


def test_raw_pulls_are_listed_and_pruned(tmp_path: Path) -> None:
    made = make_corpus(tmp_path / "corpus", PULLED)
    pulls = [*series(made, 3)]
    listed = json.loads(run(made, "pulls", "--json").stdout)
    assert [(row["id"], row["needed"]) for row in listed] == [*((each, False) for each in pulls[:2]), (pulls[2], True)]
    shown = run(made, "pulls").stdout
    assert all(each in shown for each in pulls) and "`hedgerow pulls --prune" in shown
    done = run(made, "pulls", "--prune")
    assert "2 pulls taken away, 1 kept" in done.stdout and "freed" in done.stdout
    assert [path.name for path in made.pulls.iterdir()] == pulls[2:]


def test_a_pull_with_something_gone_ends_with_1_and_says_what_lets_it_go(corpus: Corpus) -> None:
    run(corpus, "push", "--round", "r1", "--annotator", "a1")
    a1 = seat(corpus, "a1")
    for article in ("n00", "n01"):
        submit(a1, task_of(corpus, a1, article), [])
    assert run(corpus, "pull", "--round", "r1").returncode == 0
    a1.studio.delete_task(task_of(corpus, a1, "n00"))
    submit(a1, task_of(corpus, a1, "n02"), [])
    done = run(corpus, "pull", "--round", "r1")
    assert done.returncode == 1
    assert "gone from the server, kept in r1/a1: n00: the article (submitted)" in done.stdout
    assert "r1/a1: 3 articles submitted" in done.stdout
    assert f"hedgerow pull --round r1 --accept-removals n00 --corpus {corpus.root}`" in done.stdout
    accepted = run(corpus, "pull", "--round", "r1", "--accept-removals", "n00")
    assert (accepted.returncode, "removed from r1/a1: n00" in accepted.stdout) == (0, True)
    assert run(corpus, "pull", "--round", "r1", "n00").returncode == 2
