"""Rows that a test made by hand, with whatever columns, as a result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from annotation.labelstudio.result import Result, write_result


def result_of(spans: Iterable[Any], links: Iterable[Any] = (), *rest: Any, **named: Any) -> list[Result]:
    """What `write_result` makes of them."""
    return write_result(spans, links, *rest, **named)
