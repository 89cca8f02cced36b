from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.agreement.bootstrap import BLOCK, CHUNK, Floats, SampledSums, percentiles


def share(sums: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.asarray(sums[..., :1] / sums[..., 1:], dtype=np.float64)


def intervals(
    tallies: Floats, values: Callable[[Floats], Floats], *, draws: int, seed: int, chunk: int = CHUNK
) -> tuple[Floats, Floats]:
    return percentiles(values(resampled(tallies, draws=draws, seed=seed, chunk=chunk).drawn[0]))


def resampled(tallies: Floats, *, draws: int, seed: int, chunk: int, cuts: Iterable[int] = ()) -> SampledSums:
    sums = SampledSums(len(tallies), (1, tallies.shape[1]), draws=draws, seed=seed, chunk=chunk)
    for some in np.split(tallies, sorted(cuts)):
        sums.add(some[None])
    return sums


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


# Articles that come some at a time

RISING: Floats = np.arange(60, dtype=np.float64).reshape(30, 2)


@given(st.lists(st.integers(0, 30), max_size=6), st.integers(1, 40))
def test_it_makes_no_difference_which_articles_come_together(cuts: list[int], chunk: int) -> None:
    whole, cut = (resampled(RISING, draws=20, seed=4, chunk=chunk, cuts=some) for some in ([], cuts))
    assert np.array_equal(whole.drawn, cut.drawn)
    assert np.array_equal(whole.total, cut.total)
    assert whole.total[0].tolist() == RISING.sum(axis=0).tolist()
    assert whole.complete() and cut.complete()


@given(st.integers(1, 40), st.integers(0, 99))
def test_each_draw_takes_as_many_articles_as_there_are_whatever_the_chunk(chunk: int, seed: int) -> None:
    sums = resampled(np.ones((30, 1)), draws=20, seed=seed, chunk=chunk)
    assert (sums.drawn == 30).all()


@pytest.mark.parametrize("chunk", [7, 10, 300])
def test_every_article_is_taken_as_often_as_any_other_whatever_the_chunk(chunk: int) -> None:
    """How often one of 30 is taken has the mean 1 and the variance 29/30; two of them have the covariance -1/30."""
    times = resampled(np.eye(30), draws=20_000, seed=6, chunk=chunk).drawn[0]
    assert np.abs(times.mean(axis=0) - 1).max() < 0.03
    assert np.abs(np.cov(times.T) - (np.eye(30) - 1 / 30)).max() < 0.06


def test_articles_that_are_missing_or_too_many_are_noticed() -> None:
    for articles in (29, 31):
        sums = SampledSums(articles, (1, 2), draws=5, seed=1)
        sums.add(RISING[None])
        assert not sums.complete()
