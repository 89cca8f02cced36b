"""Articles taken back from an annotator, or given to another: what was begun only if that is asked for.

What was submitted stays with whoever submitted it. Of what an annotator is let off, the deal stays as a row that says
why, so that the article is not dealt to them again and nobody waits for them. A row goes only where an annotator
leaves, and had not begun the article, and nobody else gets it: it is then as if it had never been dealt.

The tasks go from the server first, those alone that hold no work, and then the deals change, all in one file. Where
that is cut off, tasks are missing that are still dealt: the same call finishes, and a push would send them again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from annotation.labelstudio.seats import Seat
from annotation.rounds import projects
from annotation.rounds.locks import deals_alone, one_at_a_time
from annotation.rounds.plans import read_plan
from annotation.rounds.push import deals_path, dealt, ended_in_record, forgotten, put_deals
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, changing, in_silence
from dataset.record.rows import DealRow, rows_of
from dataset.statements.tables import dealt_events
from dataset.storage.tables import read_sound

GIVEN_BACK: Final = "given back"
GIVEN_BACK_BEGUN: Final = "given back after it was begun"
Progress = Callable[[int, int], None]


@dataclass
class LetOffArticles:
    """What became of an annotator's articles, by id.

    `let_off` are theirs no longer, with why. `begun` were begun and not submitted, with the address of their page, and
    stay theirs unless they are among those let off; `submitted` stay. `deleted` counts the tasks that went from the
    server, `undeleted` those that may hold a draft that only their annotator is shown. `leaves`: the annotator is dealt
    nothing more.
    """

    annotator: str
    leaves: bool
    let_off: dict[str, str] = field(default_factory=dict)
    begun: dict[str, str] = field(default_factory=dict)
    submitted: list[str] = field(default_factory=list)
    deleted: int = 0
    undeleted: int = 0

    @property
    def kept(self) -> dict[str, str]:
        """What was begun and stays the annotator's, with the address of its page."""
        return {article: page for article, page in self.begun.items() if article not in self.let_off}


def let_off(
    corpus: Corpus,
    round_name: str,
    seat: Seat | str,
    articles: Collection[str] = (),
    *,
    to: str | None = None,
    begun: bool = False,
    progress: Progress = lambda done, total: None,
    tell: Tell = in_silence,
) -> LetOffArticles:
    """Lets an annotator off articles that they have not submitted, and deals these `to` somebody else if one is named.

    If no articles are named, it is all of theirs, and the annotator leaves the round: whoever takes over is in it then.
    Articles that were begun stay theirs unless `begun`. Who has no account is given by name: no server is asked then,
    and only what the record has counts as submitted.

    Raises:
        Problem: nothing was dealt in the round, a named article was not dealt to the annotator, the round has no plan
            in which an annotator could leave it, or the server cannot be asked.
    """
    annotator = seat if isinstance(seat, str) else seat.annotator
    whom = [annotator, *([to] if to else [])]
    with one_at_a_time(corpus, round_name, whom, tell):
        known = _deals(corpus, round_name)
        if not articles and read_plan(corpus, round_name) is None:
            raise forgotten(round_name, known)
        rows = {row["article_id"]: row for row in rows_of(known.filter(annotator=annotator), DealRow)}
        if strange := sorted(set(articles) - rows.keys()):
            raise Problem(
                f"{strange[0]} was not dealt to {annotator} in round {round_name}",
                f"see what was with `hedgerow progress --round {round_name}`",
            )
        wanted = set(articles) or {article for article, row in rows.items() if row["let_off"] is None}
        done = LetOffArticles(annotator, leaves=not articles)
        hand = _HeldTasks(corpus, round_name, annotator, None if isinstance(seat, str) else seat)
        for article in sorted(wanted):
            hand.judge(article, done)
        for article in sorted(wanted - set(done.submitted)):
            if article not in done.begun:
                done.let_off[article] = f"reassigned to {to}" if to else GIVEN_BACK
            elif begun:
                done.let_off[article] = f"reassigned to {to} after it was begun" if to else GIVEN_BACK_BEGUN
        hand.clear(done, progress)
        with deals_alone(corpus, round_name, tell), changing(corpus, tell):
            _change(corpus, round_name, done, to)
    return done


def _deals(corpus: Corpus, round_name: str) -> pl.DataFrame:
    """The deals of a round, of which all may have been given back.

    Raises:
        Problem: nothing was dealt, or events were.
    """
    if not dealt_events(corpus, round_name).is_empty():
        raise Problem(
            f"round {round_name} deals out events, which stay with those who were dealt them",
            f"open them for somebody else with `hedgerow align --round {round_name} --annotator A`",
        )
    if read_plan(corpus, round_name) is None:
        return dealt(corpus, round_name)
    return read_sound(deals_path(corpus, round_name), schema.Deals)


class _HeldTasks:
    """The tasks of an annotator in a round, if they have a seat, and what the record has of them."""

    def __init__(self, corpus: Corpus, round_name: str, annotator: str, seat: Seat | None) -> None:
        self._seat, self._project = seat, projects.find(corpus, round_name, seat) if seat else None
        self._ended = ended_in_record(corpus, round_name, annotator)
        held = seat.studio.begun(self._project) if seat and self._project is not None else []
        self._tasks = {task.article_id: task for task in held}

    def judge(self, article: str, done: LetOffArticles) -> None:
        """Notes an article that was submitted or begun."""
        task = self._tasks.get(article)
        if article in self._ended or (task is not None and task.submitted):
            done.submitted.append(article)
        elif self._seat and task is not None and task.begun:
            done.begun[article] = self._seat.studio.task_url(self._project or 0, task.id)

    def clear(self, done: LetOffArticles, progress: Progress) -> None:
        """Deletes the tasks of what is let off that hold no work; what was begun meanwhile is noted as begun.

        A server that Hedgerow does not run shows nobody the drafts of others, so no task goes from there.
        """
        if self._seat is None:
            return
        due = [self._tasks[article] for article in done.let_off if article in self._tasks and article not in done.begun]
        if not self._seat.blind:
            done.undeleted = len(due)
            return
        progress(0, len(due))
        for count, task in enumerate(due, 1):
            if self._seat.studio.holds_work(task.id):
                done.begun[task.article_id] = self._seat.studio.task_url(self._project or 0, task.id)
                del done.let_off[task.article_id]
            else:
                self._seat.studio.delete_task(task.id)
                done.deleted += 1
            progress(count, len(due))


def _change(corpus: Corpus, round_name: str, done: LetOffArticles, to: str | None) -> None:
    """Writes the deals and the plan as they are then."""
    known, plan = _deals(corpus, round_name), read_plan(corpus, round_name)
    rows = {(row["annotator"], row["article_id"]): row for row in rows_of(known, DealRow)}
    for article, reason in done.let_off.items():
        row = rows.pop((done.annotator, article), None)
        if row is None:  # withdrawn meanwhile
            continue
        if reason != GIVEN_BACK or not done.leaves:
            rows[done.annotator, article] = {**row, "let_off": reason}
        if to is not None:
            rows[to, article] = {**row, "annotator": to, "let_off": None}
    if plan is not None and done.leaves:
        there = {name for name in plan.annotators if name != done.annotator} | ({to} if to else set())
        plan = replace(plan, annotators=tuple(sorted(there)))
    put_deals(corpus, round_name, plan, schema.frame(schema.Deals, list(rows.values())))
