"""A layer of the record made anew from rows on disk, range by range, beside the old one; and what the old one loses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from dataset.record.layer import JSONL, TABLES, Layer, Removal, form_of, layer_ranges, read_layer, removals, sort_layer
from dataset.record.lines import (
    Lines,
    NotAsWrittenError,
    Pair,
    Spill,
    joined_lines,
    lines_by_article,
    read_articles,
    read_lines,
    side_by_side,
)
from dataset.storage.address import Location
from dataset.storage.article_ranges import WHOLE

AT_ONCE: Final = 500
_WORK: Final = ("tasks", "spans", "relations")
_SKIPPED: Final = b'"status":"skipped"'
Settle = Callable[[Layer], Layer]
Accepted = bool | Collection[str]
"""Of which articles a layer may lose something: all, none, or those named."""


def is_accepted(article: str, accepted: Accepted) -> bool:
    """Whether a layer may lose something of an article."""
    return accepted if isinstance(accepted, bool) else article in accepted


@dataclass
class RewrittenLayer:
    """A layer that was written aside: how many rows it has, where its tables lie, and what the old one loses.

    `skipped` are tasks, too. Of the articles that `removed` names, those in `held` are as in the old one, so that it
    does not lose that yet.
    """

    name: str
    files: dict[str, Path]
    tasks: int = 0
    skipped: int = 0
    spans: int = 0
    relations: int = 0
    findings: int = 0
    removed: list[Removal] = field(default_factory=list)
    held: set[str] = field(default_factory=set)


def rewrite(
    name: str,
    old: Location,
    new: Spill,
    settle: Settle,
    kept: Iterable[str] = (),
    at_once: int = AT_ONCE,
    without: Collection[str] = (),
    accepted: Accepted = True,
) -> RewrittenLayer:
    """Writes the layer that was put away in `new` beside it, in the record's order.

    `settle` gets the articles whose rows are in several pieces, or that ended several times, and says what is taken of
    them. Of the articles `kept`, what the layer in the folder `old` holds stays, but for its findings. The articles
    `without` are left out, and count as nothing that the old one loses. The work on an article that would lose some
    stays as it is in the old one, unless that is `accepted`.

    No more than `at_once` articles are held.

    Raises:
        Problem: a file of the old layer cannot be read.
    """
    renewing = _Rewriting(name, settle, frozenset(kept), at_once, accepted)

    def pairs(articles: Iterable[tuple[str, Lines]]) -> Iterator[Pair]:
        return (pair for pair in side_by_side(new.read(), articles) if pair[0] not in without)

    try:
        return renewing.into(new.beside("new"), pairs(read_articles(old)))
    except NotAsWrittenError:
        return renewing.into(new.beside("again"), pairs(_sorted_articles(old)))


def _sorted_articles(old: Location) -> Iterator[tuple[str, Lines]]:
    """The old layer's articles from its tables. Lines in no order have to be held to be sorted."""
    article_ranges = [WHOLE] if form_of(old) == JSONL else layer_ranges(old)
    for article_range in article_ranges:
        yield from sorted(lines_by_article(read_layer(old, "", article_range)).items())


@dataclass
class _ArticleLines:
    """What the new and the old layer have of an article; `loose` where the new rows are not settled yet."""

    article_id: str
    new: Lines
    old: Lines
    loose: bool


class _Rewriting:
    def __init__(self, name: str, settle: Settle, kept: frozenset[str], at_once: int, accepted: Accepted) -> None:
        self._name, self._settle, self._kept, self._at_once = name, settle, kept, at_once
        self._accepted = accepted

    def into(self, folder: Path, pairs: Iterator[Pair]) -> RewrittenLayer:
        folder.mkdir()
        rewritten = RewrittenLayer(self._name, {table: folder / table for table in TABLES})
        with ExitStack() as opened:
            out = {table: opened.enter_context(path.open("wb")) for table, path in rewritten.files.items()}
            while articles := [_article(pair) for pair in islice(pairs, self._at_once)]:
                self._settle_loose(articles)
                self._keep(articles)
                lost = self._lost(articles)
                rewritten.removed += lost
                rewritten.held |= self._hold(articles, lost)
                _write(articles, out, rewritten)
        return rewritten

    def _settle_loose(self, articles: list[_ArticleLines]) -> None:
        if loose := [article for article in articles if article.loose]:
            settled = lines_by_article(sort_layer(self._settle(self._read(article.new for article in loose))))
            for article in loose:
                article.new = settled.get(article.article_id, {})

    def _keep(self, articles: list[_ArticleLines]) -> None:
        if kept := [article for article in articles if article.article_id in self._kept]:
            both = [
                joined_lines([article.new, {table: article.old.get(table, b"") for table in _WORK}]) for article in kept
            ]
            beside = lines_by_article(sort_layer(self._read(both)))
            for article in kept:
                article.new = beside.get(article.article_id, {})

    def _lost(self, articles: list[_ArticleLines]) -> list[Removal]:
        """What is lost of the articles that differ; of the others nothing is."""
        differing = [
            article
            for article in articles
            if article.old and any(article.old.get(table) != article.new.get(table) for table in _WORK)
        ]
        if not differing:
            return []
        return removals(
            self._read(article.old for article in differing), self._read(article.new for article in differing)
        )

    def _hold(self, articles: list[_ArticleLines], lost: list[Removal]) -> set[str]:
        """Puts back the work of articles that would lose what nobody accepted; returns them. Findings are the new."""
        held = {removal.article_id for removal in lost if not is_accepted(removal.article_id, self._accepted)}
        for article in articles:
            if article.article_id in held:
                work = {table: lines for table, lines in article.old.items() if table in _WORK}
                article.new = work | {table: lines for table, lines in article.new.items() if table not in _WORK}
        return held

    def _read(self, pieces: Iterable[Lines]) -> Layer:
        return read_lines(self._name, pieces)


def _article(pair: Pair) -> _ArticleLines:
    article, pieces, old = pair
    new = (pieces[0] if len(pieces) == 1 else joined_lines(pieces)) if pieces else {}
    loose = bool(pieces) and (len(pieces or ()) > 1 or new.get("tasks", b"").count(b"\n") > 1)
    return _ArticleLines(article, new, old or {}, loose)


def _write(articles: list[_ArticleLines], out: Mapping[str, BinaryIO], rewritten: RewrittenLayer) -> None:
    for table, written in out.items():
        content = b"".join(article.new.get(table, b"") for article in articles)
        written.write(content)
        setattr(rewritten, table, getattr(rewritten, table) + content.count(b"\n"))
        if table == "tasks":
            rewritten.skipped += content.count(_SKIPPED)
