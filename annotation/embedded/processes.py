"""The embedded server's processes: which of this machine's they are, by what was noted and by their command."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from annotation.embedded.environment import DATA
from dataset.storage.atomic import aside

MODULE = "annotation.embedded.serve"
_END_SECONDS = 20


def command(bind: str, workers: int) -> list[str]:
    """The command of a server, alike in each of its processes."""
    return [sys.executable, "-m", MODULE, bind, str(workers)]


def note_command(path: Path, line: list[str]) -> None:
    """Notes what is about to be started, should its number never be noted."""
    _note(path, {"command": line})


def note_process(path: Path, pid: int) -> None:
    """Notes the process that was started."""
    _note(path, {"pid": pid, "created": psutil.Process(pid).create_time()})


def noted(path: Path, data: Path) -> psutil.Process | None:
    """The process that was noted, if it still runs; another that has since got its number is not it.

    One that was killed before it could note the number has noted the command, and that is looked for.
    """
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        if "command" in note:
            running = (process for process in serving(data) if process.cmdline() == note["command"])
            return min(running, key=psutil.Process.create_time, default=None)
        process = psutil.Process(note["pid"])
        same = process.create_time() == note["created"] and process.status() != psutil.STATUS_ZOMBIE
        return process if same else None
    except (FileNotFoundError, psutil.NoSuchProcess, json.JSONDecodeError, KeyError, TypeError):
        return None


def serving(data: Path) -> Iterator[psutil.Process]:
    """The processes that serve this data, the first of them and those it has forked."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            of_data = process.environ().get(DATA) == str(data.absolute())
            if of_data and MODULE in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def memory(first: psutil.Process) -> int:
    """The bytes that a server's processes take, what they share counted once where that is known."""
    taken = 0
    with suppress(psutil.Error):
        for process in (first, *first.children(recursive=True)):
            full = process.memory_full_info()
            taken += int(getattr(full, "pss", full.rss))
    return taken


def end(process: psutil.Process) -> None:
    """Asks a process to end, and ends it where it does not."""
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(_END_SECONDS)


def end_orphans(data: Path) -> None:
    """Waits for workers whose first process was killed, which end by themselves, and ends those that do not.

    They still listen at the port, and answer requests that they have begun.
    """
    deadline = time.monotonic() + _END_SECONDS
    while orphans := list(serving(data)):
        if time.monotonic() > deadline:
            for process in orphans:
                with suppress(psutil.Error):
                    process.kill()
        time.sleep(0.1)


def _note(path: Path, process: dict[str, Any]) -> None:
    with aside(path) as new:
        new.write_text(json.dumps(process), encoding="utf-8")
