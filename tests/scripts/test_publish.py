"""`hedgerow publish` against a Hub that speaks the real protocol, by LFS and by Xet."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dataset.folder import manifest
from dataset.folder.manifest import MANIFEST
from dataset.record.corpus import open_corpus
from dataset.releasing.release import prepare, release
from dataset.storage.atomic import sha256
from tests.clients import Client, ended
from tests.commands import Done, Running
from tests.dataset.loading import files
from tests.dataset.release_setup import commit, plan_of, put_repository
from tests.hub import AFTER, BEFORE, HALF, Hub
from tests.releases import FIRST, SECOND, corrected, make_release
from tests.scripts.test_main import assert_one_line_and_3

STEPS = {
    "lfs": [
        *[("create", BEFORE), ("create", AFTER), ("batch", BEFORE)],
        *[("upload", BEFORE), ("upload", HALF), ("upload", AFTER), ("verify", BEFORE)],
        *[("commit", BEFORE), ("commit", HALF), ("commit", AFTER), ("tag", BEFORE), ("tag", AFTER)],
    ],
    "xet": [
        ("token", BEFORE),
        ("token", AFTER),
        ("commit", BEFORE),
        ("commit", AFTER),
        ("tag", BEFORE),
        ("tag", AFTER),
    ],
}
AT_ONCE = [("info", BEFORE), *[step for step in STEPS["lfs"] if step[0] in ("create", "commit", "tag")]]
"""Steps at which the client gives up when the connection is cut, and does not try again by itself."""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of the tiny corpus, in both variants; not to be changed."""
    folder = tmp_path_factory.mktemp("releases")
    make_release(folder, FIRST)
    return make_release(folder, SECOND, corrected).parent


@pytest.fixture(params=["lfs", "xet"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def any_hub(mode: str, tmp_path: Path) -> Iterator[Hub]:
    with Hub(tmp_path / "hub", xet=mode == "xet").running() as hub:
        yield hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with Hub(tmp_path / "hub", xet=False).running() as hub:
        yield hub


def versions(hub: Hub) -> dict[str, str]:
    repository = hub.repository("acme/tiny")
    return repository.refs("tags") if repository.path.exists() else {}


def names(hub: Hub, revision: str = "main") -> set[str]:
    entries = hub.repository("acme/tiny").tree(revision)
    return {entry.path for entry in entries if entry.kind == "blob"} - {".gitattributes"}


def fetched(client: Client, version: str) -> dict[str, bytes]:
    done = client.fetch(version, "--out", f"got-{version}")
    assert done.returncode == 0, done.stderr
    return files(client.home / f"got-{version}")


def assert_done(done: Done) -> None:
    assert done.returncode == 0, done.stderr
    assert "read back and verified" in done.stdout


def publish_cut(client: Client, folder: Path, step: str, moment: str) -> Done:
    """A publisher whose machine is switched off when the Hub comes to the step."""
    began = threading.Event()
    running: list[Running] = []

    def switch_off() -> None:
        began.wait()
        running[0].kill()

    client.hub.cut_at(step, moment, switch_off)
    running.append(client.start("publish", str(folder), "--repo", "acme/tiny"))
    began.set()
    return ended(running[0])


def test_a_version_is_one_commit_and_its_tag_and_comes_back_as_it_was(any_hub: Hub, dist: Path, tmp_path: Path) -> None:
    client = Client(any_hub, tmp_path / "home")
    assert_done(client.publish(dist / "1.0.0-withheld"))
    repository = any_hub.repository("acme/tiny")
    assert [title for _, title in repository.log("main")] == ["Version 1.0.0", "initial commit"]
    assert versions(any_hub) == {"v1.0.0": repository.commit_of("main")}
    assert fetched(client, "1.0.0") == files(dist / "1.0.0-withheld")


def test_a_publisher_switched_off_at_any_step_finishes_by_the_same_command(
    any_hub: Hub, mode: str, dist: Path, tmp_path: Path
) -> None:
    client = Client(any_hub, tmp_path / "home")
    for step, moment in STEPS[mode]:
        if step in ("upload", "verify"):
            any_hub.blobs.forget()  # so that there is something to upload
        cut = publish_cut(client, dist / "1.0.0-withheld", step, moment)
        assert cut.returncode == -9, (step, moment, cut.stdout, cut.stderr)
        assert bool(versions(any_hub)) == ((step, moment) == ("tag", AFTER))
    assert_done(client.publish(dist / "1.0.0-withheld"))
    assert [title for _, title in any_hub.repository("acme/tiny").log("main")] == ["Version 1.0.0", "initial commit"]
    assert fetched(client, "1.0.0") == files(dist / "1.0.0-withheld")


def test_a_cut_connection_is_one_line_and_the_same_command_finishes(hub: Hub, dist: Path, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    for step, moment in AT_ONCE:
        hub.cut_at(step, moment)
        assert_one_line_and_3(client.publish(dist / "1.0.0-withheld"), "run the same command again")
    assert_done(client.publish(dist / "1.0.0-withheld"))
    assert len(hub.repository("acme/tiny").log("main")) == 2


def test_an_upload_that_is_cut_once_goes_on_by_itself(hub: Hub, dist: Path, tmp_path: Path) -> None:
    hub.cut_at("upload", HALF)
    assert_done(Client(hub, tmp_path / "home").publish(dist / "1.0.0-withheld"))


def test_of_two_publishers_at_once_one_is_refused_and_nothing_is_lost(hub: Hub, dist: Path, tmp_path: Path) -> None:
    # By LFS: the store in a folder that stands in for Xet's lets one process upload at a time.
    clients = {version: Client(hub, tmp_path / version) for version in (FIRST, SECOND)}
    hub.repository("acme/tiny").create(private=True)
    hub.pause["commit"] = threading.Barrier(2).wait  # both have seen the same parent by then
    running = {version: client.start(*words(dist, version)) for version, client in clients.items()}
    done = {version: ended(process) for version, process in running.items()}
    hub.pause.clear()
    assert sorted(run.returncode for run in done.values()) == [0, 3]
    refused = next(version for version, run in done.items() if run.returncode)
    assert_one_line_and_3(done[refused], "somebody else published there at the same time")
    assert set(versions(hub)) == {f"v{version}" for version in clients if version != refused}
    assert_done(clients[refused].hedgerow(*words(dist, refused)))
    assert len(hub.repository("acme/tiny").log("main")) == 3
    for version, client in clients.items():
        assert fetched(client, version) == files(dist / f"{version}-withheld")


def words(dist: Path, version: str) -> tuple[str, ...]:
    return "publish", str(dist / f"{version}-withheld"), "--repo", "acme/tiny"


def test_of_two_who_make_the_repository_at_once_nothing_is_lost(hub: Hub, dist: Path, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    hub.pause["create"] = lambda: meanwhile(hub, client, dist / "2.0.0")
    assert_done(client.publish(dist / "1.0.0", "--include-text"))
    assert [title for _, title in hub.repository("acme/tiny").log("main")][:2] == ["Version 1.0.0", "Version 2.0.0"]
    assert names(hub, "v1.0.0") == set(files(dist / "1.0.0"))


def meanwhile(hub: Hub, client: Client, folder: Path) -> None:
    """Another publisher is faster."""
    hub.pause.clear()
    assert_done(client.publish(folder, "--include-text"))


def test_a_version_that_was_cut_before_its_tag_is_taken_up_when_others_came_after(
    hub: Hub, dist: Path, tmp_path: Path
) -> None:
    client = Client(hub, tmp_path / "home")
    publish_cut(client, dist / "1.0.0-withheld", "tag", BEFORE)
    assert_done(client.publish(dist / "2.0.0-withheld"))
    assert_done(client.publish(dist / "1.0.0-withheld"))
    log = hub.repository("acme/tiny").log("main")
    assert [title for _, title in log] == ["Version 2.0.0", "Version 1.0.0", "initial commit"]
    assert versions(hub) == {"v2.0.0": log[0][0], "v1.0.0": log[1][0]}


def test_files_that_the_next_version_lacks_go_in_the_same_commit(hub: Hub, dist: Path, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    assert_done(client.publish(dist / "1.0.0", "--include-text"))
    second = client.publish(dist / "2.0.0", "--include-text")
    assert_done(second)
    assert "notes-1.0.0.txt" in second.stdout
    assert names(hub, "v1.0.0") == set(files(dist / "1.0.0"))
    assert names(hub, "v2.0.0") == set(files(dist / "2.0.0"))
    assert len(hub.repository("acme/tiny").log("main")) == 3


def test_the_digest_of_the_manifest_is_printed_and_stands_in_the_commit(hub: Hub, dist: Path, tmp_path: Path) -> None:
    digest = sha256((dist / "1.0.0-withheld" / MANIFEST).read_bytes())
    client = Client(hub, tmp_path / "home")
    output = client.publish(dist / "1.0.0-withheld").stdout
    assert f"hedgerow fetch acme/tiny --version 1.0.0 --digest {digest}" in " ".join(output.split())
    assert digest in hub.repository("acme/tiny").message("v1.0.0")
    assert json.loads(client.publish(dist / "1.0.0-withheld", "--json").stdout)["digest"] == digest


def test_a_dry_run_says_what_would_be_done_and_does_nothing(hub: Hub, dist: Path, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    output = client.publish(dist / "1.0.0", "--dry-run").stdout
    assert "would make the repository" in output
    assert "would tag it v1.0.0" in output
    assert not hub.repository("acme/tiny").path.exists()
    assert_done(client.publish(dist / "1.0.0", "--include-text"))
    before = hub.repository("acme/tiny").log("main")
    planned = json.loads(client.publish(dist / "2.0.0", "--include-text", "--dry-run", "--json").stdout)
    assert planned["parent"] == before[0][0]
    assert planned["removed"] == ["notes-1.0.0.txt"]
    assert "notes-2.0.0.txt" in planned["changed"]
    assert (hub.repository("acme/tiny").log("main"), set(versions(hub))) == (before, {"v1.0.0"})
    again = client.publish(dist / "1.0.0", "--include-text", "--dry-run").stdout
    assert "is there already" in again


def test_a_version_that_is_there_with_other_content_is_refused(hub: Hub, dist: Path, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    changed = make_release(tmp_path / "other", FIRST, corrected)
    assert_done(client.publish(dist / "1.0.0-withheld"))
    before = hub.repository("acme/tiny").log("main")
    refused = client.publish(changed.with_name("1.0.0-withheld"))
    assert_one_line_and_3(refused, "has a version 1.0.0 already")
    assert hub.repository("acme/tiny").log("main") == before
    again = client.publish(dist / "1.0.0-withheld")
    assert_done(again)
    assert "was published before" in again.stdout


def test_two_of_one_version_at_once_give_one(hub: Hub, dist: Path, tmp_path: Path) -> None:
    """The second commits after the first did, and before the first could set its tag."""
    client, changed = Client(hub, tmp_path / "home"), make_release(tmp_path / "other", FIRST, corrected)
    publish_cut(client, dist / "1.0.0-withheld", "tag", BEFORE)
    assert_done(client.publish(changed.with_name("1.0.0-withheld")))
    assert_one_line_and_3(client.publish(dist / "1.0.0-withheld"), "has a version 1.0.0 already")
    assert fetched(client, "1.0.0") == files(changed.with_name("1.0.0-withheld"))


def test_a_folder_that_is_not_what_its_manifest_says_is_refused_before_the_hub_is_asked(
    hub: Hub, tmp_path: Path
) -> None:
    folder = make_release(tmp_path / "made")
    (folder / "README.md").write_text("changed", encoding="utf-8")
    assert_one_line_and_3(Client(hub, tmp_path / "home").publish(folder), "README.md was altered")
    assert not hub.asked


def test_a_new_repository_is_private_unless_public_is_said(hub: Hub, dist: Path, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    assert_done(client.publish(dist / "1.0.0-withheld"))
    assert hub.repository("acme/tiny").private
    assert_done(client.publish(dist / "1.0.0-withheld", "--public", repo="acme/open"))
    assert not hub.repository("acme/open").private


def test_a_repository_stays_as_private_or_public_as_it_is(hub: Hub, dist: Path, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    hub.repository("acme/tiny").create(private=True)
    hub.repository("acme/open").create(private=False)
    assert_one_line_and_3(client.publish(dist / "1.0.0", "--public"), "is private")
    assert_one_line_and_3(client.publish(dist / "1.0.0", repo="acme/open"), "add --public")


def test_texts_stay_out_unless_private_and_said(hub: Hub, dist: Path, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    refused = client.publish(dist / "1.0.0", "--public", "--include-text", repo="acme/open")
    assert_one_line_and_3(refused, "would be public")
    assert_done(client.publish(dist / "1.0.0", repo="acme/bare"))
    assert "tokens" not in {entry.path for entry in hub.repository("acme/bare").tree("main")}
    assert_done(client.publish(dist / "1.0.0", "--include-text"))
    assert "tokens" in {entry.path for entry in hub.repository("acme/tiny").tree("main")}


def test_a_repository_that_holds_other_things_is_refused(hub: Hub, dist: Path, tmp_path: Path) -> None:
    client, repository = Client(hub, tmp_path / "home"), hub.repository("acme/tiny")
    repository.create(private=True)
    repository.commit("theirs", {"model.bin": b"1"}, [], None)
    assert_one_line_and_3(client.publish(dist / "1.0.0"), "holds files that no release put there")
    assert names(hub) == {"model.bin"}
    theirs = manifest.as_bytes(replace(manifest.read(dist / "1.0.0-withheld"), name="other"))
    repository.commit("theirs", {MANIFEST: theirs}, [], None)
    assert_one_line_and_3(client.publish(dist / "1.0.0"), "holds the dataset other")


def test_without_a_hub_a_folder_does(hub: Hub, dist: Path, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    assert_done(client.publish(dist / "1.0.0", repo="./shelf"))
    assert client.fetch(FIRST, "--out", "got", repo="./shelf").returncode == 0
    assert files(client.home / "got") == files(dist / "1.0.0-withheld")
    assert_one_line_and_3(client.fetch(SECOND, repo="./shelf"), "has no version 2.0.0")
    assert not hub.asked


@pytest.mark.parametrize(
    ("environment", "repo", "says"),
    [
        ({"HF_TOKEN": "hf_wrongButNeverPrinted"}, "acme/tiny", "hf auth login"),
        ({"HF_TOKEN": ""}, "acme/tiny", "hf auth login"),
        ({"HF_HUB_OFFLINE": "1"}, "acme/tiny", "HF_HUB_OFFLINE"),
        ({"HF_ENDPOINT": "http://127.0.0.1:9"}, "acme/tiny", "when it can be reached"),
        ({}, "forbidden/tiny", "may write there"),
        ({}, "tiny", "org/name"),
        ({}, "acme/ti ny", "org/name"),
    ],
)
def test_what_the_hub_will_not_do_is_one_line(
    hub: Hub, dist: Path, tmp_path: Path, environment: dict[str, str], repo: str, says: str
) -> None:
    done = Client(hub, tmp_path / "home", **environment).publish(dist / "1.0.0-withheld", repo=repo)
    assert_one_line_and_3(done, says)
    assert "NeverPrinted" not in done.stderr


def test_what_came_back_otherwise_is_told(hub: Hub, dist: Path, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    quotes = json.loads((dist / "1.0.0-withheld" / MANIFEST).read_text())["files"][
        "quotes/train-00000-of-00001.parquet"
    ]
    hub.pause["tag"] = lambda: hub.blobs.alter(quotes["sha256"])
    assert_one_line_and_3(client.publish(dist / "1.0.0-withheld"), "is not what its manifest says")


def test_the_lines_of_a_card_that_names_its_repository_load_that_version_from_anywhere(
    hub: Hub, tmp_path: Path
) -> None:
    """And `publish` says so where a release is published elsewhere than it says."""
    corpus = put_repository(tmp_path / "corpus")
    settings = corpus.root / "hedgerow.toml"
    place = f'[publication]\nrepository = "acme/tiny"\nendpoint = "{hub.url}"\n'
    settings.write_text(f"{settings.read_text()}\n{place}")
    corpus = open_corpus(corpus.root)
    prepare(plan_of(corpus))
    commit(corpus)
    done = release(plan_of(corpus))
    client = Client(hub, tmp_path / "home")
    published = client.publish(done.withheld)
    assert_done(published)
    assert "croissant.json leads to" not in published.stdout
    page = (done.withheld / "README.md").read_text(encoding="utf-8")
    assert f"`HF_ENDPOINT={hub.url}`" in page
    lines = re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0]
    loaded = client.python(lines + "print(quotes.num_rows)")
    assert loaded.stdout.splitlines()[-1:] == ["4"], loaded.stderr
    elsewhere = client.publish(done.withheld, repo=str(tmp_path / "shelf"))
    assert f"croissant.json leads to {hub.url}/datasets/acme/tiny and not to" in elsewhere.stdout
