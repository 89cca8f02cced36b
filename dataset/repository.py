"""What git says of a corpus: its commit, the commit's date, and whether anything is not committed."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dataset.problem import Problem

# The folder's own settings could name a program for git to run.
OBEYING_NOBODY: Final = (
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "log.showSignature=false"),
)


@dataclass(frozen=True)
class Commit:
    """A commit: its hash as hex, and the day that it was made, UTC."""

    hash: str
    date: str


def head(folder: Path) -> Commit:
    """The commit that is checked out.

    Raises:
        Problem: the folder is in no git repository, or nothing was committed yet.
    """
    told = _git(folder, "log", "-1", "--date=format-local:%Y-%m-%d", "--format=%H %cd").split()
    return Commit(*told)


def uncommitted(folder: Path) -> list[str]:
    """The files below a folder that are changed or new, and not ignored.

    Raises:
        Problem: the folder is in no git repository.
    """
    return [line[3:] for line in _git(folder, "status", "--porcelain", "--untracked-files=all", ".").splitlines()]


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", *OBEYING_NOBODY, "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    except FileNotFoundError:
        raise Problem("git is not installed", "install it, then run this again") from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise Problem(f"git cannot say what {folder} is: {said}", "a release is made from a commit: commit the corpus")
    return done.stdout


def _environment() -> dict[str, str]:
    """UTC, and git's own words."""
    return {**os.environ, "TZ": "UTC", "LC_ALL": "C"}
