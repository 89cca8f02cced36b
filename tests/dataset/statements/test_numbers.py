from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.statements.numbers import Quantity, Value, middle, nearness, value_of

ENDS = st.floats(allow_nan=False)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(12000, 12000, 12000), (10000, 12000, 11000), (1000, math.inf, 1000), (-math.inf, 5, 5), (-4, 4, 0)],
)
def test_the_middle_of_a_value(low: float, high: float, expected: float) -> None:
    assert middle(Value("", low, high)) == expected


def test_a_value_that_is_open_at_both_ends_has_no_middle_and_is_near_to_nothing() -> None:
    nothing = middle(value_of(Quantity("many", "count", None, None, "exact", None)))
    assert math.isnan(nothing)
    assert nearness(nothing, nothing) == nearness(nothing, 3.0) == 0


@pytest.mark.parametrize(
    ("first", "second", "near"), [(3, 3, 1), (0, 0, 1), (10000, 12000, 0.833), (0, 5, 0), (-5, 5, 0), (-10, -5, 0.5)]
)
def test_nearness_is_the_smaller_over_the_larger(first: float, second: float, near: float) -> None:
    assert round(float(nearness(first, second)), 3) == near


@given(ENDS, ENDS, st.floats(-1e300, 1e300))
def test_nearness_is_symmetric_and_between_none_and_all(low: float, high: float, candidate: float) -> None:
    value = middle(Value("", low, high))
    near = float(nearness(value, candidate))
    assert 0 <= near <= 1
    assert near == float(nearness(candidate, value))


def test_nearness_is_taken_between_all_of_two_arrays() -> None:
    near = nearness(np.array([[1.0], [2.0]]), np.array([1.0, 2.0, 4.0]))
    assert near.tolist() == [[1.0, 0.5, 0.25], [0.5, 1.0, 0.5]]


def test_a_unit_is_read_without_case_and_may_be_missing() -> None:
    assert value_of(Quantity("5", "count", 5.0, 5.0, "exact", "Troops")) == Value("troops", 5.0, 5.0)
    assert value_of(Quantity("thousands", "count", 1000.0, None, "exact", None)) == Value("", 1000.0, math.inf)
