"""What pulls hold on disk: each task once, whole all the same, and less of them when they are pruned."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.labelstudio.canonical import raw_line, raw_task
from annotation.rounds import pull, raw
from annotation.rounds.kept_pulls import kept_pulls, prune, pulls_with
from annotation.rounds.pull import TaskSource
from annotation.rounds.raw import KeptTasks, Packs
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.withdrawal import withdraw
from tests.corpora import make_corpus
from tests.dataset.release_setup import put_under_git

COUNT = 12
TEXTS = {f"n{number:02}": f"Rain fell for {number} days." for number in range(COUNT)}
MANY = {f"n{number:03}": f"Rain fell for {number} days." for number in range(90)}
SERVER = "http://127.0.0.1:1"
Task = dict[str, object]


def task(article: str, version: int) -> Task:
    """A task of an article that was submitted, as often as `version` says."""
    work = [{"id": 7, "result": [], "updated_at": f"2031-05-02T10:00:{version:02}Z"}] if version else []
    number = int(article[1:])
    return {"id": number, "data": {"article_id": article, "text": (TEXTS | MANY)[article]}, "annotations": work}


def take(corpus: Corpus, versions: dict[str, int], *, project: int | None = 1, round_name: str = "r1") -> str:
    """A pull of tasks, of which each was changed so often; from an export where there is no project."""
    tasks = [task(article, version) for article, version in versions.items()]
    source = TaskSource("a1", map(raw_line, tasks), server=SERVER if project else None, project=project)
    return pull.take_in(corpus, round_name, [source], accept_removals=True).pull_id


def content(corpus: Corpus, pull_id: str) -> list[Task]:
    return [raw_task(line) for line in KeptTasks(Packs(corpus.pulls), pull_id, "a1")]


def own(corpus: Corpus, pull_id: str) -> list[str]:
    """The articles of the lines that a pull itself has."""
    lines = (corpus.pulls / pull_id / "a1.jsonl").read_bytes().splitlines()
    return [json.loads(line)["data"]["article_id"] for line in lines]


def series(corpus: Corpus, count: int) -> dict[str, list[Task]]:
    """Pulls, one after the other, each with two more articles changed; what each holds, by id."""
    versions, made = dict.fromkeys(TEXTS, 0), dict[str, list[Task]]()
    for number in range(count):
        for article in list(TEXTS)[number : number + 2]:
            versions[article] += 1
        made[take(corpus, versions)] = [task(article, version) for article, version in versions.items()]
    return made


def one_changed_each(corpus: Corpus, count: int) -> dict[str, list[Task]]:
    """The same, each with one more article changed."""
    versions, made = dict.fromkeys(corpus.by_id, 0), dict[str, list[Task]]()
    for article in sorted(versions)[:count]:
        versions[article] += 1
        made[take(corpus, versions)] = [task(article, version) for article, version in versions.items()]
    return made


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", TEXTS)


def assert_whole(corpus: Corpus, pulls: dict[str, list[Task]], ids: Iterable[str]) -> None:
    assert list(raw.altered(corpus)) == []
    for pull_id in ids:
        assert content(corpus, pull_id) == pulls[pull_id]


def test_a_pull_writes_only_what_no_earlier_one_of_its_project_has(corpus: Corpus) -> None:
    first, second, third = series(corpus, 3)
    assert len(own(corpus, first)) == COUNT
    assert (own(corpus, second), own(corpus, third)) == (["n01", "n02"], ["n02", "n03"])


def test_each_pull_is_whole_whatever_came_after_it(corpus: Corpus) -> None:
    pulls = series(corpus, 4)
    assert_whole(corpus, pulls, pulls)


def test_a_task_that_is_gone_is_in_the_older_pull_alone(corpus: Corpus) -> None:
    first = take(corpus, dict.fromkeys(TEXTS, 1))
    second = take(corpus, dict.fromkeys(list(TEXTS)[1:], 1))
    assert own(corpus, second) == []
    assert [len(content(corpus, each)) for each in (first, second)] == [COUNT, COUNT - 1]


def test_pulls_of_other_projects_rounds_and_exports_share_nothing(corpus: Corpus) -> None:
    versions = dict.fromkeys(TEXTS, 1)
    take(corpus, versions)
    for how in ({"project": 2}, {"round_name": "r2"}, {"project": None}):
        versions = {article: version + 1 for article, version in versions.items()}
        assert len(own(corpus, take(corpus, versions, **how))) == COUNT
    assert own(corpus, take(corpus, versions | {"n03": 9}, project=None)) == ["n03"]


def test_a_pull_from_before_there_were_indexes_is_built_upon(corpus: Corpus) -> None:
    first = take(corpus, dict.fromkeys(TEXTS, 0))
    (corpus.pulls / first / "a1.index").unlink()
    assert list(raw.altered(corpus)) == []
    second = take(corpus, dict.fromkeys(TEXTS, 0) | {"n04": 1})
    assert own(corpus, second) == ["n04"]
    assert len(content(corpus, second)) == COUNT


def test_a_task_that_an_export_holds_twice_is_written_once_and_there_twice(corpus: Corpus) -> None:
    source = TaskSource("a1", [raw_line(task("n01", 1))] * 2)
    pull_id = pull.take_in(corpus, "r1", [source], accept_removals=True).pull_id
    assert (own(corpus, pull_id), len(content(corpus, pull_id))) == (["n01"], 2)
    assert list(raw.altered(corpus)) == []


@pytest.mark.parametrize("name", ["a1.jsonl", "a1.index"])
@pytest.mark.parametrize("how", ["cut", "added", "gone", "swapped"])
def test_what_was_altered_in_a_pull_is_noticed_and_no_later_pull_builds_upon_it(
    corpus: Corpus, name: str, how: str
) -> None:
    first, second = series(corpus, 2)
    path = corpus.pulls / first / name
    path.chmod(0o600)
    lines = path.read_bytes().splitlines(keepends=True)
    if how == "gone":
        path.unlink()
    else:
        changed = {
            "cut": lines[1:],
            "added": [*lines, lines[0][:9] + b"x\n"],
            "swapped": [lines[1], lines[0], *lines[2:]],
        }
        path.write_bytes(b"".join(changed[how]))
    if name == "a1.index" and how == "gone":  # then it is a pull from before, and whole
        assert list(raw.altered(corpus)) == []
        return
    assert corpus.pulls / first in {fault.parent for fault in raw.altered(corpus)}
    shutil.rmtree(corpus.pulls / second)
    assert raw.latest(corpus, "r1", "a1", SERVER, 1) is None


def test_a_pull_that_lacks_what_it_refers_to_is_noticed_with_the_file_that_is_gone(corpus: Corpus) -> None:
    first = next(iter(series(corpus, 2)))
    shutil.rmtree(corpus.pulls / first)
    assert list(raw.altered(corpus)) == [corpus.pulls / first / "a1.jsonl"]
    assert raw.latest(corpus, "r1", "a1", SERVER, 1) is None
    assert len(own(corpus, take(corpus, dict.fromkeys(TEXTS, 5)))) == COUNT


def test_pruning_keeps_the_newest_whole_and_takes_the_others_away(corpus: Corpus) -> None:
    pulls = series(corpus, 5)
    newest = [*pulls][-1]
    done = prune(corpus)
    assert [pull.id for pull in done.kept] == [newest]
    assert {path.name for path in corpus.pulls.iterdir()} == {newest}
    assert_whole(corpus, pulls, [newest])
    assert done.freed > 0
    assert prune(corpus).gone == []


def test_pruning_keeps_what_layers_and_releases_name(corpus: Corpus) -> None:
    pulls = series(corpus, 6)
    ids = [*pulls]
    (corpus.layer_path("r1/a1") / "pull.json").write_text(json.dumps({"pull_id": ids[1]}), encoding="utf-8")
    corpus.releases.mkdir()
    (corpus.releases / "1.0.0.json").write_text(json.dumps({"pulls": [ids[3]]}), encoding="utf-8")
    kept = {pull.id: pull.named for pull in kept_pulls(corpus) if pull.is_needed}
    assert kept == {ids[1]: ["r1/a1"], ids[3]: ["1.0.0"], ids[5]: []}
    prune(corpus)
    assert {path.name for path in corpus.pulls.iterdir()} == {ids[1], ids[3], ids[5]}
    assert_whole(corpus, pulls, [ids[1], ids[3], ids[5]])
    assert len(own(corpus, ids[1])) == COUNT
    assert len(own(corpus, ids[3])) + len(own(corpus, ids[5])) < COUNT


def test_the_next_pull_after_pruning_writes_only_what_is_new(corpus: Corpus) -> None:
    series(corpus, 4)
    prune(corpus)
    versions = dict.fromkeys(TEXTS, 0)
    for number in range(4):
        for article in list(TEXTS)[number : number + 2]:
            versions[article] += 1
    assert own(corpus, take(corpus, versions | {"n11": 1})) == ["n11"]


@settings(max_examples=20, deadline=None)
@given(
    steps=st.lists(st.dictionaries(st.sampled_from([*TEXTS]), st.integers(0, 3), min_size=1), min_size=1, max_size=6),
    named=st.sets(st.integers(0, 5)),
)
def test_whatever_was_pulled_and_named_is_the_same_after_pruning(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, int]], named: set[int]
) -> None:
    corpus = make_corpus(tmp_path_factory.mktemp("drawn") / "corpus", TEXTS)
    pulls = dict[str, list[Task]]()
    for versions in steps:
        pulls[take(corpus, versions)] = [task(article, version) for article, version in versions.items()]
    corpus.releases.mkdir()
    words = [each for number, each in enumerate(pulls) if number in named]
    (corpus.releases / "1.0.0.json").write_text(json.dumps(words), encoding="utf-8")
    manifests = {each: (corpus.pulls / each / "manifest.json").read_bytes() for each in pulls}
    kept = {pull.id for pull in prune(corpus).kept}
    assert kept >= set(words)
    assert_whole(corpus, pulls, kept)
    assert all((corpus.pulls / each / "manifest.json").read_bytes() == manifests[each] for each in kept)


def test_pruning_does_not_build_on_what_was_altered(corpus: Corpus) -> None:
    first, second, third = series(corpus, 3)
    path = corpus.pulls / first / "a1.jsonl"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"Rain", b"Hail"))
    with pytest.raises(Problem, match="no longer what was pulled"):
        prune(corpus)
    assert {folder.name for folder in corpus.pulls.iterdir()} == {first, second, third}


def test_a_pull_with_a_withdrawn_article_goes_once_a_newer_one_is_without_it(corpus: Corpus) -> None:
    put_under_git(corpus)
    first = take(corpus, dict.fromkeys(TEXTS, 1))
    assert pulls_with(corpus, "n03") == [first]
    withdraw(corpus, "n03", "asked for")
    here = open_corpus(corpus.root)
    (still,) = kept_pulls(here)
    assert (still.withdrawn, still.is_needed) == (["n03"], True)
    second = take(here, {article: 1 for article in TEXTS if article != "n03"})
    assert json.loads((here.layer_path("r1/a1") / "pull.json").read_text(encoding="utf-8"))["pull_id"] == first
    prune(here)
    assert pulls_with(here, "n03") == []
    assert {path.name for path in here.pulls.iterdir()} == {second}
    assert list(raw.altered(here)) == []
    assert not any(b"Rain fell for 3 days" in path.read_bytes() for path in here.pulls.rglob("*") if path.is_file())


@contextmanager
def few_files_to_open(more: int) -> Iterator[None]:
    """As on a system that lets a process open only so many files more."""
    resource = pytest.importorskip("resource")
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Path(__file__).open("rb") as newest:
        resource.setrlimit(resource.RLIMIT_NOFILE, (newest.fileno() + more, allowed[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, allowed)


def test_a_pull_of_very_many_earlier_ones_is_read_and_pruned_with_few_files_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make_corpus(tmp_path / "corpus", MANY)
    with monkeypatch.context() as patch:  # as pulls were written once
        patch.setattr(raw, "MOST_REFERRED", len(MANY), raising=False)
        last = [*one_changed_each(corpus, len(MANY))][-1]
    assert len({entry.pull_id for entry in KeptTasks(Packs(corpus.pulls), last, "a1").entries}) == len(MANY)
    with few_files_to_open(more=80):
        assert len(content(corpus, last)) == len(MANY)
        prune(corpus)
        assert len(content(corpus, last)) == len(MANY)
        assert list(raw.altered(corpus)) == []


def test_a_pull_that_would_refer_to_too_many_others_is_whole(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "MOST_REFERRED", 4, raising=False)
    pulls = one_changed_each(corpus, COUNT)
    assert [len(own(corpus, pull_id)) for pull_id in pulls] == [COUNT, 1, 1, 1, 1, COUNT, 1, 1, 1, 1, COUNT, 1]
    assert_whole(corpus, pulls, pulls)


def test_a_line_comes_back_byte_for_byte(corpus: Corpus) -> None:
    pull_id = take(corpus, dict.fromkeys(TEXTS, 1))
    lines = list(KeptTasks(Packs(corpus.pulls), pull_id, "a1"))
    assert lines == [raw_line(task(article, 1)) for article in TEXTS]
