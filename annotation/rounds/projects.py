"""A round's projects on a server: one for each annotator."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from annotation import guidelines
from annotation.labelstudio import sending
from annotation.labelstudio.adjudicated import ADJUDICATION
from annotation.labelstudio.desk import DESK
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.sending import Tell
from annotation.labelstudio.suggested import SUGGESTIONS
from annotation.page.label_config import desk_config, label_config
from dataset.problem import Problem
from dataset.record.corpus import Corpus


class Role(StrEnum):
    """What a project is for: articles of an annotator or adjudicator, events that one of either sorts, or practice."""

    ANNOTATOR = "annotator"
    ADJUDICATOR = "adjudicator"
    SORTER = "sorter"
    SORTING_ADJUDICATOR = "sorting-adjudicator"
    PRACTICE = "practice"


# What stands in a project's title, and the predictions that its page begins with.
_TITLES: Final = {
    Role.ANNOTATOR: "",
    Role.ADJUDICATOR: " · adjudication",
    Role.SORTER: " · statements",
    Role.SORTING_ADJUDICATOR: " · adjudication of statements",
    Role.PRACTICE: "",
}
_SHOWN: Final = {
    Role.ANNOTATOR: "",
    Role.ADJUDICATOR: ADJUDICATION,
    Role.SORTER: DESK,
    Role.SORTING_ADJUDICATOR: DESK,
    Role.PRACTICE: "",
}
_DESK: Final = (Role.SORTER, Role.SORTING_ADJUDICATOR)


def mark(corpus: Corpus, round_name: str, annotator: str, *, role: Role = Role.ANNOTATOR) -> str:
    """The first line of the project's description, by which it is found again whatever its title."""
    return f"hedgerow corpus={corpus.name} round={round_name} {role}={annotator}"


def find(corpus: Corpus, round_name: str, seat: Seat, *, role: Role = Role.ANNOTATOR) -> int | None:
    """The project's id, None where there is none."""
    return seat.studio.find_project(mark(corpus, round_name, seat.annotator, role=role))


def find_or_create(
    corpus: Corpus,
    round_name: str,
    seat: Seat,
    *,
    role: Role = Role.ANNOTATOR,
    tell: Tell = lambda line: None,
    suggestions: str | None = None,
) -> int:
    """The project's id; creates it where there is none, with controls for `suggestions` if its pages show any.

    These are named as after `push --suggestions`.

    All that was sent to it before, and may still arrive, has arrived then.
    """
    of = mark(corpus, round_name, seat.annotator, role=role)
    noted = sending.note(corpus, seat, of)

    def find_else_create() -> int:
        noted.settle(lambda: {of} if seat.studio.find_project(of) is not None else set(), tell)
        number = seat.studio.find_project(of)
        if number is not None:
            return number
        with noted.of([of]):
            return _create(corpus, round_name, seat, of, role, suggestions)

    project: int = sending.repeated()(find_else_create)
    sending.settle_tasks(corpus, seat, project, tell)
    return project


def _create(corpus: Corpus, round_name: str, seat: Seat, of: str, role: Role, suggestions: str | None) -> int:
    help_note = "" if suggestions is None else f"Suggestions: {suggestions}. "
    note = (
        f"Guidelines version {guidelines.version()}. {help_note}Keep the first line: Hedgerow finds the project by it."
    )
    title = f"{round_name} · {seat.annotator}{_TITLES[role]} · {corpus.name}"
    adjudicating = role in (Role.ADJUDICATOR, Role.SORTING_ADJUDICATOR)
    if role in _DESK:
        config = desk_config(adjudicating=adjudicating)
    else:
        config = label_config(adjudicating=adjudicating, suggesting=suggestions is not None)
    shown = _SHOWN[role] if suggestions is None else SUGGESTIONS
    return seat.studio.create_project(of, title, note, config, shown)


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


def refuse_other_suggestions(seat: Seat, project: int, suggestions: str | None) -> None:
    """All articles of a project are sent with the same help, or none, so that the two can be told apart later.

    `suggestions` are named as after `push --suggestions`.

    Raises:
        Problem: the project was made to show other suggestions, or none, or some.
    """
    named = re.search(r"\bSuggestions: (.+)\. Keep", seat.studio.description(project))
    shown = named[1] if named else None
    if shown == suggestions:
        return
    where = seat.studio.project_url(project)
    if shown is None:
        raise Problem(f"{where} was opened without suggestions", "leave out --suggestions, or push to a new round")
    raise Problem(
        f"{where} was opened with --suggestions {shown}", "push with exactly these options, or to a new round"
    )


def existing(corpus: Corpus, round_name: str, seat: Seat, *, role: Role = Role.ANNOTATOR) -> int:
    """The project's id.

    Raises:
        Problem: there is none.
    """
    project = find(corpus, round_name, seat, role=role)
    if project is not None:
        return project
    adjudicating = role in (Role.ADJUDICATOR, Role.SORTING_ADJUDICATOR)
    who = f"{seat.annotator}, adjudicator of" if adjudicating else f"{seat.annotator} in"
    opened = {
        Role.ANNOTATOR: f"make it with `hedgerow push --round {round_name} --annotator {seat.annotator}`, or put the "
        f"record's work back with `hedgerow restore --round {round_name} --annotator {seat.annotator}`",
        Role.ADJUDICATOR: f"open it with `hedgerow adjudicate --round {round_name}`",
        Role.SORTING_ADJUDICATOR: f"open it with `hedgerow adjudicate --round {round_name}`",
        Role.SORTER: f"open it with `hedgerow align --round {round_name} --annotator {seat.annotator}`",
        Role.PRACTICE: f"make it with `hedgerow practice --annotator {seat.annotator}`",
    }
    raise Problem(f"{seat.studio.url} has no project for {who} round {round_name}", opened[role])
