"""`hedgerow` killed while it works, at operations drawn over all that it does: nothing is lost, doubled or altered."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotation.labelstudio.seats import Seat, seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, raw
from annotation.rounds.push import dealt, standing
from dataset.checks.suite import errors_of
from dataset.published.build import build
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import read_layer
from tests.annotation.rounds.test_kept_pulls import TEXTS as PULLED
from tests.annotation.rounds.test_kept_pulls import Task as Row
from tests.annotation.rounds.test_kept_pulls import content, series
from tests.annotation.rounds.test_pull import labelled, submit
from tests.corpora import make_corpus
from tests.dataset.release_setup import put_ready
from tests.dataset.tiny import LAYER, put_corpus, put_layer, valid_rows
from tests.faults.forks import Forks, forks
from tests.faults.kills import Entries, State, World, copies, files_in, kill
from tests.faults.test_server import TEXTS, on_server, pull_all, push_all, record
from tests.hub import Hub
from tests.releases import FIRST, SECOND, corrected, make_release

HOW_OFTEN = [2, pytest.param(100, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with Hub(tmp_path_factory.mktemp("hub"), xet=False).running() as running:
        yield running


@pytest.fixture(scope="module")
def forking(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    home = tmp_path_factory.mktemp("home")
    with forks(home, **hub.environment(home / "hf")) as running:
        yield running


class Building(World):
    """A build in the place of an older one."""

    def __init__(self, root: Path, old: State) -> None:
        self._out, self._old = root / "dist" / "built", old
        self.words = ["build", "--layer", LAYER, "--out", str(self._out), "--corpus", str(root)]

    def left(self) -> Entries:
        return files_in(self._out)

    def read(self, whole: State) -> None:
        assert dict(self.left()) in (self._old, whole, {})


@pytest.mark.parametrize("count", HOW_OFTEN)
def test_a_build_killed_anywhere_leaves_the_old_folder_the_new_one_or_none(
    forking: Forks, count: int, tmp_path: Path
) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    put_layer(corpus, valid_rows())
    build(corpus, LAYER, corpus.root / "dist" / "built", allow_errors=False)
    old = dict(files_in(corpus.root / "dist" / "built"))
    rows = valid_rows()
    corrected(rows)
    put_layer(corpus, rows)
    worlds = (Building(root, old) for root in copies(corpus.root, tmp_path / "worlds"))
    kill(forking, "build", worlds, count)


class Releasing(World):
    """A first release."""

    already = "1.0.0 was released already"

    def __init__(self, root: Path) -> None:
        self._root = root
        self.words = ["release", "1.0.0", "--corpus", str(root)]

    def left(self) -> Entries:
        folders = ("dist", "releases", "annotations", "seeds")
        return [(f"{name}/{file}", what) for name in folders for file, what in files_in(self._root / name)]

    def read(self, whole: State) -> None:
        state = dict(self.left())
        for part in ("dist/1.0.0/", "dist/1.0.0-withheld/", "releases/1.0.0.json", "releases/1.0.0-withheld.json"):
            there, expected = (
                {name: what for name, what in present.items() if name.startswith(part)} for present in (state, whole)
            )
            assert there in ({}, expected)


@pytest.mark.parametrize("count", HOW_OFTEN)
def test_a_release_killed_anywhere_is_taken_up_by_the_same_command(forking: Forks, count: int, tmp_path: Path) -> None:
    corpus = put_ready(tmp_path / "corpus")
    kill(forking, "release", map(Releasing, copies(corpus.root, tmp_path / "worlds")), count)


class Publishing(World):
    """A second version into a repository that holds the first."""

    def __init__(self, hub: Hub, repository: str, dist: Path) -> None:
        self._hub, self._name, self._dist = hub, repository, dist
        self.words = ["publish", str(dist / f"{SECOND}-withheld"), "--repo", repository]

    def left(self) -> Entries:
        """Each commit, each tag, and each file of each tag."""
        repository = self._hub.repository(self._name)
        tags = repository.refs("tags")
        assert repository.commit_of("main") == tags[f"v{SECOND}"]
        commits: Entries = [(title, None) for _, title in repository.log("main")]
        return commits + [(f"{tag}/{path}", what) for tag in tags for path, what in self._tree(tag).items()]

    def read(self, whole: State) -> None:
        """Whoever asks for a version meanwhile gets all its files, with their content, or none."""
        for tag in self._hub.repository(self._name).refs("tags"):
            there = self._tree(tag)
            assert there.keys() - {".gitattributes"} == dict(files_in(self._dist / f"{tag[1:]}-withheld")).keys()
            assert all(self._hub.blobs.has(what) for what in there.values() if len(what) == 64)

    def _tree(self, tag: str) -> dict[str, str]:
        repository = self._hub.repository(self._name)
        entries = repository.tree(repository.refs("tags")[tag])
        return {entry.path: entry.sha256 or entry.oid for entry in entries if entry.kind == "blob"}


@pytest.mark.parametrize("count", HOW_OFTEN)
def test_a_publisher_killed_anywhere_leaves_one_commit_and_one_tag(
    forking: Forks, hub: Hub, count: int, tmp_path: Path
) -> None:
    make_release(tmp_path, FIRST)
    dist = make_release(tmp_path, SECOND, corrected).parent

    def worlds() -> Iterator[World]:
        for number in itertools.count():
            name = f"acme/{tmp_path.name}-{number}"
            hub.blobs.forget()  # so that there is something to upload
            assert forking.run("publish", str(dist / f"{FIRST}-withheld"), "--repo", name).status == 0
            yield Publishing(hub, name, dist)

    kill(forking, "publish", worlds(), count)


class Pushing(World):
    """A first push of a round."""

    settings = {"annotation__labelstudio__sending__SETTLE_SECONDS": 2}

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.words = ["push", "--round", "r1", "--annotator", "a1", "--corpus", str(corpus.root)]

    def left(self) -> Entries:
        return on_server(self._corpus, seat(self._corpus, "a1")) + files_in(self._corpus.annotations)

    def read(self, whole: State) -> None:
        who = seat(self._corpus, "a1")
        if projects.find(self._corpus, "r1", who) is not None:
            entries = on_server(self._corpus, who)
            assert len(dict(entries)) == len(entries)
            assert all(whole[name] == what for name, what in entries)


@pytest.mark.parametrize("count", HOW_OFTEN)
def test_a_push_killed_anywhere_sends_each_article_once(
    forking: Forks, new_corpus: Callable[[dict[str, str]], Corpus], count: int
) -> None:
    kill(forking, "push", (Pushing(new_corpus(TEXTS)) for _ in itertools.count()), count)


class Reassigning(World):
    """All of an annotator's articles to another."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.words = ["reassign", "--round", "r1", "--from", "a1", "--to", "a2", "--corpus", str(corpus.root)]
        push_all(corpus, seat(corpus, "a1"))

    def left(self) -> Entries:
        tasks = [
            (f"{who}/{article}", what)
            for who in ("a1", "a2")
            if projects.find(self._corpus, "r1", seat(self._corpus, who)) is not None
            for article, what in on_server(self._corpus, seat(self._corpus, who))
        ]
        return tasks + files_in(self._corpus.annotations)

    def read(self, whole: State) -> None:
        """No article is dealt to nobody, and none to both."""
        deals = standing(dealt(self._corpus, "r1"))["article_id"]
        assert sorted(deals) == sorted(TEXTS)


@pytest.mark.parametrize("count", HOW_OFTEN)
def test_a_reassignment_killed_anywhere_gives_each_article_to_one(
    forking: Forks, new_corpus: Callable[[dict[str, str]], Corpus], count: int
) -> None:
    kill(forking, "reassign", (Reassigning(new_corpus(TEXTS)) for _ in itertools.count()), count)


class Pruning(World):
    """Raw pulls that nothing needs, taken away."""

    def __init__(self, root: Path, pulls: dict[str, list[Row]]) -> None:
        self._corpus, self._pulls = open_corpus(root), pulls
        self.words = ["pulls", "--prune", "--corpus", str(root)]

    def left(self) -> Entries:
        return files_in(self._corpus.pulls)

    def read(self, whole: State) -> None:
        """Whatever is there is whole, and the newest is."""
        assert list(raw.altered(self._corpus)) == []
        there = [folder.name for folder in raw.pull_folders(self._corpus)]
        assert [*self._pulls][-1] in there
        assert all(content(self._corpus, pull_id) == self._pulls[pull_id] for pull_id in there)


@pytest.mark.parametrize("count", HOW_OFTEN)
def test_a_pruning_killed_anywhere_leaves_whole_pulls(forking: Forks, count: int, tmp_path: Path) -> None:
    made = make_corpus(tmp_path / "corpus", PULLED)
    pulls = series(made, 5)
    worlds = (Pruning(root, pulls) for root in copies(made.root, tmp_path / "worlds"))
    kill(forking, "pulls --prune", worlds, count)


class Pulling(World):
    """A pull of what was submitted since the last one."""

    def __init__(self, root: Path) -> None:
        self._corpus = open_corpus(root)
        self.words = ["pull", "--round", "r1", "--annotator", "a1", "--corpus", str(root)]

    def left(self) -> Entries:
        raw = [(f"pulls/{name}", what) for name, what in files_in(self._corpus.pulls) if name.endswith(".jsonl")]
        return record(self._corpus) + raw

    def read(self, whole: State) -> None:
        """The layer can be read and holds together; one that was cut off between its files names no pull."""
        folder = self._corpus.layer_path("r1/a1")
        layer = read_layer(folder, "r1/a1")
        assert not (folder / "pull.json").exists() or not errors_of(self._corpus, layer)
        assert all(what == whole[name] for name, what in self.left() if name.startswith("pulls/") and name in whole)


@pytest.mark.parametrize("count", HOW_OFTEN)
def test_a_pull_killed_anywhere_brings_all_of_the_work_once(
    forking: Forks, corpus: Corpus, a1: Seat, count: int, tmp_path: Path
) -> None:
    push_all(corpus, a1)
    tasks = {str(read_task(raw).article_id): raw["id"] for raw in a1.studio.tasks(projects.existing(corpus, "r1", a1))}
    submit(a1, tasks["two"], [])
    pull_all(corpus, a1)
    submit(a1, tasks["one"], labelled())
    submit(a1, tasks["three"], [], skipped=True)
    kill(forking, "pull", map(Pulling, copies(corpus.root, tmp_path / "worlds")), count)
