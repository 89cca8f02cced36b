"""Listed cues in other uses, which are no hedges (H3): ability, permission, comparison, nouns of the same form."""

from __future__ import annotations

import re
from typing import Final

from dataset.scheme import lexicon

AROUND: Final = 60
"""Characters before and after a cue that say how it is used."""
_ABILITY: Final = (
    r"\s+(?:see|hear|feel|smell|taste|tell|afford|be (?:seen|heard|felt|read)|remember|swim|speak|read|only|hardly"
    r"|barely|no longer|never|find no|finally|walk|reach|breathe|imagine|understand|get (?:out|in|away|home))\b"
)
_AS_ONE_COULD: Final = (
    r"(?i)(?:\bas (?:\w+ ){1,3}(?:as )?(?:\w+ )?|\bso (?:that )?(?:\w+ ){1,3}|\b(?:if|how|where|wherever|whatever|when"
    r"|before|until|wish|wished|all|everything|anything|best|than) (?:only )?\w+ )$"
)
_AS_POSSIBLE: Final = (
    r"(?i)\b(?:as [\w-]+(?: [\w-]+){0,4} as|(?:if|when|where|wherever|whenever|best|worst|everything|make|makes|made"
    r"|making)(?: \w+){0,2})\s$"
)
_NOT_A_DATE: Final = (
    rf"(?!\s+(?:{lexicon.MONTH}|\d|next|this|to(?:day|morrow|night)|[A-Z]\w+day|in|at|on|late|early|mid"
    r"|spring|summer|autumn|winter|noon|midnight)\b)"
)
_OTHER_USES: Final = {
    cue: (re.compile(before) if before else None, re.compile(after) if after else None)
    for cue, before, after in (
        ("could", _AS_ONE_COULD, _ABILITY),
        ("may", r"\b[Cc]ome what $", r"(?i)\s+(?:i|we)\b"),
        ("might", r"\b(?:the|its|their|his|her|our|with|all|military|naval|economic|full)\s$", r"\s+of\b|[.,;]"),
        ("possible", _AS_POSSIBLE, r"\s+(?:to|for)\b"),
        ("potential", r"\b(?:full|great|huge|enormous|own|his|her|their|its|my|your|our|real)\s$", r"(?!\s+[a-z])"),
        ("as soon as", "", _NOT_A_DATE),
        ("about", r"\b(?:talk(?:ed|ing|s)?|know|think|worried|what|how|questions?)\s$", ""),
        ("i think", "", r"\s+(?:about|of)\b"),
        *((cue, r"(?i)\b(?:no|not)\s$", "") for cue in ("more than", "less than", "fewer than", "at least")),
    )
}
"""By cue, what comes before or after it where it is used in another way."""


def is_other_use(text: str, start: int, end: int, cue: str) -> bool:
    """Whether the cue at `start:end`, as the lists have it, is used as H3 rules out."""
    if cue not in _OTHER_USES:
        return False
    before, after = _OTHER_USES[cue]
    return bool(before and before.search(text[max(0, start - AROUND) : start])) or bool(
        after and after.match(text[end : end + AROUND])
    )
