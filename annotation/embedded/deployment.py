"""Units of systemd for a corpus's server and its backups, for this installation and this account."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jinja2
import platformdirs

from annotation.embedded import database, kept_backups
from annotation.embedded.accounts import Secrets
from annotation.embedded.network import LOOPBACK
from annotation.embedded.server import Server
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.storage.atomic import asides

SYSTEMD: Final = "systemd"
_PLACE: Final = Path("/etc/systemd/system")
_TEMPLATES: Final = Path(__file__).parent / "deployed"
_HOMES: Final = (Path("/home"), Path("/root"), Path("/run/user"))
_TEMPORARY: Final = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - places to keep out of
_NOT_OURS: Final = (".ssh", ".gnupg", ".aws", ".azure", ".config/gcloud", ".docker", ".kube", ".netrc")
_CALENDARS: Final = {
    "15m": ("*:00/15", "1min"),
    "30m": ("*:00/30", "2min"),
    "1h": ("hourly", "5min"),
    **{f"{hours}h": (f"00/{hours}:00", "15min") for hours in (2, 3, 4, 6, 8, 12)},
    "1d": ("daily", "1h"),
    "7d": ("weekly", "1h"),
}
_LOOPBACKS: Final = frozenset({LOOPBACK, "::1", "localhost", ""})


@dataclass(frozen=True)
class DeployedFile:
    """A file for an administrator to put into its place."""

    place: Path
    content: str


@dataclass(frozen=True)
class Installation:
    """Who runs a corpus's server and by which program, all paths absolute.

    `needed` is what the program reads, `home` the account's home.
    """

    user: str
    home: Path
    program: tuple[str, ...]
    needed: tuple[Path, ...]
    variables: tuple[str, ...] = ()


def installation(known: Secrets) -> Installation:
    """This account and this program.

    Raises:
        Problem: it is root, which is not to run a server.
    """
    if os.geteuid() == 0:
        raise Problem(
            "a server that runs as root could change everything on this machine",
            "run this as an ordinary account, to which the corpus and its server belong",
        )
    beside = Path(sys.executable).with_name("hedgerow")
    program = (
        (str(beside),) if beside.exists() else (sys.executable, "-P", "-c", "from scripts.main import main; main()")
    )
    imported = [Path(entry).resolve() for entry in sys.path if entry and Path(entry).exists()]
    key = platformdirs.user_state_path("hedgerow", appauthor=False)
    own = [Path(sys.prefix), Path(sys.executable).resolve(), key, Path.home() / ".pgpass"]
    return Installation(
        user=pwd.getpwuid(os.geteuid()).pw_name,
        home=Path.home(),
        program=program,
        needed=tuple(path for path in dict.fromkeys([*own, *imported]) if path.exists()),
        variables=_variables(known),
    )


def _variables(known: Secrets) -> tuple[str, ...]:
    """The variables of this shell that a service needs as well; passwords are no part of them."""
    given = {"LANG": "C.UTF-8"}
    given |= {name: os.environ[name] for name in ("XDG_STATE_HOME",) if name in os.environ}
    if known.database is not None:
        secret = ("PGPASSWORD", "PGSSLPASSWORD")
        given |= {name: value for name, value in database.environment(os.environ).items() if name not in secret}
    return tuple(f"{name}={value}" for name, value in sorted(given.items()))


def server_unit(corpus: Corpus, own: Installation | None = None) -> list[DeployedFile]:
    """The unit that starts a corpus's server with the machine, as `up` set it up.

    Raises:
        Problem: no server is set up here, a path cannot be written into a unit, or this is root.
    """
    known = _known(corpus)
    own = own or installation(known)
    from annotation.embedded.serve import GRACE_SECONDS

    loopback = known.network.host in _LOOPBACKS and _is_database_local(known)
    kept_backups.make_folder(corpus, corpus.root / kept_backups.FOLDER)  # for the backup before a new version
    content = _filled(
        "server.service.j2",
        **_alike(corpus, known, own, corpus.root / kept_backups.FOLDER),
        command=(*own.program, "up", "--foreground", "--corpus", str(corpus.root)),
        grace=GRACE_SECONDS,
        network="loopback" if loopback else "any",
    )
    return [DeployedFile(_PLACE / f"{_unit(corpus)}.service", content)]


def backup_units(
    corpus: Corpus, every: str, keep: int | None, folder: Path | None = None, own: Installation | None = None
) -> list[DeployedFile]:
    """The unit that takes a backup, and the timer that calls it `every` so often: `6h`, `30m`, `1d`.

    Raises:
        Problem: no server is set up here, there is no such timer, a path cannot be written into a unit, or this is
            root.
    """
    if every not in _CALENDARS:
        raise Problem(f"--every {every} does not divide a day evenly", f"choose one of {', '.join(_CALENDARS)}")
    known = _known(corpus)
    own = own or installation(known)
    target = (folder or corpus.root / kept_backups.FOLDER).absolute()
    kept_backups.make_folder(corpus, target)
    kept = ("--keep", str(keep)) if keep else ()
    into = ("--out", str(target)) if folder else ()
    calendar, delay = _CALENDARS[every]
    loopback = "loopback" if _is_database_local(known) else "any"
    service = _filled(
        "backup.service.j2",
        **_alike(corpus, known, own, target),
        command=(*own.program, "backup", *kept, *into, "--corpus", str(corpus.root)),
        network="none" if known.database is None else loopback,
    )
    timer = _filled("backup.timer.j2", name=corpus.name, every=every, calendar=calendar, delay=delay)
    name = f"{_unit(corpus)}-backup"
    return [DeployedFile(_PLACE / f"{name}.service", service), DeployedFile(_PLACE / f"{name}.timer", timer)]


def printed(files: Iterable[DeployedFile]) -> str:
    """Several files one after the other, each after a comment that names its place."""
    return "\n".join(f"# {file.place}\n{file.content}" for file in files)


def write_into(folder: Path, files: Iterable[DeployedFile]) -> list[Path]:
    """Writes each file into a folder, all or none, under the name that it has in its place. Returns where they are."""
    with asides() as several:
        paths = []
        for file in files:
            paths.append(folder / file.place.name)
            several.of(paths[-1]).write_text(file.content, encoding="utf-8")
    return paths


def _known(corpus: Corpus) -> Secrets:
    known = Server(corpus.state).secrets()
    if known is None:
        raise Problem("no Label Studio is set up here", "set one up with `hedgerow up`, then run this again")
    return known


def _is_database_local(known: Secrets) -> bool:
    """Whether the work is on this machine: in a file, or where PostgreSQL is reached by a socket or loopback."""
    if known.database is None:
        return True
    return all(host in _LOOPBACKS or host.startswith("/") for host in database.hosts(known.database))


def _alike(corpus: Corpus, known: Secrets, own: Installation, backups: Path) -> dict[str, object]:
    """What the units of server and backup have in common."""
    state = corpus.state.resolve()
    paths = [state, corpus.root, backups, *own.needed, *(Path(word) for word in own.program[:1])]
    for path in paths:
        if not str(path).isprintable():
            raise Problem(f"{str(path)!r} cannot be written into a unit of systemd", "give the folder another name")
    return {
        "name": corpus.name,
        "root": str(corpus.root),
        "user": own.user,
        "variables": own.variables,
        "writable": [str(state), str(backups)],
        "hidden": [f"-{own.home / name}" for name in _NOT_OURS],
        "in_home": _any_within(paths, _HOMES),
        "in_tmp": _any_within(paths, _TEMPORARY),
        "local_postgresql": known.database is not None and _is_database_local(known),
    }


def _any_within(paths: Iterable[Path], folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for path in paths for folder in folders)


def _unit(corpus: Corpus) -> str:
    return f"hedgerow-{kept_backups.file_stem(corpus)}"


def _filled(template: str, **values: object) -> str:
    environment = jinja2.Environment(  # noqa: S701 - not HTML
        loader=jinja2.FileSystemLoader(_TEMPLATES), undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    environment.filters |= {"escaped": _escaped, "quoted": _quoted, "argument": _argument}
    return environment.get_template(template).render(**values)


def _escaped(text: str) -> str:
    """A value that goes to the end of its line."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """One of several words of a value, whatever it holds."""
    return '"' + _escaped(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _argument(text: str) -> str:
    """A word of a command, in which systemd would put variables, too."""
    return _quoted(text).replace("$", "$$")
