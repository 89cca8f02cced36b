from __future__ import annotations

from collections.abc import Callable

import pytest

from annotation.labelstudio.seats import Seat
from annotation.rounds import projects, push
from annotation.rounds.discard import DiscardResult, discard
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from tests.annotation.rounds.test_pull import labelled, submit


@pytest.fixture
def project(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> int:
    return projects.existing(corpus, "r1", a1)


def test_a_task_goes_by_the_address_that_opens_it_and_is_sent_anew(
    corpus: Corpus, a1: Seat, tasks: dict[str, int], project: int
) -> None:
    done = discard(corpus, a1.studio.task_url(project, tasks["one"]), with_work=False)
    assert done == DiscardResult(project, tasks["one"], 1, 0)
    assert {task["id"] for task in a1.studio.tasks(project)} == {tasks["two"], tasks["three"]}
    assert push.push(corpus, "r1", a1).sent == 1


def test_work_is_deleted_only_where_that_is_asked_for(
    corpus: Corpus, a1: Seat, tasks: dict[str, int], project: int
) -> None:
    submit(a1, tasks["one"], labelled())
    for address in (a1.studio.task_url(project, tasks["one"]), a1.studio.project_url(project)):
        with pytest.raises(Problem, match="1 submission, which would be deleted"):
            discard(corpus, address, with_work=False)
    assert len(a1.studio.tasks(project)) == 3
    assert discard(corpus, a1.studio.project_url(project), with_work=True) == DiscardResult(project, None, 3, 1)
    assert projects.find(corpus, "r1", a1) is None


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("{url}/projects/{project}/data?task=999999", "has no task 999999"),
        ("{url}/projects/999999/data", "no project of"),
        ("http://127.0.0.1:1/projects/{project}/data", "on another server"),
        ("{url}/api/tasks/{task}/", "not the address of a project or a task"),
        ("{url}/projects/{project}/data?task=x", "not the address of a project or a task"),
        ("{project}", "not the address of a project or a task"),
    ],
)
def test_what_names_nothing_of_the_corpus_is_refused(
    corpus: Corpus, a1: Seat, tasks: dict[str, int], project: int, address: str, why: str
) -> None:
    named = address.format(url=a1.studio.url, project=project, task=tasks["one"])
    with pytest.raises(Problem, match=why):
        discard(corpus, named, with_work=True)
    assert len(a1.studio.tasks(project)) == 3


def test_a_project_of_another_corpus_on_the_same_server_is_refused(
    new_corpus: Callable[[dict[str, str]], Corpus], a1: Seat, project: int
) -> None:
    other_corpus = new_corpus({"else": "Other words."})
    with pytest.raises(Problem, match="no project of"):
        discard(other_corpus, a1.studio.project_url(project), with_work=True)
