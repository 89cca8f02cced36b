from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from dataset.agreement.wilson import wilson


@given(st.integers(1, 400).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_the_interval_is_that_of_the_reference(counts: tuple[int, int]) -> None:
    expected = binomtest(*counts).proportion_ci(method="wilson")
    assert wilson(*counts) == pytest.approx((expected.low, expected.high))


def test_who_agrees_in_everything_is_less_sure_the_less_there_is() -> None:
    (few, _), (many, high) = wilson(4, 4), wilson(400, 400)
    assert 0.4 < few < 0.6 < 0.98 < many < high == 1
    assert wilson(0, 4)[0] == 0
