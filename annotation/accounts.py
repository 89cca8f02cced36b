"""Who is who: an annotator's pseudonym, and the server and account that stand behind it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Any

from annotation.server import Server
from annotation.studio import Studio, foreign_server
from dataset.corpus import Corpus
from dataset.problem import Problem

ACCOUNTS = "annotators.toml"


@dataclass(frozen=True)
class Seat:
    """An annotator's place at a server.

    `account` is the id of the account that is to submit the work, None where it is not known. `blind` says whether the
    server keeps annotators from seeing each other's work.
    """

    annotator: str
    studio: Studio
    account: int | None
    blind: bool


def seat(corpus: Corpus, annotator: str) -> Seat:
    """Where an annotator works: the server that the environment names, else the embedded one.

    Raises:
        Problem: no such server, or no account for the annotator.
    """
    foreign = foreign_server()
    if foreign:
        studio = Studio(*foreign)
        return Seat(annotator, studio, _foreign_account(corpus, annotator, studio), blind=False)
    return embedded_seat(corpus, annotator)


def embedded_seat(corpus: Corpus, annotator: str) -> Seat:
    """Where an annotator works on the embedded server, whatever the environment names.

    Raises:
        Problem: it is not set up, or has no account for the annotator.
    """
    known = Server(corpus.state).secrets()
    if known is None:
        raise Problem("no Label Studio is set up here", f"start one with `hedgerow up --annotator {annotator}`")
    if annotator not in known.annotators:
        raise Problem(f"{annotator} has no account here", f"make one with `hedgerow up --annotator {annotator}`")
    studio = Studio(f"http://127.0.0.1:{known.port}", known.annotators[annotator].token, key=known.key)
    return Seat(annotator, studio, studio.whoami()[0], blind=True)


def embedded_studios(corpus: Corpus) -> list[Studio]:
    """The embedded server as each annotator's account sees it.

    Raises:
        Problem: it is not set up.
    """
    known = Server(corpus.state).secrets()
    if known is None:
        raise Problem("no Label Studio is set up here", "start one with `hedgerow up --annotator a1`")
    return [
        Studio(f"http://127.0.0.1:{known.port}", account.token, key=known.key) for account in known.annotators.values()
    ]


def _foreign_account(corpus: Corpus, annotator: str, studio: Studio) -> int | None:
    address = addresses(corpus).get(annotator)
    if address is None:
        return None
    members = studio.member_ids()
    if address not in members:
        raise Problem(
            f"{ACCOUNTS} gives {annotator} an account that the server does not know", "mend the file, or invite it"
        )
    return members[address]


def addresses(corpus: Corpus) -> dict[str, Any]:
    """Pseudonym to address at a foreign server, as `annotators.toml` says; empty where there is none.

    Raises:
        Problem: the file cannot be read.
    """
    path = corpus.root / ACCOUNTS
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{path} cannot be read: {error}", 'write lines like a1 = "someone@example.org"') from None
