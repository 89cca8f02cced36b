"""Backups of work that is in PostgreSQL; what they have in common with those of SQLite is tested in test_backup.py."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import psycopg
import pytest

from annotation.embedded import dump
from annotation.embedded.accounts import Account, Secrets
from annotation.embedded.archive import DUMP, verify
from annotation.embedded.backup import backup, restore
from annotation.embedded.marks import marked
from annotation.embedded.server import Server
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.storage.atomic import sha256
from tests.annotation.embedded import test_backup
from tests.annotation.embedded.test_backup import content, data, secrets_of, written
from tests.annotation.embedded.test_exchange import Killed, killed
from tests.corpora import make_corpus
from tests.postgres import Postgres

Database = Callable[[], str]


@pytest.fixture
def new_database(postgres: Postgres, tmp_path: Path) -> Database:
    numbers = iter(range(100))
    return lambda: postgres.create(f"{tmp_path.name[-40:]}-{next(numbers)}")


def put_data(corpus: Corpus, url: str, mark: str = "first") -> None:
    """A server's data as `up` would have left it, with `mark` in it."""
    state = corpus.state
    (state / "label-studio").mkdir(mode=0o700, parents=True)
    (state / "label-studio" / ".env").write_text(mark, encoding="utf-8")
    known = Secrets(8080, Account("admin", "admin@hedgerow.local", mark, mark), database=url)
    (state / "secrets.json").write_text(json.dumps(marked(asdict(known))), encoding="utf-8")
    (state / "secrets.json").chmod(0o600)
    with psycopg.connect(url) as database:
        for table in ("htx_user", "project", "task", "task_completion"):
            database.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, word TEXT)".encode())
        database.execute("INSERT INTO project VALUES (1, %s)", [mark])


def word_in(url: str) -> str:
    with psycopg.connect(url) as database:
        return str((database.execute("SELECT word FROM project").fetchone() or [""])[0])


def is_empty(url: str) -> bool:
    return not dump.holds_tables(url)


@pytest.fixture
def small(tmp_path: Path, new_database: Database) -> Corpus:
    corpus = make_corpus(tmp_path / "small", {"one": "Rain."})
    put_data(corpus, new_database())
    return corpus


@pytest.fixture
def empty(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "elsewhere" / "small", {"one": "Rain."})


@pytest.fixture
def archive(small: Corpus, tmp_path: Path) -> Path:
    return backup(small, tmp_path / "small.tar.gz").path


def test_the_work_goes_into_the_database_that_is_named(
    small: Corpus, empty: Corpus, archive: Path, new_database: Database
) -> None:
    url = new_database()
    done = restore(empty, archive, replace=False, database_url=url)
    assert (done.database, done.kept) == (url, None)
    assert word_in(url) == "first"
    assert secrets_of(empty).database == url
    assert secrets_of(empty).admin == secrets_of(small).admin
    assert (empty.state / "label-studio" / ".env").read_text(encoding="utf-8") == "first"
    assert sorted(path.name for path in empty.state.iterdir() if path.is_file()) == ["secrets.json", "up.lock"]


def test_the_work_goes_into_the_database_that_it_came_from_where_that_is_empty(small: Corpus, archive: Path) -> None:
    url = str(secrets_of(small).database)
    with psycopg.connect(url) as database:
        for table in ("htx_user", "project", "task", "task_completion"):
            database.execute(f"DROP TABLE {table}".encode())
    done = restore(small, archive, replace=True)
    assert (done.database, done.kept_database) == (url, url)
    assert word_in(url) == "first"


def test_nothing_is_put_over_what_a_database_holds(small: Corpus, empty: Corpus, archive: Path) -> None:
    before = data(empty)
    for url in (None, secrets_of(small).database):
        with pytest.raises(Problem, match="is not empty") as problem:
            restore(empty, archive, replace=False, database_url=url)
        assert "createdb" in problem.value.next_step
    assert data(empty) == before


def test_a_stranger_to_labels_tables_keep_a_database_from_being_filled(
    empty: Corpus, archive: Path, new_database: Database
) -> None:
    url = new_database()
    with psycopg.connect(url) as database:
        database.execute("CREATE SCHEMA harbour")
        database.execute("CREATE TABLE harbour.ships (name TEXT)")
    with pytest.raises(Problem, match="is not empty"):
        restore(empty, archive, replace=False, database_url=url)


def test_what_is_replaced_is_kept_and_its_database_is_untouched(
    empty: Corpus, archive: Path, new_database: Database
) -> None:
    before, url = new_database(), new_database()
    put_data(empty, before, "second")
    done = restore(empty, archive, replace=True, database_url=url)
    assert done.kept
    assert (done.database, done.kept_database) == (url, before)
    assert (word_in(before), word_in(url)) == ("second", "first")
    assert Server(done.kept).secrets_path.exists()


def test_a_damaged_archive_fills_no_database(empty: Corpus, archive: Path, new_database: Database) -> None:
    archive.write_bytes(archive.read_bytes()[:-40])
    url = new_database()
    with pytest.raises(Problem, match="nothing was changed"):
        restore(empty, archive, replace=False, database_url=url)
    assert is_empty(url)


def test_a_dump_that_cannot_be_put_back_leaves_the_database_empty(
    small: Corpus, empty: Corpus, archive: Path, new_database: Database, tmp_path: Path
) -> None:
    files = content(archive)
    torn = files[DUMP][: len(files[DUMP]) - 200]
    manifest = json.loads(files["manifest.json"])
    manifest["members"][DUMP] = {"bytes": len(torn), "sha256": sha256(torn)}
    forged = {**files, "manifest.json": json.dumps(manifest).encode(), DUMP: torn}
    url = new_database()
    with pytest.raises(Problem, match="could not be put into"):
        restore(empty, written(tmp_path / "torn.tar.gz", forged), replace=False, database_url=url)
    assert is_empty(url)
    assert not (empty.state / "secrets.json").exists()
    restore(empty, archive, replace=False, database_url=url)
    assert word_in(url) == "first"


def test_an_archive_with_two_databases_is_refused(empty: Corpus, archive: Path, tmp_path: Path) -> None:
    files = content(archive)
    manifest = json.loads(files["manifest.json"])
    manifest["members"]["label-studio/label_studio.sqlite3"] = {"bytes": 0, "sha256": sha256(b"")}
    forged = {**files, "manifest.json": json.dumps(manifest).encode(), "label-studio/label_studio.sqlite3": b""}
    with pytest.raises(Problem, match="does not list one database"):
        restore(empty, written(tmp_path / "two.tar.gz", forged), replace=False)


# Restores that are cut off


@pytest.fixture
def cut_off(tmp_path: Path, archive: Path, new_database: Database) -> Callable[[], Iterator[tuple[Corpus, str]]]:
    def each() -> Iterator[tuple[Corpus, str]]:
        for at in range(1, 100):
            root = tmp_path / str(at) / "small"
            root.mkdir(parents=True)
            (root / "hedgerow.toml").write_text('name = "small"\n', encoding="utf-8")
            corpus, url = open_corpus(root), new_database()
            with killed(at):
                try:
                    restore(corpus, archive, replace=False, database_url=url)
                    return
                except Killed:
                    pass
            yield corpus, url

    return each


def test_the_same_restore_ends_one_that_was_cut_off_anywhere(
    cut_off: Callable[[], Iterator[tuple[Corpus, str]]], archive: Path
) -> None:
    filled = set()
    for corpus, url in cut_off():
        filled.add(not is_empty(url))
        restore(corpus, archive, replace=Server(corpus.state).secrets_path.exists(), database_url=url)
        assert word_in(url) == "first"
        assert secrets_of(corpus).database == url
    assert filled == {True, False}


def test_another_restore_does_not_take_a_database_that_one_filled_before_it_was_cut_off(
    small: Corpus, empty: Corpus, archive: Path, new_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database()

    def failing(*_: object) -> None:
        raise OSError(5, "Input/output error", "x")

    with monkeypatch.context() as patch:
        patch.setattr("annotation.embedded.backup.exchange", failing)
        with pytest.raises(Problem, match="Input/output error"):
            restore(empty, archive, replace=False, database_url=url)
    assert word_in(url) == "first"
    with psycopg.connect(str(secrets_of(small).database)) as database:
        database.execute("INSERT INTO task VALUES (1, 'later')")
    later = backup(small, tmp_path / "later.tar.gz").path
    with pytest.raises(Problem, match="is not empty"):
        restore(empty, later, replace=False, database_url=url)
    assert restore(empty, archive, replace=False, database_url=url).database == url


# Whose backup it is


def test_another_accounts_backup_does_not_get_this_ones_password(
    empty: Corpus, archive: Path, new_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    url = new_database()
    with pytest.raises(Problem, match="--adopt"):
        restore(empty, archive, replace=False, database_url=url)
    with pytest.raises(Problem, match="would be sent your password"):
        restore(empty, archive, replace=False, adopt=True)
    restore(empty, archive, replace=False, adopt=True, database_url=url)
    assert secrets_of(empty).database == url


def test_no_password_is_in_the_archive_or_on_a_command_line(
    small: Corpus, archive: Path, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member)
            assert stream and postgres.password.encode() not in stream.read()
    listening = tmp_path / "bin"
    listening.mkdir()
    real = dump._program("pg_dump", 0, "")[0]
    fake = listening / "pg_dump"
    fake.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/words\nexec {real} "$@"\n', encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{listening}{os.pathsep}{os.environ['PATH']}")
    backup(small, tmp_path / "again.tar.gz")
    words = (tmp_path / "words").read_text(encoding="utf-8")
    assert "--dbname=" in words
    assert postgres.password not in words


# PostgreSQL's programs


def fake(folder: Path, version: str) -> None:
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n", encoding="utf-8")
        (folder / name).chmod(0o755)


def test_without_pg_dump_it_is_said_what_to_install(
    small: Corpus, empty: Corpus, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    with pytest.raises(Problem, match="pg_dump, which belongs to PostgreSQL, is not on the path") as problem:
        backup(small)
    assert "postgresql-client" in problem.value.next_step
    with pytest.raises(Problem, match="pg_restore, which belongs"):
        restore(empty, archive, replace=False)


def test_an_older_pg_dump_or_pg_restore_is_refused(
    small: Corpus, empty: Corpus, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = verify(archive).postgresql
    fake(tmp_path / "old", "9.6.24")
    monkeypatch.setenv("PATH", f"{tmp_path / 'old'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(Problem, match=r"pg_dump is of PostgreSQL 9, and the server is of") as problem:
        backup(small)
    assert "or newer" in problem.value.next_step
    with pytest.raises(Problem, match=f"pg_restore is of PostgreSQL 9, and the backup is of {version}"):
        restore(empty, archive, replace=False)


def test_a_database_is_named_for_no_backup_of_sqlite(tmp_path: Path, empty: Corpus) -> None:
    corpus = make_corpus(tmp_path / "plain" / "small", {"one": "Rain."})
    test_backup.put_data(corpus)
    path = backup(corpus, tmp_path / "plain.tar.gz").path
    with pytest.raises(Problem, match="leave --database out"):
        restore(empty, path, replace=False, database_url="postgresql://127.0.0.1/x")
