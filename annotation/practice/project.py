"""The practice project of an annotator on the embedded server, and how well each has done in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from annotation.embedded.server import Server
from annotation.labelstudio.client import foreign_server
from annotation.labelstudio.payloads import SentTask
from annotation.labelstudio.seats import Seat, embedded_seat
from annotation.labelstudio.tasks import read_task
from annotation.practice.material import practice_articles, practice_corpus
from annotation.practice.sheet import LabelScore, first_submission, scores, standing
from annotation.rounds import projects
from annotation.rounds.locks import one_at_a_time
from annotation.rounds.projects import Role
from annotation.rounds.push import send, task
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, in_silence

ROUND: Final = "practice"
"""Where a round's name is asked for. No round of the record is meant: what is practised never comes into it."""


@dataclass(frozen=True)
class PracticeResult:
    """How an annotator did: `scores` of all labels and of each, over the first submissions of `done` articles.

    Whoever has `passed` has submitted all articles, with an F1 of the corpus's pass mark or more.
    """

    annotator: str
    project: int
    articles: int
    done: int
    scores: list[LabelScore]
    passed: bool

    @property
    def f1(self) -> float | None:
        """F1 of spans with the same offsets, all labels together; None where nothing is submitted."""
        return self.scores[0]["f1"] if self.done else None


def open_practice(corpus: Corpus, seat: Seat, tell: Tell = in_silence) -> int:
    """The annotator's practice project, made with all its articles where it is not there; its number.

    Raises:
        Problem: the server cannot be asked, or the project's page shows other guidelines.
    """
    with one_at_a_time(corpus, ROUND, [seat.annotator], tell):
        project = projects.find_or_create(corpus, ROUND, seat, role=Role.PRACTICE, tell=tell)
        there = {read_task(raw).article_id: raw for raw in seat.studio.listing(project, annotations=False)}
        for raw in there.values():
            data: dict[str, Any] = dict(raw.get("data") or {})
            if data.get("pass_mark") != corpus.pass_mark:
                seat.studio.set_data(raw["id"], {**data, "pass_mark": corpus.pass_mark})
        missing = [article for article in practice_articles() if article not in there]
        if missing:
            projects.refuse_other_guidelines(
                seat, project, f"run `hedgerow discard {seat.studio.project_url(project)}`, then this again"
            )
        tasks = (_task(article, corpus.pass_mark) for article in missing)
        send(corpus, seat, project, tasks, len(missing), lambda done, total: None)
    return project


def _task(article_id: str, mark: float) -> SentTask:
    """The task of a practice article, with the F1 that passes; of the gold there is nothing in it."""
    made = task(practice_corpus(), article_id)
    made["data"]["practice"] = True
    made["data"]["pass_mark"] = mark
    return made


def practice_result(corpus: Corpus, seat: Seat) -> PracticeResult | None:
    """How an annotator did in practice; None where they have no practice project.

    Raises:
        Problem: the server cannot be asked.
    """
    project = projects.find(corpus, ROUND, seat, role=Role.PRACTICE)
    if project is None:
        return None
    listed = [(read_task(raw), raw.get("meta")) for raw in seat.studio.listing(project)]
    firsts = [first_submission(str(task.article_id), task.text_sha256, noted) for task, noted in listed]
    submitted = [first for first in firsts if first]
    reached = standing(submitted, corpus.pass_mark)
    return PracticeResult(
        seat.annotator, project, reached["articles"], reached["done"], scores(submitted), reached["passed"]
    )


def practice_seats(corpus: Corpus, annotators: list[str] | None = None) -> list[Seat]:
    """The accounts of these annotators on the embedded server; of all that it has, where none is named.

    Raises:
        Problem: the environment names another server, none is set up here, or it has no account for an annotator.
    """
    if foreign_server():
        raise Problem(
            "LABEL_STUDIO_URL names another server, and practice needs that of `hedgerow up`",
            "take LABEL_STUDIO_URL out of the environment, then run this again",
        )
    known = Server(corpus.state).secrets()
    if known is None:
        named = " ".join(f"--annotator {name}" for name in annotators or ["a1"])
        raise Problem("no Label Studio is set up here", f"start one with `hedgerow up {named}`")
    return [embedded_seat(corpus, name) for name in annotators or known.annotators]


def not_passed(corpus: Corpus, seats: list[Seat]) -> list[str]:
    """Who of these has not passed the practice round; nobody, where no annotator of the server has one.

    Raises:
        Problem: the server cannot be asked.
    """
    if foreign_server() or Server(corpus.state).secrets() is None:
        return []
    results = {seat.annotator: practice_result(corpus, seat) for seat in seats}
    if not any(results.values()) and not _any_practice(corpus, except_for=set(results)):
        return []
    return [name for name, result in results.items() if result is None or not result.passed]


def _any_practice(corpus: Corpus, except_for: set[str]) -> bool:
    known = Server(corpus.state).secrets()
    remaining = [name for name in (known.annotators if known else ()) if name not in except_for]
    seats = (embedded_seat(corpus, name) for name in remaining)
    return any(projects.find(corpus, ROUND, seat, role=Role.PRACTICE) is not None for seat in seats)
