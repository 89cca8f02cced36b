"""Events for articles that have none: a sheet of what is proposed, for a person to edit, and what it says accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, changing, in_silence
from dataset.record.rows import ArticleRow
from dataset.similarity.events import ProposedEvent
from dataset.storage.atomic import aside
from dataset.storage.sheets import SheetRow, read_sheet, write_sheet

EVENT: Final = "event_id"
ARTICLE: Final = "article_id"
COLUMNS: Final = (EVENT, ARTICLE, "published", "outlet", "title", "nearness")
OPENING: Final = 80
"""Characters of its text by which an article without a title is shown."""


@dataclass(frozen=True)
class ProposedArticle:
    """An article of a proposed event, as a person is shown it; `nearness` is None where it is in no group."""

    article_id: str
    published: str | None
    outlet: str | None
    title: str
    nearness: float | None


@dataclass(frozen=True)
class AssignedEvents:
    """How many articles got their event, and how many are still without one."""

    articles: int
    left: int


def shown(corpus: Corpus, event: ProposedEvent) -> list[ProposedArticle]:
    """The articles of a proposed event, the most typical first."""
    pairs = zip(event.articles, event.nearness, strict=True)
    return [_shown(corpus, corpus.by_id[article], nearness) for article, nearness in pairs]


def write_proposals(corpus: Corpus, proposed: Iterable[ProposedEvent], path: Path) -> int:
    """Writes what is proposed as a sheet, and after it, without an event, the articles that are in no group.

    Returns how many those are.

    Raises:
        Problem: the file holds something that was not accepted yet.
    """
    _refuse_to_lose(corpus, path)
    grouped = [(event.event_id, article) for event in proposed for article in shown(corpus, event)]
    left = without_event(corpus, {article.article_id for _, article in grouped})
    rows = grouped + [("", _shown(corpus, row, None)) for row in left]
    write_sheet(path, COLUMNS, ({EVENT: event, **vars(article)} for event, article in rows))
    return len(left)


def _refuse_to_lose(corpus: Corpus, path: Path) -> None:
    """A sheet that a person may have edited is not written over before it was accepted."""
    if not path.exists():
        return
    try:
        events = read_proposals(corpus, path)
    except Problem:
        events = {"": ""}
    if any((row := corpus.find(article)) is None or row["event_id"] != event for article, event in events.items()):
        raise Problem(
            f"{path} is there already, with what was not accepted",
            f"run `hedgerow events --accept {path}`, remove that file, or name another with --out",
        )


def without_event(corpus: Corpus, but: Iterable[str] = ()) -> list[ArticleRow]:
    """The articles that have no event, but for some, by id."""
    left = set(but)
    return [row for row in corpus.by_id.values() if row["event_id"] is None and row["article_id"] not in left]


def _shown(corpus: Corpus, row: ArticleRow, nearness: float | None) -> ProposedArticle:
    article = row["article_id"]
    title = row["title"] or " ".join(corpus.text(article)[: 4 * OPENING].split())[:OPENING]
    return ProposedArticle(article, row["published"], row["outlet"], title, nearness)


def read_proposals(corpus: Corpus, path: Path) -> dict[str, str]:
    """The event of each article for which a sheet has one, by article.

    Raises:
        Problem: the sheet cannot be read, or a line names an article that the corpus lacks, that has another event, or
            that stands there twice with different events, or an event that cannot be one.
    """
    events: dict[str, str] = {}
    for row in read_sheet(path, (EVENT, ARTICLE)):
        if row.cells[EVENT]:
            article = _checked(corpus, path, row)
            if events.setdefault(article, row.cells[EVENT]) != row.cells[EVENT]:
                raise Problem(
                    f"{path}:{row.line} puts {article} into {row.cells[EVENT]}, and an earlier line into "
                    f"{events[article]}",
                    "keep one of the two lines",
                )
    return events


def _checked(corpus: Corpus, path: Path, row: SheetRow) -> str:
    """The article of a line that may have its event."""
    article, event = row.cells[ARTICLE], row.cells[EVENT]
    known = corpus.find(article)
    if known is None:
        raise Problem(f"{path}:{row.line} names {article}, which the corpus does not have", "fix or remove that line")
    if not re.fullmatch(schema.IDENTIFIER, event):
        raise Problem(f"{path}:{row.line}: “{event}” cannot be an event's id", "use letters, digits, `_`, `-` and `.`")
    if known["event_id"] not in (None, event):
        raise Problem(
            f"{path}:{row.line} puts {article} into {event}, but it reports {known['event_id']}",
            "remove that line: an article's event does not change",
        )
    return article


def assign_events(corpus: Corpus, events: Mapping[str, str], tell: Tell = in_silence) -> AssignedEvents:
    """Gives articles without an event theirs, all of them or none; those that have one keep it.

    Rows of other articles stay as they are, byte for byte.
    """
    path = corpus.seeds / "articles.jsonl"
    with changing(corpus, tell), aside(path) as new:
        rows = list(_assigned(path.read_bytes().splitlines(keepends=True), events))
        new.write_bytes(b"".join(row.line for row in rows))
    return AssignedEvents(sum(row.changed for row in rows), sum(row.without for row in rows))


class _Assigned(NamedTuple):
    """A line of the table, whether it got its event now, and whether it is still without one."""

    line: bytes
    changed: bool = False
    without: bool = False


def _assigned(lines: Iterable[bytes], events: Mapping[str, str]) -> Iterator[_Assigned]:
    for line in lines:
        row = json.loads(line) if line.strip() else {EVENT: ""}
        if row.get(EVENT) is not None:
            yield _Assigned(line)
        elif row.get(ARTICLE) in events:
            row[EVENT] = events[row[ARTICLE]]
            written = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            yield _Assigned(written.encode() + b"\n", changed=True)
        else:
            yield _Assigned(line, without=True)
