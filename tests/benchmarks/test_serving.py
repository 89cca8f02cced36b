"""The benchmark of many annotators sees what a server has lost, doubled or mixed up."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from annotation.embedded.accounts import Secrets
from annotation.embedded.backup import DATABASE
from annotation.embedded.server import Server
from tests.benchmarks.people import Load, canonical
from tests.benchmarks.serving import Made, check

RESULT = [{"id": "p000.1.0", "value": {"start": 0, "end": 8}}]
Row = tuple[int, int, str]


def stored_in(folder: Path, rows: list[Row]) -> Server:
    """A server with these submissions: task, account and result."""
    server = Server(folder / "state")
    server.data_path.mkdir(parents=True)
    server.write_secrets(Secrets.new(None))
    with closing(sqlite3.connect(server.data_path / DATABASE)) as database:
        database.execute("CREATE TABLE task_completion (task_id INTEGER, completed_by_id INTEGER, result TEXT)")
        database.executemany("INSERT INTO task_completion VALUES (?, ?, ?)", rows)
        database.commit()
    return server


WHOLE: Row = (1, 2, json.dumps(RESULT))


def test_what_is_there_once_as_it_was_sent_passes(tmp_path: Path) -> None:
    server = stored_in(tmp_path, [WHOLE])
    check(server, Made(server.state, [], None), Load(stored=[(1, 2, canonical(RESULT))]))


@pytest.mark.parametrize("rows", [[], [WHOLE, WHOLE], [(1, 3, WHOLE[2])], [(1, 2, "[]")]])
def test_what_is_lost_doubled_anothers_or_half_is_seen(tmp_path: Path, rows: list[Row]) -> None:
    server = stored_in(tmp_path, rows)
    with pytest.raises(AssertionError):
        check(server, Made(server.state, [], None), Load(stored=[(1, 2, canonical(RESULT))]))
