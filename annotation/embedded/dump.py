"""A PostgreSQL database as one file, and back, by PostgreSQL's own programs. No password is on their command lines."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from annotation.embedded import database
from dataset.problem import Problem

# An extension's own tables are there as soon as somebody has installed it, and are no work.
_TABLES: Final = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1
"""
_DROPS: Final = """
SELECT format('DROP %s IF EXISTS %I.%I CASCADE;',
              CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
                             WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relkind = 'S', c.oid
"""
_NOBODYS: Final = ("--no-owner", "--no-acl", "--no-comments", "--no-password")


def write(url: str, target: Path, counted: Mapping[str, str]) -> tuple[dict[str, int], int]:
    """Writes one moment of a database into a file, while others work in it.

    Returns how many rows each of the `counted` tables has at that moment, by the name that it is counted under, and
    the version of PostgreSQL's programs that can read the file.

    Raises:
        Problem: the database cannot be reached or read, or pg_dump is missing or older than the server.
    """
    with database.connect(url) as connection:
        version = connection.info.server_version // 10_000
        program, own = _program("pg_dump", version, "the server")
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        moment = _text(connection.execute("SELECT pg_export_snapshot()").fetchone())
        counts = {
            name: int(_text(connection.execute(f'SELECT count(*) FROM "{table}"'.encode()).fetchone()))  # noqa: S608 - our own names
            for name, table in counted.items()
        }
        # The archive around it is compressed.
        shape = ("--format=custom", "--compress=0", f"--snapshot={moment}", f"--file={target}")
        _run(program, *shape, *_NOBODYS, f"--dbname={url}", failure="the server's database could not be copied")
    return counts, own


def check_reader(version: int | None) -> None:
    """Whether pg_restore is here and reads what a pg_dump of that version wrote.

    Raises:
        Problem: it is missing or older.
    """
    _program("pg_restore", version or 0, "the backup")


def read(url: str, dump: Path) -> None:
    """Puts a file back into an empty database: all of it or nothing.

    Raises:
        Problem: it cannot be put back.
    """
    program, _ = _program("pg_restore", 0, "the backup")
    whole = ("--single-transaction", "--exit-on-error")
    _run(program, *whole, *_NOBODYS, f"--dbname={url}", str(dump), failure=f"the backup could not be put into {url}")


def read_over(url: str, dump: Path) -> None:
    """Puts a file back in the place of all that a database holds: all of it or nothing. Writes beside the file.

    Raises:
        Problem: it cannot be put back.
    """
    failure = f"the backup could not be put into {url}"
    restoring, filling = _program("pg_restore", 0, "the backup")[0], _program("psql", 0, "the backup")[0]
    script, drops = dump.with_suffix(".sql"), dump.with_suffix(".drops")
    with database.connect(url) as connection:
        names = [str(name) for (name,) in connection.execute(_DROPS.encode())]
    drops.write_text("\n".join(names), encoding="utf-8")
    _run(restoring, *_NOBODYS, f"--file={script}", str(dump), failure=failure)
    whole = ("--no-psqlrc", "--quiet", "--no-password", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _run(filling, *whole, f"--file={drops}", f"--file={script}", f"--dbname={url}", failure=failure)
    script.unlink()
    drops.unlink()


def holds_tables(url: str) -> bool:
    """Whether anything is in a database.

    Raises:
        Problem: it cannot be asked.
    """
    with database.connect(url) as connection:
        return connection.execute(_TABLES.encode()).fetchone() is not None


def size(url: str) -> int:
    """The bytes of a database.

    Raises:
        Problem: it cannot be asked.
    """
    with database.connect(url) as connection:
        return int(_text(connection.execute("SELECT pg_database_size(current_database())").fetchone()))


def _text(row: tuple[object, ...] | None) -> str:
    return str(row[0]) if row else ""


def _program(name: str, version: int, than: str) -> tuple[str, int]:
    """One of PostgreSQL's programs that is of this version or a newer one, and its version."""
    path = shutil.which(name)
    wanted = f" {version} or newer" if version else ""
    install = f"install the client programs of PostgreSQL{wanted} (on Debian: postgresql-client), then run this again"
    if path is None:
        raise Problem(f"{name}, which belongs to PostgreSQL, is not on the path", install)
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    own = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    if done.returncode or own is None:
        raise Problem(f"{path} does not say which version it is", install)
    if int(own[1]) < version:
        raise Problem(f"{path} is of PostgreSQL {own[1]}, and {than} is of {version}", install)
    return path, int(own[1])


def _run(program: str, *words: str, failure: str) -> None:
    variables = {"PGCONNECT_TIMEOUT": str(database.CONNECT_SECONDS), **os.environ, "LC_ALL": "C"}
    done = subprocess.run(
        [program, *words], stdin=subprocess.DEVNULL, capture_output=True, env=variables, umask=0o077, check=False
    )
    if done.returncode:
        raise Problem(f"{failure}: {_error(done.stderr)}", "put that right, then run the same command again")


def _error(written: bytes) -> str:
    """What a program says is wrong, in one line."""
    lines = written.decode(errors="replace").splitlines()
    errors = [line.partition("error:")[2].strip() for line in lines if "error:" in line]
    return (errors or [line.strip() for line in lines if line.strip()] or ["it does not say why"])[0][:300]
