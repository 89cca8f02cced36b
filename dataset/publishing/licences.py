"""Licences of texts, and which of them let everybody pass the text on."""

from __future__ import annotations

import re
from typing import Final

_OPEN: Final = re.compile(
    r"CC0-1\.0|CC-BY(-SA)?-[1-4]\.[05](-[A-Z]+)?|CC-PDDC|PDDL-1\.0|ODC-By-1\.0|ODbL-1\.0|OGL-UK-[1-3]\.0|Unlicense",
    re.IGNORECASE,
)


def allows_redistribution(licence: str | None) -> bool:
    """Whether an SPDX licence lets everybody pass the text on, changed or not, for any purpose.

    What is unknown does not, nor does a licence for some purposes only (`-NC`) or for unchanged copies only (`-ND`).
    """
    return licence is not None and _OPEN.fullmatch(licence.strip()) is not None
