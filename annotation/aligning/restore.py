"""What an annotator sorted, from the record back onto the desk, so that a pull gives the same rows."""

from __future__ import annotations

from annotation.aligning.desk import Begun, regions_of
from annotation.aligning.sorting_rounds import SUBMITTED, open_events
from annotation.labelstudio.desk import write_desk
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import read_task, restored_meta
from annotation.rounds import projects
from annotation.rounds.locks import one_at_a_time
from annotation.rounds.projects import Role
from annotation.rounds.restore import RestoreResult
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, in_silence, reading
from dataset.record.rows import EventTaskRow, rows_of
from dataset.statements.sheets import event_sheets
from dataset.statements.sorted_events import SortedBy, sorted_by
from dataset.statements.tables import read_sorting


def restore_sorting(corpus: Corpus, round_name: str, seat: Seat, tell: Tell = in_silence) -> RestoreResult:
    """Opens the annotator's events where they are not there, and puts the record's work on those without any.

    Raises:
        Problem: the record holds none, the quotes of an event have changed since it was sorted, or the server cannot be
            asked.
    """
    with reading(corpus, tell):
        sorting = read_sorting(corpus.layer_path(f"{round_name}/{seat.annotator}"))
        rows = {row["event_id"]: row for row in rows_of(sorting.event_tasks, EventTaskRow)}
        sheets = {sheet.event_id: sheet for sheet in event_sheets(corpus, rows)}
    if not rows:
        raise Problem(
            f"the record holds nothing that {seat.annotator} sorted in round {round_name}",
            f"open it with `hedgerow align --round {round_name} --annotator {seat.annotator}`",
        )
    if changed := [event for event, row in rows.items() if row["sheet_sha256"] != sheets[event].fingerprint()]:
        raise Problem(
            f"the quotes of {changed[0]} have changed since it was sorted, so its work cannot be shown on them",
            "let it be sorted again in a new round",
        )
    sortings = {event: sorted_by(sorting, event) for event in rows}
    stood = {event: SortedBy({item: by.tells[item] for item in by.given}) for event, by in sortings.items()}
    open_events(corpus, round_name, seat, stood=stood, tell=tell)
    account = seat.account if seat.account is not None else seat.studio.whoami()[0]
    put_back = 0
    with one_at_a_time(corpus, round_name, [seat.annotator], tell):
        project = projects.existing(corpus, round_name, seat, role=Role.SORTER)
        for task in map(read_task, seat.studio.tasks(project)):
            row = rows.get(str(task.event_id))
            if row is None or task.work:
                continue
            begun = Begun(sortings[row["event_id"]])
            result = write_desk(regions_of(sheets[row["event_id"]], begun))
            seat.studio.set_meta(task.id, restored_meta(row, result))
            skipped = row["status"] != SUBMITTED
            seat.studio.annotate(task.id, result, skipped=skipped, seconds=row["seconds"], account=account)
            put_back += 1
    return RestoreResult(project, put_back, len(rows) - put_back)
