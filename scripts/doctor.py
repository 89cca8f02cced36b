"""`hedgerow doctor`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import typer
from rich.markup import escape

from annotation.doctor import examine, failed
from dataset.problem import Problem
from dataset.record.corpus import open_corpus
from dataset.record.doctor import DoctorLine
from scripts.cli.console import OUT, CorpusOption, JsonOption, say, say_json

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red bold"}


def command(as_json: JsonOption = False, corpus: CorpusOption = None) -> None:
    """Check whether this machine and this server can do the job: a line per check, and how to fix it.

    Exit 1 if a check fails. It asks the server that push and pull would ask, and changes neither it nor the record.

    Example: hedgerow doctor
    """
    lines = []
    for line in _lines(corpus):
        lines.append(line)
        if not as_json:
            next_step = f"; {line.next_step}" if line.next_step else ""
            OUT.print(f"[{_COLOURS[line.mark]}]{line.mark:4}[/]  {line.check}: {escape(line.message + next_step)}")
    if as_json:
        say_json([asdict(line) for line in lines])
    else:
        marks = Counter(line.mark for line in lines)
        say(f"{marks['ok']} ok, {marks['warn']} to look at, {marks['fail']} failed")
    if failed(lines):
        raise typer.Exit(1)


def _lines(folder: Path | None) -> Iterator[DoctorLine]:
    """Every check; a corpus that cannot be opened is a line, too."""
    try:
        here = open_corpus(folder)
    except Problem as problem:
        yield from examine(None)
        yield DoctorLine("corpus", "fail", problem.what, problem.next_step)
        return
    yield from examine(here)
