"""The accounts of the embedded server and what else is kept of it in the file of secrets."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from annotation.embedded import versions
from annotation.embedded.network import Network
from annotation.embedded.provision import AccountOrder, Order
from dataset.problem import Problem

_MOST_WORKERS: Final = 8


@dataclass(frozen=True)
class Account:
    """An account of the embedded server. All secrets but the address.

    `password` is empty where the account's owner sets it; one that `is_removed` lets nobody in.
    """

    name: str
    email: str
    password: str
    token: str
    is_removed: bool = False


@dataclass(frozen=True)
class Secrets:
    """What `up` made: the port, the admin, the annotators by pseudonym; the URL of the database, None for SQLite.

    `key` opens to commands what is closed to accounts; None where an earlier version made the server. `workers` is how
    many processes answer requests, None for as many as suit the machine. `label_studio` is the version that last
    brought the database up to date, None where an earlier version of Hedgerow did, and `tables` that of our own tables.
    """

    port: int
    admin: Account
    annotators: dict[str, Account] = field(default_factory=dict)
    database: str | None = None
    key: str | None = None
    network: Network = field(default_factory=Network)
    workers: int | None = None
    label_studio: str | None = None
    tables: int = 0

    @classmethod
    def of(cls, content: dict[str, Any]) -> Self:
        """What a file of secrets says.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: it is none.
        """
        network = content.get("network", {})
        return cls(
            content["port"],
            Account(**content["admin"]),
            {name: Account(**account) for name, account in content["annotators"].items()},
            content.get("database"),
            content.get("key"),
            Network(**{**network, "proxies": tuple(network.get("proxies", ()))}),
            content.get("workers"),
            content.get("label_studio"),
            content.get("tables", 0),
        )

    @classmethod
    def new(cls, database_url: str | None) -> Self:
        """Those of a server that is to be made, without a port."""
        return cls(0, new_account("admin"), database=database_url, key=new_key())

    @property
    def is_up_to_date(self) -> bool:
        """Whether the database was last used with what is installed here."""
        return (self.label_studio, self.tables) == (versions.installed("label-studio"), versions.TABLES)

    @property
    def processes(self) -> int:
        """How many processes answer requests: as many as suit the machine and the database, where none are named."""
        suitable = 1 if self.database is None else min(max(os.cpu_count() or 1, 2), _MOST_WORKERS)
        return self.workers or suitable

    def with_annotators(self, names: Iterable[str]) -> Self:
        """With an account for each annotator.

        Raises:
            Problem: two names differ only in case, so that they would share an address.
        """
        added = {name: new_account(name) for name in names if name not in self.annotators}
        _refuse_alike([*self.annotators, *added])
        return replace(self, annotators=self.annotators | added)

    def with_account(self, account: Account) -> Self:
        """With this account in the place of its annotator's."""
        return replace(self, annotators=self.annotators | {account.name: account})

    @property
    def url(self) -> str:
        """Where programs on this machine reach the server."""
        return self.network.local_url(self.port)

    @property
    def public_url(self) -> str:
        """Where people reach the server."""
        return self.network.address or self.url


def new_account(name: str) -> Account:
    """An account with a password and a token that nobody knows."""
    return Account(name, f"{name.lower()}@hedgerow.local", secrets.token_urlsafe(12), new_token())


def new_token() -> str:
    """A token as Label Studio takes it."""
    return secrets.token_hex(20)


def new_key() -> str:
    """A key for commands."""
    return secrets.token_urlsafe(32)


def _refuse_alike(names: list[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if (earlier := seen.setdefault(name.lower(), name)) != name:
            raise Problem(
                f"there is an annotator {earlier} already, and {name} differs only in case", "choose another name"
            )


def order(known: Secrets, *names: str, invited: bool = False, reset: bool = False, removed: bool = False) -> Order:
    """What Label Studio's own code is to make: the accounts of these annotators, or all where none is named."""
    wanted = [known.annotators[name] for name in names or known.annotators]
    return Order(
        admin=_account_order(known.admin),
        annotators=[_account_order(account) for account in wanted],
        invited=invited,
        reset=reset,
        removed=removed,
    )


def _account_order(account: Account) -> AccountOrder:
    return AccountOrder(name=account.name, email=account.email, password=account.password, token=account.token)
