"""The SPDX id of a licence that a source gives in words or by its address."""

from __future__ import annotations

import re
from typing import Final

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

_WORDS: Final = re.compile(
    r"(?:CC|Creative Commons)[\s_-]*(?P<terms>(?:BY|NC|ND|SA|Attribution|NonCommercial|Non-Commercial|NoDerivatives|"
    r"NoDerivs|ShareAlike)(?:[\s_-]+(?:BY|NC|ND|SA|NonCommercial|Non-Commercial|NoDerivatives|NoDerivs|ShareAlike))*)"
    r"[\s_-]*(?P<version>[1-4]\.[05])(?:[\s_-]+(?:International|Generic|Unported))?",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/(?:licenses/(?P<terms>[a-z-]+)|publicdomain/(?P<zero>zero))"
    r"/(?P<version>\d\.\d)(?:/(?:legalcode|deed(?:\.[a-z_-]+)?)?)?",
    re.IGNORECASE,
)
_ZERO: Final = re.compile(r"CC[\s_-]*0(?:[\s_-]*1\.0)?(?:[\s_-]+Universal)?", re.IGNORECASE)
_TERMS: Final = {
    "attribution": "BY",
    "noncommercial": "NC",
    "noderivatives": "ND",
    "noderivs": "ND",
    "sharealike": "SA",
}


def spdx_id(licence: str) -> str | None:
    """The SPDX id or expression that a licence means; None where it is none that SPDX lists.

    Nothing is added that the words do not say: a Creative Commons licence without its version is none.
    """
    if address := _ADDRESS.fullmatch(licence):
        licence = "CC0-1.0" if address["zero"] else f"CC-{address['terms']}-{address['version']}"
    elif words := _WORDS.fullmatch(licence):
        terms = re.split(r"[\s_-]+", re.sub("non-commercial", "noncommercial", words["terms"], flags=re.IGNORECASE))
        licence = "-".join(["CC", *(_TERMS.get(term.lower(), term) for term in terms), words["version"]])
    elif _ZERO.fullmatch(licence):
        licence = "CC0-1.0"
    try:
        return str(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        return None
