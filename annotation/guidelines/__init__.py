"""The guidelines that annotators work by, as files that the labelling page and people read."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

SECTIONS: Final = ("everywhere", "speaker", "quote", "hedge", "number", "links")
_FOLDER = Path(__file__).parent
_RULE = re.compile(r"^- \*\*([SQHNE]\d+)\*\* ", re.MULTILINE)
_WHOLE_RULE = re.compile(r"^- \*\*([SQHNE]\d+)\*\* (.*?)\n  Right: `(.*?)`$", re.MULTILINE | re.DOTALL)


class Rule(NamedTuple):
    """A rule's text and its right example, each on one line."""

    text: str
    right: str


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its id."""
    found = [match for name in SECTIONS for match in _WHOLE_RULE.findall(section(name))]
    return {rule: Rule(" ".join(text.split()), " ".join(right.split())) for rule, text, right in found}


def version() -> str:
    """The version of the guidelines, as stamped on tasks."""
    return (_FOLDER / "VERSION").read_text(encoding="utf-8").strip()


def section(name: str) -> str:
    """The Markdown of one section."""
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")


def rule_ids(text: str) -> list[str]:
    """The ids of the rules that a section states, in its order."""
    return _RULE.findall(text)
