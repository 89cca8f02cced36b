from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.report.quantity_plots import FigureTelling, PlottedFigure, PlottedTelling, axis_of, in_words, unit_plots
from dataset.statements.numbers import Quantity


def telling(
    low: float | None, high: float | None, bound: str = "exact", unit: str | None = "boats", article: str = "one"
) -> FigureTelling:
    return FigureTelling(article, (), Quantity("so many", "count", low, high, bound, unit), partly=False, mark=None)


def figure(*tellings: FigureTelling, name: str = "f1") -> PlottedFigure:
    return PlottedFigure(name, None, tellings, (), (), ())


def drawn(*tellings: FigureTelling) -> list[PlottedTelling]:
    (plot,) = unit_plots([figure(*tellings)])
    return [mark for lines in plot.figures for _, marks in lines.lines for mark in marks]


@pytest.mark.parametrize(
    ("low", "high", "bound", "ends", "arrows"),
    [
        (50, 50, "exact", (50, 50), (False, False)),
        (50, 50, "about", (50, 50), (False, False)),
        (50, 50, "at least", (50, 50), (False, True)),
        (50, 50, "at most", (50, 50), (True, False)),
        (20, 80, "exact", (20, 80), (False, False)),
        (20, 80, "at least", (20, 80), (False, True)),
        (50, None, "exact", (50, 50), (False, True)),
        (None, 50, "exact", (50, 50), (True, False)),
    ],
)
def test_a_telling_is_a_dot_or_a_range_and_an_open_end_is_an_arrow(
    low: float | None, high: float | None, bound: str, ends: tuple[float, float], arrows: tuple[bool, bool]
) -> None:
    mark = drawn(telling(0, 100, article="a"), telling(low, high, bound, article="b"))[1]
    assert (mark.low, mark.high) == ends
    assert (mark.to_left, mark.to_right) == arrows
    assert mark.kind == bound


def test_words_without_a_value_are_a_mark_without_a_place() -> None:
    (mark,) = drawn(telling(None, None))
    assert (mark.low, mark.high) == (None, None)


def test_each_unit_has_an_axis_of_its_own_and_a_unit_is_one_in_any_case() -> None:
    both = figure(telling(1, 1, unit="Boats"), telling(2, 2, unit="boats"), telling(3, 3, unit="USD"))
    plots = unit_plots([both, figure(telling(9, 9, unit=None), name="f2")])
    assert [(plot.unit, [(lines.id, lines.marks) for lines in plot.figures]) for plot in plots] == [
        ("boats", [("f1", 2)]),
        ("", [("f2", 1)]),
        ("USD", [("f1", 1)]),
    ]


def test_an_article_has_one_line_with_all_its_marks() -> None:
    (plot,) = unit_plots([figure(telling(1, 1, article="b"), telling(2, 2, article="a"), telling(3, 3, article="b"))])
    assert [(article, len(marks)) for article, marks in plot.figures[0].lines] == [("a", 1), ("b", 2)]


def test_values_over_more_than_two_decades_are_on_a_logarithmic_axis() -> None:
    assert not axis_of([3, 300]).logarithmic
    far = axis_of([3, 301])
    assert far.logarithmic
    assert far.percent(100) - far.percent(10) == pytest.approx(far.percent(10) - far.percent(1), abs=0.02)
    assert not axis_of([0, 301]).logarithmic
    assert not axis_of([-5, 301]).logarithmic


def test_an_even_axis_begins_at_nothing() -> None:
    assert axis_of([9, 12_000]).ticks[0] == (0, "1")
    assert axis_of([3_000, 12_000]).ticks == ((0, "0"), (33.33, "5,000"), (66.67, "10,000"), (100, "15,000"))


@given(st.lists(st.floats(-1e15, 1e15).map(lambda value: round(value, 3)), min_size=1, max_size=5))
def test_every_value_lies_on_its_axis(values: list[float]) -> None:
    axis = axis_of(values)
    assert all(0 <= axis.percent(value) <= 100 for value in values)
    assert 2 <= len(axis.ticks) <= 7
    assert [place for place, _ in axis.ticks] == sorted({place for place, _ in axis.ticks})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (12_000, "12,000"),
        (2_500_000, "2.5 million"),
        (1e9, "1 billion"),
        (0.05, "0.05"),
        (-3e6, "-3 million"),
    ],
)
def test_numbers_beside_the_axis_are_short(value: float, words: str) -> None:
    assert in_words(value) == words
