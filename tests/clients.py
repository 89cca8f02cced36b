"""People at their own machines, who know one Hub: each with a cache and a token of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.corpora import REPOSITORY
from tests.hub import TOKEN, Hub

CONSUMER = REPOSITORY / ".venv-consumer" / "bin" / "python"
HEDGEROW = "from scripts.main import main; main()"
Done = subprocess.CompletedProcess[str]


class Client:
    """A person whose home is a folder of its own, which commands run in."""

    def __init__(self, hub: Hub, home: Path, **environment: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.hub, self.home = hub, home
        self.environment = hub.environment(home / "hf", PYTHONPATH=str(REPOSITORY), **environment)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """`hedgerow` with these words, running."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        command = [sys.executable, "-c", HEDGEROW, *words]
        return subprocess.Popen(command, env=self.environment, cwd=self.home, **pipes)  # type: ignore[call-overload,no-any-return]

    def hedgerow(self, *words: str) -> Done:
        """`hedgerow` with these words, done."""
        return ended(self.start(*words))

    def publish(self, folder: Path, *words: str, repo: str = "acme/tiny") -> Done:
        return self.hedgerow("publish", str(folder), "--repo", repo, *words)

    def fetch(self, version: str, *words: str, repo: str = "acme/tiny") -> Done:
        return self.hedgerow("fetch", repo, "--version", version, *words)

    def python(self, code: str, *words: str) -> Done:
        """Code in an environment that has `datasets` and nothing of ours."""
        assert CONSUMER.exists(), "make consumer"
        without = {name: value for name, value in self.environment.items() if name != "PYTHONPATH"}
        command = [str(CONSUMER), "-c", code, *words]
        return subprocess.run(
            command, env=without, cwd=self.home, capture_output=True, text=True, timeout=240, check=False
        )


def ended(process: subprocess.Popen[str]) -> Done:
    """What a process said when it is over. It never says a token."""
    out, err = process.communicate(timeout=240)
    assert TOKEN not in out + err
    return Done(process.args, process.returncode, out, err)
