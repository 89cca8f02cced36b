"""`hedgerow pulls`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from annotation.rounds.kept_pulls import KeptPull, PrunedPulls, kept_pulls
from annotation.rounds.kept_pulls import prune as prune_pulls
from dataset.record.corpus import open_corpus
from scripts.cli.console import OUT, CorpusOption, JsonOption, count, say, say_json, tell


def command(
    prune: Annotated[bool, typer.Option("--prune", help="Delete the pulls that nothing needs.")] = False,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the raw pulls on this machine, how large each is, and what it is kept for.

    A pull holds only the tasks that no earlier pull of its project has, and refers to the earlier ones for the rest.
    --prune keeps the newest pull of each project and those that a layer or a release names, and first copies into them
    what they refer to in others. A pull that is named, but not the newest, is deleted if it holds an article that was
    withdrawn.

    Example: hedgerow pulls
    Example: hedgerow pulls --prune
    """
    here = open_corpus(corpus)
    if prune:
        _say_pruned(prune_pulls(here, tell), as_json=as_json)
        return
    pulls = kept_pulls(here)
    if as_json:
        say_json([asdict(pull) | {"needed": pull.is_needed} for pull in pulls])
        return
    _print(pulls)
    unneeded = [pull for pull in pulls if not pull.is_needed]
    say(f"{count(len(pulls), 'pull')}, {_size(sum(pull.bytes for pull in pulls))}")
    if unneeded:
        say(f"Nothing needs {len(unneeded)} of them: `hedgerow pulls --prune`")


def _print(pulls: list[KeptPull]) -> None:
    table = Table("pull", "pulled", "tasks", "on disk", "kept for", box=None)
    for pull in pulls:
        tasks = ", ".join(f"{name} {number}" for name, number in pull.tasks.items())
        table.add_row(pull.id, pull.pulled_at or "–", tasks or "–", _size(pull.bytes), _reason(pull))
    OUT.print(table)


def _reason(pull: KeptPull) -> str:
    if not pull.round:
        return "its manifest cannot be read: see hedgerow doctor"
    reasons = [f"newest of {name}" for name in pull.newest] + [f"named by {name}" for name in pull.named]
    gone = [f"holds {', '.join(pull.withdrawn)}, withdrawn"] if pull.withdrawn else []
    return "; ".join(reasons + gone) or "nothing"


def _say_pruned(done: PrunedPulls, *, as_json: bool) -> None:
    if as_json:
        say_json(
            {"gone": [pull.id for pull in done.gone], "kept": [pull.id for pull in done.kept], "freed": done.freed}
        )
        return
    for pull in done.gone:
        say(f"gone: {pull.id}")
    say(f"{count(len(done.gone), 'pull')} taken away, {len(done.kept)} kept; {_size(done.freed)} freed")
    for pull in done.kept:
        if pull.withdrawn:
            say(f"{pull.id} is the newest of its project and still holds {', '.join(pull.withdrawn)}: pull again first")


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if abs(size) >= 100_000 else f"{size / 1e3:.1f} kB"
