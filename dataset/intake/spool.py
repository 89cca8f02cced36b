"""New articles on their way into the seeds: held on disk, in a file without a name that is gone with the process."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import orjson

from dataset.record.rows import ArticleRow, RightsRow

_BUFFER_BYTES: Final = 1 << 20


class Spool(AbstractContextManager["Spool"]):
    """Articles with their texts and what was said of their use; in memory are an id and four numbers of each."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, buffering=_BUFFER_BYTES)  # noqa: SIM115
        self._at = 0
        self.ids: list[str] = []
        self._starts, self._texts, self._rows = array("Q"), array("Q"), array("Q")

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, row: ArticleRow, text: bytes, rights: list[RightsRow]) -> None:
        """Puts an article down."""
        about = orjson.dumps([row, rights])
        self._file.write(text)
        self._file.write(about)
        self.ids.append(row["article_id"])
        self._starts.append(self._at)
        self._texts.append(len(text))
        self._rows.append(len(about))
        self._at += len(text) + len(about)

    @property
    def text_bytes(self) -> int:
        """The bytes of all texts together."""
        return sum(self._texts)

    def texts(self, start: int, count: int) -> Iterator[tuple[str, bytes]]:
        """The ids and texts of some articles, in the order in which they came."""
        for number in range(start, min(start + count, len(self.ids))):
            yield self.ids[number], self._read(self._starts[number], self._texts[number])

    def by_id(self) -> Iterator[tuple[ArticleRow, list[RightsRow]]]:
        """The rows of all, by article_id."""
        for number in sorted(range(len(self.ids)), key=self.ids.__getitem__):
            row, rights = orjson.loads(self._read(self._starts[number] + self._texts[number], self._rows[number]))
            yield row, rights

    def _read(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        content: bytes = self._file.read(length)
        return content
