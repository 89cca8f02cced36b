"""One real Label Studio for the test session, and corpora that use it."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import filelock
import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from annotation.embedded.server import Server
from annotation.labelstudio.seats import Seat, seat
from dataset.record.corpus import Corpus
from tests.browser import CHROMIUM, FLAGS, leave_pages, print_pages
from tests.corpora import copy_of_the_seeds, make_corpus
from tests.postgres import Postgres, cluster, programs

# How long an example takes says how busy the machine is. Drawn examples are the same in each run, so that a change is
# what makes a test fail; `--hypothesis-profile=searching` looks for new ones, and `quick` draws fewer.
settings.register_profile("searching", deadline=None)
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("quick", deadline=None, derandomize=True, max_examples=10)
settings.load_profile("steady")
# What is set up here is marked with a key of the tests' own, which all workers share.
if "PYTEST_XDIST_WORKER" not in os.environ:
    _state_home = tempfile.TemporaryDirectory(prefix="hedgerow-tests-")
    os.environ["XDG_STATE_HOME"] = _state_home.name
SERVED = frozenset({"set_up", "server", "server_on_postgres", "postgres", "chromium"})
SLOW = (
    *("tests/annotation/embedded/", "tests/benchmarks/", "tests/faults/", "tests/scripts/test_", "tests/test_"),
    *("tests/dataset/publishing/", "tests/dataset/releasing/", "tests/dataset/published/test_build"),
    *("tests/dataset/record/test_convert", "tests/dataset/record/test_withdrawal"),
    *("tests/dataset/scoring/test_score.py", "tests/dataset/scoring/test_ceiling"),
    *("tests/dataset/test_by_range", "tests/dataset/test_parallel", "tests/scripts/cli/test_options"),
    *("tests/annotation/suggesting/endpoint/", "tests/annotation/suggesting/test_measured"),
    *("tests/annotation/suggesting/test_layers", "tests/annotation/rounds/test_kept_pulls"),
)
"""What takes seconds each: releases, whole commands, faults, clusters, suggesters, many pulls."""
ANNOTATORS = ["a1", "a2", "a3", "adjudicator"]
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a server or a browser, and puts what needs PostgreSQL first.

    One worker has all of the latter then: Label Studio takes a minute to set it up.
    """
    for item in items:
        if SERVED & set(getattr(item, "fixturenames", ())):
            item.add_marker("served")
        if item.nodeid.startswith(SLOW):
            item.add_marker("slow")
    items.sort(key=lambda item: "postgres" not in f"{item.name} {getattr(item, 'fixturenames', ())}".lower())


@pytest.fixture(autouse=True)
def _no_foreign_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABEL_STUDIO_URL", raising=False)
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)


@pytest.fixture(autouse=True, scope="session")
def _no_power_cuts() -> Iterator[None]:
    """Tests end processes, never the machine: to wait for the disk would show nothing and take minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a server with accounts, stopped. Made once for all workers: what takes long is the database."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    made, state = shared / "being-set-up", shared / "set-up"
    with filelock.FileLock(shared / "set-up.lock"):
        if not state.exists():
            shutil.rmtree(made, ignore_errors=True)
            Server(made).up(ANNOTATORS, None, print)
            Server(made).down()
            known = Server(made).secrets()
            assert known
            Server(made).write_secrets(replace(known, port=0))  # each copy gets a port of its own
            made.rename(state)
    return state


@pytest.fixture(scope="session")
def server_of_all(set_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that leave it as it was."""
    running = Server(Path(shutil.copytree(set_up, tmp_path_factory.mktemp("studio") / "state")))
    running.up(ANNOTATORS, None, print)
    yield running
    running.down()


@pytest.fixture(scope="session")
def server(server_of_all: Server) -> Server:
    return server_of_all


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    folder = programs()
    if folder is None and not os.environ.get("CI"):
        pytest.skip("there is no PostgreSQL here; `make postgres` installs it")
    assert folder, "CI is set, so PostgreSQL is to be here"
    with cluster(folder) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", running.password)
        yield running


@pytest.fixture(scope="session")
def server_on_postgres(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("on-postgres") / "state")
    running.up(["a1"], None, print, postgres.create("studio"))
    yield running
    running.down()


@pytest.fixture
def new_corpus(server: Server, tmp_path: Path) -> Callable[[dict[str, str]], Corpus]:
    def make(texts: dict[str, str]) -> Corpus:
        root = tmp_path / f"corpus{next(_numbers)}"
        corpus = make_corpus(root, texts)
        corpus.state.symlink_to(server.state)
        return corpus

    return make


@pytest.fixture
def corpus(new_corpus: Callable[[dict[str, str]], Corpus]) -> Corpus:
    return new_corpus(
        {"one": "The port said on Monday: “We may lose about 40 ships.”", "two": "Nothing was said.", "three": "Rain."}
    )


@pytest.fixture
def seeds(server: Server, tmp_path: Path) -> Corpus:
    corpus = copy_of_the_seeds(tmp_path / f"seeds{next(_numbers)}")
    corpus.state.symlink_to(server.state)
    return corpus


@pytest.fixture
def a1(corpus: Corpus) -> Seat:
    return seat(corpus, "a1")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _croissants_are_loaded_where_a_test_is_about_that(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loading by mlcroissant takes two thirds of a small release. What fixtures of modules release is still loaded."""
    if "croissant" not in request.keywords and (checks := sys.modules.get("dataset.releasing.checks")):
        monkeypatch.setattr(checks, "_not_loaded", lambda *_: iter(()))


@pytest.fixture(autouse=True)
def _pages_are_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """An open page goes on asking its server, and slows whatever is tested next."""
    failed_before = request.session.testsfailed
    yield
    if "chromium" in request.fixturenames:
        has_passed = request.session.testsfailed == failed_before
        if not has_passed:
            print_pages()
        leave_pages(request.getfixturevalue("chromium"), keep=has_passed)
