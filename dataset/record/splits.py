"""Which split an event belongs to: fixed when it is first released, and never moved later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import changing
from dataset.scheme import vocabulary
from dataset.storage.atomic import sha256, write_bytes
from dataset.storage.tables import read_table, table_bytes

_DIGITS = 16


def fixed_splits(corpus: Corpus) -> pl.DataFrame:
    """The table `splits`.

    Raises:
        Problem: an event has an unknown split, or two.
    """
    fixed = read_table(corpus.splits, schema.Splits)
    if schema.failures(schema.Splits, fixed) or fixed["event_id"].is_duplicated().any():
        raise Problem(f"{corpus.splits} does not give each event one split", "fix or restore the file")
    return fixed


def chosen_split(event: str, proportions: Mapping[str, float]) -> str:
    """The split of an event: where SHA-256 of its id, as a number from 0 to 1, falls among the proportions."""
    place = int(sha256(event.encode())[:_DIGITS], 16) / 16**_DIGITS
    edges = accumulate(proportions.get(name, 0.0) for name in vocabulary.SPLITS)
    return next(
        (name for name, edge in zip(vocabulary.SPLITS, edges, strict=True) if place < edge), vocabulary.SPLITS[0]
    )


def with_events(fixed: pl.DataFrame, events: Iterable[str], proportions: Mapping[str, float]) -> pl.DataFrame:
    """The table with a split for each event, by event; those that have one keep it. The first of all is `train`."""
    known = dict(fixed.select("event_id", "split").iter_rows())
    for event in sorted(set(events)):
        if event not in known:
            known[event] = chosen_split(event, proportions) if known else vocabulary.SPLITS[0]
    return schema.frame(schema.Splits, [{"event_id": event, "split": known[event]} for event in sorted(known)])


def fix_splits(corpus: Corpus, articles: Iterable[str]) -> bool:
    """Fixes the splits of the events that articles report, in the corpus's file. Returns whether that changed it.

    Raises:
        Problem: an article has no event, or the file is not the table.
    """
    events = events_of(corpus, articles)
    with changing(corpus):
        return write_bytes(corpus.splits, table_bytes(with_events(fixed_splits(corpus), events, corpus.proportions)))


def require_splits(corpus: Corpus, articles: Iterable[str], next_step: str) -> None:
    """Refuses where an article's event has no split yet.

    Raises:
        Problem: it has none, or an article has no event.
    """
    fixed = set(fixed_splits(corpus)["event_id"])
    if lacking := sorted(set(events_of(corpus, articles)) - fixed):
        raise Problem(f"the event {lacking[0]} has no split in {corpus.splits.name}", next_step)


def events_of(corpus: Corpus, articles: Iterable[str]) -> list[str]:
    """The event of each article.

    Raises:
        Problem: an article has none.
    """
    known = pl.DataFrame({"article_id": list(articles)}, {"article_id": pl.String}).join(
        corpus.articles, on="article_id", maintain_order="left"
    )
    if without := known.filter(pl.col("event_id").is_null())["article_id"].sort().to_list():
        raise Problem(
            f"{without[0]} has no event, so it has no split",
            f"give it an event_id in {corpus.seeds.name}/articles.jsonl",
        )
    return known["event_id"].to_list()
