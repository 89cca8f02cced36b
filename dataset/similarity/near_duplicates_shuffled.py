"""Near-duplicate texts, found by Ray: the steps of `near_duplicates`, and between them a shuffle of `ray.data`.

A shuffle brings together all rows of a shingle, of an article, or of a pair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow

from dataset.similarity import near_duplicates as duplicates

BUCKETS: Final = 64
"""The groups of a shuffle; each is held by one process at a time."""
_PAIRS: Final = pl.Schema({"at": pl.String, "other": pl.String})
_Step = Callable[[pl.DataFrame], pl.DataFrame]


def near_duplicates(paths: Iterable[Path], buckets: int = BUCKETS) -> pl.DataFrame:
    """The same as `duplicates.near_duplicates`, on the cluster of `dataset.parallel.cluster`.

    Args:
        paths: Parquet files with `article_id` and `text`, which every node sees there.
        buckets: the groups of a shuffle.

    Returns:
        `article_id`, `other`, `jaccard`, `containment`, `shared`, the most similar first.
    """
    import ray.data

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars, context.shuffle_strategy = False, "sort_shuffle_pull_based"  # tasks, no actors
    files = ray.data.from_items([{"path": str(path)} for path in paths])
    texts = files.map_batches(_texts, batch_size=1, batch_format="pyarrow")
    small = texts.repartition(target_num_rows_per_block=duplicates.AT_ONCE)
    held = _by(small, _held, "shingle", buckets).materialize()
    pairs = duplicates.candidates(*(_pairs(held, route, buckets) for route in _ROUTES))

    def measured(some: pl.DataFrame) -> pl.DataFrame:
        shared = _taken(_grouped(held, partial(_both, some), "at", buckets), {**_PAIRS, "both": pl.Int64})
        return duplicates.measures(shared.group_by("at", "other").sum(), _sizes(held, some))

    near = duplicates.listed(pairs, lambda some: duplicates.similar(measured(some)))
    near = duplicates.with_retellings(near, _pairs(held, _RETELLINGS, buckets), measured)
    return duplicates.in_order(near.select(pl.col("at").alias("article_id"), "other", *duplicates.MEASURES))


_Route = list[tuple[_Step, str]]
_ROUTES: Final[tuple[_Route, _Route]] = (
    [
        (duplicates.rare, "at"),
        (duplicates.sketch, "shingle"),
        (duplicates.shared, "at"),
        (duplicates.alike, "at"),
    ],
    [
        (duplicates.common, "at"),
        (duplicates.crowded, "shingle"),
        (duplicates.neighbours, "at"),
    ],
)
"""The steps to pairs to compare, each of the rows that a shuffle brought together; and what the next is by."""


def _meetings(rare: pl.DataFrame) -> pl.DataFrame:
    """`duplicates.meetings` of all rows of some shingles, a block at a time."""
    blocks = [rare.clear(), *duplicates.blocks(rare)]
    return pl.concat([duplicates.meetings(block, rare) for block in blocks])


_RETELLINGS: Final[_Route] = [(duplicates.rare, "shingle"), (_meetings, "at"), (duplicates.retold, "at")]
"""The steps to the pairs of which one retells the other."""


def _pairs(held: Any, route: _Route, buckets: int) -> pl.DataFrame:
    rows = held
    for step, key in route:
        rows = _grouped(rows, step, key, buckets)
    return _taken(rows, _PAIRS)


def _both(pairs: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """`duplicates.both`, a part of the pairs at a time."""
    parts = [duplicates.both(part, held) for part in duplicates.slices_of(pairs, held)]
    return pl.concat([pl.DataFrame(schema={**_PAIRS, "both": pl.UInt32}), *parts])


def _texts(files: pyarrow.Table) -> pyarrow.Table:
    """Not by `ray.data.read_parquet`, which fails at times where no HTTP client is installed."""
    return pl.read_parquet(files["path"].to_pylist(), columns=["article_id", "text"]).to_arrow()


def _held(texts: pl.DataFrame) -> pl.DataFrame:
    """The shingles of some articles; in `total`, how many an article has."""
    held = duplicates.shingles(texts.rename({"article_id": "at"}))
    return held.with_columns(pl.len().over("at").alias("total"))


def _sizes(held: Any, pairs: pl.DataFrame) -> pl.DataFrame:
    named = pl.concat([pairs["at"], pairs["other"]]).unique().implode()

    def sizes(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.filter(pl.col("at").is_in(named)).select("at", pl.col("total").alias("size")).unique()

    return _taken(_by(held, sizes, "at", 1), {"at": pl.String, "size": pl.Int64}).unique()


def _by(rows: Any, step: _Step, key: str, buckets: int) -> Any:
    return rows.map_batches(partial(_bucketed, step, key, buckets), batch_size=None, batch_format="pyarrow")


def _grouped(rows: Any, step: _Step, key: str, buckets: int) -> Any:
    return rows.groupby("bucket").map_groups(partial(_bucketed, step, key, buckets), batch_format="pyarrow")


def _bucketed(step: _Step, key: str, buckets: int, rows: pyarrow.Table) -> pyarrow.Table:
    """What a step makes of rows, each in the bucket of its key."""
    given = pl.DataFrame(pl.from_arrow(rows))
    made = step(given.drop("bucket", strict=False))
    return made.with_columns((pl.col(key).hash() % buckets).cast(pl.Int64).alias("bucket")).to_arrow()


def _taken(rows: Any, columns: Any) -> pl.DataFrame:
    """All rows, of some columns."""
    tables = [
        pl.DataFrame(pl.from_arrow(batch)) for batch in rows.iter_batches(batch_size=None, batch_format="pyarrow")
    ]
    some = [table.select(list(columns)).cast(columns) for table in tables if table.height]
    return pl.concat([pl.DataFrame(schema=columns), *some])
