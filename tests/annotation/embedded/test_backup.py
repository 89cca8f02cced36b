from __future__ import annotations

import gzip
import io
import json
import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from annotation.embedded import archive as archive_module
from annotation.embedded import backup as backup_module
from annotation.embedded import versions
from annotation.embedded.accounts import Account, Secrets
from annotation.embedded.archive import MANIFEST, verify
from annotation.embedded.backup import Backup, backup, restore
from annotation.embedded.kept_backups import default_path, newest
from annotation.embedded.marks import marked
from annotation.embedded.server import Server
from annotation.labelstudio.seats import seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, pull, push
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import Layer, read_layer
from dataset.storage.atomic import sha256
from tests.annotation.rounds.test_pull import labelled, submit
from tests.corpora import make_corpus
from tests.disks import small_disk, tree, unwritable
from tests.postgres import Postgres

TEXT = "The port said on Monday: “We may lose about 40 ships.”"
BEFORE, MEANWHILE = 5, 25
Files = dict[str, bytes]


# A server that runs, backed up while it is worked on


@dataclass(frozen=True)
class Night:
    """A corpus whose server was backed up while a1 submitted, and its twin, whose server came from the backup."""

    corpus: Corpus
    backup: Backup
    before: list[str]
    order: list[str]
    twin: Corpus


def ids(count: int) -> list[str]:
    return [f"n{number:02}" for number in range(count)]


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    server: Server = request.getfixturevalue({"SQLite": "server", "PostgreSQL": "server_on_postgres"}[request.param])
    root = tmp_path_factory.mktemp("night")
    order = ids(BEFORE + MEANWHILE)
    corpus = make_corpus(root / "night", {article: f"{TEXT} {article}" for article in order})
    corpus.state.symlink_to(server.state)
    taken = backed_up_while_submitting(corpus, order)
    twin = make_corpus(root / "elsewhere" / "night", {article: f"{TEXT} {article}" for article in order})
    shutil.copytree(corpus.annotations, twin.annotations, dirs_exist_ok=True)
    cluster: Postgres | None = request.getfixturevalue("postgres") if request.param == "PostgreSQL" else None
    url = cluster.create(f"twin-of-{root.name}") if cluster else None
    assert restore(twin, taken.path, replace=False, database_url=url).database == url
    own = Server(twin.state)
    own.up([], None, print)
    yield Night(corpus, taken, order[:BEFORE], order, twin)
    own.down()


def backed_up_while_submitting(corpus: Corpus, order: list[str]) -> Backup:
    who = seat(corpus, "a1")
    push.deal(corpus, "r1", ["a1"])
    push.push(corpus, "r1", who)
    project = projects.existing(corpus, "r1", who)
    tasks = {str(task.article_id): task.id for task in map(read_task, who.studio.tasks(project))}
    for article in order[:BEFORE]:
        submit(who, tasks[article], labelled())
    begun, taken_down, failures = threading.Event(), threading.Event(), []

    def work() -> None:
        try:
            for article in order[BEFORE:]:
                if article == order[-1]:
                    assert taken_down.wait(120)  # so that work goes on for as long as the backup takes
                submit(who, tasks[article], labelled())
                begun.set()
        except Exception as failure:
            failures.append(failure)

    hand = threading.Thread(target=work)
    hand.start()
    assert begun.wait(60)
    try:
        taken = backup(corpus)
    finally:
        taken_down.set()
        hand.join()
    assert failures == []
    return taken


def pulled(corpus: Corpus) -> Layer:
    pull.pull(corpus, "r1", [seat(corpus, "a1")], accept_removals=False, tell=print)
    return read_layer(corpus.layer_path("r1/a1"), "r1/a1")


def test_what_was_submitted_before_the_backup_is_pulled_the_same_from_the_restored_server(night: Night) -> None:
    there, here = pulled(night.corpus), pulled(night.twin)
    for name in ("tasks", "spans", "relations"):
        rows, same = getattr(there, name), getattr(here, name)
        known = here.tasks["article_id"].implode()
        assert same.equals(rows.filter(rows["article_id"].is_in(known)))
    assert set(night.before) < set(here.tasks["article_id"])
    assert here.spans.height == 3 * here.tasks.height


def test_what_was_submitted_meanwhile_is_there_up_to_one_moment(night: Night) -> None:
    articles = pulled(night.twin).tasks["article_id"].to_list()
    assert articles == night.order[: len(articles)]
    assert len(pulled(night.corpus).tasks) == len(night.order)


def test_the_restored_server_knows_the_tokens(night: Night) -> None:
    known = secrets_of(night.twin)
    for account in (known.admin, *known.annotators.values()):
        headers = {"Authorization": f"Token {account.token}"}
        answer = httpx.get(f"{Server(night.twin.state).url()}/api/current-user/whoami", headers=headers)
        assert answer.json()["email"] == account.email
    there = secrets_of(night.corpus)
    assert (known.admin, known.annotators["a1"]) == (there.admin, there.annotators["a1"])


def test_the_restored_server_knows_the_log_ins(night: Night) -> None:
    account = secrets_of(night.twin).annotators["a1"]
    with httpx.Client(base_url=str(Server(night.twin.state).url()), follow_redirects=True) as web:
        web.get("/user/login/")
        form = {"email": account.email, "password": account.password, "csrfmiddlewaretoken": web.cookies["csrftoken"]}
        web.post("/user/login/", data=form)
        assert web.get("/api/current-user/whoami").json()["email"] == account.email


def test_work_goes_on_in_the_restored_server(night: Night) -> None:
    assert push.push(night.twin, "r1", seat(night.twin, "a1")).sent == 0
    with pytest.raises(Problem, match="the server runs"):
        restore(night.twin, night.backup.path, replace=True)


def test_a_backup_says_what_it_holds(night: Night) -> None:
    manifest = verify(night.backup.path)
    assert manifest == night.backup.manifest
    assert manifest.corpus == "night"
    assert manifest.label_studio == versions.installed("label-studio")
    assert manifest.counts["tasks"] >= len(night.order)
    assert manifest.counts["annotations"] > BEFORE
    assert manifest.counts["projects"] >= 1


def test_a_backup_is_its_owners_alone_and_out_of_gits_sight(night: Night) -> None:
    path = night.backup.path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.parent == night.corpus.root / "backups"
    assert sorted(file.name for file in path.parent.iterdir()) == [".gitignore", path.name]
    assert (path.parent / ".gitignore").read_text(encoding="utf-8") == "*\n"
    with tarfile.open(path) as archive:
        assert {(member.uid, member.uname, member.mode) for member in archive} == {(0, "", 0o600)}


def test_a_backup_holds_no_log_and_a_sound_database(night: Night, tmp_path: Path) -> None:
    with tarfile.open(night.backup.path) as archive:
        names = archive.getnames()
        in_postgres = archive_module.DUMP in names
        if not in_postgres:
            archive.extract("label-studio/label_studio.sqlite3", tmp_path, filter="data")
    assert {"secrets.json", "label-studio/.env"} < set(names)
    assert not [name for name in names if name.endswith((".log", "-journal", "-wal", ".lock"))]
    if in_postgres:
        return
    with closing(sqlite3.connect(tmp_path / "label-studio" / "label_studio.sqlite3")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []


def test_restored_files_are_their_owners_alone(night: Night) -> None:
    state = night.twin.state
    for path in (state / "secrets.json", *(state / "label-studio").glob("*.sqlite3"), state / "label-studio"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert not list(state.rglob("*.aside"))


# Archives and disks, with a small server's data that never ran


def secrets_of(corpus: Corpus) -> Secrets:
    known = Server(corpus.state).secrets()
    assert known
    return known


def put_data(corpus: Corpus, mark: str = "first") -> None:
    """A server's data as `up` would have left it, with `mark` in it."""
    data = corpus.state / "label-studio"
    corpus.state.mkdir(mode=0o700, exist_ok=True)
    (data / "media" / "upload" / "1").mkdir(parents=True)
    (data / "media" / "upload" / "1" / f"{mark}.txt").write_text(mark, encoding="utf-8")
    known = Secrets(8080, Account("admin", "admin@hedgerow.local", mark, mark))
    (corpus.state / "secrets.json").write_text(json.dumps(marked(asdict(known))), encoding="utf-8")
    (corpus.state / "secrets.json").chmod(0o600)
    with closing(sqlite3.connect(data / "label_studio.sqlite3")) as database:
        for table in ("project", "task", "task_completion"):
            database.execute(f"CREATE TABLE {table} (id INTEGER, word TEXT)")
        database.execute("INSERT INTO project VALUES (1, ?)", [mark])
        database.commit()


@pytest.fixture
def small(tmp_path: Path) -> Corpus:
    corpus = make_corpus(tmp_path / "small", {"one": "Rain."})
    put_data(corpus)
    return corpus


@pytest.fixture
def empty(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "elsewhere" / "small", {"one": "Rain."})


@pytest.fixture
def archive(small: Corpus, tmp_path: Path) -> Path:
    return backup(small, tmp_path / "out" / "small.tar.gz").path


def word_in(corpus: Corpus) -> str:
    with closing(sqlite3.connect(corpus.state / "label-studio" / "label_studio.sqlite3")) as database:
        return str(database.execute("SELECT word FROM project").fetchone()[0])


def assert_refused(corpus: Corpus, archive: Path, words: str, *, replace: bool = False) -> None:
    before = data(corpus)
    with pytest.raises(Problem, match=words):
        restore(corpus, archive, replace=replace)
    assert data(corpus) == before


def data(corpus: Corpus) -> dict[str, bytes | None]:
    """Everything in a corpus folder but the lock and the place of leases, which are empty."""
    empty = (".hedgerow", ".hedgerow/up.lock", ".hedgerow/aside", ".hedgerow/aside/.gitignore", ".hedgerow/aside/swept")
    return {name: content for name, content in tree(corpus.root).items() if name not in empty}


def test_uploads_and_accounts_come_back(small: Corpus, empty: Corpus, archive: Path) -> None:
    assert restore(empty, archive, replace=False).kept is None
    assert word_in(empty) == "first"
    assert (empty.state / "label-studio" / "media" / "upload" / "1" / "first.txt").read_text(
        encoding="utf-8"
    ) == "first"
    assert secrets_of(empty) == secrets_of(small)


def test_data_that_is_there_is_never_overwritten(small: Corpus, archive: Path) -> None:
    assert_refused(small, archive, "holds a server's data already; .* --replace")


def test_replaced_data_is_kept_and_it_is_said_where(small: Corpus, empty: Corpus, archive: Path) -> None:
    put_data(empty, "second")
    kept = restore(empty, archive, replace=True).kept
    assert kept
    assert kept.parent == empty.state
    assert word_in(empty) == "first"
    assert secrets_of(empty).admin.token == "first"
    assert (kept / "label-studio" / "media" / "upload" / "1" / "second.txt").exists()
    assert json.loads((kept / "secrets.json").read_text(encoding="utf-8"))["admin"]["token"] == "second"


def test_a_move_that_breaks_off_puts_all_back(empty: Corpus, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_data(empty, "second")
    real = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.parent.name == "restoring" and self.name == "secrets.json":
            raise OSError(5, "Input/output error", str(self))
        return real(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    assert_refused(empty, archive, "Input/output error", replace=True)


def test_another_corpus_backup_is_refused(tmp_path: Path, archive: Path) -> None:
    other_corpus = make_corpus(tmp_path / "other", {"one": "Rain."})
    assert_refused(other_corpus, archive, 'of the corpus small, and this one is other; .* name = "small"')


def test_a_newer_label_studios_backup_is_refused(empty: Corpus, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "installed", lambda package: "1.9.9")
    assert_refused(empty, archive, "and 1.9.9 is installed here")


def test_without_data_there_is_nothing_to_back_up(empty: Corpus) -> None:
    with pytest.raises(Problem, match="nothing to back up; start one with `hedgerow up`"):
        backup(empty)


def test_a_file_that_is_there_is_not_overwritten(small: Corpus, archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(Problem, match="is there already"):
        backup(small, archive)
    assert archive.read_bytes() == before


def test_a_corpus_name_cannot_lead_out_of_the_folder(small: Corpus) -> None:
    (small.root / "hedgerow.toml").write_text('name = "../a b/ü"\n', encoding="utf-8")
    path = backup(open_corpus(small.root)).path
    assert path.parent == small.root / "backups"
    assert path.name.startswith("a-b-2")


def test_a_damaged_database_is_told(small: Corpus) -> None:
    (small.state / "label-studio" / "label_studio.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(Problem, match="the server's database could not be copied"):
        backup(small)
    assert [path.name for path in (small.root / "backups").iterdir()] == [".gitignore"]


def test_damaged_secrets_are_told(small: Corpus) -> None:
    (small.state / "secrets.json").write_text("{", encoding="utf-8")
    with pytest.raises(Problem, match=r"secrets.json is damaged; .*hedgerow restore --from"):
        backup(small)


# Which of them are kept


def earlier(corpus: Corpus, folder: Path, hours: int, like: Path) -> Path:
    """A backup as it was taken some hours ago."""
    path = folder / default_path(corpus, datetime.now(UTC) - timedelta(hours=hours)).name
    path.write_bytes(like.read_bytes())
    return path


def test_the_newest_backups_are_kept_and_the_others_deleted(small: Corpus, archive: Path) -> None:
    folder = small.root / "backups"
    folder.mkdir()
    old = [earlier(small, folder, hours, archive) for hours in (1, 2, 3, 4)]
    done = backup(small, keep=3)
    assert done.deleted == [old[3], old[2]]
    assert sorted(folder.glob("*.gz")) == sorted([done.path, *old[:2]])
    assert newest(small) == (done.path, datetime.fromisoformat(done.manifest.taken_at))


def test_a_backup_deletes_nothing_unless_it_is_asked_to(small: Corpus, archive: Path) -> None:
    folder = small.root / "backups"
    folder.mkdir()
    old = earlier(small, folder, 1, archive)
    assert backup(small).deleted == []
    assert old.exists()


def test_nothing_but_this_corpus_backups_is_deleted(small: Corpus, archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    stamp = "20310502T101500Z"
    (folder / "small-2").mkdir()
    names = [f"small-{stamp}.tar", f"small-x-{stamp}.tar.gz", f"my-small-{stamp}.tar.gz", "small-latest.tar.gz"]
    for name in names:
        (folder / name).write_bytes(archive.read_bytes())
    (folder / "small-20010101T000000Z.tar.gz").symlink_to(archive)
    damaged = earlier(small, folder, 30, archive)
    damaged.write_bytes(archive.read_bytes()[:60])
    files = content(archive)
    stranger = earlier(small, folder, 20, archive)
    written(stranger, {**files, MANIFEST: files[MANIFEST].replace(b'"small"', b'"small "')})
    before, old = set(folder.iterdir()), earlier(small, folder, 10, archive)
    done = backup(small, folder, keep=1)
    assert done.deleted == [old]
    assert set(folder.iterdir()) == before | {done.path}


def test_the_new_backup_is_kept_even_where_the_clock_was_set_back(small: Corpus, archive: Path) -> None:
    folder = small.root / "backups"
    folder.mkdir()
    future = [earlier(small, folder, -hours, archive) for hours in (1, 2)]
    done = backup(small, keep=2)
    assert sorted(folder.glob("*.gz")) == sorted([done.path, future[1]])


def test_older_backups_stay_until_the_new_one_is_complete(
    small: Corpus, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small.root / "backups"
    folder.mkdir()
    old = [earlier(small, folder, hours, archive) for hours in (1, 2)]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr(backup_module, "_write_archive", full)
    with pytest.raises(Problem, match="No space left"):
        backup(small, keep=1)
    assert sorted(folder.glob("*.gz")) == sorted(old)


def test_the_newest_backup_may_lie_elsewhere_as_long_as_it_is_there(small: Corpus, tmp_path: Path) -> None:
    assert newest(small) is None
    done = backup(small, tmp_path / "elsewhere.tar.gz")
    assert newest(small) == (done.path, datetime.fromisoformat(done.manifest.taken_at))
    done.path.unlink()
    assert newest(small) is None


# Archives that are not what they say


def content(archive: Path) -> Files:
    with tarfile.open(archive) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def written(path: Path, files: Files, extra: list[tarfile.TarInfo] | None = None) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for member in extra or []:
            tar.addfile(member)
    return path


def listed(files: Files, name: str, content: bytes) -> Files:
    """The files with one more, which the manifest lists."""
    manifest = json.loads(files[MANIFEST])
    manifest["members"][name] = {"bytes": len(content), "sha256": sha256(content)}
    return {**files, MANIFEST: json.dumps(manifest).encode(), name: content}


def link(kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo("label-studio/link")
    member.type, member.linkname = kind, "/etc/passwd"
    return member


@pytest.mark.parametrize("at", [0.02, 0.3, 0.6, 0.95])
def test_an_archive_with_a_damaged_byte_is_refused(empty: Corpus, archive: Path, at: float) -> None:
    damaged = bytearray(archive.read_bytes())
    damaged[max(int(len(damaged) * at), 40)] ^= 0x55
    archive.write_bytes(damaged)
    assert_refused(empty, archive, "nothing was changed")


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.999])
def test_an_archive_that_is_cut_off_is_refused(empty: Corpus, archive: Path, kept: float) -> None:
    archive.write_bytes(archive.read_bytes()[: int(archive.stat().st_size * kept)])
    assert_refused(empty, archive, "nothing was changed")


def test_a_damaged_archive_leaves_the_data_that_it_was_to_replace(empty: Corpus, archive: Path) -> None:
    put_data(empty, "second")
    archive.write_bytes(archive.read_bytes()[:-20])
    assert_refused(empty, archive, "nothing was changed", replace=True)


def test_a_file_that_is_no_archive_is_refused(empty: Corpus, tmp_path: Path) -> None:
    (tmp_path / "note.tar.gz").write_text("a note", encoding="utf-8")
    (tmp_path / "note.gz").write_bytes(gzip.compress(b"a note"))
    assert_refused(empty, tmp_path / "note.tar.gz", "is damaged or no backup")
    assert_refused(empty, tmp_path / "note.gz", "is damaged or no backup")
    assert_refused(empty, tmp_path / "none.tar.gz", "is not there")


FORGERIES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "another-content": (lambda files: {**files, "secrets.json": b"x" * len(files["secrets.json"])}, "by SHA-256"),
    "more-bytes": (lambda files: {**files, "secrets.json": files["secrets.json"] + b" "}, "where its manifest says"),
    "not-listed": (lambda files: {**files, "label-studio/more": b"x"}, "does not list"),
    "lacking": (lambda files: {k: v for k, v in files.items() if k != "secrets.json"}, "it lacks secrets"),
    "no-manifest": (lambda files: {k: v for k, v in files.items() if k != MANIFEST}, "does not begin with manifest"),
    "not-json": (lambda files: {**files, MANIFEST: b"["}, "manifest.json cannot be read"),
    "a-list": (lambda files: {**files, MANIFEST: b"[]"}, "manifest.json cannot be read"),
    "deep": (lambda files: {**files, MANIFEST: b"[" * 100_000}, "manifest.json cannot be read"),
    "upwards": (lambda files: listed(files, "label-studio/../../../up", b"x"), "is not a place in"),
    "absolute": (lambda files: listed(files, "/tmp/absolute", b"x"), "is not a place in"),
    "elsewhere": (lambda files: listed(files, "process.json", b"{}"), "is not a place in"),
    "below-secrets": (lambda files: listed(files, "secrets.json/x", b"{}"), "is not a place in"),
    "backslash": (lambda files: listed(files, "label-studio\\..\\x", b"x"), "is not a place in"),
    "bad-secrets": (lambda files: listed(files, "secrets.json", b"{}"), "its accounts cannot be read"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_an_archive_that_is_not_what_it_says_is_refused(empty: Corpus, archive: Path, forgery: str) -> None:
    forge, words = FORGERIES[forgery]
    outside = tree(empty.root.parent)
    assert_refused(empty, written(archive, forge(content(archive))), words)
    after = {name for name in tree(empty.root.parent) if ".hedgerow" not in name}
    assert after == set(outside)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_links_and_devices_are_refused(empty: Corpus, archive: Path, kind: bytes) -> None:
    assert_refused(empty, written(archive, content(archive), [link(kind)]), "is not a plain file")


def test_a_file_twice_is_refused(empty: Corpus, archive: Path) -> None:
    files = content(archive)
    with tarfile.open(archive, "w:gz") as tar:
        for name in (*files, "secrets.json"):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            tar.addfile(member, io.BytesIO(files[name]))
    assert_refused(empty, archive, "does not list")


def test_an_archive_that_unpacks_to_more_than_it_says_is_refused(empty: Corpus, archive: Path) -> None:
    whole = gzip.decompress(archive.read_bytes())
    with gzip.open(archive, "wb") as bomb:
        bomb.write(whole)
        for _ in range(64):
            bomb.write(bytes(1 << 20))
    assert_refused(empty, archive, "unpacks to more than its manifest says")


# Disks


def big(corpus: Corpus, size: int) -> None:
    """Uploads that no packing makes smaller."""
    noise = b"".join(sha256(str(number).encode()).encode() for number in range(size // 64))
    (corpus.state / "label-studio" / "media" / "upload" / "1" / "big").write_bytes(noise)


def test_a_full_disk_leaves_no_half_backup(small: Corpus, tmp_path: Path) -> None:
    big(small, 1 << 20)
    with small_disk(tmp_path / "disk", 1 << 19) as disk:
        with pytest.raises(Problem, match=r"No space left on device; .* nothing was changed") as problem:
            backup(small, disk / "out.tar.gz")
        assert "\n" not in str(problem.value)
        assert list(disk.iterdir()) == []


def test_a_disk_that_is_full_for_the_database_leaves_no_half_backup(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1 << 16) as disk:
        corpus = make_corpus(disk / "small", {"one": "Rain."})
        put_data(corpus)
        (corpus.root / "rest").write_bytes(bytes(shutil.disk_usage(disk).free - 8192))
        before = data(corpus)
        with pytest.raises(Problem, match=r"full|No space left"):
            backup(corpus, tmp_path / "out.tar.gz")
        assert data(corpus) == before
    assert not (tmp_path / "out.tar.gz").exists()


def test_what_a_backup_that_was_killed_left_is_cleared_away(small: Corpus) -> None:
    left = small.state / ".staged-x"
    left.mkdir()
    (left / "secrets.json").write_text("{}", encoding="utf-8")
    backup(small)
    assert not left.exists()


def test_a_full_disk_leaves_no_half_restored_server(small: Corpus, tmp_path: Path) -> None:
    big(small, 1 << 20)
    path = backup(small).path
    with small_disk(tmp_path / "disk", 1 << 19) as disk:
        corpus = make_corpus(disk / "small", {"one": "Rain."})
        with pytest.raises(Problem, match="No space left on device"):
            restore(corpus, path, replace=False)
        assert sorted(path.name for path in corpus.state.iterdir()) == ["aside", "up.lock"]
        assert not list(corpus.state.glob("aside/.*.aside"))


def test_a_folder_that_cannot_be_written_is_told(small: Corpus, empty: Corpus, archive: Path, tmp_path: Path) -> None:
    with unwritable(empty.root):
        assert_refused(empty, archive, "cannot be written")
    out = tmp_path / "kept"
    out.mkdir()
    with unwritable(out), pytest.raises(Problem, match="cannot be written"):
        backup(small, out / "out.tar.gz")
    assert list(out.iterdir()) == []


def test_an_upload_that_is_deleted_meanwhile_is_left_out(
    small: Corpus, empty: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = backup_module._copy_file

    def gone(source: Path, target: Path) -> None:
        if source.name == "first.txt":
            source.unlink()
        real(source, target)

    monkeypatch.setattr(backup_module, "_copy_file", gone)
    done = backup(small, tmp_path / "out.tar.gz")
    assert not [name for name in done.manifest.members if name.endswith("first.txt")]
    restore(empty, done.path, replace=False)
    assert word_in(empty) == "first"
