"""`hedgerow backup`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotation.embedded.archive import BackupManifest
from annotation.embedded.backup import backup
from annotation.embedded.deployment import backup_units
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, JsonOption, say, say_json
from scripts.cli.deployed import IntoOption, Service, hand_over


def command(
    out: Annotated[
        Path | None,
        typer.Option(
            help="The archive to write, or a folder for it; by default one in backups/, named after corpus and time.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Keep this corpus's newest N backups in the folder, and delete older ones once the new one is "
            "complete.",
            metavar="N",
        ),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(help="With --service: how often, 6h say; it is to divide a day or an hour.", metavar="TIME"),
    ] = None,
    service: Annotated[
        Service | None,
        typer.Option(help="Take no backup, but print what has one taken every so often.", show_default=False),
    ] = None,
    into: IntoOption = None,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Back up the embedded Label Studio, whole, while it runs: its database, uploads, accounts and tokens.

    The archive holds passwords: only you can read it, and it must not go into a repository.

    Example: hedgerow backup --keep 14
    Example: hedgerow backup --every 6h --keep 14 --service systemd
    """
    if (every is None) != (service is None) or (into and not service) or (as_json and service):
        raise typer.BadParameter("--every and --service go together; --into goes with them, and --json does not")
    if keep and out and not out.is_dir():
        raise typer.BadParameter("--keep needs a folder that is there, in which backups are named after their time")
    here = open_corpus(corpus)
    if service and every:
        units = backup_units(here, every, keep, out)
        hand_over(units, into, units[-1].place.name)
        return
    done = backup(here, out, keep=keep)
    if as_json:
        deleted = [str(path) for path in done.deleted]
        say_json(
            {"file": str(done.path), "taken_at": done.manifest.taken_at, **done.manifest.counts, "deleted": deleted}
        )
        return
    say(f"backed up: {counted(done.manifest)}, into {done.path}")
    if done.deleted:
        say(f"deleted: {', '.join(path.name for path in done.deleted)}")
    say(f"Put it back with: `hedgerow restore --from {done.path}`")


def counted(manifest: BackupManifest) -> str:
    """What a backup holds, in words."""
    return ", ".join(f"{count} {name}" for name, count in manifest.counts.items())
