"""Alpha against the package `krippendorff`, on the same characters."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given

from dataset.agreement.alpha import alpha, tallies
from dataset.agreement.coded import coded
from dataset.scheme import vocabulary
from tests.dataset.agreement.compared import LENGTH, Work, compared, span, works


def ours(work: Work) -> list[float]:
    layers = compared(work)
    counts = tallies(list(coded(layers).values()), np.array(list(layers.lengths.values())))
    return [float(value) for value in alpha(counts.sum(axis=0))]


def theirs(work: Work, label: str) -> float:
    """NaN where the package refuses, for all values are the same."""
    articles = sorted({article for held in work.values() for article in held})
    data = np.hstack([values(work, article, label) for article in articles])
    seen = data[~np.isnan(data)]
    if not (seen == 0).any() or not (seen == 1).any():
        return float("nan")
    return float(krippendorff.alpha(data, level_of_measurement="nominal"))


def values(work: Work, article: str, label: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Annotators × characters; NaN where an annotator did not submit it or too few marked anything."""
    marked = np.full((len(work), LENGTH), np.nan)
    versions = [articles.get(article) for articles in work.values()]
    if sum(rows is not None for rows in versions) < 2 or not any(versions):
        return marked
    for position, rows in enumerate(versions):
        if rows is not None:
            marked[position] = 0
        for row in rows or ():
            if row["label"] == label:
                marked[position, row["start"] : row["end"]] = 1
    return marked


@given(works(3))
def test_alpha_is_that_of_krippendorff_with_gaps(work: Work) -> None:
    expected = [theirs(work, label) for label in vocabulary.LABELS]
    assert ours(work) == pytest.approx(expected, abs=1e-12, nan_ok=True)


@given(works(2))
def test_alpha_of_two_is_that_of_krippendorff(work: Work) -> None:
    expected = [theirs(work, label) for label in vocabulary.LABELS]
    assert ours(work) == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_alpha_by_hand() -> None:
    """80 values, 30 covered; 10 characters of disagreement: 1 - 79·10/(30·50)."""
    work: Work = {"a1": {"one": [span("quote", 0, 10)]}, "a2": {"one": [span("quote", 0, 20)]}}
    assert ours(work)[vocabulary.LABELS.index("quote")] == pytest.approx(1 - 79 * 10 / (30 * 50))


def test_covering_a_character_twice_is_covering_it() -> None:
    once: Work = {"a1": {"one": [span("quote", 0, 10)]}, "a2": {"one": [span("quote", 5, 15)]}}
    twice: Work = {"a1": {"one": [span("quote", 0, 10), span("quote", 2, 7)]}, "a2": once["a2"]}
    assert ours(twice) == pytest.approx(ours(once), nan_ok=True)


def test_an_article_in_which_nobody_marked_anything_changes_nothing() -> None:
    work: Work = {"a1": {"one": [span("quote", 0, 10)]}, "a2": {"one": [span("quote", 5, 15)]}}
    more: Work = {name: articles | {"two": []} for name, articles in work.items()}
    assert ours(more) == pytest.approx(ours(work), nan_ok=True)
