"""The last intake taken out again: its rows, its texts, and what was said of their use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dataset import schema
from dataset.intake.journal import Added, entries, forget, read_entry, row_sha256
from dataset.intake.taking_in import alone, lines_there
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, changing, in_silence
from dataset.record.rights import rights_path
from dataset.record.rows import ArticleRow, rows_of
from dataset.record.withdrawal import tables_of_record
from dataset.schema import RECORD
from dataset.storage.address import Location
from dataset.storage.article_ranges import batches, ranges_of
from dataset.storage.atomic import asides, sha256, writing
from dataset.storage.parquet_tables import PARQUET
from dataset.storage.tables import read_table

_NAMED: Final = 10


@dataclass(frozen=True)
class UndoResult:
    """The articles that were taken out, by their ids, and how many of the intake's were not there any more."""

    removed: list[str]
    gone: int


def undo(corpus: Corpus, tell: Tell = in_silence) -> UndoResult:
    """Takes out what the last intake on this machine added and is still there with the same text: all of it, or none.

    An intake of which nothing is left is passed over for the one before. One that was cut off is finished.

    Raises:
        Problem: nothing was taken in here, an article was dealt, labelled or edited meanwhile, or the corpus cannot be
            read or written.
    """
    with alone(corpus), changing(corpus, tell), writing(corpus.seeds, "then nothing is left half out"):
        rows = read_table(corpus.seeds / "articles.jsonl", schema.Articles)
        known = {row["article_id"]: row for row in rows_of(rows, ArticleRow)}
        for entry in reversed(entries(corpus)):
            added = read_entry(entry)
            there = [article for article, each in added.items() if _is_there(corpus, known, article, each)]
            if there:
                _refuse_used(corpus, set(there))
                _refuse_edited(corpus, known, {article: added[article] for article in there})
                _remove(corpus, there)
                forget(entry)
                return UndoResult(sorted(there), len(added) - len(there))
            forget(entry)
    raise Problem(
        f"no intake is remembered in {corpus.state}, or nothing of it is left",
        "take single articles out with `hedgerow withdraw`, or go back to an earlier commit",
    )


def _is_there(corpus: Corpus, known: Mapping[str, ArticleRow], article: str, added: Added) -> bool:
    """Whether an article has its row still, or at least its text, as where an intake or an undo was cut off."""
    if article in known:
        return known[article]["text_sha256"] == added.text_sha256
    path = corpus.text_path(article)
    return path.is_file() and sha256(path.read_bytes()) == added.text_sha256


def _refuse_edited(corpus: Corpus, known: Mapping[str, ArticleRow], added: Mapping[str, Added]) -> None:
    """Refuses articles whose rows or texts a person has changed since; that they were given an event is no change."""
    edited = sorted(
        article
        for article, each in added.items()
        if (article in known and row_sha256(known[article]) != each.row_sha256)
        or (corpus.text_path(article).is_file() and sha256(corpus.text_path(article).read_bytes()) != each.text_sha256)
    )
    if edited:
        more = f" and {len(edited) - _NAMED} more" if len(edited) > _NAMED else ""
        raise Problem(
            f"the rows or texts of {', '.join(edited[:_NAMED])}{more} were changed since they were taken in; nothing "
            "was taken out",
            "put them back as they were, or take single articles out with `hedgerow withdraw`",
        )


def _refuse_used(corpus: Corpus, articles: set[str]) -> None:
    used = sorted(article for path in tables_of_record(corpus) for article in _named_in(path, articles))
    if not used:
        return
    named = list(dict.fromkeys(used))
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    raise Problem(
        f"{len(named)} of the {len(articles)} articles were dealt or labelled since they were taken in: "
        f"{', '.join(named[:_NAMED])}{more}; nothing was taken out",
        "take articles that have work out one by one with `hedgerow withdraw`",
    )


def _named_in(path: Location, articles: set[str]) -> set[str]:
    """Which of the articles a table of the record has rows about.

    Raises:
        Problem: a line of it cannot be read, so that nobody can say what it is about.
    """
    if path.suffix == PARQUET:
        frames = batches(path, RECORD[path.stem], ranges_of([path]))
        return {article for rows in frames for article in rows["article_id"] if article in articles}
    named = set()
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            article = json.loads(line).get("article_id") if line.strip() else None
        except (ValueError, AttributeError, RecursionError):
            raise Problem(
                f"{path} cannot be read at line {number}, so nothing was taken out", "fix or restore that line"
            ) from None
        if article in articles:
            named.add(article)
    return named


def _remove(corpus: Corpus, articles: list[str]) -> None:
    """Takes the rows out first, then the texts: a text without a row is nothing yet."""
    gone = frozenset(articles)
    with asides() as several:
        for path in (corpus.seeds / "articles.jsonl", rights_path(corpus)):
            if path.exists():
                new = several.of(path)
                new.write_bytes(b"".join(line for article, line in lines_there(path) if article not in gone))
    for article in articles:
        corpus.text_path(article).unlink(missing_ok=True)
