"""Articles into `seeds/`: checked first, all of them or none, then the texts, then the rows that name them."""

from __future__ import annotations

import heapq
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import Final

import filelock
import polars as pl

from dataset import schema
from dataset.intake.articles import AGAIN, BY_DEFAULT, NOTHING_KNOWN, ArticleMetadata, ReadingOptions
from dataset.intake.gathering import Gathered, Gathering, Progress
from dataset.intake.journal import forget, remember
from dataset.intake.metadata import MetadataChecker, latest_day
from dataset.intake.resemblances import resemblances
from dataset.intake.sources import ONE_EACH, IntakeSource
from dataset.intake.spool import Spool
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, changing, in_silence, reading
from dataset.record.rights import rights_path
from dataset.record.rows import ArticleRow, RightsRow
from dataset.storage.atomic import asides, make_private
from dataset.storage.tables import read_table, table_bytes

_ROWS_AT_ONCE: Final = 5_000
_TEXTS_AT_ONCE: Final = 500
_Line = tuple[str, bytes]


class RefusedArticles(Problem):
    """Several articles that cannot be taken in; `each` says what is wrong with each of them."""

    def __init__(self, each: list[Problem], total: int) -> None:
        super().__init__(
            f"{len(each)} of {total} articles cannot be taken in, so nothing was added",
            f"fix or leave out those named above, {AGAIN}",
        )
        self.each = each


def intake(
    corpus: Corpus,
    sources: list[IntakeSource],
    defaults: ArticleMetadata = NOTHING_KNOWN,
    options: ReadingOptions = BY_DEFAULT,
    *,
    splitting: bool = False,
    but_refused: bool = False,
    progress: Progress = lambda done, total: None,
    tell: Tell = in_silence,
) -> Gathered:
    """Adds each article that the sources hold and the corpus does not. What a source does not say is as in `defaults`.

    Nothing is added unless all can be, or `but_refused` says that the others are to be. Texts are there before the rows
    that name them, so that after a crash the same call takes up where it was. With `splitting`, texts that are too long
    for the labelling page are cut into parts.

    Raises:
        Problem: `defaults` has a value that is not allowed, one article cannot be taken in (RefusedArticles: several),
            the corpus cannot be read or written, or another intake is at work.
    """
    checker = _checker(defaults)
    with alone(corpus), changing(corpus, tell), _writing(corpus), Spool(corpus.state) as spool:
        gathering = Gathering(corpus, _rows(corpus), defaults, checker, spool, splitting=splitting)
        gathered = _read_all(gathering, sources, options, progress)
        if gathered.refused and not (but_refused and gathered.added):
            raise gathered.refused[0] if gathered.read == 1 else RefusedArticles(gathered.refused, gathered.read)
        if gathered.added:
            gathered.resemblances = resemblances(corpus, spool, tell)
            _put(corpus, spool)
    return gathered


def look_into(
    corpus: Corpus,
    sources: list[IntakeSource],
    defaults: ArticleMetadata = NOTHING_KNOWN,
    options: ReadingOptions = BY_DEFAULT,
    *,
    splitting: bool = False,
    progress: Progress = lambda done, total: None,
    tell: Tell = in_silence,
) -> Gathered:
    """What `intake` would do, by the same reading; nothing is written in the corpus.

    Raises:
        Problem: `defaults` has a value that is not allowed, or the corpus cannot be read.
    """
    checker = _checker(defaults)
    with reading(corpus, tell), Spool(corpus.state if corpus.state.is_dir() else Path(tempfile.gettempdir())) as spool:
        gathering = Gathering(corpus, _rows(corpus), defaults, checker, spool, splitting=splitting)
        gathered = _read_all(gathering, sources, options, progress)
        gathered.resemblances = resemblances(corpus, spool, tell)
    return gathered


def _checker(defaults: ArticleMetadata) -> MetadataChecker:
    """Checks the defaults first, so that what is wrong with them is not said of each article."""
    checker = MetadataChecker(latest_day())
    checker.checked(defaults, "what is said of all articles")
    return checker


def _read_all(
    gathering: Gathering, sources: list[IntakeSource], options: ReadingOptions, progress: Progress
) -> Gathered:
    """What all inputs hold, the new ids in order; how many articles there are is known where each input holds one."""
    total = len(sources) if all(source.kind in ONE_EACH for source in sources) else 0
    gathering.read(sources, options, progress, total)
    gathering.result.added.sort()
    return gathering.result


@contextmanager
def alone(corpus: Corpus) -> Iterator[None]:
    """One intake at a time: two would each write the rows without the other's.

    Raises:
        Problem: another one is at work.
    """
    make_private(corpus.state)
    try:
        with filelock.FileLock(corpus.state / "intake.lock", timeout=0):
            yield
    except filelock.Timeout:
        raise Problem("another `hedgerow intake` is at work here", "wait for it, then run this again") from None


@contextmanager
def _writing(corpus: Corpus) -> Iterator[None]:
    """Says in a sentence that the disk is full or the corpus cannot be written.

    Raises:
        Problem: it is so.
    """
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise Problem(f"{corpus.seeds} cannot be written: {why}; nothing was added", f"fix that, {AGAIN}") from None


def _put(corpus: Corpus, spool: Spool) -> None:
    """Writes the texts, then the rows; where that fails before the rows are there, takes the texts away again."""
    written: list[str] = []
    memory = remember(corpus, (row for row, _ in spool.by_id()))
    try:
        for start in range(0, len(spool.ids), _TEXTS_AT_ONCE):
            with asides() as several:
                for article_id, content in spool.texts(start, _TEXTS_AT_ONCE):
                    if several.write(corpus.text_path(article_id), content):
                        written.append(article_id)
        _add_rows(corpus, spool)
    except BaseException:
        known = set(_rows(corpus)["article_id"])
        for article_id in set(written) - known:
            corpus.text_path(article_id).unlink(missing_ok=True)
        if not known.issuperset(spool.ids):
            forget(memory)
        raise


def _rows(corpus: Corpus) -> pl.DataFrame:
    return read_table(corpus.seeds / "articles.jsonl", schema.Articles)


def _add_rows(corpus: Corpus, spool: Spool) -> None:
    """Puts new rows among those that are there, by article_id; theirs stay as they are, byte for byte."""
    paths = (rights_path(corpus), corpus.seeds / "articles.jsonl")
    new_lines = (
        _lines((statement for _, rights in spool.by_id() for statement in rights), schema.Rights),
        _lines((row for row, _ in spool.by_id()), schema.Articles),
    )
    stale = set(spool.ids)  # statements about articles of these ids that are not there are left of something else
    with asides() as several, ExitStack() as opened:
        for path, lines in zip(paths, new_lines, strict=True):
            first = next(lines, None)
            if first is None:
                continue
            old_lines = [line for line in lines_there(path) if line[0] not in stale]
            out = opened.enter_context(several.of(path).open("wb"))
            merged = heapq.merge(old_lines, chain([first], lines), key=itemgetter(0))
            out.writelines(line for _, line in merged)


def lines_there(path: Path) -> list[_Line]:
    """The lines of a table of the seeds with their article_ids, by these; their bytes are as they are in the file."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    keyed = [(json.loads(line)["article_id"], line + b"\n") for line in lines if line.strip()]
    return sorted(keyed, key=itemgetter(0))


def _lines(rows: Iterable[ArticleRow] | Iterable[RightsRow], table: type[schema.Table]) -> Iterator[_Line]:
    """The lines of rows that come by article_id, made of some at a time."""
    several = iter(rows)
    while some := list(islice(several, _ROWS_AT_ONCE)):
        lines = table_bytes(schema.frame(table, some)).splitlines(keepends=True)
        yield from zip((row["article_id"] for row in some), lines, strict=True)
