"""A round's projects on a server: one for each annotator."""

from __future__ import annotations

import re

from annotation import guidelines
from annotation.labelstudio import sending
from annotation.labelstudio.adjudicated import ADJUDICATION
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.sending import Tell
from annotation.page.label_config import label_config
from dataset.problem import Problem
from dataset.record.corpus import Corpus


def mark(corpus: Corpus, round_name: str, annotator: str, *, adjudicating: bool = False) -> str:
    """The first line of the project's description, by which it is found again whatever its title."""
    return f"hedgerow corpus={corpus.name} round={round_name} {_role(adjudicating)}={annotator}"


def _role(adjudicating: bool) -> str:
    return "adjudicator" if adjudicating else "annotator"


def find(corpus: Corpus, round_name: str, seat: Seat, *, adjudicating: bool = False) -> int | None:
    """The project's id, None where there is none."""
    return seat.studio.find_project(mark(corpus, round_name, seat.annotator, adjudicating=adjudicating))


def find_or_create(
    corpus: Corpus, round_name: str, seat: Seat, *, adjudicating: bool = False, tell: Tell = lambda line: None
) -> int:
    """The project's id; creates it where there is none.

    All that was sent to it before, and may still arrive, has arrived then.
    """
    of = mark(corpus, round_name, seat.annotator, adjudicating=adjudicating)
    noted = sending.note(corpus, seat, of)

    def find_else_create() -> int:
        noted.settle(lambda: {of} if seat.studio.find_project(of) is not None else set(), tell)
        number = seat.studio.find_project(of)
        if number is not None:
            return number
        with noted.of([of]):
            return _create(corpus, round_name, seat, of, adjudicating)

    project: int = sending.repeated()(find_else_create)
    sending.settle_tasks(corpus, seat, project, tell)
    return project


def _create(corpus: Corpus, round_name: str, seat: Seat, of: str, adjudicating: bool) -> int:
    note = f"Guidelines version {guidelines.version()}. Keep the first line: Hedgerow finds the project by it."
    title = f"{round_name} · {seat.annotator}{' · adjudication' if adjudicating else ''} · {corpus.name}"
    config = label_config(adjudicating=adjudicating)
    return seat.studio.create_project(of, title, note, config, ADJUDICATION if adjudicating else "")


def refuse_other_guidelines(seat: Seat, project: int, instead: str = "push to a new round") -> None:
    """A task is stamped with the version that its page shows, so a project takes no tasks of another one.

    `instead` is what to do then.

    Raises:
        Problem: the project's page shows another version of the guidelines than this one.
    """
    shown = re.search(r"^Guidelines version (\S+)\.", seat.studio.description(project), re.MULTILINE)
    if shown and shown[1] != guidelines.version():
        raise Problem(
            f"the page of {seat.studio.project_url(project)} shows guidelines {shown[1]}, "
            f"and new tasks would be stamped {guidelines.version()}",
            instead,
        )


def existing(corpus: Corpus, round_name: str, seat: Seat, *, adjudicating: bool = False) -> int:
    """The project's id.

    Raises:
        Problem: there is none.
    """
    project = find(corpus, round_name, seat, adjudicating=adjudicating)
    if project is not None:
        return project
    where = f"{seat.studio.url} has no project for {seat.annotator}"
    if adjudicating:
        raise Problem(
            f"{where}, adjudicator of round {round_name}", f"open it with `hedgerow adjudicate --round {round_name}`"
        )
    raise Problem(
        f"{where} in round {round_name}",
        f"make it with `hedgerow push --round {round_name} --annotator {seat.annotator}`, "
        f"or put the record's work back with `hedgerow restore --round {round_name} --annotator {seat.annotator}`",
    )
