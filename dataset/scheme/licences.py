"""Licences of texts: which of them let everybody pass the text on, and which ask that its source be named."""

from __future__ import annotations

import re
from typing import Final

_OPEN: Final = re.compile(
    r"CC0-1\.0|CC-BY(-SA)?-[1-4]\.[05](-[A-Z]+)?|CC-PDDC|PDDL-1\.0|ODC-By-1\.0|ODbL-1\.0|OGL-UK-[1-3]\.0|Unlicense",
    re.IGNORECASE,
)

_NAMING: Final = re.compile(r"CC-BY(-\w+)*-[1-4]\.[05](-[A-Z]+)?|ODC-By-1\.0|ODbL-1\.0|OGL-UK-[1-3]\.0", re.IGNORECASE)
_CREATIVE_COMMONS: Final = re.compile(
    r"CC-(?P<terms>BY(?:-\w+)*?)-(?P<version>[1-4]\.[05])(?:-(?P<place>[A-Z]+))?", re.IGNORECASE
)


def allows_redistribution(licence: str | None) -> bool:
    """Whether an SPDX licence lets everybody pass the text on, changed or not, for any purpose.

    What is unknown does not, nor does a licence for some purposes only (`-NC`) or for unchanged copies only (`-ND`).
    """
    return licence is not None and _OPEN.fullmatch(licence.strip()) is not None


def asks_for_attribution(licence: str | None) -> bool:
    """Whether an SPDX licence asks whoever passes the text on to name its source, as far as that is known here."""
    return licence is not None and _NAMING.fullmatch(licence.strip()) is not None


def deed(licence: str) -> str:
    """Where an SPDX licence can be read: the deed of a Creative Commons licence, else its page at SPDX."""
    if match := _CREATIVE_COMMONS.fullmatch(licence.strip()):
        parts = [match["terms"].lower(), match["version"], *([match["place"].lower()] if match["place"] else [])]
        return f"https://creativecommons.org/licenses/{'/'.join(parts)}/"
    return f"https://spdx.org/licenses/{licence.strip()}.html"
