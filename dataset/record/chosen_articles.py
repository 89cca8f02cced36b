"""Articles that are asked for by what is known of them: event, outlet and date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import polars as pl

from dataset.problem import Problem, near
from dataset.record.corpus import Corpus

_DATE: Final = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


@dataclass(frozen=True)
class ArticleChoice:
    """Articles of any of these events, by any of these outlets, published between two dates; no names mean all.

    `since` and `until` are inclusive, and a year, a month or a day: `2031`, `2031-05`, `2031-05-02`. An article without
    a date is in no such time. Outlets are compared without regard to capitals.
    """

    events: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def __bool__(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.events or self.outlets or self.since or self.until)

    def among(self, corpus: Corpus) -> frozenset[str]:
        """The ids of the corpus's articles that are chosen.

        Raises:
            Problem: the corpus has no such event or outlet, a date is none, or nothing is left.
        """
        articles = corpus.articles
        if self.events:
            articles = articles.filter(pl.col("event_id").is_in(sorted(known_events(corpus, self.events))))
        if self.outlets:
            articles = articles.filter(pl.col("outlet").is_in(sorted(known_outlets(corpus, self.outlets))))
        if self.since:
            day = _checked(self.since)
            articles = articles.filter(pl.col("published").str.slice(0, len(day)) >= day)
        if self.until:
            day = _checked(self.until)
            articles = articles.filter(pl.col("published").str.slice(0, len(day)) <= day)
        if not articles.height:
            raise Problem("no article is of these events, outlets and dates", "leave one of these options out")
        return frozenset(articles["article_id"])


EVERY_ARTICLE: Final = ArticleChoice()


def _checked(date: str) -> str:
    if not _DATE.fullmatch(date):
        raise Problem(f"{date} is not a date", "write it as 2031-05-02, 2031-05 or 2031")
    return date


def known_events(corpus: Corpus, events: Iterable[str]) -> frozenset[str]:
    """The events.

    Raises:
        Problem: the corpus does not have one of them.
    """
    wanted, there = frozenset(events), {*corpus.articles["event_id"].drop_nulls()}
    for event in sorted(wanted - there):
        listed = f"{near(event, there)}the events are in {corpus.seeds / 'articles.jsonl'}"
        raise Problem(f"the corpus has no event {event}", listed)
    return wanted


def known_outlets(corpus: Corpus, outlets: Iterable[str]) -> frozenset[str]:
    """The outlets as the corpus writes them, whatever the capitals.

    Raises:
        Problem: the corpus does not have one of them.
    """
    there: dict[str, list[str]] = {}
    for outlet in corpus.articles["outlet"].drop_nulls().unique().sort():
        there.setdefault(outlet.casefold(), []).append(outlet)
    names = [name for written in there.values() for name in written]
    for outlet in outlets:
        if outlet.casefold() not in there:
            listed = ", ".join(sorted(names)[:20]) or "none"
            raise Problem(f"no article is by {outlet}", f"{near(outlet, names)}the corpus has: {listed}")
    return frozenset(name for outlet in outlets for name in there[outlet.casefold()])
