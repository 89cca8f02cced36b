"""Versions in plain folders and stores with an address."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import fsspec
import pytest

from dataset.folder.manifest import MANIFEST
from dataset.problem import Problem
from dataset.publishing import shelf
from dataset.publishing.fetch import fetch
from dataset.publishing.places import place_of
from dataset.publishing.publish import publish
from tests.dataset.loading import files
from tests.releases import FIRST, SECOND, corrected, make_release

WRITES = ("open", "pipe_file", "put_file", "mv", "rm")
_numbers = itertools.count()


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of the tiny corpus, in both variants; not to be changed."""
    folder = tmp_path_factory.mktemp("releases")
    make_release(folder, FIRST)
    return make_release(folder, SECOND, corrected).parent


@pytest.fixture(params=["{}", "file://{}", "memory://{}"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.param).format(tmp_path / f"shelf{next(_numbers)}")


class Cutting:
    """A store whose connection breaks for good at its n-th writing, before it is done or after."""

    def __init__(self, store: Any, left: int, *, done: bool) -> None:
        self._store, self._left, self._done = store, left, done

    def __getattr__(self, name: str) -> Any:
        there = getattr(self._store, name)
        return self._counted(there) if name in WRITES else there

    def _counted(self, method: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                if self._left == -1 and self._done:
                    method(*given, **named)
                raise ConnectionError("the line is dead")
            return method(*given, **named)

        return call


def cut_after(monkeypatch: pytest.MonkeyPatch, writes: int, *, done: bool) -> None:
    def opened(address: str, **options: Any) -> tuple[Any, str]:
        store, root = real(address, **options)
        return Cutting(store, writes, done=done), root

    real = fsspec.url_to_fs
    monkeypatch.setattr(fsspec, "url_to_fs", opened)


def test_two_versions_come_back_as_they_were(address: str, dist: Path, tmp_path: Path) -> None:
    for version in (FIRST, SECOND):
        publish(dist / version, address, include_text=True)
    for version in (FIRST, SECOND):
        assert fetch(address, version, tmp_path / version).new
        assert files(tmp_path / version) == files(dist / version)


def test_a_version_that_is_there_is_published_once(address: str, dist: Path) -> None:
    assert not publish(dist / FIRST, address).plan.done
    assert publish(dist / FIRST, address).plan.done


def test_a_version_with_other_content_is_refused(address: str, dist: Path, tmp_path: Path) -> None:
    publish(dist / FIRST, address)
    second = make_release(tmp_path / "other", FIRST, corrected)
    with pytest.raises(Problem, match=r"has a version 1\.0\.0 already"):
        publish(second, address)
    assert (
        fetch(address, FIRST, tmp_path / "got").manifest.content
        == publish(dist / FIRST, address).release.manifest.content
    )


@pytest.mark.parametrize("done", [False, True])
def test_an_upload_cut_anywhere_shows_nothing_or_all_and_the_same_command_finishes(
    address: str, done: bool, dist: Path, tmp_path: Path
) -> None:
    for writes in itertools.count():
        place = f"{address}-{writes}"
        with pytest.MonkeyPatch.context() as patched:
            cut_after(patched, writes, done=done)
            try:
                publish(dist / "1.0.0-withheld", place)
                break
            except Problem as problem:
                assert "the line is dead" in str(problem)
        assert not shown(place) or fetch(place, FIRST, tmp_path / f"cut-{writes}").new
        publish(dist / "1.0.0-withheld", place)
        assert files(fetch(place, FIRST, tmp_path / f"got-{writes}").folder) == files(dist / "1.0.0-withheld")
        assert not draft(place)
    assert writes > 2 * len(files(dist / "1.0.0-withheld"))


def shown(address: str) -> bool:
    try:
        place_of(address).proof(FIRST)
    except Problem:
        return False
    return True


def draft(address: str) -> bool:
    store, root = fsspec.url_to_fs(address)
    return bool(store.exists(f"{root}/.v1.0.0.part"))


def test_an_upload_of_another_release_under_the_same_version_is_not_mixed_in(
    address: str, dist: Path, tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        cut_after(patched, 4, done=True)
        with pytest.raises(Problem, match="the line is dead"):
            publish(dist / FIRST, address)
    second = make_release(tmp_path / "other", FIRST, corrected)
    with pytest.raises(Problem, match=r"another 1\.0\.0 is being uploaded"):
        publish(second, address)
    publish(dist / FIRST, address)
    assert fetch(address, FIRST, tmp_path / "got").manifest.version == FIRST


def test_a_version_that_another_finished_meanwhile_is_not_written_over(
    address: str, dist: Path, tmp_path: Path
) -> None:
    second = make_release(tmp_path / "other", FIRST, corrected)
    seen = shelf.Shelf.plan(place_of(address), publish(dist / FIRST, address, dry_run=True).release)  # type: ignore[arg-type]
    publish(second, address)
    release = publish(dist / FIRST, f"{address}-other").release
    with pytest.raises(Problem, match=r"has a version 1\.0\.0 already"):
        place_of(address).put(release, seen, private=True)
    assert not draft(address)
    assert fetch(address, FIRST, tmp_path / "got").manifest.content == publish(second, address).release.manifest.content


def test_a_version_that_is_not_there_is_refused_with_those_that_are(address: str, dist: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="none yet"):
        fetch(address, FIRST, tmp_path / "got")
    publish(dist / FIRST, address)
    publish(dist / SECOND, address)
    with pytest.raises(Problem, match=r"has no version 1\.5\.0; name one that it has: 1\.0\.0, 2\.0\.0"):
        fetch(address, "1.5.0", tmp_path / "got")
    assert not (tmp_path / "got").exists()


@pytest.mark.parametrize("what", ["altered", "missing", "more"])
def test_a_version_that_somebody_touched_is_refused(address: str, what: str, dist: Path, tmp_path: Path) -> None:
    publish(dist / FIRST, address)
    store, root = fsspec.url_to_fs(address)
    if what == "missing":
        store.rm(f"{root}/v1.0.0/README.md")
    else:
        store.pipe_file(f"{root}/v1.0.0/{'README.md' if what == 'altered' else 'more.txt'}", b"mine")
    with pytest.raises(Problem, match=r"1\.0\.0 of .* is not what its manifest says"):
        fetch(address, FIRST, tmp_path / "got")
    assert list(tmp_path.glob("got*")) == []
    with pytest.raises(Problem, match="is not what its manifest says"):
        publish(dist / FIRST, address)


def test_a_version_under_another_ones_name_is_refused(address: str, dist: Path, tmp_path: Path) -> None:
    publish(dist / FIRST, address)
    store, root = fsspec.url_to_fs(address)
    store.mv(f"{root}/v1.0.0", f"{root}/v3.0.0", recursive=True)
    with pytest.raises(Problem, match=r"gives 1\.0\.0 for 3\.0\.0"):
        fetch(address, "3.0.0", tmp_path / "got")


def test_a_version_without_its_manifest_is_none(address: str, dist: Path, tmp_path: Path) -> None:
    publish(dist / FIRST, address)
    store, root = fsspec.url_to_fs(address)
    store.rm(f"{root}/v1.0.0/{MANIFEST}")
    with pytest.raises(Problem, match=r"has no version 1\.0\.0"):
        fetch(address, FIRST, tmp_path / "got")


def test_a_dry_run_writes_nothing(dist: Path, tmp_path: Path) -> None:
    publish(dist / FIRST, str(tmp_path / "shelf"), dry_run=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["nope://x", "s3://bucket/x", "/proc/nothing/here"])
def test_a_store_that_cannot_be_used_is_a_problem(address: str, dist: Path) -> None:
    with pytest.raises(Problem, match=r"install it|fix that"):
        publish(dist / FIRST, address)
