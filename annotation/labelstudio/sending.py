"""What must not be sent to a server twice: sent once, and looked for there before it is ever sent again.

Label Studio takes whatever it is sent, as often as it is sent. What a server that was cut off has stored, or is storing
still, is found only by looking. So each sending is noted on disk until it is answered; where a note was left, whoever
comes next looks until what it names is there, or long enough after it was sent.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tenacity import Retrying, retry_if_exception_type, retry_if_result, stop_after_attempt, stop_after_delay
from tenacity.wait import wait_base, wait_exponential

from annotation.labelstudio import client as studios
from annotation.labelstudio.client import TransientFailure
from annotation.labelstudio.payloads import SentDeskTask, SentTask
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import read_task, subject_of
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.storage.atomic import aside

Tell = Callable[[str], None]
SETTLE_SECONDS: Final[float] = 120
LOOKING: Final[wait_base] = wait_exponential(multiplier=0.5, max=10)


@dataclass(frozen=True)
class SendingNote:
    """The note of what is being sent: the names of the things, until the server answers."""

    path: Path

    @contextmanager
    def of(self, names: list[str]) -> Iterator[None]:
        """Notes the names while the block sends them; the note stays where it is not known what became of them."""
        with aside(self.path, private=True) as new:
            new.write_text(json.dumps(names), encoding="utf-8")
        try:
            yield
        except TransientFailure as error:
            if not error.perhaps_at_it:
                self.path.unlink(missing_ok=True)
            raise
        except Problem:
            self.path.unlink(missing_ok=True)
            raise
        self.path.unlink(missing_ok=True)

    def settle(self, arrivals: Callable[[], set[str]], tell: Tell = lambda line: None) -> None:
        """Waits until all that the note names is there, but no longer than it may take a server to store it."""
        try:
            names, age = set(json.loads(self.path.read_bytes())), time.time() - self.path.stat().st_mtime
        except FileNotFoundError:
            return
        if not names <= arrivals() and (seconds := SETTLE_SECONDS - max(age, 0)) > 0:
            tell(f"the server did not answer what was sent last; looking for it there, for at most {seconds:.0f} s")
            Retrying(
                retry=retry_if_result(lambda arrived: not arrived),
                stop=stop_after_delay(seconds),
                wait=LOOKING,
                retry_error_callback=lambda state: None,
            )(lambda: names <= arrivals())
        self.path.unlink(missing_ok=True)


def note(corpus: Corpus, seat: Seat, what: str) -> SendingNote:
    """The note of what is sent to a place on a server, by one annotator's seat."""
    key = f"{corpus.name}\n{seat.studio.url}\n{seat.annotator}\n{what}"
    return SendingNote(corpus.state / "sending" / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json")


def repeated() -> Retrying:
    """Tries again, with growing waits and a limit, what looks before it sends."""
    return Retrying(
        retry=retry_if_exception_type(TransientFailure),
        stop=stop_after_attempt(studios.ATTEMPTS),
        wait=studios.wait,
        reraise=True,
    )


def settle_tasks(corpus: Corpus, seat: Seat, project: int, tell: Tell = lambda line: None) -> None:
    """Waits while tasks of an earlier call that was cut off may still arrive in a project."""
    note(corpus, seat, str(project)).settle(lambda: _subjects(seat, project), tell)


def send_tasks(corpus: Corpus, seat: Seat, project: int, tasks: Sequence[SentTask | SentDeskTask]) -> None:
    """Sends tasks; where no answer comes, those that did not arrive are sent again.

    Raises:
        Problem: the server does not take them, or cannot be asked whether they arrived.
    """
    waiting, noted = tasks, note(corpus, seat, str(project))
    for attempt in repeated():
        with attempt:
            if attempt.retry_state.attempt_number > 1:
                settle_tasks(corpus, seat, project)
                there = _subjects(seat, project)
                waiting = [task for task in waiting if subject_of(task) not in there]
            if waiting:
                with noted.of([subject_of(task) for task in waiting]):
                    seat.studio.import_tasks(project, waiting)


def _subjects(seat: Seat, project: int) -> set[str]:
    tasks = map(read_task, seat.studio.tasks(project, annotations=False))
    return {str(task.event_id or task.article_id) for task in tasks}
