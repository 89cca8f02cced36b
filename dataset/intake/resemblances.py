"""Which new articles resemble others, of the corpus or of the same intake: near-duplicates, and retellings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import polars as pl

from dataset.intake.spool import Spool
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, in_silence
from dataset.similarity.near_duplicates import NEAR, near_duplicates_of

AT_ONCE: Final = 1_000
"""Articles whose texts are held at a time."""
WHOLE: Final = 20_000_000
"""Bytes of new texts up to which all of their shingles are compared; of more, a part that is as much smaller."""
MANY: Final = 5_000
"""Articles from which on it is said that they are being compared: it takes seconds then."""
_TEXTS: Final = pl.Schema({"article_id": pl.String, "text": pl.String})


@dataclass(frozen=True)
class Resemblance:
    """A new article and another one that it resembles, by their runs of five words.

    `jaccard` is the share of all runs that both have, `containment` that of the shorter one's runs.
    """

    article_id: str
    resembles: str
    jaccard: float
    containment: float

    @property
    def near(self) -> bool:
        """Whether half of either is in the other, so that a release keeps both in one split."""
        return max(self.jaccard, self.containment) >= NEAR


def resemblances(corpus: Corpus, spool: Spool, tell: Tell = in_silence) -> list[Resemblance]:
    """The pairs of a new article and one that resembles it, the most similar first; few of them are in memory at once.

    Texts of the corpus that cannot be read are passed over.
    """
    if (articles := corpus.articles.height + len(spool.ids)) > MANY:
        tell(f"comparing the new texts with each other and with all others, {articles:,} in all")
    every = max(1, -(-spool.text_bytes // WHOLE))
    pairs = near_duplicates_of(_new(spool), _known(corpus), every)
    columns = ("article_id", "other", "jaccard", "containment")
    return [Resemblance(*row) for row in pairs.select(columns).iter_rows()]


def _new(spool: Spool) -> Iterator[pl.DataFrame]:
    for start in range(0, len(spool.ids), AT_ONCE):
        rows = [(article, content.decode()) for article, content in spool.texts(start, AT_ONCE)]
        yield pl.DataFrame(rows, _TEXTS, orient="row")


def _known(corpus: Corpus) -> Iterator[pl.DataFrame]:
    for ids in corpus.articles.select("article_id").iter_slices(AT_ONCE):
        rows = []
        for article in ids["article_id"]:
            with suppress(OSError):
                rows.append((article, corpus.text_path(article).read_text(encoding="utf-8", errors="replace")))
        yield pl.DataFrame(rows, _TEXTS, orient="row")
