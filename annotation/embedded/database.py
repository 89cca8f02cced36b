"""Where the embedded Label Studio keeps its work: SQLite in the state folder, or a PostgreSQL database by its URL.

The password of PostgreSQL is never here: libpq finds it, in PGPASSWORD or ~/.pgpass.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dataset.problem import Problem

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS: Final = 10
VARIABLE: Final = "HEDGEROW_DATABASE"
# Readers do not wait for a writer (WAL), and a writer waits its `timeout` (s) for another.
SQLITE_OPTIONS: Final = {"timeout": 60, "init_command": "PRAGMA journal_mode=WAL"}
EXAMPLE: Final = "postgresql://hedgerow@127.0.0.1:5432/hedgerow"
_PASSWORDS: Final = ("password", "sslpassword")
_DJANGO: Final = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
# What libpq looks for in the home of whoever runs it, by the variable that names it from elsewhere.
_IN_THE_HOME: Final = {
    "PGPASSFILE": ".pgpass",
    "PGSERVICEFILE": ".pg_service.conf",
    "PGSSLCERT": ".postgresql/postgresql.crt",
    "PGSSLKEY": ".postgresql/postgresql.key",
    "PGSSLROOTCERT": ".postgresql/root.crt",
    "PGSSLCRL": ".postgresql/root.crl",
}
_OF_LABEL_STUDIO: Final = "SELECT to_regclass('htx_user') IS NOT NULL"


def checked_url(url: str) -> str:
    """The URL, if it names a database of PostgreSQL and no password.

    Raises:
        Problem: it does not.
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise Problem("--database is not the address of a PostgreSQL database", f"write one like {EXAMPLE}")
    parameters = _parameters(url)
    if any(parameters.get(name) is not None for name in _PASSWORDS):
        raise Problem(
            "--database holds a password, and what is on a command line can be seen by others",
            "take it out of the address, and set the environment variable PGPASSWORD, or write it into ~/.pgpass",
        )
    if not parameters.get("dbname"):
        raise Problem("--database names no database", f"write one like {EXAMPLE}")
    return url


def _parameters(url: str) -> dict[str, Any]:
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise Problem(
            "psycopg, which connects to PostgreSQL, is not installed here",
            "run `pip install -e '.[server]' -c constraints.txt`",
        ) from None
    try:
        parameters = dict(conninfo_to_dict(url))
        if not str(parameters.get("port") or 0).isdigit():
            raise ProgrammingError("libpq itself looks at the port when it connects")
        return parameters
    except ProgrammingError:  # its message may hold the password
        raise Problem("--database cannot be read as an address", f"write one like {EXAMPLE}") from None


def django_settings(url: str) -> dict[str, Any]:
    """An entry of Django's DATABASES."""
    options = _parameters(url)
    named = {key: str(options.pop(name, "")) for name, key in _DJANGO.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **named,
        "OPTIONS": {"connect_timeout": CONNECT_SECONDS, **options},
    }


def hosts(url: str) -> list[str]:
    """The names of the hosts that are asked for the database, by its address or by PGHOST."""
    return str(_parameters(url).get("host") or os.environ.get("PGHOST") or "").split(",")


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The variables that libpq reads, with the files of this account's home named, for a process with another home."""
    from psycopg.pq import Conninfo

    names = {option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar} | {"PGSERVICEFILE"}
    files = {name: Path.home() / path for name, path in _IN_THE_HOME.items()}
    there = {name: str(path) for name, path in files.items() if os.access(path, os.R_OK)}
    return there | {name: given[name] for name in sorted(names & given.keys())}


def connect(url: str) -> psycopg.Connection:
    """A connection to the database.

    Raises:
        Problem: it cannot be reached, or does not let us in.
    """
    import psycopg

    try:
        return psycopg.connect(url, connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as error:
        raise Problem(
            f"PostgreSQL at {url} cannot be opened: {describe_error(error)}",
            "check that it runs, that the database and its user are there, and the password in PGPASSWORD or ~/.pgpass",
        ) from None


def describe_error(error: Exception) -> str:
    """What PostgreSQL says, in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:200] if lines else type(error).__name__


def refuse_used(url: str) -> None:
    """A server begins with a database of its own: in another's it would take over the accounts of the same names.

    Raises:
        Problem: the database holds a Label Studio's tables, or cannot be asked.
    """
    if holds_label_studio(url):
        raise Problem(
            f"{url} holds another Label Studio's data", "make an empty database with `createdb`, and name that one"
        )


def holds_label_studio(url: str) -> bool:
    """Whether Label Studio's tables are there.

    Raises:
        Problem: the database cannot be asked.
    """
    with connect(url) as database:
        row = database.execute(_OF_LABEL_STUDIO).fetchone()
        return bool(row and row[0])
