"""Parts of the guidelines that only tests look at."""

from __future__ import annotations

import re

from annotation.guidelines import FENCED, section

_RULE = re.compile(r"^- \*\*([SQHNE]\d+)\*\* ", re.MULTILINE)


def worked_article() -> str:
    """The worked article, labelled in the notation."""
    return str(FENCED.findall(section("worked-article"))[-1])


def rule_ids(text: str) -> list[str]:
    """The ids of the rules that a section states, in its order."""
    return _RULE.findall(text)
