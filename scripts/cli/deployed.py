"""How commands hand over files that an administrator puts into place: printed, or written into a folder."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from annotation.embedded.deployment import SYSTEMD, DeployedFile, printed, write_into
from scripts.cli.console import say, tell


class Service(StrEnum):
    """What starts programs with a machine."""

    SYSTEMD = SYSTEMD


IntoOption = Annotated[
    Path | None,
    typer.Option("--into", help="Write the files into this folder instead of printing them.", metavar="DIR"),
]


def hand_over(files: list[DeployedFile], into: Path | None, enabled: str) -> None:
    """Prints the files, or writes them into a folder, and says how they are put into place and `enabled`."""
    if into is None:
        sys.stdout.write(printed(files))
        tell(f"with --into DIR they are written as files; {_install('DIR', enabled)}")
        return
    for path in write_into(into, files):
        say(f"written: {path}")
    say(f"Next, as root: {_install(str(into), enabled)}")


def _install(folder: str, enabled: str) -> str:
    return f"cp {folder}/hedgerow-* /etc/systemd/system/ && systemctl daemon-reload && systemctl enable --now {enabled}"
