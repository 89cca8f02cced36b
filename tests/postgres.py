"""A PostgreSQL of the tests' own: a cluster in a folder of its own, on 127.0.0.1, with a password."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from tests.serving import free_port

_DEBIAN = Path("/usr/lib/postgresql")
_OWNER = "postgres"
USER = "hedgerow"


@dataclass(frozen=True)
class Postgres:
    """A running cluster: its port, its only user's password, and where its programs and its folder are."""

    port: int
    password: str
    programs: Path
    folder: Path

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def create(self, name: str) -> str:
        """A new empty database; returns its URL."""
        with psycopg.connect(self.url("postgres"), password=self.password, autocommit=True) as cluster:
            cluster.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def copy(self, of: str, name: str) -> str:
        """A copy of a database that nobody uses; returns its URL."""
        with psycopg.connect(self.url("postgres"), password=self.password, autocommit=True) as cluster:
            cluster.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}"'.encode())
        return self.url(name)

    def drop(self, name: str) -> None:
        """Removes a database, whoever is connected to it."""
        with psycopg.connect(self.url("postgres"), password=self.password, autocommit=True) as cluster:
            cluster.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    @contextmanager
    def password_given(self) -> Iterator[None]:
        """Its password is in the environment, where libpq looks for it."""
        before = os.environ.get("PGPASSWORD")
        os.environ["PGPASSWORD"] = self.password
        try:
            yield
        finally:
            del os.environ["PGPASSWORD"]
            if before is not None:
                os.environ["PGPASSWORD"] = before

    def process(self) -> psutil.Process:
        """The first of its processes."""
        return psutil.Process(int((self.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0]))

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self._control("start", "--wait", f"--log={self.folder / 'log'}", f"--options={options}")

    def kill(self) -> None:
        """Ends all of its processes at once, as a power cut would."""
        process = self.process()
        every = [process, *process.children(recursive=True)]
        for each in every:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(every)

    def stop(self) -> None:
        """Ends it, with whatever is being done there."""
        self._control("stop", "--mode=immediate")

    def _control(self, *arguments: str) -> None:
        _run(self.programs / "pg_ctl", *arguments, f"--pgdata={self.folder / 'data'}")


def programs() -> Path | None:
    """The folder of PostgreSQL's programs: on the path, or where Debian puts them, the newest; None without it."""
    initdb = shutil.which("initdb")
    beside = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return Path(initdb).resolve().parent if initdb else beside[-1].parent if beside else None


@contextmanager
def cluster(programs: Path) -> Iterator[Postgres]:
    """A new cluster; stopped and removed when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="hedgerow-postgres-"))
    here = Postgres(free_port(), secrets.token_hex(8), programs, folder)
    try:
        _write_password(folder, here.password)
        made = ["--auth=scram-sha-256", f"--pwfile={folder / 'password'}", f"--username={USER}", "--encoding=UTF8"]
        _run(programs / "initdb", f"--pgdata={folder / 'data'}", "--locale=C", *made)
        here.start()
        try:
            yield here
        finally:
            here.stop()
    finally:
        shutil.rmtree(folder)


def _write_password(folder: Path, password: str) -> None:
    (folder / "password").write_text(password, encoding="utf-8")
    if os.geteuid() == 0:
        for path in (folder, folder / "password"):
            shutil.chown(path, _OWNER)


def _run(program: Path, *arguments: str) -> None:
    """As the user postgres where we are root, whom PostgreSQL refuses."""
    front = ["runuser", "-u", _OWNER, "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryFile() as log:  # a pipe would stay open in the server that pg_ctl leaves behind
        done = subprocess.run(
            [*front, str(program), *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", check=False
        )
        log.seek(0)
        assert done.returncode == 0, log.read().decode(errors="replace")[-2000:]
