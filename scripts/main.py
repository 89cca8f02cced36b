"""The `hedgerow` command: its subcommands, and how failures end."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from dataset.garbage import collect_seldom
from dataset.problem import Problem
from scripts.cli.console import problem, show_all_characters

COMMANDS: Final = {
    "up": "Start the embedded Label Studio, or find it running; print its address and log-ins.",
    "down": "Stop the Label Studio that `hedgerow up` started. Its data stays.",
    "invite": "Print a link with which an annotator sets a password; it works once, and for three days.",
    "remove": "Close an annotator's account: its password, sessions and links end at once, and its work stays.",
    "status": "Say what is running: the server's address and process, and the layers of the record.",
    "doctor": "Check whether this machine and this server can do the job: a line per check, and how to fix it.",
    "new": "Begin a corpus: a folder with settings, a changelog and a datasheet whose questions you answer, under git.",
    "intake": "Add articles to the corpus: all that are new, or none of them.",
    "events": "Propose events for the articles that have none, by their words and dates. You decide.",
    "entities": "Propose who speaks in the events, and by which names. You decide.",
    "practice": "Open the practice round for an annotator, or show how well each has done in it.",
    "push": "Put the articles into Label Studio: one project per round and annotator, each article once.",
    "reassign": "Give articles that an annotator has not begun to another annotator, and send them.",
    "unassign": "Take articles back from an annotator who has not begun them; the next `push` deals them to others.",
    "suggest": "Write what a program suggests for a round's articles, as a layer of its own that is nobody's work.",
    "progress": "Show how far each annotator is: articles dealt, open, skipped and done, and minutes per article.",
    "pull": "Bring what was labelled into `pulls/` (raw, never changed) and into the record.",
    "pulls": "List the raw pulls on this machine, how large each is, and what it is kept for.",
    "inbox": "List the questions that annotators asked on the labelling page, and answer them.",
    "feedback": "Show annotators what became of their spans, once a round is adjudicated.",
    "return": "Bring articles with errors or answered questions back to their annotators, first in the queue.",
    "validate": "Check the record against the schema and the rules; print every finding.",
    "acknowledge": "Let warnings stand, with a reason. A warning comes back once its place or its words change.",
    "agree": "Measure the agreement between a round's annotators, and keep the figures in the record.",
    "score": "Score the predictions of a model against a gold, with the annotators' own agreement beside it.",
    "adjudicate": "Open a round for adjudication in Label Studio, and take the decisions into the gold.",
    "align": "Open events in Label Studio, where annotators sort quotes into statements and numbers into figures.",
    "compare": "Show what the articles of an event make of the same statements, side by side.",
    "build": "Build a layer into a folder that `datasets.load_dataset` reads. The same record gives the same bytes.",
    "convert": "Bring the record's layers into another form: JSON Lines into Parquet, or back.",
    "diff": "Compare two built dataset folders: what changed, and the smallest version bump that says so.",
    "release": "Write a version of the dataset from the commit that is checked out, with and without the texts.",
    "publish": "Publish a release: one commit and its tag, read back and verified.",
    "fetch": "Fetch a published version into a folder, with each file and row verified.",
    "rehydrate": "Put the articles' texts back into a copy of a release that withholds them.",
    "withdraw": "Take an article out of the seeds and the whole record, and leave a tombstone without its text.",
    "discard": "Delete a task, or a whole project, from Label Studio. An annotator's own log-in cannot do this.",
    "report": "Write one HTML page to look at: articles, quotes, disagreements, agreement and progress.",
    "backup": "Back up the embedded Label Studio, whole, while it runs: its database, uploads, accounts and tokens.",
    "restore": "Put back a backup (--from), or a layer of the record into Label Studio (--round and --annotator).",
    "demo": "Run everything on the articles of this corpus: start, push, restore, pull, validate, agree, build, load.",
}
"""Each command, which is the module of that name, and the first sentence of its help."""


class CommandsOnDemand(TyperGroup):
    """Imports a command's module when the command runs, because what some of them use takes seconds to import."""

    def __init__(self, **given: Any) -> None:
        listed = {name: TyperCommand(name, help=summary) for name, summary in COMMANDS.items()}
        super().__init__(**{**given, "commands": listed})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As typer does it, with the command's own module in the place of its entry in the list."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, loaded(str(name)) if listed else None, rest


def loaded(name: str) -> Any:
    """A command with its options, from its module."""
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(import_module(f"scripts.{name}").command)
    return typer.main.get_command(alone)


app = typer.Typer(
    name="hedgerow",
    cls=CommandsOnDemand,
    help="Who said what, how surely, and with which numbers: from news articles to a dataset.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _group() -> None:
    """Makes typer take the commands for those of a group, though it knows none yet."""


COULD_NOT = 3
STOPPED = 130


def main() -> None:
    """Runs the command. Exit 0: done; 1: done with errors found; 2: wrong usage; 3: could not be done."""
    show_all_characters()
    collect_seldom()
    try:
        _refuse_what_is_no_text()
        app()
    except Problem as failure:
        _end(str(failure))
    except OSError as failure:
        _end(
            f"{failure.filename or 'a file'}: {failure.strerror or failure}; fix that, then run the same command again"
        )
    except MemoryError:
        _end("there is not enough memory; free some, then run the same command again")
    except SystemExit as ended:
        if ended.code == STOPPED:  # Typer's answer to Ctrl-C, without a word
            _end("stopped; run the same command again: nothing is done twice", STOPPED)
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
            raise Problem(f"{argument!a} holds bytes that are not text here", "write it in the terminal's encoding")


def _end(line: str, code: int = COULD_NOT) -> None:
    problem(line)
    sys.exit(code)
