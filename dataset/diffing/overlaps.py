"""Which spans of two tables are the same span under another id: those of one group that overlap most."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Places = NDArray[np.int64]


def overlapping(old: pl.DataFrame, new: pl.DataFrame, group: list[str]) -> list[tuple[int, int]]:
    """Pairs of row numbers of spans that overlap and have the same values in `group`, one to one.

    The longest overlaps are paired first; of equals, the one that is earlier in `old`, then in `new`.

    Args:
        old: spans with `start` and `end`, code points, end-exclusive, and the columns of `group`.
        new: the same.
        group: columns that a pair must have in common.
    """
    if not old.height or not new.height:
        return []
    both = pl.concat([old.select(*group, "start", "end"), new.select(*group, "start", "end")])
    groups = both.select(pl.struct(group).rank("dense")).to_series().to_numpy().astype(np.int64)
    starts = np.maximum(both["start"].to_numpy(), 0)
    ends = np.maximum(both["end"].to_numpy(), starts)
    base = groups * (int(ends.max()) + 1)
    cut = old.height
    return _longest_first(
        *_candidates(
            base[:cut] + starts[:cut], base[:cut] + ends[:cut], base[cut:] + starts[cut:], base[cut:] + ends[cut:]
        )
    )


def _candidates(
    starts: Places, ends: Places, other_starts: Places, other_ends: Places
) -> tuple[Places, Places, Places]:
    """Rows of the first and of the second that overlap, and by how much."""
    order = np.argsort(other_starts, kind="stable")
    reach = np.maximum.accumulate(other_ends[order])
    first = np.searchsorted(reach, starts, side="right")
    last = np.maximum(np.searchsorted(other_starts[order], ends, side="left"), first)
    rows = np.repeat(np.arange(len(starts)), last - first)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    other_rows = order[np.repeat(first, last - first) + within]
    shared = np.minimum(ends[rows], other_ends[other_rows]) - np.maximum(starts[rows], other_starts[other_rows])
    return rows[shared > 0], other_rows[shared > 0], shared[shared > 0]


def _longest_first(rows: Places, other_rows: Places, shared: Places) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    taken, taken_others = set[int](), set[int]()
    for at in np.lexsort((other_rows, rows, -shared)):
        row, other_row = int(rows[at]), int(other_rows[at])
        if row not in taken and other_row not in taken_others:
            taken.add(row)
            taken_others.add(other_row)
            pairs.append((row, other_row))
    return pairs
