"""Whether this machine and this server can do the job: a line per check, and how to fix it. No bad state raises."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Generator, Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from annotation.embedded import dump, kept_backups, trespass, versions
from annotation.embedded.accounts import Account, Secrets
from annotation.embedded.backup import DATABASE
from annotation.embedded.database import EXAMPLE
from annotation.embedded.server import Server
from annotation.labelstudio import seats
from annotation.labelstudio.client import Studio, foreign_server, without_credentials
from annotation.rounds.raw import altered
from dataset.record import doctor
from dataset.record.corpus import Corpus
from dataset.record.doctor import DoctorLine, problem_line

CLOCK_SECONDS: Final = 60
# So many submitted at once, without a pause, while the round was pulled: SQLite lost nothing and refused nothing, and
# the slowest answer took 5 s, on two cores (annotation/README.md, Many annotators).
MEASURED_ON_SQLITE: Final = 50
LEAST_FREE: Final = 1_000_000_000
BACKUP_HOURS: Final = 48
_INSTALL: Final = "run `pip install -e '.[server]' -c constraints.txt`"


def examine(corpus: Corpus | None) -> Iterator[DoctorLine]:
    """Every check, in the order in which a person would fix things; without a corpus, the machine's alone."""
    yield from doctor.machine()
    foreign = bool(os.environ.get("LABEL_STUDIO_URL"))
    yield from problem_line("label-studio", lambda: package("label-studio", versions.LABEL_STUDIO, needed=not foreign))
    yield from problem_line("label-studio-sdk", lambda: package("label-studio-sdk", versions.SDK))
    if corpus is None:
        return
    yield from doctor.corpus(corpus)
    yield from problem_line("pulls", lambda: pulls(corpus))
    yield from problem_line("modes", lambda: modes(Server(corpus.state), corpus.root / seats.ACCOUNTS))
    yield from problem_line("server", lambda: server(corpus))
    if not foreign:
        yield from problem_line("database", lambda: database(Server(corpus.state)))
        yield from problem_line("server-disk", lambda: disk(Server(corpus.state)))
        yield from problem_line("backup", lambda: backup(corpus))


def package(name: str, line: str, *, needed: bool = True) -> Iterator[DoctorLine]:
    """Whether a package is here and of the line of releases that the code is made for."""
    installed = versions.installed(name)
    if installed is None and not needed:
        yield DoctorLine(name, "ok", f"{name} is not installed, and not needed: LABEL_STUDIO_URL names another server")
    elif installed is None:
        yield DoctorLine(name, "fail", f"{name} is not installed", _INSTALL)
    elif versions.is_of(installed, line):
        yield DoctorLine(name, "ok", f"{name} {installed}")
    else:
        yield DoctorLine(name, "fail", f"{name} {installed}, but this is made for {line}", _INSTALL)


def pulls(corpus: Corpus) -> Iterator[DoctorLine]:
    """Whether every raw pull is still what the server sent."""
    changed = [str(path.relative_to(corpus.pulls)) for path in altered(corpus)]
    if changed:
        message = f"in {corpus.pulls}, altered since it was pulled: {', '.join(changed[:3])}"
        yield DoctorLine(
            "pulls",
            "fail",
            message,
            "put it back from a copy, or remove the folders named, and pull again with `--full`",
        )
    else:
        yield DoctorLine("pulls", "ok", "the raw pulls here are as they were pulled")


def modes(own: Server, named: Path) -> Iterator[DoctorLine]:
    """Whether only their owner reads the server's data and secrets."""
    files = [own.secrets_path, *own.data_path.glob("*.sqlite3"), named]
    wanted: list[tuple[Path, int]] = [(own.state, 0o700), *((path, 0o600) for path in files)]
    there = {path: mode for path, mode in wanted if path.exists()}
    wide = {path: mode for path, mode in there.items() if stat.S_IMODE(path.stat().st_mode) & ~mode}
    for path, mode in wide.items():
        yield DoctorLine("modes", "fail", f"{path} is open to others", f"run `chmod {mode:o} {path}`")
    if not there:
        yield DoctorLine("modes", "ok", "no secrets here yet")
    elif not wide:
        yield DoctorLine("modes", "ok", f"only you can read {own.state}")


def server(corpus: Corpus) -> Iterator[DoctorLine]:
    """The server that push and pull would ask."""
    foreign = foreign_server()
    if foreign:
        yield from problem_line("server", lambda: _foreign(corpus, *foreign))
    else:
        yield from _embedded(Server(corpus.state))


def database(own: Server) -> Iterator[DoctorLine]:
    """Whether the embedded server's database is made for so many annotators."""
    known = own.secrets()
    if known is None:
        return
    count = len(known.annotators)
    if known.database is not None:
        yield DoctorLine("database", "ok", f"PostgreSQL, for {count} annotators")
    elif count <= MEASURED_ON_SQLITE:
        yield DoctorLine("database", "ok", f"SQLite, for {count} annotators; measured with {MEASURED_ON_SQLITE}")
    else:
        message = f"SQLite, for {count} annotators; it was measured with {MEASURED_ON_SQLITE}"
        yield DoctorLine("database", "warn", message, f"start again in PostgreSQL: `hedgerow up --database {EXAMPLE}`")


def disk(own: Server) -> Iterator[DoctorLine]:
    """Whether the server's database, and a backup of it, have room to grow."""
    known = own.secrets()
    if known is None or not own.data_path.exists():
        return
    files = (path.stat().st_size for path in own.data_path.glob("*.sqlite3*"))
    size = dump.size(known.database) if known.database is not None else sum(files)
    needed, free = max(2 * size, LEAST_FREE), shutil.disk_usage(own.state).free
    message = f"{free / 1e9:.1f} GB free for a database of {size / 1e9:.1f} GB and its backups"
    if free >= 2 * needed:
        yield DoctorLine("server-disk", "ok", message)
        return
    next_step = (
        f"make room: {2 * needed / 1e9:.0f} GB are enough, and with less than {needed / 1e9:.0f} GB work is lost"
    )
    yield DoctorLine("server-disk", "fail" if free < needed else "warn", message, next_step)


def backup(corpus: Corpus) -> Iterator[DoctorLine]:
    """How old the newest backup is, of a server that people reach from elsewhere."""
    known = Server(corpus.state).secrets()
    if known is None or known.network.address is None:
        return
    newest = kept_backups.newest(corpus)
    hours = (datetime.now(UTC) - newest[1]).total_seconds() / 3600 if newest else None
    if hours is not None and hours < BACKUP_HOURS:
        yield DoctorLine("backup", "ok", f"the newest backup is {hours:.0f} hours old")
        return
    message = "there is no backup here" if hours is None else f"the newest backup is {hours / 24:.0f} days old"
    next_step = "take one with `hedgerow backup`, or have them taken with its --every and --service"
    yield DoctorLine("backup", "warn", message, next_step)


def _foreign(corpus: Corpus, url: str, token: str) -> Iterator[DoctorLine]:
    studio = Studio(url, token)
    yield from answer(without_credentials(url), "check LABEL_STUDIO_URL, or start that server")
    yield from problem_line("token", lambda: _foreign_token(studio))
    yield from problem_line("annotators", lambda: _foreign_accounts(corpus, studio))
    message = "this server shows annotators each other's projects: they are blind only by agreement"
    yield DoctorLine("blindness", "warn", message, "agree on it, or use the server of `hedgerow up`")


def _foreign_token(studio: Studio) -> Iterator[DoctorLine]:
    number, _ = studio.whoami()
    yield DoctorLine("token", "ok", f"LABEL_STUDIO_API_KEY works, as account {number}")


def _foreign_accounts(corpus: Corpus, studio: Studio) -> Iterator[DoctorLine]:
    known, members = seats.addresses(corpus), studio.member_ids()
    if not known:
        next_step = f'write lines like a1 = "someone@example.org" into {corpus.root / seats.ACCOUNTS}'
        yield DoctorLine("annotators", "warn", "nothing says which account is whose", next_step)
    for name, address in known.items():
        if address in members:
            yield DoctorLine(f"annotator {name}", "ok", f"{name} has an account there")
        else:
            yield DoctorLine(
                f"annotator {name}", "fail", f"the server does not know {name}'s account", "invite it there"
            )


def _embedded(own: Server) -> Iterator[DoctorLine]:
    known = own.secrets()
    process = own.process()
    if lost := _lost(own, known):
        next_step = "put a backup back with `hedgerow restore --from FILE --replace`; if nothing was labelled yet, run "
        next_step += "`hedgerow up`"
        yield DoctorLine("server", "fail", lost, next_step)
    elif known is None:
        yield DoctorLine(
            "server", "warn", "no Label Studio is set up here", "start one with `hedgerow up --annotator a1`"
        )
    elif process is None and not own.answers():
        yield DoctorLine("server", "warn", "Label Studio is not running", "start it with `hedgerow up`")
    elif process is None:
        next_step = "stop what listens there, then run `hedgerow up`"
        yield DoctorLine("server", "fail", f"something else answers at {own.url()}", next_step)
    else:
        next_step = f"see {own.log_path}; then `hedgerow down` and `hedgerow up`"
        answers = yield from answer(known.url, next_step)
        if answers:
            yield from _accounts(known)


def _lost(own: Server, known: Secrets | None) -> str | None:
    """What a server lacks that was set up here, as a restore that an earlier version cut off left it."""
    kept = next(own.state.glob("kept-*"), None)
    if known is None:
        return f"no Label Studio is set up here, but {kept} holds one that a restore replaced" if kept else None
    if known.database is None and not (own.data_path / DATABASE).exists():
        return f"the accounts are here, but the database is not: {own.data_path / DATABASE}"
    return None


def answer(url: str, next_step: str) -> Generator[DoctorLine, None, bool]:
    """Whether a server answers, which version it is and what its clock says. Returns whether it answers."""
    try:
        response = httpx.get(f"{url}/api/version", timeout=10, follow_redirects=True)
        release = str(response.raise_for_status().json()["release"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        why = f"HTTP {error.response.status_code}" if isinstance(error, httpx.HTTPStatusError) else type(error).__name__
        yield DoctorLine("server", "fail", f"{url} does not answer like Label Studio ({why})", next_step)
        return False
    yield DoctorLine("server", "ok", f"{url} answers")
    yield version(release)
    yield clock(response.headers.get("Date"), datetime.now(UTC))
    return True


def version(release: str) -> DoctorLine:
    """Whether the server is of the line of releases that the code is made for."""
    if versions.is_of(release, versions.LABEL_STUDIO):
        return DoctorLine("server-version", "ok", f"the server is Label Studio {release}")
    message = f"the server is Label Studio {release}, but this is made for {versions.LABEL_STUDIO}"
    return DoctorLine("server-version", "fail", message, f"use a server of {versions.LABEL_STUDIO}")


def clock(date: str | None, now: datetime) -> DoctorLine:
    """The server's clock, by its `Date` header, beside the clock here."""
    try:
        apart = abs((parsedate_to_datetime(date or "") - now).total_seconds())
    except (ValueError, TypeError):
        return DoctorLine("clock", "warn", "the server does not give its time", "compare the two clocks yourself")
    message = f"the server's clock and this one are {apart:.0f} s apart"
    if apart < CLOCK_SECONDS:
        return DoctorLine("clock", "ok", message)
    return DoctorLine("clock", "warn", message, "set both by a time server; the record's times come from the server's")


def _accounts(known: Secrets) -> Iterator[DoctorLine]:
    url = known.url
    for account in (known.admin, *known.annotators.values()):
        yield from problem_line(f"account {account.name}", partial(_account, url, account))
    yield from problem_line("blindness", lambda: trespass.blindness(known))


def _account(url: str, account: Account) -> Iterator[DoctorLine]:
    _, address = Studio(url, account.token).whoami()
    name = f"account {account.name}"
    if address == account.email:
        yield DoctorLine(name, "ok", f"the token of {account.name} works")
    else:
        yield DoctorLine(name, "fail", f"the token of {account.name} is another account's", "run `hedgerow up` again")


def failed(lines: Iterable[DoctorLine]) -> bool:
    """Whether something keeps the job from being done."""
    return any(line.mark == "fail" for line in lines)
