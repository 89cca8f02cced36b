"""Rows of a team's own tables: which column holds what, and an article of each row."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Final

from dataset.intake.articles import AGAIN, ArticleMetadata, ReadingOptions, RightsStatement, SourceArticle
from dataset.intake.text import decoded, read_file
from dataset.problem import Problem
from dataset.record.corpus import COLUMN_FIELDS

_ABOUT: Final = ("event_id", "title", "outlet", "published", "url", "licence", "language")
_SHOWN: Final = 12


def named_columns(flags: list[str], settings: Mapping[str, str]) -> dict[str, str]:
    """The column of each field that `FIELD=COLUMN` flags name, and those that only the settings name.

    Raises:
        Problem: a flag is none, or names a field that articles do not have.
    """
    columns = dict(settings)
    for flag in flags:
        name, equals, column = flag.partition("=")
        if not equals or not column or name not in COLUMN_FIELDS:
            raise Problem(
                f"--column {flag} does not say which column a field is in",
                f"write FIELD=COLUMN, where the field is {', '.join(COLUMN_FIELDS[:-1])} or {COLUMN_FIELDS[-1]}",
            )
        columns[name] = column
    return columns


def missing_column(place: str, name: str, column: str, there: str) -> Problem:
    """The problem that a column that was named for a field is not in a table."""
    return Problem(
        f"{place} has no column {column}, which is to hold {name}; {there}",
        f"name another with --column {name}=COLUMN, or see [intake.columns] in hedgerow.toml",
    )


@dataclass(frozen=True)
class TableReader:
    """Reads rows of one table. `used` has the column of each field; texts by path are in files below `folder`.

    `unread` are the columns that no field has, None where each row has columns of its own.
    """

    used: Mapping[str, str]
    folder: Path | None
    encoding: str | None
    unread: frozenset[str] | None = None

    @classmethod
    def for_columns(
        cls, there: Collection[str], options: ReadingOptions, place: str, folder: Path | None
    ) -> TableReader:
        """The reader of a table with these columns.

        Raises:
            Problem: a column is there twice, one that was named is not there, or there is none for the text.
        """
        names = list(there)
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise Problem(f"{place} has the column {twice} twice", f"give one of them another name, {AGAIN}")
        for name, column in options.columns.items():
            if column not in there:
                raise missing_column(place, name, column, _listed(there))
        used = {name: column for name in COLUMN_FIELDS if (column := options.columns.get(name, name)) in there}
        reader = cls(used, folder, options.encoding, frozenset(there) - frozenset(used.values()))
        reader.require_text(there, place)
        return reader

    @classmethod
    def for_objects(cls, options: ReadingOptions, folder: Path) -> TableReader:
        """The reader of objects, each of which may leave columns out."""
        used = {name: options.columns.get(name, name) for name in COLUMN_FIELDS}
        return cls(used, folder, options.encoding)

    def require_text(self, there: Collection[str], place: str) -> None:
        """Refuses columns of which none holds a text or the path to one.

        Raises:
            Problem: it is so.
        """
        if not any(self.used.get(name) in there for name in ("text", "text_path")):
            raise Problem(
                f"{place} has no column {self.used.get('text', 'text')}; {_listed(there)}",
                "say which holds the text with --column text=COLUMN, or with --column text_path=COLUMN the path to it",
            )

    def article_or_problem(self, row: Mapping[str, object], place: str) -> SourceArticle | Problem:
        """The article of a row, or why it holds none."""
        try:
            return self.article(row, place)
        except Problem as problem:
            return problem

    def article(self, row: Mapping[str, object], place: str) -> SourceArticle:
        """The article of a row.

        Raises:
            Problem: the row has no text, or a value that cannot be one of its field.
        """
        values = {name: self._words(row, name, place) for name in (*_ABOUT, "article_id") if name in self.used}
        article_id = values.pop("article_id", None)
        text, stem = self._text(row, place)
        licence = values.get("licence")
        rights = RightsStatement("licence", licence, f"column {self.used['licence']}") if licence else None
        metadata = ArticleMetadata(**values)
        unread = frozenset(row) - frozenset(self.used.values()) if self.unread is None else self.unread
        return SourceArticle(place, text, article_id, stem, metadata, (rights,) if rights else (), unread=unread)

    def _text(self, row: Mapping[str, object], place: str) -> tuple[str, str | None]:
        """The text of a row and, where it is in a file, the stem of that."""
        if "text" in self.used and isinstance(text := row.get(self.used["text"]), str) and text:
            return text, None
        if "text" in self.used and row.get(self.used["text"]) not in (None, ""):
            raise Problem(f"{place} has no words in the column {self.used['text']}", "name the column of the text")
        if "text_path" in self.used and (named := self._words(row, "text_path", place)):
            file = self._file(named, place)
            return decoded(read_file(file), f"{file} ({place})", self.encoding), file.stem
        raise Problem(f"{place} has no text", "give it one, or leave it out")

    def _file(self, named: str, place: str) -> Path:
        """A path within the folder of the table: a table of somebody else's must not make other files an article."""
        if self.folder is None:
            raise Problem(
                f"{place} names a file, but a dataset has no folder with texts", "name a column with the text itself"
            )
        file = self.folder / PurePath(named)
        try:
            below = file.resolve().is_relative_to(self.folder.resolve())
        except (OSError, ValueError, RuntimeError):  # a null character, or links in a circle
            raise Problem(f"{place} names {named!r}, which is not a file", "correct the path") from None
        if not below:
            raise Problem(f"{place} names {named}, which is not below {self.folder}", "put the texts beside the table")
        return file

    def _words(self, row: Mapping[str, object], name: str, place: str) -> str | None:
        """A value on one line, without blanks around it; None where there is none."""
        value = row.get(self.used[name])
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        if isinstance(value, date):  # a moment, too
            return value.isoformat()
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Problem(
                f"{place} has {type(value).__name__} in the column {self.used[name]}, which is to hold {name}",
                f"write words there, or name another with --column {name}=COLUMN",
            )
        return " ".join(str(value).split()) or None


def _listed(there: Collection[str]) -> str:
    names = list(there)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"it has {', '.join(names[:_SHOWN])}{more}" if names else "it has none"
