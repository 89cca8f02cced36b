"""What becomes of a withdrawn article on a real server, and what still holds it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from annotation.aligning import sorting_rounds
from annotation.embedded.kept_backups import default_path
from annotation.labelstudio.seats import Seat, seat
from annotation.rounds import kept_pulls, push
from annotation.rounds.discard import discard
from annotation.rounds.withdrawing import clear_elsewhere
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.withdrawal import withdraw
from dataset.statements.sheets import event_sheets
from tests.annotation.rounds.test_pull import draft, labelled, pulled, submit
from tests.annotation.rounds.test_push import on_server
from tests.dataset.release_setup import put_under_git
from tests.scripts.test_main import hedgerow


def withdrawn(corpus: Corpus, article: str) -> Corpus:
    put_under_git(corpus)
    withdraw(corpus, article, "asked for")
    return open_corpus(corpus.root)


def test_its_tasks_go_from_every_project_and_what_was_on_them_is_said(
    corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    a2 = seat(corpus, "a2")
    push.deal(corpus, "r1", ["a1", "a2"])
    push.push(corpus, "r1", a2)
    submit(a1, tasks["one"], labelled())
    task = next(task for task in a2.studio.begun(push.push(corpus, "r1", a2).project) if task.article_id == "one")
    draft(a2, task.id)
    left = clear_elsewhere(withdrawn(corpus, "one"), "one")
    assert sorted(left.deleted.values()) == ["begun", "submitted"]
    assert on_server(corpus, "r1", a1) == on_server(corpus, "r1", a2) == ["three", "two"]
    assert clear_elsewhere(corpus, "one").deleted == {}


def test_pulls_and_backups_that_hold_it_are_named_and_a_pull_and_a_pruning_free_of_it(
    corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    submit(a1, tasks["one"], labelled())
    first = pulled(corpus, a1).pull_id
    backup = default_path(corpus, datetime.now(UTC))
    backup.parent.mkdir()
    backup.write_bytes(b"")
    here = withdrawn(corpus, "one")
    left = clear_elsewhere(here, "one")
    assert (left.pulls, left.backups, left.unasked) == ([first], [backup], None)
    again = pulled(here, a1)
    assert (again.withdrawn, again.held, again.missing) == ({}, {}, {})
    assert [pull.id for pull in kept_pulls.prune(here).gone] == [first]
    assert clear_elsewhere(here, "one").pulls == []


def test_a_server_that_does_not_answer_is_passed_over_and_named(corpus: Corpus) -> None:
    here = withdrawn(corpus, "one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
        patch.setenv("LABEL_STUDIO_API_KEY", "none")
        left = clear_elsewhere(here, "one")
    assert left.deleted == {} and "no answer from http://127.0.0.1:1" in str(left.unasked)


def test_the_desks_that_show_its_quotes_are_named_until_they_are_taken_away(seeds: Corpus) -> None:
    (sheet,) = event_sheets(seeds)
    article, elsewhere = sheet.items[0].article_id, len({item.article_id for item in sheet.items}) - 1
    assert elsewhere
    put_under_git(seeds)
    sorting_rounds.deal_events(seeds, "e1", ["a1"], [])
    sorting_rounds.open_events(seeds, "e1", seat(seeds, "a1"), stood={})
    done = hedgerow("withdraw", article, "--reason", "asked for", "--corpus", str(seeds.root))
    here = open_corpus(seeds.root)
    (desk,) = clear_elsewhere(here, article).desks
    assert f"its quotes are still on a desk: {desk}" in done.stdout and "hedgerow discard ADDRESS" in done.stdout
    discard(here, desk, with_work=False)
    sorting_rounds.deal_events(here, "e2", ["a1"], [])
    assert sorting_rounds.open_events(here, "e2", seat(here, "a1"), stood={}).sent == 1
    assert clear_elsewhere(here, article).desks == {}


def test_the_command_says_all_of_it(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], labelled())
    pull_id = pulled(corpus, a1).pull_id
    put_under_git(corpus)
    done = hedgerow("withdraw", "one", "--reason", "asked for", "--corpus", str(corpus.root))
    assert done.returncode == 0, done.stderr
    assert "and the work that was submitted on it" in done.stdout
    assert f"it is still in pulls/{pull_id}" in done.stdout
    assert "hedgerow pulls --prune" in done.stdout
