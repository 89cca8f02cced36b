"""The `hedgerow` command: its subcommands, and how failures end."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import typer

from dataset.problem import Problem
from scripts import (
    acknowledge,
    adjudicate,
    agree,
    backup,
    build,
    convert,
    demo,
    diff,
    discard,
    doctor,
    down,
    fetch,
    intake,
    progress,
    publish,
    pull,
    push,
    rehydrate,
    release,
    report,
    restore,
    status,
    up,
    validate,
    withdraw,
)
from scripts.cli.console import problem, show_all_characters

app = typer.Typer(
    name="hedgerow",
    help="Who said what, how surely, and with which numbers: from news articles to a dataset.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
COMMANDS = (
    up,
    down,
    status,
    doctor,
    intake,
    push,
    progress,
    pull,
    validate,
    acknowledge,
    agree,
    adjudicate,
    build,
    convert,
    diff,
    release,
    publish,
    fetch,
    rehydrate,
    withdraw,
    discard,
    report,
    backup,
    restore,
    demo,
)
for module in COMMANDS:
    app.command(module.__name__.rpartition(".")[2], rich_help_panel=None)(module.command)

COULD_NOT = 3
STOPPED = 130


def main() -> None:
    """Runs the command. Exit 0: done; 1: done with errors found; 2: wrong usage; 3: could not be done."""
    show_all_characters()
    gc.set_threshold(100_000, 50, 50)  # millions of rows and no cycles among them
    try:
        _refuse_what_is_no_text()
        app()
    except Problem as failure:
        _end(str(failure))
    except OSError as failure:
        _end(
            f"{failure.filename or 'a file'}: {failure.strerror or failure}; mend that, then run the same command again"
        )
    except MemoryError:
        _end("there is not enough memory; free some, then run the same command again")
    except SystemExit as ended:
        if ended.code == STOPPED:  # Typer's answer to Ctrl-C, without a word
            _end("stopped; run the same command again, what is done is not done twice", STOPPED)
        raise
    except Exception as failure:
        if os.environ.get("HEDGEROW_TRACEBACK"):
            raise
        _end(f"a defect: {type(failure).__name__}: {failure}; HEDGEROW_TRACEBACK=1 shows where, please report it")


def _refuse_what_is_no_text() -> None:
    """Bytes that no encoding of this terminal makes into text can be a file's name, and nothing else.

    Raises:
        Problem: an argument holds such bytes.
    """
    for argument in sys.argv[1:]:
        if any("\ud800" <= character <= "\udfff" for character in argument) and not Path(argument).exists():
            raise Problem(f"{argument!a} holds bytes that are no text here", "write it in the terminal's encoding")


def _end(line: str, code: int = COULD_NOT) -> None:
    problem(line)
    sys.exit(code)
