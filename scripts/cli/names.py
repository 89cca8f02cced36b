"""Names that people give on the command line."""

from __future__ import annotations

import re
from typing import Final

from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, SUGGESTIONS

ADJUDICATOR: Final = "adjudicator"
"""Who decides, where nobody else is named."""


def checked_names(names: list[str]) -> list[str]:
    """The names, each once.

    Raises:
        Problem: a name cannot be a pseudonym or a round.
    """
    for name in names:
        if not _NAME.fullmatch(name) or name.lower() in RESERVED:
            raise Problem(
                f"“{name}” cannot be a name here",
                "use letters, digits, `_` and `-`, at most 40, and not admin, gold or suggestions",
            )
    return list(dict.fromkeys(names))


RESERVED: Final = frozenset({"admin", GOLD, SUGGESTIONS})
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")


def next_push(corpus: Corpus, annotators: list[str]) -> str:
    """What pushes the latest round again, as it was dealt; for the first round, what deals it to these annotators."""
    round_name = latest_round(corpus)
    names = annotators or ["a1"]
    if (corpus.annotations / round_name / "deals.jsonl").exists():
        names = []
    return " ".join(["hedgerow push --round", round_name, *(f"--annotator {name}" for name in names)])


def latest_round(corpus: Corpus) -> str:
    """The round in which articles were dealt last, `r1` where none were."""
    deals = max(corpus.annotations.glob("*/deals.jsonl"), key=lambda path: path.stat().st_mtime, default=None)
    return deals.parent.name if deals else "r1"
