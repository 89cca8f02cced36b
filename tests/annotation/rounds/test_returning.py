from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from annotation.labelstudio.client import Studio
from annotation.labelstudio.payloads import ListedTask
from annotation.labelstudio.seats import Seat, seat
from annotation.rounds import projects
from annotation.rounds.inbox import answer, put_on_page, questions
from annotation.rounds.pull import ReturnedArticles
from annotation.rounds.restore import restore
from annotation.rounds.returning import ReturnResult, return_articles
from dataset.record.corpus import Corpus
from tests.annotation.rounds.test_pull import Row, files, labelled, layer_of, pulled, submit


def without_form() -> list[Row]:
    """Work with an error: a quote that has no form."""
    return [item for item in labelled() if item.get("from_name") != "quote_form"]


def asking(question: str) -> list[Row]:
    """Work that holds a question about the article and nothing else."""
    value = {"text": [question]}
    return [{"id": "a", "from_name": "article_question", "to_name": "text", "type": "textarea", "value": value}]


def listed(corpus: Corpus, who: Seat, article: str = "one") -> ListedTask:
    tasks = who.studio.tasks(projects.existing(corpus, "r1", who))
    return next(task for task in tasks if task["data"]["article_id"] == article)


def drafts(who: Seat, task: int) -> list[Row]:
    results: list[Row] = who.studio._get(f"api/tasks/{task}/")["drafts"]
    return results


def submit_again(who: Seat, task: int, result: list[Row]) -> None:
    """Submits the draft that an article came back as, changed, as the page does."""
    (draft,) = drafts(who, task)
    client = who.studio._client._client_wrapper.httpx_client
    sent = client.request(
        f"api/tasks/{task}/annotations/", method="POST", json={"result": result, "draft_id": draft["id"]}
    )
    assert sent.status_code == 201


def next_task(corpus: Corpus, who: Seat) -> int:
    """The task that the queue gives."""
    return int(who.studio._get(f"api/projects/{projects.existing(corpus, 'r1', who)}/next/")["id"])


def returned(corpus: Corpus, who: Seat) -> ReturnResult:
    return return_articles(corpus, "r1", who)


def back(corpus: Corpus, who: Seat) -> ReturnedArticles:
    """What a pull says of the returned articles; it takes nothing away."""
    got = pulled(corpus, who)
    assert got.removed == {}
    return got.returned["r1/a1"]


@pytest.fixture
def wrong(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> Corpus:
    """A corpus whose article `one` was submitted with an error and pulled."""
    submit(a1, tasks["one"], without_form())
    pulled(corpus, a1)
    return corpus


def test_an_article_with_an_error_comes_first_with_all_that_it_held(
    wrong: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    held = listed(wrong, a1)["annotations"][0]["result"]
    done = returned(wrong, a1)
    assert done.opened.keys() == {"one"}
    assert next_task(wrong, a1) == tasks["one"]
    (draft,) = drafts(a1, tasks["one"])
    assert draft["result"] == held
    assert "the quote has no quote&#95;form" in listed(wrong, a1)["data"]["corrections"]


def test_while_it_is_out_the_record_and_the_raw_pull_stay(wrong: Corpus, a1: Seat) -> None:
    kept, before = files(wrong.pulls), files(wrong.annotations)
    returned(wrong, a1)
    assert back(wrong, a1) == ReturnedArticles(out=["one"])
    assert files(wrong.annotations) == before
    assert kept.items() <= files(wrong.pulls).items()


def test_a_pull_says_whether_it_was_corrected_and_says_it_once(wrong: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    first = layer_of(wrong).tasks["created_at"].to_list()
    returned(wrong, a1)
    submit_again(a1, tasks["one"], without_form())
    assert back(wrong, a1) == ReturnedArticles(out=[], wrong=["one"])
    assert returned(wrong, a1).opened.keys() == {"one"}
    submit_again(a1, tasks["one"], labelled())
    assert back(wrong, a1) == ReturnedArticles(out=[], corrected=["one"])
    assert back(wrong, a1) == ReturnedArticles(out=[])
    assert layer_of(wrong).tasks["created_at"].to_list() == first
    assert returned(wrong, a1).cleared.keys() == {"one"}
    assert listed(wrong, a1)["data"]["corrections"] == ""


def test_returning_again_changes_nothing(wrong: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    returned(wrong, a1)
    before = listed(wrong, a1)
    again = returned(wrong, a1)
    assert (again.opened, set(again.out)) == ({}, {"one"})
    assert listed(wrong, a1) == before
    assert len(drafts(a1, tasks["one"])) == 1


def test_work_that_was_changed_since_the_pull_is_left_alone(wrong: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    number = listed(wrong, a1)["annotations"][0]["id"]
    a1.studio._client.annotations.update(id=number, result=labelled())
    before = listed(wrong, a1)
    done = returned(wrong, a1)
    assert (done.opened, set(done.not_pulled)) == ({}, {"one"})
    assert listed(wrong, a1) == before


def test_work_that_is_being_changed_keeps_its_draft_and_comes_by_its_address(
    wrong: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    number = listed(wrong, a1)["annotations"][0]["id"]
    client = a1.studio._client._client_wrapper.httpx_client
    path = f"api/tasks/{tasks['one']}/annotations/{number}/drafts"
    assert client.request(path, method="POST", json={"result": labelled(), "lead_time": 1}).status_code == 201
    done = returned(wrong, a1)
    assert (done.opened, set(done.submitted)) == ({}, {"one"})
    assert [draft["result"] for draft in drafts(a1, tasks["one"])] == [labelled()]
    assert len(listed(wrong, a1)["annotations"]) == 1
    assert back(wrong, a1) == ReturnedArticles(out=["one"])


def test_a_draft_that_says_the_same_as_the_submission_does_not_hold_it_back(
    wrong: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    client = a1.studio._client._client_wrapper.httpx_client
    same = {"result": list(reversed(without_form())), "lead_time": 1}
    assert client.request(f"api/tasks/{tasks['one']}/drafts", method="POST", json=same).status_code == 201
    assert set(returned(wrong, a1).opened) == {"one"}
    assert len(drafts(a1, tasks["one"])) == 1


def test_a_question_in_a_draft_alone_holds_the_submission_back(wrong: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    client = a1.studio._client._client_wrapper.httpx_client
    more = {"result": [*without_form(), *asking("Which port?")], "lead_time": 1}
    assert client.request(f"api/tasks/{tasks['one']}/drafts", method="POST", json=more).status_code == 201
    assert set(returned(wrong, a1).submitted) == {"one"}
    assert len(drafts(a1, tasks["one"])) == 1


def test_work_of_an_account_that_is_not_ones_own_stays_submitted(
    wrong: Corpus, a1: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = replace(a1)
    monkeypatch.setattr(Studio, "whoami", lambda self: (0, "lead@example.org"))
    done = returned(wrong, lead)
    assert (done.opened, set(done.submitted)) == ({}, {"one"})
    assert "quote&#95;form" in listed(wrong, a1)["data"]["corrections"]
    assert len(listed(wrong, a1)["annotations"]) == 1


def test_an_article_with_two_submissions_says_so_on_its_page_and_keeps_both(
    corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    submit(a1, tasks["one"], labelled())
    submit(a1, tasks["one"], labelled())
    pulled(corpus, a1)
    done = returned(corpus, a1)
    assert (done.opened, set(done.submitted)) == ({}, {"one"})
    assert "has 2 submissions" in listed(corpus, a1)["data"]["corrections"]
    assert len(listed(corpus, a1)["annotations"]) == 2
    assert back(corpus, a1) == ReturnedArticles(out=["one"])
    a1.studio._client.annotations.delete(id=listed(corpus, a1)["annotations"][-1]["id"])
    pulled(corpus, a1)
    assert set(returned(corpus, a1).cleared) == {"one"}


def test_a_return_that_was_cut_off_is_finished_by_the_next(
    wrong: Corpus, a1: Seat, tasks: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Studio, "reopen", cut_off)
        returned(wrong, a1)
    assert back(wrong, a1) == ReturnedArticles(out=["one"])
    assert returned(wrong, a1).opened.keys() == {"one"}
    assert len(drafts(a1, tasks["one"])) == 1


def cut_off(*given: Any) -> None:
    raise KeyboardInterrupt


def test_an_answered_question_brings_its_article_back_until_it_is_submitted_again(
    corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    submit(a1, tasks["two"], asking("May I skip this?"), skipped=True)
    pulled(corpus, a1)
    assert returned(corpus, a1).opened == {}
    (question,) = questions(corpus)
    answer(corpus, question, "No.")
    put_on_page(corpus, "r1", a1, "two")
    assert returned(corpus, a1).opened.keys() == {"two"}
    assert "No." in listed(corpus, a1, "two")["data"]["answers"]
    submit_again(a1, tasks["two"], asking("May I skip this?"))
    assert back(corpus, a1).corrected == ["two"]
    assert returned(corpus, a1).opened == {}
    assert layer_of(corpus).tasks.select("article_id", "status").rows() == [("two", "submitted")]


def test_notes_come_back_from_the_record_with_their_answers(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    about_span = {"from_name": "question", "to_name": "text", "type": "textarea"}
    span = {"id": "q", "value": {"start": 25, "end": 54, "text": ["Is it direct?"]}}
    submit(a1, tasks["one"], [*labelled(), about_span | span, *asking("Which port?")])
    pulled(corpus, a1)
    (about_article, _) = questions(corpus)
    answer(corpus, about_article, "Lomma.")
    before = files(corpus.annotations / "r1" / "a1")
    a1.studio.delete_project(projects.existing(corpus, "r1", a1))
    restore(corpus, "r1", seat(corpus, "a1"))
    assert pulled(corpus, a1).removed == {}
    assert files(corpus.annotations / "r1" / "a1") == before
    assert "Which port? **Lomma.**" in listed(corpus, a1)["data"]["answers"]
    assert restore(corpus, "r1", a1).put_back == 0
