"""How often a process looks for garbage."""

from __future__ import annotations

import gc
from typing import Final

_ALLOCATIONS: Final = 100_000
_YOUNGER_COLLECTIONS: Final = 50


def collect_seldom() -> None:
    """Makes this process look for cycles seldom: it makes millions of rows, and there are none among them."""
    gc.set_threshold(_ALLOCATIONS, _YOUNGER_COLLECTIONS, _YOUNGER_COLLECTIONS)
