from __future__ import annotations

import pytest

from tests.benchmarks.events import b_cubed, measured
from tests.reports import DEVELOPMENT, HELD_OUT


@pytest.mark.parametrize("topics", [DEVELOPMENT, HELD_OUT])
def test_most_articles_are_grouped_as_they_belong_on_topics_that_were_and_were_not_looked_at(
    topics: tuple[str, ...],
) -> None:
    precision, recall, f1 = measured(topics, 7, dated=True)
    assert min(precision, recall, f1) > 0.9


def test_b_cubed_is_that_of_its_definition() -> None:
    right = dict.fromkeys("abc", "one") | dict.fromkeys("de", "two")
    groups = dict.fromkeys("ab", "x") | dict.fromkeys("cde", "y")
    precision = (1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5
    recall = (2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5
    assert b_cubed(groups, right) == pytest.approx((precision, recall, 2 * precision * recall / (precision + recall)))
    assert b_cubed(right, right) == (1, 1, 1)
