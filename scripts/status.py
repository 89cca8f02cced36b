"""`hedgerow status`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypedDict

import typer

from annotation.embedded.kept_backups import newest
from annotation.embedded.server import Server, ServerSummary, summary
from annotation.labelstudio.client import foreign_server, without_credentials
from dataset.record.corpus import open_corpus
from dataset.record.layer import suggestions_in
from scripts.cli.console import CorpusOption, JsonOption, count, say, say_json


class BackupNote(TypedDict):
    """The newest backup: its file, and when it was taken (UTC)."""

    file: str
    taken_at: str


class Status(ServerSummary):
    """The server, its newest backup, the record's layers, and the address of a Label Studio that is used instead."""

    backup: BackupNote | None
    layers: list[str]
    suggestions: list[str]
    foreign: str | None


def command(corpus: CorpusOption = None, as_json: JsonOption = False) -> None:
    """Say what is running: the server's address and process, and the layers of the record.

    Exit 1 if a server that was started and not stopped does not answer.

    Example: hedgerow status
    """
    here = open_corpus(corpus)
    foreign = foreign_server()
    backup = newest(here)
    status: Status = {
        **summary(Server(here.state)),
        "backup": {"file": str(backup[0]), "taken_at": f"{backup[1]:%Y-%m-%dT%H:%M:%SZ}"} if backup else None,
        "layers": here.layers(),
        "suggestions": suggestions_in(here.record),
        "foreign": without_credentials(foreign[0]) if foreign else None,
    }
    if as_json:
        say_json(status)
    else:
        _say_all(status, backup[1] if backup else None)
    if status["should_run"] and not status["answers"]:
        raise typer.Exit(1)


def _say_all(status: Status, backed_up: datetime | None) -> None:
    say(_server_line(status))
    if status["address"]:
        say(f"people reach it at {status['address']}")
    if status["uptime"] is not None:
        taken = f"{(status['memory'] or 0) / 1e6:.0f} MB of memory"
        at_work = count(status["workers"] or 0, "process", "processes")
        say(f"up for {span(status['uptime'])}, {at_work} at work, {taken}")
    if status["database"]:
        say(f"its work is in {status['database']}")
        age = f"{span((datetime.now(UTC) - backed_up).total_seconds())} old" if backed_up else "none"
        say(f"free disk: {(status['free_disk'] or 0) / 1e9:.1f} GB; newest backup: {age}")
    say(f"annotators with an account: {', '.join(status['annotators']) or 'none'}")
    say(f"layers of the record: {', '.join(status['layers']) or 'none'}")
    if status["suggestions"]:
        say(f"layers of suggestions: {', '.join(status['suggestions'])}")
    if status["foreign"]:
        say(f"LABEL_STUDIO_URL names {status['foreign']}: push and pull go there")


def span(seconds: float) -> str:
    """How long something took, roughly."""
    minutes = max(int(seconds), 0) // 60
    if minutes < 120:
        return count(minutes, "minute")
    return count(minutes // 60, "hour") if minutes < 48 * 60 else count(minutes // 1440, "day")


def _server_line(status: Status) -> str:
    if not status["running"] and status["should_run"]:
        return "Label Studio was started and has ended by itself; start it again with `hedgerow up`"
    if not status["running"]:
        return "Label Studio is not running; start it with `hedgerow up`"
    state = "answers" if status["answers"] else "does not answer yet"
    return f"Label Studio {state} at {status['url']} (process {status['pid']})"
