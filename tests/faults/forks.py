"""`hedgerow` in processes that are killed: a process that has everything imported forks one for each command.

An operation is whatever another process, or the next run, could see: a file opened to be written, written to, renamed,
removed or made, a process started, bytes sent to or taken from a socket. The killed process ends itself by SIGKILL as
it comes to the n-th of them; a write is cut in the middle. Of the many writes to one file only the first, the second,
the fourth and so on count, so that a large file does not outweigh all else.
"""

from __future__ import annotations

import builtins
import importlib
import io
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.corpora import REPOSITORY

_CHANGES: Final = ("rename", "remove", "rmdir", "mkdir", "chmod", "link", "symlink", "truncate")
EVENTS: Final = frozenset([*(f"os.{name}" for name in _CHANGES), "subprocess.Popen", "socket.connect"])
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Run:
    """A command: its words, the operation at which it is killed, or the seconds after which; None for neither.

    `settings` are module attributes that it sets, by `module.name`.
    """

    words: list[str]
    at: int | None = None
    after: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ran:
    """How it ended: its exit status, -9 where it was killed; how many operations it came to; seconds; its output."""

    status: int
    operations: int
    seconds: float
    output: str

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL


class Forks:
    """The process that forks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, *words: str, at: int | None = None, after: float | None = None, **settings: Any) -> Ran:
        """Runs `hedgerow` with these words; `settings` have `__` for the dots of a module's name."""
        run = Run(list(words), at, after, {name.replace("__", "."): value for name, value in settings.items()})
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(asdict(run)) + "\n")
        self._process.stdin.flush()
        return Ran(**json.loads(self._process.stdout.readline()))


@contextmanager
def forks(home: Path, **environment: str) -> Iterator[Forks]:
    """A process that forks, in the folder `home`."""
    home.mkdir(parents=True, exist_ok=True)
    variables = {**os.environ, **environment, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "300"}
    command = [sys.executable, "-B", "-m", "tests.faults.forks"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=variables, cwd=home, text=True, **pipes) as process:  # type: ignore[call-overload]
        yield Forks(process)
        process.stdin.close()


def draw(seed: int, count: int, among: int) -> list[int]:
    """`count` operations of so many, spread over all of them and the same for a seed."""
    chosen = random.Random(seed)
    step = among / count
    places = [int((place + chosen.random()) * step) + 1 for place in range(count)]
    chosen.shuffle(places)
    return places


# In the process that forks


class Operations:
    """Counts operations, and ends the process at one of them."""

    def __init__(self, at: int | None) -> None:
        self.at, self.count = at, 0

    def come(self) -> bool:
        """Whether this is the operation at which the process ends."""
        self.count += 1
        return self.count == self.at

    def pass_one(self) -> None:
        if self.come():
            end()

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        opened = event == "open" and isinstance(args[2], int) and args[2] & _WRITES and args[0] != os.devnull
        if event in EVENTS or opened:
            self.pass_one()

    def watch(self) -> None:
        """Sees all that follows in this process."""
        sys.addaudithook(self.audit)
        for name in ("send", "sendall", "recv"):
            setattr(socket.socket, name, self._around(getattr(socket.socket, name)))
        io.open = builtins.open = self._opening(io.open)

    def _around(self, method: Any) -> Any:
        def passed(*args: Any) -> Any:
            self.pass_one()
            done = method(*args)
            self.pass_one()
            return done

        return passed

    def _opening(self, real: Any) -> Any:
        def opening(path: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
            opened = real(path, mode, *rest, **named)
            return Written(opened, self) if set(mode) & set("wax+") else opened

        return opening


class Written:
    """A file whose writes are operations."""

    def __init__(self, file: Any, operations: Operations) -> None:
        self._file, self._operations, self._writes = file, operations, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Written:
        self._file.__enter__()
        return self

    def __exit__(self, *args: Any) -> Any:
        return self._file.__exit__(*args)

    def __iter__(self) -> Any:
        return iter(self._file)

    def write(self, content: Any) -> Any:
        self._writes += 1
        if self._writes.bit_count() == 1 and self._operations.come():
            self._file.write(content[: len(content) // 2])
            self._file.flush()
            end()
        return self._file.write(content)


def end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def become(run: Run, output: int, count: int) -> None:
    """Runs the command in this process, and ends it."""
    status = 70
    os.dup2(output, 1), os.dup2(output, 2)
    operations = Operations(run.at)
    try:
        from scripts.main import main

        for name, value in run.settings.items():
            module, _, attribute = name.rpartition(".")
            setattr(sys.modules[module], attribute, value)
        sys.argv = ["hedgerow", *run.words]
        operations.watch()
        main()
        status = 0
    except SystemExit as exit:
        status = exit.code if isinstance(exit.code, int) else int(exit.code is not None)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    os.write(count, str(operations.count).encode())
    os._exit(status)


def fork(run: Run) -> dict[str, Any]:
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as count:
        began = time.monotonic()
        child = os.fork()
        if not child:
            become(run, output.fileno(), count.fileno())
        if run.after is not None:
            watched = os.pidfd_open(child)
            if not select.select([watched], [], [], run.after)[0]:
                os.kill(child, signal.SIGKILL)
            os.close(watched)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        output.seek(0), count.seek(0)
        words = output.read().decode("utf-8", "replace")
        return {
            "status": status,
            "operations": int(count.read() or 0),
            "seconds": time.monotonic() - began,
            "output": words,
        }


AHEAD: Final = ("datasets", "huggingface_hub.hf_api", "label_studio_sdk", "mlcroissant", "pyarrow.dataset", "rdflib")


def serve() -> None:
    from scripts.main import COMMANDS

    for module in (*AHEAD, *(f"scripts.{name}" for name in COMMANDS)):
        importlib.import_module(module)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(fork(Run(**json.loads(line)))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
