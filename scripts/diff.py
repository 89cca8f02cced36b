"""`hedgerow diff`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dataset.diffing.diff import Diff, diff
from dataset.folder.manifest import MANIFEST, read
from scripts.cli.changes import entries, markdown, print_entries, print_summary, summary
from scripts.cli.console import JsonOption, count, say, say_json

SHOWN = 200


def command(
    old: Annotated[Path, typer.Argument(help="The older dataset folder.", metavar="OLD")],
    new: Annotated[Path, typer.Argument(help="The newer dataset folder.", metavar="NEW")],
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a changelog.")] = False,
) -> None:
    """Compare two built dataset folders: what changed, and the smallest version bump that says so.

    MAJOR: something that was there changed or is gone. MINOR: something was added. PATCH: the same data, written or
    described otherwise. NONE: the same. Spans are matched by id, then by overlap.

    Example: hedgerow diff dist/1.0.0 dist/next
    Example: hedgerow diff dist/1.0.0 dist/next --markdown
    """
    difference = diff(old, new)
    if as_json:
        say_json(_for_machines(difference))
        return
    shown, number = entries(difference, SHOWN)
    if as_markdown:
        for line in markdown(difference, shown):
            say(line)
    else:
        print_summary(difference)
        print_entries(shown)
    for note in _notes(difference):
        say(note)
    if number > len(shown):
        say(f"{count(number, 'row')} in all; the first {SHOWN} are above, --json lists every change")


def _notes(difference: Diff) -> list[str]:
    """What is to be known of the comparison: also that other code wrote one folder, which alone can change a card."""
    folders = [difference.old.path, difference.new.path]
    tools = [read(folder).tool for folder in folders if (folder / MANIFEST).exists()]
    written = [f"written by different code: OLD by {tools[0]}, NEW by {tools[1]}"] if len(set(tools)) == 2 else []
    return difference.notes + (written if difference.changes and None not in tools else [])


def _for_machines(difference: Diff) -> dict[str, Any]:
    return {
        "old": str(difference.old.path),
        "new": str(difference.new.path),
        "bump": difference.bump.name,
        "summary": {table: counts for table, (_, counts) in summary(difference.changes).items()},
        "notes": _notes(difference),
        "changes": [change.row() for change in difference.changes],
    }
