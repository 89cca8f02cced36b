"""How well `hedgerow events` groups articles, by B³, and what it costs as the number of articles grows.

`python -m tests.benchmarks.events` measures the groups on invented events of the held-out topics of `tests.reports`;
`--development` on those on which the nearness was chosen, for several values of it. With sizes, as 1000 10000, it
measures time and memory of the proposal and of the search for near-duplicates among new articles.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from unittest.mock import patch

import polars as pl

from dataset.similarity import events as similarity
from dataset.similarity.events import UnsortedArticle, proposed_events
from dataset.similarity.near_duplicates import near_duplicates_of
from tests.benchmarks.articles import AN_EVENT, articles
from tests.benchmarks.measure import measure
from tests.benchmarks.results import machine, put, table
from tests.reports import DEVELOPMENT, HELD_OUT, Report, reports

EVENTS: Final = 30
NEW: Final = 100
AT_ONCE: Final = 2_000
FIRST: Final = date(2031, 1, 1)
TEXTS: Final = {"article_id": pl.String, "text": pl.String}
VALUES: Final = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55)


def b_cubed(first: Mapping[str, str], second: Mapping[str, str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of B³ (Bagga and Baldwin, 1998) of the groups in `first` against those in `second`."""
    mine, right = _members(first), _members(second)
    both = {item: len(mine[first[item]] & right[second[item]]) for item in second}
    precision = sum(both[item] / len(mine[first[item]]) for item in second) / len(second)
    recall = sum(both[item] / len(right[second[item]]) for item in second) / len(second)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _members(groups: Mapping[str, str]) -> dict[str, set[str]]:
    members = defaultdict[str, set[str]](set)
    for item, group in groups.items():
        members[group].add(item)
    return members


def grouped(several: Sequence[Report], *, dated: bool) -> dict[str, str]:
    """The event proposed for each article; one in no group is a group of its own."""
    unsorted = [UnsortedArticle(each.article_id, None, each.published if dated else None) for each in several]
    groups = {each.article_id: each.article_id for each in several}
    for event in proposed_events(unsorted, (f"{each.title}\n\n{each.text}" for each in several)):
        groups |= dict.fromkeys(event.articles, event.event_id)
    return groups


def measured(topics: tuple[str, ...], seed: int, *, dated: bool) -> tuple[float, float, float]:
    """B³ of the groups of EVENTS events of these topics."""
    several = list(reports(EVENTS, seed, topics))
    return b_cubed(grouped(several, dated=dated), {each.article_id: each.event for each in several})


def propose(count: int) -> int:
    """Proposes events for so many articles, five of an event, over a year. Returns how many it proposes."""
    days = [(FIRST + timedelta(days=at // AN_EVENT % 365)).isoformat() for at in range(count)]
    unsorted = [UnsortedArticle(f"n{at:07}", None, day) for at, day in enumerate(days)]
    return len(proposed_events(unsorted, (article.text for article in articles(count))))


def resemble(count: int) -> int:
    """Looks for near-duplicates of a hundred new articles among so many. Returns how many pairs there are."""
    new = [(f"new-{article.article_id}", article.text[:1_000]) for article in articles(NEW)]
    batches = (
        pl.DataFrame([(each.article_id, each.text) for each in articles(AT_ONCE, first=first)], TEXTS, orient="row")
        for first in range(0, count, AT_ONCE)
    )
    return near_duplicates_of([pl.DataFrame(new, TEXTS, orient="row")], batches).height


def growth(sizes: Sequence[int]) -> str:
    """Time and memory of both at these numbers of articles, as a table."""
    rows = []
    for count in sizes:
        for name, step in (("events proposed", propose), ("near-duplicates of 100 new articles", resemble)):
            done = measure(step, count)
            rows.append((name, f"{count:,}", f"{done.result:,}", f"{done.seconds:.1f}", f"{done.megabytes:.0f}"))
            print(" ".join(rows[-1]), flush=True)
    return table(("step", "articles", "proposed", "seconds", "MB"), rows)


def quality(topics: tuple[str, ...], values: Sequence[float]) -> str:
    """B³ of the groups at each nearness, with and without dates, as a table."""
    rows = []
    for near in values:
        for dated in (True, False):
            with patch.object(similarity, "NEAR", near):
                figures = measured(topics, 7, dated=dated)
            rows.append((str(near), "known" if dated else "unknown", *(f"{figure:.3f}" for figure in figures)))
    return table(("nearness", "dates", "precision", "recall", "B³ F1"), rows)


def main() -> None:
    """Measures, prints, and keeps what was measured of the held-out topics and of growth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, help="numbers of articles")
    parser.add_argument("--development", action="store_true", help="several values of nearness, on the other topics")
    chosen = parser.parse_args()
    if chosen.development:
        print(quality(DEVELOPMENT, VALUES))
        return
    body = quality(HELD_OUT, (similarity.NEAR,))
    print(body)
    about = f"{EVENTS} invented events of three to seven articles, of topics on which nothing was chosen."
    if chosen.sizes:
        grown = growth(chosen.sizes)
        put("Events proposed", f"{machine()}\n\n{about}\n\n{body}\n\nArticles of 2 kB, five of an event:\n\n{grown}")


if __name__ == "__main__":
    main()
