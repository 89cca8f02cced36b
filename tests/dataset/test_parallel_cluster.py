"""Parts done by a cluster: the same as on one machine, and so when a node is lost on the way."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import psutil
import pytest

from dataset import parallel, schema
from dataset.agreement.figures import agreement
from dataset.checks.suite import check_record
from dataset.folder.content_hash import folder_hash
from dataset.parallel import Item, OrderedMap, Result, local_map
from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, layer_ranges
from dataset.releasing.release import ReleasePlan, release
from dataset.similarity import near_duplicates, near_duplicates_shuffled
from dataset.storage import article_ranges
from dataset.storage.atomic import sha256
from tests.benchmarks.corpora import write_record, write_round
from tests.dataset.release_setup import put_ready
from tests.dataset.tiny import copies
from tests.faults.kills import files_in

LAYER = "r1/a1"
STORE = 100 << 20


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return wrong(write_record(tmp_path_factory.mktemp("cluster"), 150))


def wrong(corpus: Corpus) -> Corpus:
    """With findings in many places: every seventh span is gone, and links lead to it."""
    path = corpus.layer_path(LAYER) / "spans.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for at, line in enumerate(lines) if at % 7))
    return corpus


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, corpus: Corpus) -> int:
    """Makes parts small. How many there are of the layer."""
    monkeypatch.setattr(article_ranges, "AT_ONCE", 60_000)
    return len(layer_ranges(corpus.layer_path(LAYER)))


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """A cluster of a head with a core; nodes may be added."""
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    own: Any = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "include_dashboard": False, "object_store_memory": STORE},
    )
    yield own
    own.shutdown()


@pytest.fixture(scope="module")
def joined(nodes: Any) -> Iterator[OrderedMap]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(parallel.RAY_ADDRESS, nodes.address)
        with parallel.cluster_map() as each:
            yield each


@contextmanager
def second_node(nodes: Any) -> Iterator[Any]:
    node = nodes.add_node(num_cpus=1, object_store_memory=STORE)
    try:
        yield node
    finally:
        if node in nodes.list_all_nodes():
            nodes.remove_node(node)


def placed(number: int) -> tuple[int, str]:
    import ray

    return number, ray.get_runtime_context().get_node_id()


def refuse(log: Path, number: int) -> int:
    with log.open("a") as lines:
        lines.write(f"{number}\n")
    if number == 3:
        raise Problem("three is no number", "take another")
    return number


def until_both_work(each: OrderedMap) -> None:
    """A node's first process takes its time."""
    while len({node for _, node in each(placed, range(50))}) < 2:
        pass


def built(corpus: Corpus, out: Path, each: OrderedMap) -> dict[str, Any]:
    """Content hashes of the configs, and the SHA-256 of every file."""
    build(corpus, LAYER, out, allow_errors=True, each=each)
    files = {path.relative_to(out).as_posix(): sha256(path.read_bytes()) for path in out.rglob("*") if path.is_file()}
    return files | {name: folder_hash(out, name) for name in schema.CONFIGS if (out / name).exists()}


def test_all_is_the_same_when_a_node_is_lost_half_way(
    corpus: Corpus, small: int, nodes: Any, joined: OrderedMap, tmp_path: Path
) -> None:
    """Findings are half through, and the first part of a build has come, when the node goes without a word."""
    with second_node(nodes) as node:
        until_both_work(joined)

        def losing(work: Callable[[Item], Result], given: Iterable[Item]) -> Iterator[Result]:
            for at, made in enumerate(joined(work, given)):
                if at == 0:
                    nodes.remove_node(node, allow_graceful=False)
                yield made

        findings = check_record(corpus, [LAYER], joined)
        listed = list(islice(findings, 50))
        far = built(corpus, tmp_path / "far", losing)
        listed += findings
    assert small > 8
    assert node not in nodes.list_all_nodes()
    assert listed == list(check_record(corpus, [LAYER]))
    assert len(listed) > 100
    assert far == built(corpus, tmp_path / "near", local_map)


def test_results_come_in_order(joined: OrderedMap) -> None:
    assert [number for number, _ in joined(placed, range(20))] == list(range(20))


def test_figures_of_agreement_are_the_same(joined: OrderedMap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_ranges, "AT_ONCE", 40_000)
    several = write_round(tmp_path, 20)
    assert len(layer_ranges(several.layer_path(LAYER))) > 4
    far, near = agreement(several, "r1", each=joined), agreement(several, "r1")
    assert far.figures.equals(near.figures)
    assert far.basis == near.basis


def test_near_duplicates_are_the_same(joined: OrderedMap, tmp_path: Path) -> None:
    """In two files: pairs that differ in a word or in case alone, families of copies, and a retelling."""
    words = [[f"w{at}x{number}" for number in range(40)] for at in range(20)]
    texts = [" ".join(text) for text in words] + [" ".join(["new", *text[1:]]) for text in words[::2]]
    texts += ["", "one word", "One word", " ".join(text[0] for text in words)]
    families = {"p": 49, "q": 50, "r": 51, "s": 200}
    texts += [text for name, count in families.items() for text in copies(name, count)]
    retold = [f"told{number}" for number in range(40)]
    texts += [" ".join([*retold, *(f"{name}own{number}" for number in range(90))]) for name in ("first", "second")]
    rows = pl.DataFrame({"article_id": [f"n{at:03}" for at in range(len(texts))], "text": texts})
    for name, some in (("a", rows[:25]), ("b", rows[25:])):
        some.write_parquet(tmp_path / f"{name}.parquet")
    far = near_duplicates_shuffled.near_duplicates(sorted(tmp_path.glob("*.parquet")), buckets=3)
    assert far.height == 11 + 49 * 48 / 2 + 50 * 49 / 2 + 50 + 199 + 1
    assert far.equals(near_duplicates.near_duplicates(rows))


def test_a_release_has_the_same_bytes(joined: OrderedMap, tmp_path: Path) -> None:
    for name, engine in (("near", ()), ("far", (joined, near_duplicates_shuffled.near_duplicates))):
        corpus = put_ready(tmp_path / name / "corpus")
        release(ReleasePlan(corpus, "1.0.0", GOLD, tmp_path / name / "dist", None, *engine))
    near, far = (dict(files_in(tmp_path / name / "dist")) for name in ("near", "far"))
    assert far == near


def test_what_is_wrong_with_a_part_is_told_as_it_is_and_not_tried_again(joined: OrderedMap, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"^three is no number; take another$"):
        list(joined(partial(refuse, tmp_path / "log"), range(9)))
    assert (tmp_path / "log").read_text().splitlines().count("3") == 1


def test_no_more_parts_are_begun_than_are_soon_wanted(joined: OrderedMap) -> None:
    taken: list[int] = []

    def given() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    assert next(joined(placed, given()))[0] == 0
    assert len(taken) < 10


def test_nothing_listens_beyond_this_machine(nodes: Any, joined: OrderedMap) -> None:
    list(joined(placed, range(2)))
    own = {process.pid for process in psutil.Process().children(recursive=True)} | {os.getpid()}
    heard: list[Any] = [
        connection
        for connection in psutil.net_connections("inet")
        if connection.status == "LISTEN" and connection.pid in own
    ]
    assert heard
    assert {connection.laddr.ip.removeprefix("::ffff:") for connection in heard} <= {"127.0.0.1", "::1"}


def test_an_address_at_which_nobody_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        monkeypatch.setenv(parallel.RAY_ADDRESS, address)
        with pytest.raises(Problem, match=f"no Ray cluster answers at {address}; start it"), parallel.cluster_map():
            pass


@pytest.mark.parametrize("address", ["ray://10.0.0.1:10001", "auto", "10.0.0.1", "10.0.0.1:head"])
def test_what_is_no_address_is_told(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(parallel.RAY_ADDRESS, address)
    with pytest.raises(Problem, match=f"RAY_ADDRESS is {address}, which is not HOST:PORT"), parallel.cluster_map():
        pass


def test_without_ray_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    monkeypatch.delenv(parallel.RAY_ADDRESS, raising=False)
    with pytest.raises(Problem, match=r"pip install -e '\.\[cluster\]'"), parallel.cluster_map():
        pass
