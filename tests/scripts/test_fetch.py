"""`hedgerow fetch` and `load_dataset` from a Hub that speaks the real protocol, by LFS and by Xet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dataset.folder import manifest
from dataset.folder.manifest import MANIFEST
from dataset.releasing.release import release
from dataset.schema import CONFIGS
from dataset.storage.atomic import sha256
from tests.clients import Client
from tests.commands import Done
from tests.corpora import REPOSITORY
from tests.dataset.loading import files
from tests.dataset.release_setup import next_version, plan_of, put_ready
from tests.dataset.releasing.test_release import edit_span
from tests.hub import Hub
from tests.releases import FIRST, SECOND, make_release
from tests.scripts.test_main import assert_one_line_and_3

QUOTES = "quotes/train-00000-of-00001.parquet"
SHARD = "quotes/train-00001-of-00001.parquet"
LOAD = """
import json, sys
from datasets import get_dataset_config_names, load_dataset
loaded = {}
for version in ("v1.0.0", "v2.0.0"):
    names = get_dataset_config_names("acme/tiny", revision=version)
    loaded[version] = {"configs": sorted(names), "rows": {}, "streamed": {}}
    for name in names:
        rows = load_dataset("acme/tiny", name, split="train", revision=version)
        streamed = load_dataset("acme/tiny", name, split="train", revision=version, streaming=True)
        loaded[version]["rows"][name] = rows.to_list()
        loaded[version]["streamed"][name] = list(streamed)
print(json.dumps(loaded))
"""


@pytest.fixture(scope="module", params=["lfs", "xet"])
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A Hub with two releases of the tiny corpus, texts and all; not to be changed."""
    folder = tmp_path_factory.mktemp("published")
    corpus = put_ready(folder)
    cut = [release(plan_of(corpus, FIRST))]
    edit_span(corpus, "seen", quote_form="mixed")
    cut.append(release(next_version(corpus, SECOND)))
    with Hub(folder / "hub", xet=request.param == "xet").running() as hub:
        client = Client(hub, folder / "home")
        for released in cut:
            done = client.publish(released.full, "--include-text")
            assert done.returncode == 0, done.stderr
        yield hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A Hub with the first version, to be tampered with."""
    with Hub(tmp_path / "hub", xet=False).running() as hub:
        done = Client(hub, tmp_path / "publisher").publish(make_release(tmp_path, FIRST), "--include-text")
        assert done.returncode == 0, done.stderr
        yield hub


def dist(hub: Hub) -> Path:
    return hub.folder.parent / "dist"


def rows_of(folder: Path, config: str) -> list[dict[str, Any]]:
    import datasets

    loaded = datasets.load_dataset(str(folder), config, split="train", cache_dir=str(folder.parent / "cache"))
    return list(loaded.to_list())


def readme_code(holding: str) -> str:
    """The Python on the page for ML teams that holds these words."""
    blocks = re.findall(
        r"```python\n(.*?)```", (REPOSITORY / "dataset" / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    return (
        next(str(block) for block in blocks if holding in block)
        .replace("your-org/your-dataset", "acme/tiny")
        .replace(SECOND, FIRST)
    )


def refused_and_nothing_kept(done: Done, client: Client, words: str) -> None:
    assert_one_line_and_3(done, words)
    assert [path.name for path in client.home.iterdir() if path.name != "hf"] == []


def test_both_versions_load_by_tag_every_config_streaming_too(published: Hub, tmp_path: Path) -> None:
    done = Client(published, tmp_path / "home").python(LOAD)
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout.splitlines()[-1])
    for version in (FIRST, SECOND):
        of_version = loaded[f"v{version}"]
        assert of_version["configs"] == sorted(CONFIGS)
        assert of_version["streamed"] == of_version["rows"]
        for config in CONFIGS:
            assert of_version["rows"][config] == json.loads(json.dumps(rows_of(dist(published) / version, config)))
    assert loaded["v1.0.0"]["rows"]["spans"] != loaded["v2.0.0"]["rows"]["spans"]


def test_fetching_says_which_code_wrote_the_version_and_from_which_commit(published: Hub, tmp_path: Path) -> None:
    done = Client(published, tmp_path / "home").fetch(FIRST)
    known = manifest.read(dist(published) / FIRST)
    assert f"written by {known.tool}, from the record's commit {known.commit[:12]}" in " ".join(done.stdout.split())


def test_the_one_line_of_the_readme_loads_the_version(published: Hub, tmp_path: Path) -> None:
    done = Client(published, tmp_path / "home").python(readme_code('revision="v2.0.0")') + "\nprint(quotes.num_rows)")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) == len(rows_of(dist(published) / FIRST, "quotes"))


def test_the_safe_lines_of_the_readme_load_the_version(published: Hub, tmp_path: Path) -> None:
    done = Client(published, tmp_path / "home").python(readme_code("snapshot_download") + "\nprint(quotes.num_rows)")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) == len(rows_of(dist(published) / FIRST, "quotes"))


def test_the_one_line_gives_another_version_offline_and_the_safe_lines_do_not(published: Hub, tmp_path: Path) -> None:
    """Why the page has safe lines at all."""
    line, safe = readme_code('revision="v2.0.0")'), readme_code("snapshot_download")
    newer = line.replace("v1.0.0", "v2.0.0")
    assert Client(published, tmp_path / "home").python(newer).returncode == 0
    offline = Client(published, tmp_path / "home", HF_HUB_OFFLINE="1")
    assert offline.python(line).returncode == 0
    assert offline.python(safe).returncode != 0


def test_the_safe_lines_of_the_readme_refuse_an_altered_file(hub: Hub, tmp_path: Path) -> None:
    hub.blobs.alter(sha256_of(hub, QUOTES))
    done = Client(hub, tmp_path / "home").python(readme_code("snapshot_download"))
    assert f"ValueError: {QUOTES} is not as it was released" in done.stderr


@pytest.mark.parametrize(
    ("files", "deleted", "name"),
    [({SHARD: b"theirs"}, [], SHARD), ({}, ["README.md"], "README.md"), ({"README.md": b"theirs"}, [], "README.md")],
)
def test_the_safe_lines_of_the_readme_refuse_what_somebody_committed(
    hub: Hub, tmp_path: Path, files: dict[str, bytes], deleted: list[str], name: str
) -> None:
    repository = hub.repository("acme/tiny")
    repository.move_tag("v1.0.0", repository.commit("theirs", files, deleted, None))
    done = Client(hub, tmp_path / "home").python(readme_code("snapshot_download"))
    assert f"ValueError: {name} is not as it was released" in done.stderr


def test_fetch_gives_the_version_asked_for(published: Hub, tmp_path: Path) -> None:
    client = Client(published, tmp_path / "home")
    for version in (SECOND, FIRST):
        done = client.fetch(version)
        assert done.returncode == 0, done.stderr
        assert files(client.home / f"tiny-{version}") == files(dist(published) / version)
    fetched = json.loads(client.fetch(FIRST, "--json").stdout)
    row = {"folder": str(client.home / "tiny-1.0.0"), "version": FIRST, "variant": "full", "pinned": None}
    source = dist(published) / FIRST / MANIFEST
    known = json.loads(source.read_bytes())
    assert fetched == {**row, "digest": sha256(source.read_bytes()), "commit": known["commit"], "tool": known["tool"]}


def test_a_version_is_pinned_by_a_digest_and_by_the_corpus_at_hand_or_named(hub: Hub, tmp_path: Path) -> None:
    client, source = Client(hub, tmp_path / "home"), dist(hub) / FIRST / MANIFEST
    digest = sha256(source.read_bytes())
    assert f"--digest {digest}" in client.fetch(FIRST, "--out", "free").stdout
    assert "confirmed by its digest" in client.fetch(FIRST, "--out", "free", "--digest", digest).stdout
    assert_one_line_and_3(client.fetch(FIRST, "--out", "got", "--digest", "0" * 64), "not have the digest named")
    record = client.home / "corpus" / "releases" / f"{FIRST}.json"
    record.parent.mkdir(parents=True)
    (client.home / "corpus" / "hedgerow.toml").write_text('name = "tiny"\n')
    named = ("--corpus", "corpus")
    assert_one_line_and_3(client.fetch(FIRST, "--out", "got", *named), f"has no {FIRST}.json")
    record.write_bytes(source.read_bytes())
    assert "confirmed by" in client.fetch(FIRST, "--out", "free", *named).stdout
    record.write_bytes(manifest.as_bytes(replace(manifest.read_file(source), date="2001-01-01")))
    assert_one_line_and_3(client.fetch(FIRST, "--out", "got", *named), "is not the one in")
    inside = Client(hub, client.home / "corpus")
    assert_one_line_and_3(inside.fetch(FIRST, "--out", "got"), "is not the one in")
    assert not (client.home / "got").exists()


def test_a_version_that_does_not_exist_is_refused_with_those_that_do(published: Hub, tmp_path: Path) -> None:
    client = Client(published, tmp_path / "home")
    refused_and_nothing_kept(client.fetch("1.5.0"), client, "has no version 1.5.0; name one that it has: 1.0.0, 2.0.0")


@pytest.mark.parametrize(
    ("environment", "words"),
    [({"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE"), ({"HF_ENDPOINT": "http://127.0.0.1:9"}, "when it can be reached")],
)
def test_out_of_reach_nothing_comes_from_the_cache(
    hub: Hub, tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    client = Client(hub, tmp_path / "home")
    assert client.fetch(FIRST, "--out", str(tmp_path / "got")).returncode == 0
    cut_off = Client(hub, tmp_path / "home", **environment)
    refused_and_nothing_kept(cut_off.fetch(FIRST), cut_off, words)


def test_a_private_repository_wants_a_token(hub: Hub, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home", HF_TOKEN="")
    refused_and_nothing_kept(client.fetch(FIRST), client, "hf auth login")


def test_a_file_altered_on_the_hub_is_refused(hub: Hub, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    hub.blobs.alter(sha256_of(hub, QUOTES))
    refused_and_nothing_kept(client.fetch(FIRST), client, f"{QUOTES} was altered")


def test_a_file_that_somebody_committed_under_the_tag_is_refused(hub: Hub, tmp_path: Path) -> None:
    client, repository = Client(hub, tmp_path / "home"), hub.repository("acme/tiny")
    for name, words in (("more.txt", "more.txt is not in the manifest"), ("README.md", "README.md was altered")):
        repository.move_tag("v1.0.0", repository.commit("theirs", {name: b"theirs"}, [], None))
        refused_and_nothing_kept(client.fetch(FIRST), client, words)


def test_a_tag_that_was_moved_to_another_version_is_refused(published: Hub, tmp_path: Path) -> None:
    client, repository = Client(published, tmp_path / "home"), published.repository("acme/tiny")
    repository.tag("v3.0.0", repository.refs("tags")["v2.0.0"])
    try:
        refused_and_nothing_kept(client.fetch("3.0.0"), client, "gives 2.0.0 for 3.0.0")
    finally:
        repository.drop_tag("v3.0.0")


def test_a_commit_without_a_manifest_is_refused(hub: Hub, tmp_path: Path) -> None:
    client, repository = Client(hub, tmp_path / "home"), hub.repository("acme/tiny")
    repository.move_tag("v1.0.0", repository.commit("theirs", {}, [MANIFEST], None))
    refused_and_nothing_kept(client.fetch(FIRST), client, "no manifest that can be read")


def test_a_file_broken_in_the_cache_is_fetched_again(hub: Hub, tmp_path: Path) -> None:
    client = Client(hub, tmp_path / "home")
    assert client.fetch(FIRST, "--out", "one").returncode == 0
    blob = next(client.home.rglob(f"blobs/{sha256_of(hub, QUOTES)}"))
    blob.write_bytes(blob.read_bytes()[:-1] + b"!")
    assert client.fetch(FIRST, "--out", "two").returncode == 0
    assert files(client.home / "two") == files(client.home / "one")


def sha256_of(hub: Hub, name: str) -> str:
    manifest = json.loads((dist(hub) / FIRST / MANIFEST).read_text(encoding="utf-8"))
    return str(manifest["files"][name]["sha256"])
