from __future__ import annotations

from pathlib import Path

from annotation.report.report import report
from tests.benchmarks.report_page import EVENT, made


def test_the_event_that_is_measured_has_what_was_asked_for(tmp_path: Path) -> None:
    (event,) = report(made(tmp_path, articles=4, statements=6, quotes=5)).events
    assert (event.event_id, len(event.articles)) == (EVENT, 4)
    assert {row.id for row in event.rows} <= {f"s{number}" for number in range(1, 7)}
    assert sum(len(row.articles) for row in event.rows) == 4 * 5
    assert {len(cell.tellings) for row in event.rows for cell in row.cells if cell} == {1}
