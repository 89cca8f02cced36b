"""The hashes of many texts by their articles, in the bytes that they have and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl


class Hashes(Mapping[str, str]):
    """SHA-256 in hexadecimal by article_id: 32 bytes an article, and as many as the longest id has."""

    def __init__(self, articles: pl.DataFrame) -> None:
        """Takes in rows of the table `articles`, sorted by article_id."""
        self._ids = np.array(articles["article_id"].to_list(), dtype=np.bytes_)
        digests = bytes.fromhex("".join(articles["text_sha256"]))
        self._digests = np.frombuffer(digests, np.uint8).reshape(-1, 32)

    def __getitem__(self, article_id: str) -> str:
        """The hash of an article's text."""
        at = self._at(article_id)
        if at is None:
            raise KeyError(article_id)
        return bytes(self._digests[at]).hex()

    def __contains__(self, article_id: object) -> bool:
        """Whether there is such an article."""
        return isinstance(article_id, str) and self._at(article_id) is not None

    def __iter__(self) -> Iterator[str]:
        """The ids, in their order."""
        return (article.decode("ascii") for article in self._ids)

    def __len__(self) -> int:
        """How many articles there are."""
        return len(self._ids)

    def _at(self, article_id: str) -> int | None:
        """The place of an id. A longer one than all is none of them: numpy would widen the others for it."""
        name = article_id.encode("utf-8", "surrogatepass")
        if len(name) > self._ids.itemsize:
            return None
        at = int(self._ids.searchsorted(name))
        return at if at < len(self._ids) and self._ids[at] == name else None
