from __future__ import annotations

import math
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from dataset.releasing.plots import WIDTH, Bar, PlottedInterval, Share, bars, intervals, shares

SVG = "{http://www.w3.org/2000/svg}"
SHARES = st.floats(0, 1)


def drawn(svg: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(SVG + tag))


def words(svg: str) -> list[str]:
    return [element.text or "" for element in drawn(svg, "text")]


def at(element: ET.Element, name: str) -> float:
    return float(element.get(name, "nan"))


def test_a_bar_is_as_long_as_its_count_and_has_it_beside() -> None:
    svg = bars("Labels", [Bar("quotes", 50), Bar("hedges", 25), Bar("numbers", 0)])
    _, *lengths = [at(bar, "width") for bar in drawn(svg, "rect")]
    assert lengths[1] * 2 == lengths[0] > 0
    assert lengths[2] == 0
    assert words(svg) == ["Labels", "quotes", "50", "hedges", "25", "numbers", "0"]


def test_nothing_counted_is_drawn_all_the_same() -> None:
    assert words(bars("Links", [Bar("hedges", 0)])) == ["Links", "hedges", "0"]
    assert words(bars("Links", [])) == ["Links"]


@given(st.tuples(SHARES, SHARES, SHARES))
def test_a_dot_stands_at_its_figure_and_its_line_spans_the_interval(figures: tuple[float, float, float]) -> None:
    low, value, high = sorted(figures)
    svg = intervals("Agreement", [PlottedInterval("all", value, low, high)])
    grid = [at(line, "x1") for line in drawn(svg, "line") if line.get("stroke-width") is None]
    (dot,) = drawn(svg, "circle")
    line = next(element for element in drawn(svg, "line") if element.get("stroke-width") == "3")
    scale = grid[-1] - grid[0]
    for place, figure in ((at(line, "x1"), low), (at(dot, "cx"), value), (at(line, "x2"), high)):
        assert math.isclose((place - grid[0]) / scale, figure, abs_tol=0.001)


def test_a_figure_that_does_not_exist_is_a_dash_and_no_dot() -> None:
    svg = intervals("Agreement", [PlottedInterval("hedges", None, None, None)])
    assert "–" in words(svg)
    assert drawn(svg, "circle") == []


def test_a_figure_of_one_article_has_no_line() -> None:
    svg = intervals("Agreement", [PlottedInterval("all", 0.5, None, None)])
    assert "0.50" in words(svg)
    assert not [line for line in drawn(svg, "line") if line.get("stroke-width")]


@given(st.floats(-1, 1))
def test_what_is_drawn_stays_inside(value: float) -> None:
    (dot,) = drawn(intervals("alpha", [PlottedInterval("all", value, -1.0, 1.0)]), "circle")
    assert 0 < at(dot, "cx") < WIDTH


@given(st.lists(st.integers(0, 500), min_size=1, max_size=4))
def test_shares_fill_the_whole(numbers: list[int]) -> None:
    svg = shares("a1", [Share("done", number, "#000000") for number in numbers])
    filled = sum(at(part, "width") for part in drawn(svg, "rect"))
    assert math.isclose(filled, 199 if sum(numbers) else 0, abs_tol=0.05)


def test_names_are_words_and_not_markup() -> None:
    svg = bars("<b>", [Bar("<script>alert(1)</script>", 1)])
    assert words(svg)[:2] == ["<b>", "<script>alert(1)</script>"]
    assert "<script" not in svg


def test_a_screen_reader_hears_every_number() -> None:
    label = ET.fromstring(intervals("Exact", [PlottedInterval("all", 0.5, 0.25, 0.75)])).get("aria-label")
    assert label == "Exact: all 0.50 [0.25, 0.75]"
    assert ET.fromstring(shares("a1", [Share("done", 3, "#000000")])).get("aria-label") == "a1: 3 done"


def test_the_same_rows_are_the_same_text() -> None:
    assert bars("a", [Bar("b", 3)]) == bars("a", [Bar("b", 3)])
