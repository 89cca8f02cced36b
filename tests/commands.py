"""`hedgerow` in processes forked from one that has imported most of it, so that a command costs what it does.

Each has its own folder, environment, output and exit code, and can be killed.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

Done = subprocess.CompletedProcess[str]
HEDGEROW = [sys.executable, "-c", "from scripts.main import main; main()"]
"""The first words of a command in a process of its own, for what needs its pipes, its signals or its start."""

OWN_IN_EACH = {"scripts", "huggingface_hub", "datasets"}
"""What reads the environment or the terminal as it is imported."""
PRELOADED = """
annotation.adjudication.rounds_to_gold annotation.doctor annotation.embedded.backup annotation.embedded.trespass
annotation.report.report annotation.rounds.discard annotation.rounds.progress annotation.rounds.pull
annotation.rounds.push annotation.rounds.restore dataset.agreement.figures dataset.diffing.diff
dataset.publishing.publish dataset.publishing.fetch dataset.record.convert dataset.record.doctor
dataset.intake.taking_in dataset.intake.undo
dataset.record.withdrawal dataset.releasing.rehydration dataset.releasing.release httpx2 typer
"""

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(PRELOADED.split())


class Running:
    """A command that was started with these words."""

    def __init__(self, *words: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
        self._words, self._output = words, tempfile.TemporaryDirectory(prefix="said-")
        for name in ("out", "err"):
            Path(self._output.name, name).touch()
        variables = dict(os.environ if environment is None else environment)
        where = str(cwd or Path.cwd())
        self._process = _forking.Process(target=_run, args=(words, where, variables, Path(self._output.name)))
        self._process.start()

    def kill(self) -> None:
        """Switches it off."""
        self._process.kill()

    def ended(self, timeout: float = 240) -> Done:
        """What it said and its exit code, when it is over: -9 if it was killed."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            self.kill()
            raise subprocess.TimeoutExpired(self._words, timeout)
        out, err = (Path(self._output.name, name).read_text(encoding="utf-8") for name in ("out", "err"))
        self._output.cleanup()
        return Done(self._words, code, out, err)


def _run(words: tuple[str, ...], cwd: str, environment: dict[str, str], folder: Path) -> None:
    assert not OWN_IN_EACH & set(sys.modules)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_WRONLY), number)
    sys.argv = ["-c", *words]
    import_module("scripts.main").main()
