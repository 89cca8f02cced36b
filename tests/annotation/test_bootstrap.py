from __future__ import annotations

import numpy as np

from annotation.bootstrap import BLOCK, Floats, intervals


def share(sums: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.asarray(sums[..., :1] / sums[..., 1:], dtype=np.float64)


TALLIES = np.array([[1.0, 2.0], [3.0, 3.0], [0.0, 4.0], [5.0, 6.0]])


def test_the_same_seed_gives_the_same_interval_and_another_another() -> None:
    first = intervals(TALLIES, share, draws=200, seed=1)
    assert np.array_equal(first, intervals(TALLIES, share, draws=200, seed=1))
    assert not np.array_equal(first, intervals(TALLIES, share, draws=200, seed=2))


def test_it_is_the_percentiles_of_resampled_articles() -> None:
    chance = np.random.default_rng(5)
    drawn = [share(chance.multinomial(4, np.full(4, 0.25)) @ TALLIES)[0] for _ in range(BLOCK + 7)]
    low, high = intervals(TALLIES, share, draws=BLOCK + 7, seed=5)
    assert (low[0], high[0]) == tuple(np.percentile(drawn, (2.5, 97.5)))


def test_it_holds_the_mean_of_many_articles_about_as_wide_as_theory_has_it() -> None:
    """A share of 0.3 of 900 articles: a standard error of 0.0153, so about 0.27 to 0.33."""
    tallies = np.column_stack([np.arange(900) % 10 < 3, np.ones(900)]).astype(float)
    low, high = intervals(tallies, share, draws=2000, seed=3)
    assert abs(low[0] - (0.3 - 1.96 * 0.0153)) < 0.004
    assert abs(high[0] - (0.3 + 1.96 * 0.0153)) < 0.004


def test_articles_that_are_all_alike_leave_no_doubt() -> None:
    low, high = intervals(np.tile([1.0, 2.0], (5, 1)), share, draws=60, seed=1)
    assert (low[0], high[0]) == (0.5, 0.5)


def test_draws_without_the_figure_say_nothing_and_a_figure_in_no_draw_has_no_interval() -> None:
    low, high = intervals(np.array([[0.0, 0.0], [1.0, 2.0]]), share, draws=100, seed=1)
    assert (low[0], high[0]) == (0.5, 0.5)
    assert np.isnan(intervals(np.zeros((3, 2)), share, draws=100, seed=1)).all()
    assert np.isnan(intervals(np.zeros((0, 2)), share, draws=100, seed=1)).all()
