"""Commands killed again and again: what a reader sees between, and whether the last run ends as an undisturbed one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dataset.storage.atomic import sha256
from tests.faults.forks import Forks, Ran, draw
from tests.faults.table import Tally, tally

SEED = 20310502
MANY = 30
State = Mapping[str, object]
Entries = list[tuple[str, object]]


class World:
    """Where a command runs. `already` is what it says, with exit 3, where it was done before."""

    words: list[str]
    already: str | None = None
    settings: dict[str, Any] = {}

    def left(self) -> Entries:
        """What it leaves, by name."""
        raise NotImplementedError

    def read(self, whole: State) -> None:
        """Fails where a reader would see something half; `whole` is what a run leaves that nothing disturbs."""
        raise NotImplementedError

    def run(self, forks: Forks, **how: Any) -> Ran:
        return forks.run(*self.words, **how, **self.settings)


def kill(forks: Forks, command: str, worlds: Iterator[World], count: int) -> None:
    """Kills a command at `count` of its operations, each in a world of its own, and runs it to its end.

    The long form kills half of them a second time, and at random moments, too, for what no operation shows.
    """
    world = next(worlds)
    ran = world.run(forks)
    assert ran.status == 0, ran.output
    whole = dict(world.left())
    again = draw(SEED + 1, count, ran.operations)
    with tally("killed at an operation", command) as counted:
        for place, second in zip(draw(SEED, count, ran.operations), again, strict=True):
            world = next(worlds)
            struck(counted, world.run(forks, at=place), world, whole)
            if count >= MANY and second % 2:
                struck(counted, world.run(forks, at=second), world, whole)
            ended(counted, forks, world, whole)
    if count >= MANY:
        kill_at_moments(forks, command, worlds, count // 3, ran.seconds, whole)


def kill_at_moments(
    forks: Forks, command: str, worlds: Iterator[World], count: int, seconds: float, whole: State
) -> None:
    """Kills a command after shares of the seconds that a whole run takes, spread over all of them."""
    with tally("killed at a moment", command) as counted:
        for part in draw(SEED, count, 1000):
            world = next(worlds)
            struck(counted, world.run(forks, after=seconds * part / 1000), world, whole)
            ended(counted, forks, world, whole)


def struck(counted: Tally, ran: Ran, world: World, whole: State) -> None:
    """A run that was killed, unless it was done before."""
    assert ran.killed or ran.status == 0, ran.output
    counted.tried += ran.killed
    world.read(whole)


def ended(counted: Tally, forks: Forks, world: World, whole: State) -> None:
    """Runs the command once more; it must leave what an undisturbed run does."""
    ran = world.run(forks)
    done_before = ran.status == 3 and world.already and world.already in ran.output
    assert ran.status == 0 or done_before, ran.output
    counted.compare(whole, world.left())


def files_in(folder: Path) -> Entries:
    """Each file below a folder and its SHA-256, but for what was written aside and never put in place."""
    return [
        (path.relative_to(folder).as_posix(), sha256(path.read_bytes()))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def copies(made: Path, folder: Path) -> Iterator[Path]:
    """Copies of a folder, one after the other."""
    number = 0
    while True:
        number += 1
        shutil.rmtree(folder / f"world{number - 1}", ignore_errors=True)
        yield Path(shutil.copytree(made, folder / f"world{number}", symlinks=True))
