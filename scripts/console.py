"""How commands speak: results on standard output, progress and problems on standard error."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

OUT = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)

CorpusOption = Annotated[
    Path | None,
    typer.Option("--corpus", help="Folder with a hedgerow.toml; the nearest one if not named.", metavar="DIR"),
]
RoundOption = Annotated[str, typer.Option("--round", help="The annotation round.", metavar="R")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def typed() -> str:
    """The command as a person here must type it: `.venv/bin/hedgerow` where it is not on the path."""
    called = Path(sys.argv[0])
    found = shutil.which("hedgerow")
    if called.name != "hedgerow" or (found and Path(found).samefile(called)):
        return "hedgerow"
    return str(called.absolute().relative_to(Path.cwd()) if called.absolute().is_relative_to(Path.cwd()) else called)


def say(line: str) -> None:
    """A line of the result; shown as it is."""
    OUT.print(escape(line))


def say_json(content: Any) -> None:
    """The result as JSON."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def tell(line: str) -> None:
    """A line of progress."""
    ERR.print(escape(line), style="dim")


def problem(line: str) -> None:
    """What went wrong, in one line."""
    ERR.print(f"[red bold]hedgerow:[/] {escape(' '.join(line.split()))}")


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Takes (done, total): a bar on a terminal, plain lines in a pipe."""
    if not ERR.is_terminal:
        yield lambda done, total: tell(f"{title}: {done} of {total}") if total else None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=ERR, transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
