"""How far a round is: what was dealt, what is done, how long an article takes; from the server or the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import ended, read_task
from annotation.rounds import projects
from annotation.rounds.push import deals_path
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import table_path
from dataset.storage.tables import read_sound, read_table

Row = dict[str, Any]


@dataclass(frozen=True)
class Progress:
    """Where one annotator is in a round: counts of articles, and minutes that a submitted article took.

    `source` is `server` or `record`. Minutes are None where no submitted article has its time.
    """

    annotator: str
    dealt: int
    open: int
    skipped: int
    done: int
    minutes_median: float | None
    minutes_mean: float | None
    source: str


def annotators_of(corpus: Corpus, round_name: str) -> list[str]:
    """Who has a deal or a layer in a round, sorted."""
    layers = [name.split("/")[1] for name in corpus.layers() if name.startswith(f"{round_name}/")]
    return sorted({*_deals(corpus, round_name), *layers})


def on_server(corpus: Corpus, round_name: str, seat: Seat) -> Progress:
    """An annotator's progress as the server reports it now.

    Raises:
        Problem: the server cannot be asked, or has no project for the annotator.
    """
    tasks = seat.studio.ends(projects.existing(corpus, round_name, seat))
    dealt = max(_deals(corpus, round_name).get(seat.annotator, 0), len(tasks))
    ends = [end for end in (_end(raw, seat.account) for raw in tasks) if end]
    return _progress(seat.annotator, dealt, ends, "server")


def _end(raw: Row, account: int | None) -> Row | None:
    """How the annotator ended a task; None where it is open. Other accounts' work is not looked at."""
    task = read_task(raw)
    own = [ended(task, work) for work in task.work if account is None or work.account == account]
    return min(own, key=lambda end: end["status"] == "skipped", default=None)


def in_record(corpus: Corpus, round_name: str) -> list[Progress]:
    """Each annotator's progress as the record has it since the last pull; no server is asked.

    Raises:
        Problem: nothing was dealt or pulled in the round.
    """
    deals, names = _deals(corpus, round_name), annotators_of(corpus, round_name)
    if not names:
        raise Problem(
            f"nothing was pushed for round {round_name}", f"run `hedgerow push --round {round_name} --annotator a1`"
        )
    progress = []
    for name in names:
        tasks = read_table(table_path(corpus.layer_path(f"{round_name}/{name}"), "tasks"), schema.Tasks)
        dealt = max(deals.get(name, 0), tasks.height)
        progress.append(_progress(name, dealt, tasks.iter_rows(named=True), "record"))
    return progress


def _deals(corpus: Corpus, round_name: str) -> dict[str, int]:
    """How many articles each annotator was dealt."""
    deals = read_sound(deals_path(corpus, round_name), schema.Deals)
    return dict(deals.group_by("annotator").len().iter_rows())


def _progress(annotator: str, dealt: int, ends: Iterable[Row], source: str) -> Progress:
    """Counts of `ends`: rows with `status` and `seconds`."""
    ended = list(ends)
    done = [end for end in ended if end["status"] == "submitted"]
    minutes = [end["seconds"] / 60 for end in done if end["seconds"] is not None]
    return Progress(
        annotator=annotator,
        dealt=dealt,
        open=dealt - len(ended),
        skipped=len(ended) - len(done),
        done=len(done),
        minutes_median=round(median(minutes), 2) if minutes else None,
        minutes_mean=round(fmean(minutes), 2) if minutes else None,
        source=source,
    )
