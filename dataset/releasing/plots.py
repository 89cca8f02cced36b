"""Plots as SVG that needs nothing else: counts as bars, figures with their intervals, shares of a whole.

The same rows give the same text. Every number that is drawn is written beside it, and nothing is shown by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

INK: Final = "#1f2430"
FAINT: Final = "#5a6072"
GRID: Final = "#dfe2ea"
BAR: Final = "#3d6fa8"
WIDTH: Final = 400
_NAMES: Final = 118
_VALUES: Final = 112
_ROW: Final = 26
_HEAD: Final = 34
_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Bar:
    """A count with its name."""

    name: str
    count: int
    colour: str = BAR


@dataclass(frozen=True)
class PlottedInterval:
    """A figure from 0 to 1 with the ends of its interval; None where there is none."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    colour: str = BAR


@dataclass(frozen=True)
class Share:
    """A part of a whole."""

    name: str
    count: int
    colour: str


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Counts as horizontal bars, the longest as wide as there is room."""
    svg = _canvas(title, len(rows), "; ".join(f"{row.name} {row.count}" for row in rows))
    most = max((row.count for row in rows), default=0) or 1
    for at, row in enumerate(rows):
        middle = _name(svg, at, row.name)
        width = round((WIDTH - _NAMES - 56) * row.count / most, 1)
        _put(svg, "rect", x=_NAMES, y=middle - 7, width=width, height=14, rx=2, fill=row.colour)
        _text(svg, str(row.count), _NAMES + width + 6, middle + 4)
    return _finished(svg)


def intervals(title: str, rows: Sequence[PlottedInterval]) -> str:
    """Figures from 0 to 1 as dots with their intervals as lines; one below 0 is drawn at 0."""
    svg = _canvas(title, len(rows), "; ".join(f"{row.name} {_figure(row)}" for row in rows), axis=True)
    bottom = _HEAD + _ROW * len(rows)
    for tick in _TICKS:
        _put(svg, "line", x1=_x(tick), y1=_HEAD - 4, x2=_x(tick), y2=bottom, stroke=GRID)
        _text(svg, f"{tick:g}", _x(tick), bottom + 14, fill=FAINT, size=11, anchor="middle")
    for at, row in enumerate(rows):
        middle = _name(svg, at, row.name)
        _text(svg, _figure(row), WIDTH - 4, middle + 4, anchor="end", size=12)
        _whisker(svg, row, middle)
    return _finished(svg)


def _whisker(svg: ET.Element, row: PlottedInterval, middle: float) -> None:
    if row.value is None:
        return
    if row.low is not None and row.high is not None:
        low, high = _x(row.low), _x(row.high)
        _put(svg, "line", x1=low, y1=middle, x2=high, y2=middle, stroke=row.colour, stroke_width=3)
        for end in (low, high):
            _put(svg, "line", x1=end, y1=middle - 5, x2=end, y2=middle + 5, stroke=INK, stroke_width=1.5)
    _put(svg, "circle", cx=_x(row.value), cy=middle, r=5, fill=row.colour, stroke=INK, stroke_width=1.5)


def shares(title: str, rows: Sequence[Share]) -> str:
    """Parts of a whole as one bar, 200 × 14 units; its numbers are elsewhere."""
    label = f"{title}: " + ", ".join(f"{row.count} {row.name}" for row in rows)
    attributes = {"viewBox": "0 0 200 14", "width": "200", "height": "14", "role": "img", "aria-label": label}
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **attributes})
    whole, left = sum(row.count for row in rows) or 1, 0.5
    for row in rows:
        width = round(199 * row.count / whole, 2)
        _put(svg, "rect", x=round(left, 2), y=0.5, width=width, height=13, fill=row.colour, stroke=INK)
        left += width
    return _finished(svg)


def _canvas(title: str, rows: int, description: str, *, axis: bool = False) -> ET.Element:
    """An SVG with a white ground and a title, tall enough for its rows; `description` is what a screen reader says."""
    height = _HEAD + _ROW * rows + (22 if axis else 8)
    attributes = {"viewBox": f"0 0 {WIDTH} {height}", "width": str(WIDTH), "height": str(height)}
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **attributes})
    svg.attrib |= {"role": "img", "aria-label": f"{title}: {description}", "font-family": _FONT}
    _put(svg, "rect", width=WIDTH, height=height, fill="#ffffff")
    _text(svg, title, 0, 16, size=14, weight="600")
    return svg


def _name(svg: ET.Element, at: int, name: str) -> float:
    """Writes a row's name; returns the row's middle."""
    middle = _HEAD + _ROW * at + _ROW / 2
    _text(svg, name, _NAMES - 10, middle + 4, anchor="end")
    return middle


def _x(value: float) -> float:
    return round(_NAMES + (WIDTH - _NAMES - _VALUES - 10) * min(max(value, 0.0), 1.0), 1)


def _figure(row: PlottedInterval) -> str:
    if row.value is None:
        return "–"
    return f"{row.value:.2f}" + ("" if row.low is None else f" [{row.low:.2f}, {row.high:.2f}]")


def _text(
    svg: ET.Element,
    words: str,
    x: float,
    y: float,
    *,
    fill: str = INK,
    size: int = 13,
    anchor: str = "start",
    weight: str = "400",
) -> None:
    _put(svg, "text", x=x, y=y, fill=fill, font_size=size, text_anchor=anchor, font_weight=weight).text = words


def _put(svg: ET.Element, tag: str, **attributes: float | str) -> ET.Element:
    return ET.SubElement(svg, tag, {name.replace("_", "-"): f"{value}" for name, value in attributes.items()})


def _finished(svg: ET.Element) -> str:
    return ET.tostring(svg, encoding="unicode")
