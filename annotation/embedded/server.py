"""The embedded Label Studio: one process on 127.0.0.1, its data and secrets in the corpus's state folder."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import filelock
import httpx
import psutil

from annotation.embedded import database, exchange, marks, versions
from annotation.embedded.environment import DATA, environment
from dataset.problem import Problem
from dataset.storage.atomic import aside, make_private

HOST = "127.0.0.1"
START_SECONDS = 180


@dataclass(frozen=True)
class Account:
    """An account of the embedded server. All secrets but the address."""

    name: str
    email: str
    password: str
    token: str


@dataclass(frozen=True)
class Secrets:
    """What `up` made: the port, the admin, the annotators by pseudonym; the URL of the database, None for SQLite.

    `key` opens to commands what is closed to accounts; None where an earlier version made the server.
    """

    port: int
    admin: Account
    annotators: dict[str, Account] = field(default_factory=dict)
    database: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Server:
    """The embedded server of one corpus."""

    state: Path

    @property
    def secrets_path(self) -> Path:
        """Accounts and tokens, mode 600."""
        return self.state / "secrets.json"

    @property
    def log_path(self) -> Path:
        """What Label Studio prints."""
        return self.state / "label-studio.log"

    @property
    def data_path(self) -> Path:
        """Label Studio's database and files."""
        return self.state / "label-studio"

    @property
    def _unfinished(self) -> Path:
        """There while accounts are made; an `up` that was cut off leaves it, and the next makes them again."""
        return self.state / "accounts.unfinished"

    @property
    def _home(self) -> Path:
        """The home and working folder of the server's processes, empty when they start."""
        return (self.state / "home").absolute()

    @property
    def _tmp(self) -> Path:
        return (self.state / "tmp").absolute()

    @property
    def _process_path(self) -> Path:
        return self.state / "process.json"

    def secrets(self) -> Secrets | None:
        """What `up` made, or None before the first `up`.

        Raises:
            Problem: the file of it is damaged, was not written by this account on this machine, or a restore was cut
                off.
        """
        known, is_own = self.secrets_and_origin()
        if known is not None and not is_own:
            named = f" --database {known.database}" if known.database else ""
            raise Problem(
                f"{self.secrets_path} was not written by this account on this machine, so it is not used",
                f"only if you know where this server comes from, run `hedgerow up --adopt{named}` to take it over",
            )
        return known

    def adopt(self, database_url: str | None = None) -> None:
        """Takes over a server that another account or machine set up, with its accounts and passwords.

        Raises:
            Problem: the file of it is damaged, or its work is in a database other than the one named.
        """
        known, is_own = self.secrets_and_origin()
        if known is None or is_own:
            return
        if known.database not in (None, database_url):
            raise Problem(
                f"this server's work is in {known.database}, which would be sent your password",
                f"if that database is yours, name it: `hedgerow up --adopt --database {known.database}`",
            )
        self._write_secrets(known)

    def secrets_and_origin(self) -> tuple[Secrets | None, bool]:
        """What the file of secrets says, None where there is none, and whether this account wrote it on this machine.

        Raises:
            Problem: the file is damaged, another account could have written it, or a restore was cut off.
        """
        if exchange.is_cut_off(self.state):
            raise Problem(
                f"a `hedgerow restore` was cut off, and {self.state} holds parts of two servers",
                "run `hedgerow up`, which finishes it",
            )
        try:
            known = json.loads(marks.read_own(self.secrets_path))
            annotators = {name: Account(**account) for name, account in known["annotators"].items()}
            admin = Account(**known["admin"])
            made = Secrets(known["port"], admin, annotators, known.get("database"), known.get("key"))
            return made, marks.is_marked(known)
        except (FileNotFoundError, NotADirectoryError):
            return None, False
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Problem(
                f"{self.secrets_path} is damaged",
                "put a backup back with `hedgerow restore --from FILE --replace`",
            ) from None

    def url(self) -> str | None:
        """The address, or None before the first `up`."""
        known = self.secrets()
        return f"http://{HOST}:{known.port}" if known else None

    def process(self) -> psutil.Process | None:
        """The process that `up` started, if it still runs; another process that has since got its number is not it.

        An `up` that was killed before it could note the number has noted the command, and that is looked for.
        """
        try:
            noted = json.loads(self._process_path.read_text(encoding="utf-8"))
            if "command" in noted:
                return self._running(noted["command"])
            process = psutil.Process(noted["pid"])
            same = process.create_time() == noted["created"] and process.status() != psutil.STATUS_ZOMBIE
            return process if same else None
        except (FileNotFoundError, psutil.NoSuchProcess, json.JSONDecodeError, KeyError, TypeError):
            return None

    def _running(self, command: list[str]) -> psutil.Process | None:
        """The process of that command on this server's data; the first of them, where it has made others."""
        processes = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                own = process.cmdline()[-len(command) :] == command and process.status() != psutil.STATUS_ZOMBIE
                if own and process.environ().get(DATA) == str(self.data_path.absolute()):
                    processes.append(process)
        return min(processes, key=psutil.Process.create_time, default=None)

    def answers(self) -> bool:
        """Whether it answers now."""
        url = self.url()
        try:
            return url is not None and httpx.get(f"{url}/health", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def up(
        self,
        annotators: list[str],
        port: int | None,
        tell: Callable[[str], None],
        database_url: str | None = None,
        *,
        adopt: bool = False,
    ) -> Secrets:
        """Brings the server up, with an account for each annotator. Does only what is not done yet.

        Its work is kept in the PostgreSQL database named at the first `up`, in SQLite where none was named. A server
        that was not set up here is refused, unless the caller wants to `adopt` it.

        Raises:
            Problem: Label Studio is not installed or was never tested in its version, the port is taken, the database
                cannot be used or is not the one with the work, it was not set up here, or it does not start.
        """
        with self.locked():
            exchange.finish(self.state, tell)
            if adopt:
                self.adopt(database_url)
            before, running = self.secrets(), self.process()
            if running is None:
                _label_studio()
            self._check_database(before, database_url, running=running is not None)
            if running and before and port not in (None, before.port):
                raise Problem(f"the server runs on port {before.port}", "stop it with `hedgerow down` first")
            self._prepare_folders(new=before is None, empty=running is None)
            known = before or _new_secrets(database_url)
            if known.key is None:
                if running:
                    raise Problem(
                        "the server that runs here was started by an earlier version, which keeps annotators apart "
                        "less well",
                        "run `hedgerow down`, then this again",
                    )
                known = replace(known, key=_new_key())
                self._unfinished.touch()
            wanted = _with_annotators(known, annotators, port, free=running is None)
            new = before is None or set(wanted.annotators) - set(before.annotators) or not self.data_path.exists()
            self._write_secrets(wanted)
            if new or self._unfinished.exists():
                tell("making the database and accounts" if before is None else "making accounts")
                self._unfinished.touch()
                self._provision(wanted)
                self._unfinished.unlink()
            if running is None:
                tell("starting Label Studio")
                self._start(wanted)
            self._wait(tell)
        return wanted

    def _check_database(self, before: Secrets | None, wanted: str | None, *, running: bool) -> None:
        """Whether the database wanted is the one with the work, or an empty one, and lets us in."""
        if wanted is not None:
            database.checked_url(wanted)
        if before is None:
            if wanted is not None:
                database.refuse_used(wanted)
        elif wanted not in (None, before.database):
            raise Problem(
                f"the work on this server is in {before.database or 'SQLite'}, and `up` does not move it",
                f"run `hedgerow pull` and `hedgerow down`, move {self.state} aside, run `hedgerow up` with --database "
                "again, then `hedgerow restore --round R --annotator A` for each layer",
            )
        elif before.database is not None and not running:
            database.connect(before.database).close()

    def down(self) -> bool:
        """Ends the process that `up` started, and waits for its end. Returns whether there was one."""
        with self.locked():
            process = self.process()
            if process is None:
                return False
            process.terminate()
            try:
                process.wait(20)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait(20)
            self._process_path.unlink(missing_ok=True)
        return True

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps every other `up`, `down`, `backup` and `restore` of this server out meanwhile.

        Raises:
            Problem: one of them is at work and does not end, or a link is where the server keeps its files.
        """
        self._refuse_links()
        make_private(self.state)
        try:
            with filelock.FileLock(self.state / "up.lock", timeout=START_SECONDS):
                yield
        except filelock.Timeout:
            raise Problem(
                "another `hedgerow up`, `down`, `backup` or `restore` is at work here",
                "wait for it, then run this again",
            ) from None

    def _refuse_links(self) -> None:
        """A link that came with a corpus would have this account's own files written or read elsewhere."""
        if self.state.is_symlink() and not self.secrets_path.exists():
            raise Problem(f"{self.state} is a link, and no server is where it leads", "remove the link")
        links = [path for path in self.state.glob("*") if path.is_symlink()]
        if links:
            raise Problem(f"{links[0]} is a link, and the server keeps its own files there", "remove the link")

    def _prepare_folders(self, *, new: bool, empty: bool) -> None:
        """The process's home and the folder for what is temporary; nothing is there but what a running one put."""
        if new and self.data_path.exists():
            raise Problem(
                f"{self.data_path} holds a server's data, but there are no accounts of it here",
                "move it aside, or put a backup in its place with `hedgerow restore --from FILE --replace`",
            )
        for folder in (self._home, self._tmp):
            if empty and folder.exists():
                shutil.rmtree(folder)
            folder.mkdir(mode=0o700, exist_ok=True)

    def _write_secrets(self, wanted: Secrets) -> None:
        self.state.chmod(0o700)
        (self.state / ".gitignore").write_text("*\n", encoding="utf-8")  # passwords and tokens, in whatever corpus
        with aside(self.secrets_path, private=True) as new:
            new.write_text(json.dumps(marks.marked(asdict(wanted)), indent=2) + "\n", encoding="utf-8")

    def _environment(self, wanted: Secrets) -> dict[str, str]:
        folders = (self.data_path.absolute(), self._home, self._tmp)
        return environment(os.environ, *folders, wanted.key or "", wanted.database)

    def _provision(self, wanted: Secrets) -> None:
        accounts = {
            "admin": asdict(wanted.admin),
            "annotators": [asdict(account) for account in wanted.annotators.values()],
        }
        with self._log() as log:
            done = subprocess.run(
                [sys.executable, "-m", "annotation.embedded.provision"],
                input=json.dumps(accounts).encode(),
                stdout=log,
                stderr=log,
                env=self._environment(wanted),
                cwd=self._home,
                umask=0o077,
                check=False,
            )
        if done.returncode:
            raise Problem(f"Label Studio's database could not be made: {self._last_words()}", self._see_log())

    def _start(self, wanted: Secrets) -> None:
        command = [str(_label_studio()), "start", "-b", "--internal-host", HOST, "-p", str(wanted.port)]
        self._note({"command": command})
        with self._log() as log:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(wanted),
                cwd=self._home,
                umask=0o077,
                start_new_session=True,
            )
        self._note({"pid": child.pid, "created": psutil.Process(child.pid).create_time()})

    def _note(self, process: dict[str, Any]) -> None:
        with aside(self._process_path) as new:
            new.write_text(json.dumps(process), encoding="utf-8")

    def _wait(self, tell: Callable[[str], None]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process() is None:
                raise Problem(f"Label Studio ended while starting: {self._last_words()}", self._see_log())
            if time.monotonic() > deadline:
                raise Problem(f"Label Studio did not answer within {START_SECONDS} s", self._see_log())
            time.sleep(0.3)
        tell("it answers")

    def _log(self) -> IO[bytes]:
        handle = os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        os.fchmod(handle, 0o600)
        return os.fdopen(handle, "ab")

    def _last_words(self) -> str:
        lines = self.log_path.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "it said nothing")

    def _see_log(self) -> str:
        return f"see {self.log_path}"


def _new_key() -> str:
    return secrets.token_urlsafe(32)


def _with_annotators(known: Secrets, annotators: list[str], port: int | None, *, free: bool) -> Secrets:
    """The secrets with an account for each annotator, and a port that is free if one is needed."""
    added = {name: _new_account(name) for name in annotators if name not in known.annotators}
    _refuse_alike([*known.annotators, *added])
    chosen = _free_port(port, known.port) if free else known.port
    return replace(known, port=chosen, annotators=known.annotators | added)


def _refuse_alike(names: list[str]) -> None:
    """Two names that differ only in case would share an address."""
    seen: dict[str, str] = {}
    for name in names:
        if (earlier := seen.setdefault(name.lower(), name)) != name:
            raise Problem(
                f"there is an annotator {earlier} already, and {name} differs only in case", "choose another name"
            )


def _new_secrets(database_url: str | None) -> Secrets:
    return Secrets(0, _new_account("admin"), database=database_url, key=_new_key())


def _new_account(name: str) -> Account:
    return Account(name, f"{name.lower()}@hedgerow.local", secrets.token_urlsafe(12), secrets.token_hex(20))


def _free_port(named: int | None, before: int) -> int:
    """The port named; else the one of last time if it is free; else any free one."""
    for port in [named] if named else [before, 0]:
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((HOST, port))
                return int(probe.getsockname()[1])
        except OSError:
            continue
    raise Problem(f"port {named} on {HOST} is taken", "name another with --port, or none")


def _label_studio() -> Path:
    """Label Studio's command beside this Python.

    Raises:
        Problem: it is not installed, or what keeps annotators apart was never tested with its version.
    """
    command, installed = Path(sys.executable).parent / "label-studio", versions.installed("label-studio")
    install = "run `pip install -e '.[server]' -c constraints.txt`"
    if installed is None or not command.exists():
        raise Problem("Label Studio is not installed here", install)
    if not versions.is_of(installed, versions.LABEL_STUDIO):
        raise Problem(
            f"Label Studio {installed} is installed here, and only {versions.LABEL_STUDIO} is tested: with another, "
            "annotators may not be blind and the page may lose work",
            install,
        )
    return command


def summary(server: Server) -> dict[str, Any]:
    """What runs: address, process, database, annotators; no secrets."""
    known, process = server.secrets(), server.process()
    return {
        "running": process is not None,
        "answers": server.answers(),
        "url": server.url(),
        "database": (known.database or "SQLite") if known else None,
        "pid": process.pid if process else None,
        "annotators": sorted(known.annotators) if known else [],
    }
