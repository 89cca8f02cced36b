"""Who is dealt which articles: a part in common, the rest evenly, never more open ones at once than the cap.

The articles' ids and the round alone decide on the order in which articles are dealt, and on which are in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from annotation.rounds.plans import RoundPlan
from dataset.record.rows import DealRow, rows_of
from dataset.storage.atomic import sha256

_SEVERAL: Final = 2


@dataclass(frozen=True)
class Undealt:
    """What there is to deal: articles, and `controls`, which go to everybody.

    `ended` says by annotator which articles need no room any more.
    """

    articles: list[str]
    controls: list[str] = field(default_factory=list)
    ended: Mapping[str, Collection[str]] = field(default_factory=dict)


def drawn(round_name: str, articles: Collection[str]) -> list[str]:
    """Articles in the order in which a round deals them."""
    return sorted(articles, key=lambda article: sha256(f"{round_name}\n{article}".encode()))


def new_deals(round_name: str, plan: RoundPlan, undealt: Undealt, known: pl.DataFrame) -> list[DealRow]:
    """The rows to add to the deals that are `known`.

    What an annotator was let off is not dealt to them again. Whoever has no room for an article that is to be common
    does not keep it from the others. A later deal gives it to them, or makes another common in its place: there are as
    many in the end.
    """
    dealer = _Dealer(round_name, plan, undealt, known)
    for article in drawn(round_name, [*undealt.articles, *undealt.controls]):
        dealer.deal(article)
    return dealer.rows


def still_due(round_name: str, plan: RoundPlan, undealt: Undealt, known: pl.DataFrame) -> dict[str, list[str]]:
    """Who of the plan was neither dealt nor let off an article in common, by article; empty where all of them were."""
    return _Dealer(round_name, plan, undealt, known).still_due()


def with_new_share(plan: RoundPlan, before: RoundPlan, articles: list[str], known: pl.DataFrame) -> RoundPlan:
    """A plan whose share is another than `before`, so that it counts for those of the articles that nobody has."""
    holders = Counter(known.filter(pl.col("let_off").is_null())["article_id"])
    held = [holders[article] for article in articles if article in holders]
    several = sum(count >= _SEVERAL for count in held)
    common = max(several, min(before.count_in_common(len(held)), len(held)))
    return replace(plan, dealt_before=len(held), common_before=common)


class _Dealer:
    """The hands of a round's annotators, as they are dealt."""

    def __init__(self, round_name: str, plan: RoundPlan, undealt: Undealt, known: pl.DataFrame) -> None:
        self.rows: list[DealRow] = []
        self._round, self._annotators, self._controls = round_name, plan.annotators, frozenset(undealt.controls)
        rows = list(rows_of(known, DealRow))
        held = [row for row in rows if row["let_off"] is None]
        self._settled = {(row["annotator"], row["article_id"]) for row in rows}
        self._holders = Counter(row["article_id"] for row in held)
        self._common = self._in_common(plan, undealt.articles)
        self._hands = self._sizes(held, undealt.articles)
        self._room = {name: _room(name, held, plan.cap, undealt) for name in self._annotators}

    def _in_common(self, plan: RoundPlan, articles: list[str]) -> frozenset[str]:
        """Articles that several have are the common ones first, then those that nobody has, then those that one has."""
        by_claim = sorted(
            drawn(self._round, articles), key=lambda article: (1, 2, 0)[min(self._holders[article], _SEVERAL)]
        )
        return frozenset(by_claim[: plan.count_in_common(len(articles))])

    def _sizes(self, held: list[DealRow], articles: list[str]) -> dict[str, int]:
        """How many articles each has, or will have of those in common."""
        among = frozenset(articles)
        own = {name: set(self._common) for name in self._annotators}
        for row in held:
            if row["article_id"] in among and row["annotator"] in own:
                own[row["annotator"]].add(row["article_id"])
        return {name: len(hand) for name, hand in own.items()}

    def still_due(self) -> dict[str, list[str]]:
        """The annotators whom an article in common has not reached."""
        due = {
            article: [name for name in self._annotators if (name, article) not in self._settled]
            for article in self._common
        }
        return {article: names for article, names in due.items() if names}

    def deal(self, article: str) -> None:
        """Gives an article to whom it is due, if there is room for it."""
        free = (name for name in self._annotators if (name, article) not in self._settled)
        ready = [name for name in free if self._room[name] > 0]
        if article in self._controls or article in self._common:
            for name in ready:
                self._give(name, article)
        elif not self._holders[article] and ready:
            name = min(ready, key=lambda each: (self._hands[each], each))
            self._hands[name] += 1
            self._give(name, article)

    def _give(self, name: str, article: str) -> None:
        self._room[name] -= 1
        self.rows.append({"round": self._round, "annotator": name, "article_id": article, "let_off": None})


def _room(name: str, held: list[DealRow], cap: int | None, undealt: Undealt) -> float:
    """How many articles more an annotator may be dealt."""
    if cap is None:
        return float("inf")
    done, there = frozenset(undealt.ended.get(name, ())), {*undealt.articles, *undealt.controls}
    mine = {row["article_id"] for row in held if row["annotator"] == name} & there
    return cap - len(mine - done)
