"""How far a round is: what was dealt, what is done, how long each takes; from the server or the record.

A round is of articles to label, or of events to sort.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

import polars as pl

from annotation.labelstudio.payloads import JsonObject, TaskEnding
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import ended, read_task
from annotation.rounds import projects
from annotation.rounds.projects import Role
from annotation.rounds.push import deals_path
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import table_path
from dataset.record.rows import EventTaskRow, TaskRow, rows_of
from dataset.statements.tables import dealt_events, read_sorting
from dataset.storage.tables import read_sound, read_table


@dataclass(frozen=True)
class RoundProgress:
    """Where one annotator is in a round: counts of articles or events, and minutes that a submitted one took.

    `dealt` is open, skipped and done together; what the annotator was let off and did not end is in `let_off` alone.
    `source` is `server` or `record`. Minutes are None where none that was submitted has its time.
    """

    annotator: str
    dealt: int
    open: int
    skipped: int
    done: int
    minutes_median: float | None
    minutes_mean: float | None
    source: str
    let_off: int = 0


@dataclass(frozen=True)
class _Hand:
    """What an annotator was dealt in a round: articles, or events, that they are to end, and that they were let off."""

    standing: frozenset[str] = frozenset()
    let_off: frozenset[str] = frozenset()


def annotators_of(corpus: Corpus, round_name: str) -> list[str]:
    """Who has a deal or a layer in a round, sorted."""
    layers = [name.split("/")[1] for name in corpus.layers() if name.startswith(f"{round_name}/")]
    return sorted({*_hands(corpus, round_name), *layers})


def on_server(corpus: Corpus, round_name: str, seat: Seat) -> RoundProgress:
    """An annotator's progress as the server reports it now.

    Raises:
        Problem: the server cannot be asked, or has no project for the annotator.
    """
    role = Role.ANNOTATOR if dealt_events(corpus, round_name).is_empty() else Role.SORTER
    project = projects.existing(corpus, round_name, seat, role=role)
    hand = _hands(corpus, round_name).get(seat.annotator, _Hand())
    ends = {task["id"]: _end(task, seat.account) for task in seat.studio.ends(project)}
    let_off = dict[int, str]()
    if hand.let_off:  # what the server still holds of that is not open
        tasks = map(read_task, seat.studio.listing(project, annotations=False))
        articles = {task.id: str(task.article_id) for task in tasks}
        let_off = {task: article for task, article in articles.items() if article in hand.let_off}
    counted = [end for task, end in ends.items() if end or task not in let_off]
    after_all = {let_off[task] for task, end in ends.items() if end and task in let_off}
    dealt = max(len(hand.standing | after_all), len(counted))
    return _progress(seat.annotator, dealt, filter(None, counted), "server", len(hand.let_off - after_all))


def _end(raw: JsonObject, account: int | None) -> TaskEnding | None:
    """How the annotator ended a task; None where it is open. Other accounts' work is not looked at."""
    task = read_task(raw)
    own = [ended(task, work) for work in task.work if account is None or work.account == account]
    return min(own, key=lambda end: end["status"] == "skipped", default=None)


def in_record(corpus: Corpus, round_name: str) -> list[RoundProgress]:
    """Each annotator's progress as the record has it since the last pull; no server is asked.

    Raises:
        Problem: nothing was dealt or pulled in the round.
    """
    hands, names = _hands(corpus, round_name), annotators_of(corpus, round_name)
    if not names:
        raise Problem(
            f"nothing was pushed for round {round_name}", f"run `hedgerow push --round {round_name} --annotator a1`"
        )
    progress = []
    for name in names:
        ends, hand = _ended(corpus, round_name, name), hands.get(name, _Hand())
        ids = {_subject(end) for end in ends}
        progress.append(_progress(name, len(hand.standing | ids), ends, "record", len(hand.let_off - ids)))
    return progress


def _ended(corpus: Corpus, round_name: str, annotator: str) -> Sequence[TaskRow | EventTaskRow]:
    """What an annotator ended, by the record."""
    folder = corpus.layer_path(f"{round_name}/{annotator}")
    if not dealt_events(corpus, round_name).is_empty():
        return list(rows_of(read_sorting(folder).event_tasks, EventTaskRow))
    return list(rows_of(read_table(table_path(folder, "tasks"), schema.Tasks), TaskRow))


def _subject(end: TaskRow | EventTaskRow) -> str:
    """The article, or the event, that was ended."""
    row: Mapping[str, object] = end
    return str(row["article_id"] if "article_id" in row else row["event_id"])


def _hands(corpus: Corpus, round_name: str) -> dict[str, _Hand]:
    """What each annotator was dealt."""
    events = dealt_events(corpus, round_name)
    if not events.is_empty():
        return {name: _Hand(frozenset(ids)) for name, ids in events.group_by("annotator").agg("event_id").iter_rows()}
    deals = read_sound(deals_path(corpus, round_name), schema.Deals)
    standing, let_off = pl.col("let_off").is_null(), pl.col("let_off").is_not_null()
    hands = deals.group_by("annotator").agg(
        pl.col("article_id").filter(standing).alias("standing"), pl.col("article_id").filter(let_off).alias("let_off")
    )
    return {name: _Hand(frozenset(mine), frozenset(gone)) for name, mine, gone in hands.iter_rows()}


def _progress(
    annotator: str, dealt: int, ends: Iterable[TaskEnding | TaskRow | EventTaskRow], source: str, let_off: int = 0
) -> RoundProgress:
    ended = list(ends)
    done = [end for end in ended if end["status"] == "submitted"]
    minutes = [end["seconds"] / 60 for end in done if end["seconds"] is not None]
    return RoundProgress(
        annotator=annotator,
        dealt=dealt,
        open=dealt - len(ended),
        skipped=len(ended) - len(done),
        done=len(done),
        minutes_median=round(median(minutes), 2) if minutes else None,
        minutes_mean=round(fmean(minutes), 2) if minutes else None,
        source=source,
        let_off=let_off,
    )
