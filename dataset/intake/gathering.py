"""What an intake would do: which articles are new, which are there already, and which cannot be taken in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Final

import polars as pl

from dataset.intake.articles import ArticleMetadata, ReadingOptions, SourceArticle
from dataset.intake.identifiers import can_be_id, id_of
from dataset.intake.languages import other_language
from dataset.intake.metadata import MetadataChecker
from dataset.intake.resemblances import Resemblance
from dataset.intake.sources import IntakeSource, read_source
from dataset.intake.splitting import split_long
from dataset.intake.spool import Spool
from dataset.intake.text import LONG_BYTES, checked_text
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.rows import ArticleRow, RightsRow, as_row
from dataset.record.withdrawal import read_withdrawn
from dataset.storage.atomic import sha256

FIRST: Final = 5
STEP: Final = 50
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class NewArticle:
    """An article that is new, as far as people want to see it."""

    article_id: str
    event_id: str | None
    title: str | None
    place: str


@dataclass(frozen=True)
class SameText:
    """An article that was passed over because its text is that of another."""

    article_id: str
    place: str
    same_as: str


@dataclass
class Gathered:
    """What was read: `added` are the new ids, `first` the first of them, `there` counts what the corpus has already.

    `events` are those of the new articles, `without_event` counts the new articles that have none.
    `refused` says why articles or inputs cannot be taken in, `warnings` what a person should look at, `resemblances`
    which articles resemble which, `unread` the columns that no field has, and `notes` what of the metadata was read as
    something else.
    """

    read: int = 0
    added: list[str] = field(default_factory=list)
    first: list[NewArticle] = field(default_factory=list)
    events: set[str] = field(default_factory=set)
    without_event: int = 0
    there: int = 0
    same_texts: list[SameText] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    resemblances: list[Resemblance] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


class Gathering:
    """Goes through articles one by one; what is new goes into the spool."""

    def __init__(
        self,
        corpus: Corpus,
        rows: pl.DataFrame,
        defaults: ArticleMetadata,
        checker: MetadataChecker,
        spool: Spool,
        *,
        splitting: bool = False,
    ) -> None:
        self.result = Gathered()
        self._corpus, self._defaults, self._checker, self._spool = corpus, defaults, checker, spool
        self._splitting = splitting
        known = rows.select("article_id", "text_sha256").iter_rows()
        self._known: dict[str, bytes] = {article: bytes.fromhex(digest) for article, digest in known}
        self._ids = {article.casefold(): article for article in self._known}
        self._texts = {digest: article for article, digest in self._known.items()}
        self._places: dict[str, str] = {}
        withdrawn = read_withdrawn(corpus).select("article_id", "text_sha256").iter_rows()
        self._withdrawn = {key: article for article, digest in reversed(list(withdrawn)) for key in (digest, article)}

    def read(self, sources: Iterable[IntakeSource], options: ReadingOptions, progress: Progress, total: int) -> None:
        """Reads all inputs to their ends. `total` is the number of articles in them, 0 where nobody knows it."""
        for source in sources:
            try:
                for article in read_source(source, options):
                    self._take(article)
                    if self.result.read % STEP == 0:
                        progress(self.result.read, total)
            except Problem as problem:
                self._refuse(problem)
        self.result.notes = self._checker.notes

    def _take(self, article: SourceArticle | Problem) -> None:
        if isinstance(article, Problem):
            self._refuse(article)
            return
        self.result.read += 1
        self.result.unread |= article.unread
        try:
            self._add_parts(article)
        except Problem as problem:
            self.result.refused.append(problem)

    def _refuse(self, problem: Problem) -> None:
        self.result.read += 1
        self.result.refused.append(problem)

    def _add_parts(self, article: SourceArticle) -> None:
        about = self._checker.checked(article.metadata.filled_from(self._defaults), article.place)
        article_id = id_of(article)
        text = checked_text(article.text, article.place)
        parts = split_long(text, LONG_BYTES) if self._splitting else [text]
        if len(parts) == 1:
            self._add(article_id, about, text, article)
            return
        for number, part in enumerate(parts, 1):
            if not can_be_id(part_id := f"{article_id}.{number}"):
                raise Problem(f"{article.place}: “{part_id}” cannot be an article's id", "give it a shorter one")
            self._add(part_id, about, part, article)

    def _add(self, article_id: str, about: ArticleMetadata, text: str, source: SourceArticle) -> None:
        content = text.encode("utf-8")
        digest = sha256(content)
        if article_id in self._places and self._texts.get(bytes.fromhex(digest)) == article_id:
            self.result.same_texts.append(SameText(article_id, source.place, article_id))
            return
        if self._is_there(article_id, bytes.fromhex(digest), source.place):
            self.result.there += 1
            return
        if same := self._withdrawn.get(article_id) or self._withdrawn.get(digest):
            raise Problem(
                f"{source.place} is the article {same} that was withdrawn, by its id or its text",
                "leave it out; if it may come back, take its line out of withdrawn.jsonl",
            )
        if same := self._texts.get(bytes.fromhex(digest)):
            self.result.same_texts.append(SameText(article_id, source.place, same))
            return
        self._refuse_other_text(article_id, source.place, content)
        self._ids[article_id.casefold()] = article_id
        self._texts[bytes.fromhex(digest)] = article_id
        self._places[article_id] = source.place
        self._warn(article_id, about, text, len(content), source.place)
        self._keep(article_id, about, content, digest, source)

    def _is_there(self, article_id: str, digest: bytes, place: str) -> bool:
        """Whether the corpus has the article with this text.

        Raises:
            Problem: the id is another article's.
        """
        same_id = self._ids.get(article_id.casefold())
        if same_id is None:
            return False
        if same_id != article_id:
            raise Problem(
                f"{place}: there is an article {same_id} already, whose id differs only in capitals from {article_id}",
                "give it another id: on many disks both texts would be one file",
            )
        if article_id in self._places:
            raise Problem(
                f"{place} has the id {article_id}, as {self._places[article_id]} has, and another text",
                "give one of them another id, or leave it out",
            )
        if self._known[article_id] != digest:
            raise Problem(
                f"{place}: there is an article {article_id} already, with another text",
                "give it another id; a text that was taken in does not change",
            )
        return True

    def _refuse_other_text(self, article_id: str, place: str, content: bytes) -> None:
        """A text without a row is what an intake that was cut off left: taken up if it is the same, else a person's."""
        path = self._corpus.text_path(article_id)
        if path.exists() and (not path.is_file() or path.read_bytes() != content):
            raise Problem(
                f"{place}: {path} is there already, with other bytes and without a row in articles.jsonl",
                "move that file away, or give this article another id",
            )

    def _warn(self, article_id: str, about: ArticleMetadata, text: str, size: int, place: str) -> None:
        if size > LONG_BYTES:
            cut = "no paragraph ends earlier" if self._splitting else "--split-long cuts it at the ends of paragraphs"
            self.result.warnings.append(
                f"{place}: {article_id} has {size / 1000:.0f} kB, and above {LONG_BYTES // 1000} kB the labelling page "
                f"gets slow; {cut}"
            )
        if about.language and (language := other_language(text, about.language)):
            self.result.warnings.append(
                f"{place}: {article_id} reads as {language}, and is to be {about.language}; if it is, say so with "
                f"--language or a column"
            )

    def _keep(
        self, article_id: str, about: ArticleMetadata, content: bytes, digest: str, source: SourceArticle
    ) -> None:
        self.result.added.append(article_id)
        if about.event_id is None:
            self.result.without_event += 1
        else:
            self.result.events.add(about.event_id)
        if len(self.result.first) < FIRST:
            self.result.first.append(NewArticle(article_id, about.event_id, about.title, source.place))
        row = as_row({**asdict(about), "article_id": article_id, "text_sha256": digest}, ArticleRow)
        self._spool.add(row, content, _rights_rows(article_id, source, self._checker))


def _rights_rows(article_id: str, source: SourceArticle, checker: MetadataChecker) -> list[RightsRow]:
    seen = source.seen or checker.today.isoformat()
    rows: dict[tuple[str, str, str], RightsRow] = {}
    for statement in source.rights:
        key = (statement.kind, statement.statement, statement.place)
        rows[key] = {
            "article_id": article_id,
            "kind": statement.kind,
            "statement": statement.statement,
            "place": statement.place,
            "seen": seen,
        }
    return list(rows.values())
