"""The embedded server's data as one archive, taken while it runs, and back from one.

An archive holds `manifest.json`, then `secrets.json` (accounts and tokens) and `label-studio/` (uploads and keys, and
the database of SQLite); where the work is in PostgreSQL, `database.dump` as well. It is as secret as the server's own
folder.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from dataclasses import replace as replaced
from datetime import UTC, datetime
from hashlib import file_digest
from itertools import chain, count
from pathlib import Path
from typing import Final

from annotation.embedded import database, dump, marks, versions
from annotation.embedded.accounts import Secrets
from annotation.embedded.archive import DUMP, MANIFEST, ArchiveMember, BackupManifest, unpack, verify
from annotation.embedded.exchange import DATA, FILLING, SECRETS, exchange, finish, is_cut_off
from annotation.embedded.kept_backups import make_folder, note_last, older, stamp, target_of
from annotation.embedded.network import Network
from annotation.embedded.server import Server
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.storage.atomic import aside, folder_aside

DATABASE: Final = "label_studio.sqlite3"
_STAGED = ".staged-"
_COUNTED: Final = {"projects": "project", "tasks": "task", "annotations": "task_completion"}


@dataclass(frozen=True)
class Backup:
    """A backup that was taken: where it lies, what is in it, and the older ones that were deleted for it."""

    path: Path
    manifest: BackupManifest
    deleted: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class RestoredBackup:
    """A backup that was put back, and where what was there before is kept, if there was any.

    `database` is the PostgreSQL database that it went into, and `kept_database` the one of what is kept; each is None
    for SQLite. `network` is how the server is reached, as it was when the backup was taken.
    """

    manifest: BackupManifest
    kept: Path | None
    database: str | None = None
    kept_database: str | None = None
    network: Network = field(default_factory=Network)


def backup(corpus: Corpus, out: Path | None = None, *, keep: int | None = None) -> Backup:
    """Takes the server's data, whole and consistent, whether or not it runs. Work on the server goes on meanwhile.

    `out` is the archive, or a folder that is there for it. Of this corpus's archives in that folder the newest `keep`
    stay, once the new one is complete; where it is None, all of them.

    Raises:
        Problem: there is no data, it cannot be read, or the archive cannot be written or is there already.
    """
    server = Server(corpus.state)
    taken_at = datetime.now(UTC)
    target = target_of(corpus, out, taken_at)
    known = _refuse_target(server, target)
    with _writing(target.parent), server.locked():
        make_folder(corpus, target.parent)
        with _stage(server) as stage:
            counts, postgresql = _copy_data(server, known, stage)
            manifest = replaced(
                _manifest(corpus, stage, taken_at),
                counts=counts,
                postgresql=postgresql,
                # What the database was last used with, where something newer is installed and about to change it.
                label_studio=known.label_studio or versions.installed("label-studio"),
            )
            _write_archive(stage, manifest, target)
        note_last(corpus, target, taken_at)
        deleted = older(corpus, target, keep) if keep else []
        for path in deleted:
            path.unlink()
    return Backup(target, manifest, deleted)


def restore(
    corpus: Corpus,
    archive: Path,
    *,
    replace: bool,
    adopt: bool = False,
    database_url: str | None = None,
    over: bool = False,
) -> RestoredBackup:
    """Puts a backup back where there is no data yet, or, with `replace`, in the place of a stopped server's.

    What was there before is kept beside it. Nothing is changed before the archive has been read whole. A restore that
    was cut off is finished first; where it was of the same archive, that is all. A backup that was taken by another
    account or on another machine is put back where the caller wants to `adopt` it.

    Work that was in PostgreSQL goes into the database named, or into the one that it came from, which is to be empty;
    or `over` what that holds, where the caller knows that the archive is all of it from a moment ago.

    Raises:
        Problem: the archive is not a whole backup, is another corpus's or a newer Label Studio's, or was not taken
            here; there is data and `replace` is not given; the server runs; the database holds something; or the data
            cannot be written.
    """
    server = Server(corpus.state)
    if not is_cut_off(server.state):
        _refuse_data(server, replace)
    if database_url is not None:
        database.checked_url(database_url)
    manifest = verify(archive)
    _refuse_foreign(corpus, archive, manifest)
    _check_database(archive, manifest, database_url)
    note = json.dumps({**asdict(manifest), "into": database_url}, sort_keys=True)
    with _writing(server.state), server.locked():
        if (finished := finish(server.state)) and finished.note == note:
            return _restored(server, manifest, finished.kept)
        _refuse_data(server, replace)
        with _stage(server) as stage:
            unpack(archive, stage)
            (stage / DATA).mkdir(mode=0o700, exist_ok=True)
            url = _take_accounts(Server(stage), archive, manifest, adopt, database_url)
            if url is not None:
                _fill(server, stage / DUMP, url, note, over)
            (stage / DUMP).unlink(missing_ok=True)
            done = exchange(server.state, stage, _name_to_keep(server.state), note)
        (server.state / FILLING).unlink(missing_ok=True)
        return _restored(server, manifest, done.kept)


def _restored(server: Server, manifest: BackupManifest, kept: Path | None) -> RestoredBackup:
    known, before = server.secrets(), Server(kept).secrets_and_origin()[0] if kept else None
    network = known.network if known else Network()
    return RestoredBackup(
        manifest, kept, known.database if known else None, before.database if before else None, network
    )


def _check_database(archive: Path, manifest: BackupManifest, named: str | None) -> None:
    if DUMP in manifest.members:
        dump.check_reader(manifest.postgresql)
    elif named is not None:
        raise Problem(
            f"{archive} holds a database of SQLite, which cannot be put into PostgreSQL",
            "leave --database out; nothing was changed",
        )


def _fill(server: Server, dumped: Path, url: str, note: str, over: bool) -> None:
    """Puts the work into its database, which is to be empty, unless this very restore did that and was then cut off."""
    if over:
        dump.read_over(url, dumped)
        return
    path = server.state / FILLING
    begun = marks.marked({"note": note, "into": url})
    if dump.holds_tables(url):
        if not (path.exists() and _read_json(path) == begun):
            raise Problem(
                f"{url} is not empty, and nothing is put over what it holds; nothing was changed",
                "make an empty database with `createdb`, and name it with --database",
            )
        return
    with aside(path, private=True) as new:
        new.write_text(json.dumps(begun), encoding="utf-8")
    dump.read(url, dumped)


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        return None


def _refuse_target(server: Server, target: Path) -> Secrets:
    known = server.secrets()
    if known is None or not has_work(server, known):
        raise Problem("no Label Studio is set up here, so there is nothing to back up", "start one with `hedgerow up`")
    if target.exists():
        raise Problem(f"{target} is there already", "name another file with --out")
    return known


def has_work(server: Server, known: Secrets) -> bool:
    """Whether the database of a server is there.

    Raises:
        Problem: it cannot be asked.
    """
    if known.database is not None:
        return database.holds_label_studio(known.database)
    return (server.data_path / DATABASE).exists()


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


@contextmanager
def _stage(server: Server) -> Iterator[Path]:
    """A folder on the disk of the server's data, as private as that; gone when the block ends."""
    for left in server.state.glob(f"{_STAGED}*"):  # of earlier versions
        shutil.rmtree(left)
    with folder_aside(server.state / DATA, private=True) as stage:
        yield stage


def _copy_data(server: Server, known: Secrets, stage: Path) -> tuple[dict[str, int], int | None]:
    """The database first: a file that is uploaded later is one too many, where the other way round one would lack.

    Returns what is counted in it, and which version of PostgreSQL wrote it, None for SQLite.
    """
    (stage / DATA).mkdir(mode=0o700)
    postgresql = None
    if known.database is not None:
        counts, postgresql = dump.write(known.database, stage / DUMP, _COUNTED)
    else:
        _copy_database(server.data_path / DATABASE, stage / DATA / DATABASE)
        counts = _counts(stage / DATA / DATABASE)
    for path in sorted(server.data_path.rglob("*")):
        name = path.relative_to(server.data_path)
        if path.is_file() and not path.is_symlink() and not name.as_posix().startswith(DATABASE):
            _copy_file(path, stage / DATA / name)
    shutil.copyfile(server.secrets_path, stage / SECRETS)
    return counts, postgresql


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
        label_studio=None,
        counts={},
        members={path.relative_to(stage).as_posix(): _member(path) for path in paths},
    )


def _member(path: Path) -> ArchiveMember:
    with path.open("rb") as stream:
        return ArchiveMember(path.stat().st_size, file_digest(stream, "sha256").hexdigest())


def _counts(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
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


def _take_accounts(
    staged: Server, archive: Path, manifest: BackupManifest, adopt: bool, database_url: str | None
) -> str | None:
    """Takes its accounts, if they are of a server that was set up here, or that the caller takes over.

    Returns the PostgreSQL database that the work goes into, None where it is SQLite's.
    """
    try:
        known, is_own = staged.secrets_and_origin()
    except Problem:
        known, is_own = None, False
    if known is None:
        raise Problem(
            f"{archive} is not a whole backup: its accounts cannot be read", "take another backup; nothing was changed"
        )
    if (known.database is not None) != (DUMP in manifest.members):
        raise Problem(
            f"the accounts and the database in {archive} are not of one server, so no `hedgerow backup` made it",
            "take another backup; nothing was changed",
        )
    if not is_own and not adopt:
        raise Problem(
            f"{archive} was not taken by this account on this machine; nothing was changed",
            "only if you know where it comes from, add --adopt: its accounts and passwords will then be this server's",
        )
    if known.database is not None and not is_own and database_url is None:
        raise Problem(
            f"the work in {archive} was in {known.database}, which would be sent your password; nothing was changed",
            "name an empty database of your own with --database",
        )
    url = database_url or known.database
    staged.take_over(url)
    return url


def _name_to_keep(state: Path) -> str:
    """A name for what is there now that nothing has yet."""
    name = f"kept-{stamp(datetime.now(UTC))}"
    more = (f"{name}-{number}" for number in count(2))
    return next(candidate for candidate in chain([name], more) if not (state / candidate).exists())
