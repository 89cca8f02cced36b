"""A server's listing of tasks, put away in a temporary file, so that a project's tasks need not be held."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Final

from annotation.labelstudio.payloads import ListedTask

_IN_MEMORY: Final = 16 << 20


class Listing:
    """Tasks by id, each once; gone through as often as wanted."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - it lives as long as the listing
        self._count = 0
        self.last = 0

    def add(self, tasks: Iterable[ListedTask]) -> bool:
        """Takes in a page: tasks with ids above `last`, which then is their highest. Returns whether it had any."""
        before = self._count
        for number, task in sorted({int(task["id"]): task for task in tasks}.items()):
            if number > self.last:
                # With escapes, so that half a surrogate pair and numbers of any length come back as they were.
                self._file.write(json.dumps(task).encode() + b"\n")
                self._count, self.last = self._count + 1, number
        return self._count > before

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    def __iter__(self) -> Iterator[ListedTask]:
        """The tasks, by id."""
        at = 0
        for _ in range(self._count):
            self._file.seek(at)
            line = self._file.readline()
            at += len(line)
            yield json.loads(line)
