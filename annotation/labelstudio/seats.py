"""Who is who: an annotator's pseudonym, and the server and account that stand behind it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from annotation.embedded.inside.routes import KEY_VARIABLE
from annotation.embedded.server import Server
from annotation.labelstudio.client import Studio, foreign_server
from dataset.problem import Problem
from dataset.record.corpus import Corpus, read_toml

ACCOUNTS = "annotators.toml"
_LINES: Final = 'write lines like a1 = "someone@example.org"'


@dataclass(frozen=True)
class Seat:
    """An annotator's place at a server.

    `account` is the id of the account that is to submit the work, None where it is not known. `blind` says whether the
    server keeps annotators from seeing each other's work. Who `is_removed` has work there, and gets no more.
    """

    annotator: str
    studio: Studio
    account: int | None
    blind: bool
    is_removed: bool = False


class NotLetIn(Problem):
    """An annotator has no account at the embedded server, or was removed from it."""


def seat(corpus: Corpus, annotator: str) -> Seat:
    """Where an annotator works: the server that the environment names, else the embedded one.

    Raises:
        Problem: no such server, or no account for the annotator.
    """
    foreign = foreign_server()
    if foreign:
        studio = Studio(*foreign, key=os.environ.get(KEY_VARIABLE))
        return Seat(annotator, studio, _foreign_account(corpus, annotator, studio), blind=False)
    return embedded_seat(corpus, annotator)


def require_open(seats: Iterable[Seat]) -> None:
    """Nobody who was removed gets more to do.

    Raises:
        NotLetIn: one of them was.
    """
    for each in seats:
        if each.is_removed:
            raise NotLetIn(
                f"{each.annotator} was removed from this server",
                f"leave them out, or let them in again with `hedgerow invite {each.annotator} --reset`",
            )


def embedded_seat(corpus: Corpus, annotator: str) -> Seat:
    """Where an annotator works on the embedded server, whatever the environment names.

    Raises:
        NotLetIn: it has no account for the annotator.
        Problem: it is not set up.
    """
    known = Server(corpus.state).secrets()
    if known is None:
        raise Problem("no Label Studio is set up here", f"start one with `hedgerow up --annotator {annotator}`")
    if annotator not in known.annotators:
        raise NotLetIn(f"{annotator} has no account here", f"make one with `hedgerow up --annotator {annotator}`")
    account = known.annotators[annotator]
    studio = Studio(known.url, account.token, key=known.key, shown_at=known.public_url)
    return Seat(annotator, studio, studio.whoami()[0], blind=True, is_removed=account.is_removed)


def embedded_studios(corpus: Corpus) -> list[Studio]:
    """The embedded server as each annotator's account sees it.

    Raises:
        Problem: it is not set up.
    """
    known = Server(corpus.state).secrets()
    if known is None:
        raise Problem("no Label Studio is set up here", "start one with `hedgerow up --annotator a1`")
    return [Studio(known.url, account.token, key=known.key) for account in known.annotators.values()]


def _foreign_account(corpus: Corpus, annotator: str, studio: Studio) -> int | None:
    address = addresses(corpus).get(annotator)
    if address is None:
        return None
    members = studio.member_ids()
    if address not in members:
        raise Problem(
            f"{ACCOUNTS} gives {annotator} an account that the server does not know",
            "correct the file, or invite that account",
        )
    return members[address]


def addresses(corpus: Corpus) -> dict[str, str]:
    """Pseudonym to address at a foreign server, as `annotators.toml` says; empty where there is none.

    Raises:
        Problem: the file cannot be read, or gives an annotator something that is not an address.
    """
    path = corpus.root / ACCOUNTS
    known = read_toml(path, _LINES) if path.exists() else {}
    for annotator, address in known.items():
        if not isinstance(address, str):
            raise Problem(f"{path}: {annotator} must be one address, in quotation marks", _LINES)
    return known
