"""An article as a source gives it, before it is one of the corpus."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Final

from dataset.problem import Problem

AGAIN: Final = "then run the same command again"


@dataclass(frozen=True, slots=True)
class ArticleMetadata:
    """What is known about an article, else None. `published` as YYYY-MM-DD, `language` as BCP 47."""

    event_id: str | None = None
    title: str | None = None
    outlet: str | None = None
    published: str | None = None
    url: str | None = None
    licence: str | None = None
    language: str | None = None

    def filled_from(self, defaults: ArticleMetadata) -> ArticleMetadata:
        """The same with what is not known taken from `defaults`."""
        missing = [known.name for known in fields(self) if getattr(self, known.name) is None]
        return replace(self, **{name: getattr(defaults, name) for name in missing})


@dataclass(frozen=True, slots=True)
class RightsStatement:
    """What a source said about the use of an article, as it was seen: `kind` is one of `vocabulary.RIGHTS_KINDS`.

    `place` says where it stood, such as `meta name=robots`, `HTTP header X-Robots-Tag` or `column licence`.
    """

    kind: str
    statement: str
    place: str


@dataclass(frozen=True, slots=True)
class SourceArticle:
    """An article as it was read. `place` says where, for people: the file, and the line, row or record in it.

    Where the source gives no `article_id`, one is made of `stem`, a file's name without its ending, or of the address.
    `unread` are the columns of its table that no field has.
    `seen` is the day on which the source said what is in `rights`, as YYYY-MM-DD; None: the day of the intake.
    """

    place: str
    text: str
    article_id: str | None = None
    stem: str | None = None
    metadata: ArticleMetadata = ArticleMetadata()
    rights: tuple[RightsStatement, ...] = ()
    seen: str | None = None
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ReadingOptions:
    """How inputs are read. `columns` says for fields which column has them; the others have their own names.

    `encoding` is that of texts, tables and pages that do not say theirs; None: UTF-8. `split`, `revision` and `config`
    say which part of a dataset is read, as `datasets.load_dataset` takes them.
    """

    columns: dict[str, str] = field(default_factory=dict)
    encoding: str | None = None
    split: str | None = None
    revision: str | None = None
    config: str | None = None


NOTHING_KNOWN: Final = ArticleMetadata()
BY_DEFAULT: Final = ReadingOptions()


def first_line(error: Exception) -> str:
    """What an error says on its first line; its name where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def unreadable(path: Path, error: OSError) -> Problem:
    """The problem that a file cannot be read."""
    if isinstance(error, FileNotFoundError):
        return Problem(f"{path} is not there", "check the name of the file")
    return Problem(f"{path} cannot be read: {error.strerror or error}", f"fix that, {AGAIN}")
