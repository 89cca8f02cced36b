"""Names that people give on the command line."""

from __future__ import annotations

import re

from dataset.problem import Problem
from dataset.schema import IDENTIFIER


def checked_names(names: list[str]) -> list[str]:
    """The names, each once.

    Raises:
        Problem: one cannot be a pseudonym or a round.
    """
    for name in names:
        if not re.fullmatch(IDENTIFIER, name) or name.startswith(".") or len(name) > 40 or name.lower() in RESERVED:
            raise Problem(
                f"“{name}” cannot be a name here", "use letters, digits, `_` and `-`, at most 40, and not admin or gold"
            )
    return list(dict.fromkeys(names))


RESERVED = frozenset({"admin", "gold"})
