"""The practice articles, their gold, and the rules that each place in them shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from dataset import schema
from dataset.record.corpus import Corpus, shipped_corpus
from dataset.record.layer import GOLD, read_layer
from dataset.record.rows import Lesson, Link, MarkedSpan, rows_of
from dataset.storage.tables import read_table

FOLDER: Final = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class PracticeArticle:
    """A practice article: rows of its gold's spans and links, and what its places teach."""

    article_id: str
    text: str
    text_sha256: str
    spans: list[MarkedSpan]
    relations: list[Link]
    lessons: list[Lesson]


def practice_corpus() -> Corpus:
    """The practice articles as a corpus."""
    return shipped_corpus(FOLDER)


@cache
def practice_articles() -> dict[str, PracticeArticle]:
    """The practice articles by article_id, in the order in which they are practised on.

    Raises:
        Problem: a file of theirs is damaged.
    """
    corpus, gold = practice_corpus(), read_layer(FOLDER / "annotations" / GOLD, GOLD)
    lessons = read_table(FOLDER / "lessons.jsonl", schema.Lessons)
    return {
        article: PracticeArticle(
            article,
            corpus.text(article),
            row["text_sha256"],
            [*rows_of(gold.spans.filter(article_id=article), MarkedSpan)],
            [*rows_of(gold.relations.filter(article_id=article), Link)],
            [*rows_of(lessons.filter(article_id=article), Lesson)],
        )
        for article, row in corpus.by_id.items()
    }
