"""What samples are drawn of for intervals."""

from __future__ import annotations

import numpy as np
import polars as pl

from dataset.agreement.coded import Numbers


def units_of(articles: pl.DataFrame) -> tuple[str, Numbers]:
    """`event` where articles report several events, otherwise `article`; and the number of each article's unit, by id.

    Articles of an event depend on each other. An article without one is a unit of its own.
    """
    ordered = articles.sort("article_id")
    if ordered["event_id"].drop_nulls().n_unique() < 2:
        return "article", np.arange(len(ordered))
    own = pl.coalesce(pl.lit("event ") + pl.col("event_id"), pl.lit("article ") + pl.col("article_id"))
    return "event", ordered.select(own.rank("dense")).to_series().to_numpy().astype(np.int64) - 1
