"""People at their own machines, who know one Hub: each with a cache and a token of their own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.commands import Done, Running
from tests.corpora import REPOSITORY
from tests.hub import TOKEN, Hub

CONSUMER = REPOSITORY / ".venv-consumer" / "bin" / "python"


class Client:
    """A person whose home is a folder of its own, which commands run in."""

    def __init__(self, hub: Hub, home: Path, **environment: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.hub, self.home = hub, home
        self.environment = hub.environment(home / "hf", PYTHONPATH=str(REPOSITORY), **environment)

    def start(self, *words: str) -> Running:
        """`hedgerow` with these words, running."""
        return Running(*words, cwd=self.home, environment=self.environment)

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


def ended(running: Running) -> Done:
    """What a command said when it is over. It never says a token."""
    done = running.ended()
    assert TOKEN not in done.stdout + done.stderr
    return done
