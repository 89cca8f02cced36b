from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings

from dataset.changes import Bump, Change, bump
from dataset.diff import diff
from tests.dataset.applied import applied, tables
from tests.dataset.drawn import Record, records
from tests.dataset.edited import EDITS, Edited, World, edited, told

NOT_DATA = ("files", "card")


def data(changes: list[Change]) -> list[Change]:
    """The changes without the card's prose, whose counts follow from the data."""
    return [one for one in changes if one.table not in NOT_DATA or one.column == "license_name"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edited())
def test_a_diff_lists_the_edits_and_nothing_else_and_applying_it_to_the_old_gives_the_new(
    tmp_path_factory: pytest.TempPathFactory, one: Edited
) -> None:
    folder = tmp_path_factory.mktemp("edited")
    old, new = one.old.build(folder / "old"), one.new.build(folder / "new")
    found = diff(old, new)
    assert sorted(map(str, map(told, data(found.changes)))) == sorted(map(str, one.expected))
    assert applied(found.changes, tables(old)) == tables(new)
    assert found.bump == max(one.bump, bump(one for one in found.changes if one.table in NOT_DATA))
    assert found.bump == one.bump or one.bump == Bump.NONE
