"""The embedded server's data as one archive, taken while it runs, and back from one.

An archive holds `manifest.json`, then `secrets.json` (accounts and tokens) and `label-studio/` (database, uploads and
keys). It is as secret as the server's own folder.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from itertools import chain, count
from pathlib import Path
from typing import Final

from annotation.embedded import versions
from annotation.embedded.archive import MANIFEST, ArchiveMember, BackupManifest, unpack, verify
from annotation.embedded.exchange import DATA, SECRETS, exchange, finish, is_cut_off
from annotation.embedded.server import Server
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.storage.atomic import aside, folder_aside, write_bytes

FOLDER: Final = "backups"
DATABASE: Final = "label_studio.sqlite3"
_STAGED = ".staged-"
_COUNTED: Final = {"projects": "project", "tasks": "task", "annotations": "task_completion"}


@dataclass(frozen=True)
class Backup:
    """A backup that was taken: where it lies and what is in it."""

    path: Path
    manifest: BackupManifest


@dataclass(frozen=True)
class RestoredBackup:
    """A backup that was put back, and where what was there before is kept, if there was any."""

    manifest: BackupManifest
    kept: Path | None


def backup(corpus: Corpus, out: Path | None = None) -> Backup:
    """Takes the server's data, whole and consistent, whether or not it runs. Work on the server goes on meanwhile.

    Raises:
        Problem: there is no data, it cannot be read or is in PostgreSQL, or the archive cannot be written or is there
            already.
    """
    server = Server(corpus.state)
    taken_at = datetime.now(UTC)
    target = out.absolute() if out else default_path(corpus, taken_at)
    _refuse_target(server, target)
    with _writing(target.parent), server.locked():
        _make_folder(corpus, target.parent)
        with _stage(server) as stage:
            _copy_data(server, stage)
            manifest = _manifest(corpus, stage, taken_at)
            _write_archive(stage, manifest, target)
    return Backup(target, manifest)


def default_path(corpus: Corpus, taken_at: datetime) -> Path:
    """Where a backup lies unless it is said otherwise."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", corpus.name).strip(".-") or "corpus"
    return corpus.root / FOLDER / f"{name}-{_stamp(taken_at)}.tar.gz"


def restore(corpus: Corpus, archive: Path, *, replace: bool, adopt: bool = False) -> RestoredBackup:
    """Puts a backup back where there is no data yet, or, with `replace`, in the place of a stopped server's.

    What was there before is kept beside it. Nothing is changed before the archive has been read whole. A restore that
    was cut off is finished first; where it was of the same archive, that is all. A backup that was taken by another
    account or on another machine is put back where the caller wants to `adopt` it.

    Raises:
        Problem: the archive is not a whole backup, is another corpus's or a newer Label Studio's, or was not taken
            here; there is data and `replace` is not given; the server runs; or the data cannot be written.
    """
    server = Server(corpus.state)
    if not is_cut_off(server.state):
        _refuse_data(server, replace)
    manifest = verify(archive)
    _refuse_foreign(corpus, archive, manifest)
    note = json.dumps(asdict(manifest), sort_keys=True)
    with _writing(server.state), server.locked():
        if (finished := finish(server.state)) and finished.note == note:
            return RestoredBackup(manifest, finished.kept)
        _refuse_data(server, replace)
        with _stage(server) as stage:
            unpack(archive, stage)
            _check_secrets(Server(stage), archive, adopt)
            return RestoredBackup(manifest, exchange(server.state, stage, _name_to_keep(server.state), note).kept)


def _refuse_target(server: Server, target: Path) -> None:
    _refuse_postgresql(server)
    if server.secrets() is None or not (server.data_path / DATABASE).exists():
        raise Problem("no Label Studio is set up here, so there is nothing to back up", "start one with `hedgerow up`")
    if target.exists():
        raise Problem(f"{target} is there already", "name another file with --out")


def _refuse_postgresql(server: Server) -> None:
    known = server.secrets()
    if known is not None and known.database is not None:
        raise Problem(
            f"this server's work is in PostgreSQL ({known.database}), which has backups of its own",
            f"take one with `pg_dump --format=custom --file=FILE --dbname={known.database}`, and a copy of "
            f"{server.state}; put both back with `pg_restore` and `hedgerow up`",
        )


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """A full disk or an unwritable folder, and a database that cannot be read, said in a sentence."""
    again = "put that right, then run the same command again; nothing was changed"
    try:
        yield
    except OSError as error:
        raise Problem(f"{error.filename or folder} cannot be written: {error.strerror or error}", again) from None
    except shutil.Error as error:
        raise Problem(f"{folder} cannot be written: {error.args[0][0][2]}", again) from None
    except sqlite3.Error as error:
        raise Problem(f"the server's database could not be copied: {error}", again) from None


def _make_folder(corpus: Corpus, folder: Path) -> None:
    """The folder of backups is out of git's sight in every corpus: an archive holds passwords and tokens."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignore = corpus.root / FOLDER / ".gitignore"
    if folder == ignore.parent and not ignore.exists():
        write_bytes(ignore, b"*\n")


@contextmanager
def _stage(server: Server) -> Iterator[Path]:
    """A folder on the disk of the server's data, as private as that; gone when the block ends."""
    for left in server.state.glob(f"{_STAGED}*"):  # of earlier versions
        shutil.rmtree(left)
    with folder_aside(server.state / DATA, private=True) as stage:
        yield stage


def _copy_data(server: Server, stage: Path) -> None:
    """The database first: a file that is uploaded later is one too many, where the other way round one would lack."""
    (stage / DATA).mkdir(mode=0o700)
    _copy_database(server.data_path / DATABASE, stage / DATA / DATABASE)
    for path in sorted(server.data_path.rglob("*")):
        name = path.relative_to(server.data_path)
        if path.is_file() and not path.is_symlink() and not name.as_posix().startswith(DATABASE):
            _copy_file(path, stage / DATA / name)
    shutil.copyfile(server.secrets_path, stage / SECRETS)


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        target.unlink(missing_ok=True)  # deleted on the server since it was listed


def _copy_database(source: Path, target: Path) -> None:
    """One moment of a database that is being written to. In one step: in several, each write would begin it anew."""
    opened = sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True)
    with closing(opened) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here, pages=-1)


def _manifest(corpus: Corpus, stage: Path, taken_at: datetime) -> BackupManifest:
    paths = sorted(path for path in stage.rglob("*") if path.is_file())
    return BackupManifest(
        corpus=corpus.name,
        taken_at=f"{taken_at:%Y-%m-%dT%H:%M:%SZ}",
        hedgerow=versions.installed("hedgerow"),
        label_studio=versions.installed("label-studio"),
        counts=_counts(stage / DATA / DATABASE),
        members={path.relative_to(stage).as_posix(): _member(path) for path in paths},
    )


def _member(path: Path) -> ArchiveMember:
    with path.open("rb") as stream:
        return ArchiveMember(path.stat().st_size, file_digest(stream, "sha256").hexdigest())


def _counts(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as copy:
        return {
            name: int(copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own names
            for name, table in _COUNTED.items()
        }


def _write_archive(stage: Path, manifest: BackupManifest, target: Path) -> None:
    (stage / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
    with aside(target, private=True) as new, tarfile.open(new, "w:gz", compresslevel=6) as archive:
        for name in (MANIFEST, *manifest.members):
            archive.add(stage / name, name, recursive=False, filter=_anonymous)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of this machine's accounts."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _refuse_data(server: Server, replace: bool) -> None:
    if server.process() is not None:
        raise Problem("the server runs", "stop it with `hedgerow down`; nothing was changed")
    if not replace and (server.data_path.exists() or server.secrets_path.exists()):
        raise Problem(
            f"{server.state} holds a server's data already",
            "restore into another corpus folder, or add --replace: what is there is then kept beside it",
        )


def _refuse_foreign(corpus: Corpus, archive: Path, manifest: BackupManifest) -> None:
    if manifest.corpus != corpus.name:
        raise Problem(
            f"{archive} is a backup of the corpus {manifest.corpus}, and this one is {corpus.name}",
            f'name the right one with --corpus, or set name = "{manifest.corpus}" in {corpus.root / "hedgerow.toml"}',
        )
    here = versions.installed("label-studio")
    if here and manifest.label_studio and versions.numbers(manifest.label_studio) > versions.numbers(here):
        raise Problem(
            f"{archive} was taken from Label Studio {manifest.label_studio}, and {here} is installed here",
            f"install {manifest.label_studio} or newer, then restore again",
        )


def _check_secrets(staged: Server, archive: Path, adopt: bool) -> None:
    """Whether its accounts are those of a server that was set up here, or that the caller takes over."""
    try:
        known, is_own = staged.secrets_and_origin()
    except Problem:
        known, is_own = None, False
    if known is None:
        raise Problem(
            f"{archive} is not a whole backup: its accounts cannot be read", "take another backup; nothing was changed"
        )
    if known.database is not None:
        raise Problem(
            f"{archive} holds an SQLite database, but names one in PostgreSQL as the server's, so no `hedgerow backup` "
            "made it",
            "take another backup; nothing was changed",
        )
    if not is_own and not adopt:
        raise Problem(
            f"{archive} was not taken by this account on this machine; nothing was changed",
            "only if you know where it comes from, add --adopt: its accounts and passwords will then be this server's",
        )
    staged.adopt()


def _name_to_keep(state: Path) -> str:
    """A name for what is there now that nothing has yet."""
    name = f"kept-{_stamp(datetime.now(UTC))}"
    more = (f"{name}-{number}" for number in count(2))
    return next(candidate for candidate in chain([name], more) if not (state / candidate).exists())


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"
