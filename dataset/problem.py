"""A known failure, worded so that a person can act on it."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Final

_ALIKE: Final = 0.6
_NEAR: Final = 3


class Problem(Exception):  # noqa: N818 - it is shown to people by this name
    """What happened and where, and what to do next. Commands print it as one line and exit with 3."""

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(f"{what}; {next_step}")
        self.what = what
        self.next_step = next_step

    def __reduce__(self) -> tuple[type[Problem], tuple[str, str]]:
        """How it comes back from another process."""
        return Problem, (self.what, self.next_step)


UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
"""What the error of every client holds if its TLS does not trust a server."""


def distrusted(url: str) -> Problem:
    """The problem that a server's certificate is not one that this machine trusts."""
    return Problem(
        f"{url} shows a certificate that this machine does not trust, so nothing was sent there",
        "check the address; if your own authority issued the certificate, name that authority's file in SSL_CERT_FILE",
    )


def near(name: str, known: Collection[str]) -> str:
    """“did you mean …? ” with the names that are most like one that is not there; "" where none is like it."""
    folded: dict[str, list[str]] = {}
    for each in known:
        folded.setdefault(each.casefold(), []).append(each)
    close = difflib.get_close_matches(name.casefold(), folded, _NEAR, _ALIKE)
    names = [each for fold in close for each in folded[fold]][:_NEAR]
    return f"did you mean {' or '.join(names)}? " if names else ""
