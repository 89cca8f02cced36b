"""Rows on disk, dealt into buckets."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.folder.buckets import MOST, Buckets, buckets_for

EMPTY = pl.DataFrame(schema={"key": pl.String, "at": pl.Int64, "kinds": pl.List(pl.String)})


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdé"), max_size=9), max_size=4), st.integers(1, 5))
def test_every_row_is_in_the_bucket_of_its_key_and_in_the_order_in_which_it_came(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]], count: int
) -> None:
    folder = tmp_path_factory.mktemp("buckets") / "new"
    buckets = Buckets(folder, pl.struct("key").hash() % count, count, EMPTY)
    came = [(key, number, [key]) for number, key in enumerate(key for keys in batches for key in keys)]
    at = 0
    for keys in batches:
        buckets.add(pl.DataFrame(came[at : at + len(keys)], schema=EMPTY.schema, orient="row"))
        at += len(keys)
    contents = [rows.rows() for rows in buckets.each()]
    assert len(contents) == count
    assert sorted(row for rows in contents for row in rows) == sorted(came)
    homes = [{key for key, _, _ in rows} for rows in contents]
    assert sum(map(len, homes)) == len({key for key, _, _ in came})
    assert all([at for _, at, _ in rows] == sorted(at for _, at, _ in rows) for rows in contents)
    assert list(folder.iterdir()) == []


def test_as_many_buckets_as_the_rows_need_and_no_more_than_files_can_be_open() -> None:
    assert [buckets_for(rows, 10) for rows in (0, 10, 11, 10**9)] == [1, 1, 2, MOST]
