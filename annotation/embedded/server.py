"""The embedded Label Studio: its start and end, its data and secrets in the corpus's state folder."""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import FrameType
from typing import IO, TypedDict

import filelock
import httpx
import psutil

from annotation.embedded import database, exchange, marks, processes, versions
from annotation.embedded.accounts import Secrets, new_key, order
from annotation.embedded.environment import Folders, environment
from annotation.embedded.network import LOOPBACK, NetworkWish
from annotation.embedded.provision import Order, Receipt
from dataset.problem import Problem
from dataset.storage.atomic import aside, make_private

START_SECONDS = 180


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
        """What the server notes while it runs: requests, warnings, errors."""
        return self.state / "label-studio.log"

    @property
    def output_path(self) -> Path:
        """What its processes print, which is why one did not start or broke down."""
        return self.state / "label-studio.out"

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
        self.write_secrets(known)

    def take_over(self, database_url: str | None) -> None:
        """Marks the accounts that are here as this account's own, with the work in that database; None for SQLite.

        Raises:
            Problem: there are none, or the file of them is damaged.
        """
        known, _ = self.secrets_and_origin()
        if known is None:
            raise Problem(f"{self.secrets_path} is not there", "put a backup back with `hedgerow restore --from FILE`")
        self.write_secrets(replace(known, database=database_url))

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
            content = json.loads(marks.read_own(self.secrets_path))
            return Secrets.of(content), marks.is_marked(content)
        except (FileNotFoundError, NotADirectoryError):
            return None, False
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Problem(
                f"{self.secrets_path} is damaged",
                "put a backup back with `hedgerow restore --from FILE --replace`",
            ) from None

    def url(self) -> str | None:
        """Where programs on this machine reach it, or None before the first `up`."""
        known = self.secrets()
        return known.url if known else None

    def process(self) -> psutil.Process | None:
        """The first process of the server that `up` started, if it still runs."""
        return processes.noted(self._process_path, self.data_path)

    def should_run(self) -> bool:
        """Whether it was started and not stopped since; where it broke down, or the machine did, it should run."""
        return self._process_path.exists()

    def answers(self) -> bool:
        """Whether it answers now, and its database answers it."""
        url = self.url()
        try:
            return url is not None and httpx.get(f"{url}/health/", timeout=5).status_code == 200
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
        network: NetworkWish | None = None,
        workers: int | None = None,
        foreground: bool = False,
    ) -> Secrets:
        """Brings the server up, with an account for each annotator. Does only what is not done yet.

        Its work is kept in the PostgreSQL database named at the first `up`, in SQLite where none was named. A server
        that was not set up here is refused, unless the caller wants to `adopt` it. `network` and the number of
        `workers` stay what they were where they are None. In the `foreground` its log goes to this process's output.

        Raises:
            Problem: Label Studio is not installed or was never tested in its version, the port is taken, the database
                cannot be used or is not the one with the work, it was not set up here, or it does not start.
        """
        with self.locked():
            self._settle(tell, adopt=adopt, database_url=database_url)
            before, running = self.secrets(), self.process()
            if running is None:
                check_label_studio()
                _refuse_newer(before)
                processes.end_orphans(self.data_path)
            self._check_database(before, database_url, running=running is not None)
            known = self._wanted(
                before or Secrets.new(database_url), port, network, workers, running=running is not None
            )
            self.prepare_folders(new=before is None, empty=running is None)
            if known.key is None:
                known = replace(known, key=new_key())
                self._unfinished.touch()
            wanted = known.with_annotators(annotators)
            if running is None:
                wanted = replace(wanted, port=_port(wanted, port))
            wanted = self._made(before, wanted, tell, running=running is not None)
            if running is None:
                tell("starting Label Studio")
                self._start(wanted, foreground=foreground)
            self._wait(tell)
        return wanted

    def _made(self, before: Secrets | None, wanted: Secrets, tell: Callable[[str], None], *, running: bool) -> Secrets:
        """What is wanted, written down, with the database and the accounts for it made where they are not there yet."""
        self.write_secrets(wanted)
        outdated = not running and not wanted.is_up_to_date
        added = before is None or set(wanted.annotators) - set(before.annotators)
        if not (added or outdated or self._unfinished.exists() or not self.data_path.exists()):
            return wanted
        tell(_making(new=before is None, outdated=outdated))
        self._unfinished.touch()
        self.provision(wanted, order(wanted))
        if outdated:
            wanted = replace(wanted, label_studio=versions.installed("label-studio"), tables=versions.TABLES)
            self.write_secrets(wanted)
        self._unfinished.unlink()
        return wanted

    def settle(
        self, tell: Callable[[str], None], *, adopt: bool = False, database_url: str | None = None
    ) -> Secrets | None:
        """Finishes a restore that was cut off, and takes the server over where the caller wants to `adopt` it.

        Returns what is known of it then, None before the first `up`.

        Raises:
            Problem: the restore cannot be finished, or the server was not set up here.
        """
        with self.locked():
            self._settle(tell, adopt=adopt, database_url=database_url)
            return self.secrets()

    def _settle(self, tell: Callable[[str], None], *, adopt: bool, database_url: str | None) -> None:
        exchange.finish(self.state, tell)
        (self.state / exchange.FILLING).unlink(missing_ok=True)  # from here on the database may change
        if adopt:
            self.adopt(database_url)

    def is_half_made(self) -> bool:
        """Whether the database or accounts are being made, or were when an `up` was cut off."""
        return self._unfinished.exists()

    def _wanted(
        self, known: Secrets, port: int | None, network: NetworkWish | None, workers: int | None, *, running: bool
    ) -> Secrets:
        """What is known with the network and the workers that are wanted, which a running server does not change.

        Raises:
            Problem: the server runs with others, or SQLite would have several processes write.
        """
        network_wanted = network.applied_to(known.network) if network else known.network
        wanted = replace(known, network=network_wanted, workers=workers or known.workers)
        if wanted.database is None and (wanted.workers or 1) > 1:
            raise Problem(
                "several processes would wait for each other at every step, for SQLite takes one writer at a time",
                "leave --workers out, or keep the work in PostgreSQL with --database",
            )
        if running and (port not in (None, known.port) or wanted != known):
            raise Problem(
                f"the server runs already, at {known.public_url} and on port {known.port}",
                "stop it with `hedgerow down`, then run this again",
            )
        if running and known.key is None:
            raise Problem(
                "the server that runs here was started by an earlier version, which keeps annotators apart less well",
                "run `hedgerow down`, then this again",
            )
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

    def stay(self, tell: Callable[[str], None]) -> None:
        """Waits for the end of the server that was started in the foreground, and hands on what asks for it.

        Raises:
            Problem: it ended by itself.
        """
        process = self.process()
        if process is None:
            raise Problem("Label Studio ended", "see its last lines above")
        asked: list[int] = []

        def hand_on(number: int, _: FrameType | None) -> None:
            asked.append(number)
            process.send_signal(signal.SIGTERM if number == signal.SIGINT else number)

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, hand_on)
        tell("it runs until it is stopped, with Ctrl-C or `hedgerow down`")
        notify_systemd("READY=1")
        ended = process.wait()
        if {signal.SIGTERM, signal.SIGINT} & set(asked):
            self._process_path.unlink(missing_ok=True)
        elif ended:
            raise Problem(f"Label Studio ended by itself ({ended})", "see its last lines above")

    def down(self) -> bool:
        """Ends the process that `up` started, and waits for its end. Returns whether there was one."""
        with self.locked():
            process = self.process()
            if process is None:
                self._process_path.unlink(missing_ok=True)
                return False
            processes.end(process)
            processes.end_orphans(self.data_path)
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

    def prepare_folders(self, *, new: bool, empty: bool) -> None:
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

    def write_secrets(self, wanted: Secrets) -> None:
        """Writes what is known down, marked as this account's own."""
        self.state.chmod(0o700)
        (self.state / ".gitignore").write_text("*\n", encoding="utf-8")  # passwords and tokens, in whatever corpus
        with aside(self.secrets_path, private=True) as new:
            new.write_text(json.dumps(marks.marked(asdict(wanted)), indent=2) + "\n", encoding="utf-8")

    def _environment(self, wanted: Secrets, *, foreground: bool = False) -> dict[str, str]:
        log = None if foreground else self.log_path.absolute()
        folders = Folders(self.data_path.absolute(), self._home, self._tmp, log)
        return environment(os.environ, folders, wanted.key or "", wanted.database, wanted.network)

    def provision(self, wanted: Secrets, order: Order) -> Receipt:
        """Has Label Studio's own code make what the order asks for.

        Raises:
            Problem: it cannot be made.
        """
        with self._output() as output:
            done = subprocess.run(
                [sys.executable, "-m", "annotation.embedded.provision"],
                input=json.dumps(order).encode(),
                stdout=subprocess.PIPE,
                stderr=output,
                env=self._environment(wanted, foreground=True),
                cwd=self._home,
                umask=0o077,
                check=False,
            )
        if done.returncode:
            raise Problem(f"Label Studio's database could not be made: {self._last_words()}", self._see_log())
        receipt: Receipt = json.loads(done.stdout)
        return receipt

    def known(self) -> Secrets:
        """What `up` made.

        Raises:
            Problem: no server is set up here, or `secrets` raises it.
        """
        known = self.secrets()
        if known is None:
            raise Problem("no Label Studio is set up here", "start one with `hedgerow up`")
        return known

    def _start(self, wanted: Secrets, *, foreground: bool) -> None:
        command = processes.command(wanted.url.removeprefix("http://"), wanted.processes)
        processes.note_command(self._process_path, command)
        with self._output(begin=True) as output:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=None if foreground else output,
                stderr=None if foreground else output,
                env=self._environment(wanted, foreground=foreground),
                cwd=self._home,
                umask=0o077,
                start_new_session=True,
            )
        processes.note_process(self._process_path, child.pid)

    def _wait(self, tell: Callable[[str], None]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process() is None:
                raise Problem(f"Label Studio ended while starting: {self._last_words()}", self._see_log())
            if time.monotonic() > deadline:
                raise Problem(f"Label Studio did not answer within {START_SECONDS} s", self._see_log())
            time.sleep(0.3)
        tell("it answers")

    def _output(self, *, begin: bool = False) -> IO[bytes]:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | (os.O_TRUNC if begin else 0)
        handle = os.open(self.output_path, flags, 0o600)
        os.fchmod(handle, 0o600)
        return os.fdopen(handle, "ab")

    def _last_words(self) -> str:
        lines = self.output_path.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "it said nothing")

    def _see_log(self) -> str:
        return f"see {self.output_path}"


def notify_systemd(state: str) -> None:
    """Tells systemd, where it has started this, how far it is."""
    from gunicorn.systemd import sd_notify

    sd_notify(state, logging.getLogger(__name__))


def _making(*, new: bool, outdated: bool) -> str:
    if new:
        return "making the database and accounts"
    return "bringing the database up to date" if outdated else "making accounts"


def _port(known: Secrets, named: int | None) -> int:
    """The port named; else the one of last time if it is free; else any free one, unless a proxy looks for that one.

    Raises:
        Problem: it is taken, or what the server is to listen on is no address of this machine.
    """
    host, before = known.network.host, known.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    wanted = named or (before if known.network.address else 0)
    for port in [wanted] if wanted else [before, 0]:
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
                return int(probe.getsockname()[1])
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise Problem(
                    f"{host}, where the server is to listen, is not an address of this machine",
                    f"name one with --listen, {LOOPBACK}:8080 say",
                ) from None
    raise Problem(f"port {wanted} on {host} is taken", "stop what listens there, or name another with --port")


def _refuse_newer(known: Secrets | None) -> None:
    """A database that was used with a newer version is not one that this version knows."""
    here = versions.installed("label-studio") or ""
    if known is None:
        return
    if known.label_studio and versions.numbers(known.label_studio) > versions.numbers(here):
        raise Problem(
            f"the database was last used with Label Studio {known.label_studio}, and {here} is installed here",
            f"install it again, `pip install label-studio=={known.label_studio}`; or put a backup from before it back "
            "with `hedgerow restore --from FILE --replace`",
        )
    if known.tables > versions.TABLES:
        raise Problem(
            "the database was last used with a newer version of Hedgerow",
            "install that again; or put a backup from before it back with `hedgerow restore --from FILE --replace`",
        )


def check_label_studio() -> None:
    """Whether Label Studio can be started here.

    Raises:
        Problem: it is not installed, or what keeps annotators apart was never tested with its version.
    """
    installed = versions.installed("label-studio")
    install = "run `pip install -e '.[server]' -c constraints.txt`"
    if installed is None or versions.installed("gunicorn") is None:
        raise Problem("Label Studio is not installed here", install)
    if not versions.is_of(installed, versions.LABEL_STUDIO):
        raise Problem(
            f"Label Studio {installed} is installed here, and only {versions.LABEL_STUDIO} is tested: with another, "
            "annotators may not be blind and the page may lose work",
            install,
        )


class ServerSummary(TypedDict):
    """What runs. Memory and free disk are in bytes, uptime in seconds; None where there is no server or process."""

    running: bool
    should_run: bool
    answers: bool
    url: str | None
    address: str | None
    workers: int | None
    uptime: int | None
    memory: int | None
    free_disk: int | None
    database: str | None
    pid: int | None
    annotators: list[str]


def summary(server: Server) -> ServerSummary:
    """What runs: address, process, database, annotators; no secrets.

    A server `should_run` from the `up` that started it until it is stopped.
    """
    known, process = server.secrets(), server.process()
    return {
        "running": process is not None,
        "should_run": server.should_run(),
        "answers": server.answers(),
        "url": server.url(),
        "address": known.network.address if known else None,
        "workers": known.processes if known else None,
        "uptime": round(time.time() - process.create_time()) if process else None,
        "memory": processes.memory(process) if process else None,
        "free_disk": shutil.disk_usage(server.state).free if server.state.exists() else None,
        "database": (known.database or "SQLite") if known else None,
        "pid": process.pid if process else None,
        "annotators": sorted(known.annotators) if known else [],
    }
