"""`hedgerow backup`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotation.embedded.archive import BackupManifest
from annotation.embedded.backup import backup
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, JsonOption, say, say_json


def command(
    out: Annotated[
        Path | None,
        typer.Option(
            help="The archive to write; by default one in backups/, named after corpus and time.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Back up the embedded Label Studio, whole, while it runs: its database, uploads, accounts and tokens.

    The archive holds passwords: only you can read it, and it must not go into a repository.

    Example: hedgerow backup
    """
    done = backup(open_corpus(corpus), out)
    if as_json:
        say_json({"file": str(done.path), "taken_at": done.manifest.taken_at, **done.manifest.counts})
        return
    say(f"backed up: {counted(done.manifest)}, into {done.path}")
    say(f"Put it back with: `hedgerow restore --from {done.path}`")


def counted(manifest: BackupManifest) -> str:
    """What a backup holds, in words."""
    return ", ".join(f"{count} {name}" for name, count in manifest.counts.items())
