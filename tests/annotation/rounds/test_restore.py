from __future__ import annotations

import shutil
from collections.abc import Callable

import polars as pl
import pytest

from annotation import guidelines
from annotation.labelstudio.payloads import ListedTask
from annotation.labelstudio.seats import Seat, seat
from annotation.rounds import projects, pull, push
from annotation.rounds.restore import restore
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import TABLES, make_layer, read_layer
from dataset.storage.tables import read_table, table_bytes
from tests.annotation.labelstudio.test_result import blank
from tests.annotation.rounds.test_pull import files, labelled
from tests.dataset.layers import write_layer

NewCorpus = Callable[[dict[str, str]], Corpus]


def assert_a_pull_gives_the_same(corpus: Corpus, who: Seat) -> None:
    before = files(corpus.annotations / "r1" / "a1")
    got = pull.pull(corpus, "r1", [who], accept_removals=False, tell=print)
    assert got.removed == {}
    assert files(corpus.annotations / "r1" / "a1") == before


def test_the_shipped_layer_comes_back_from_a_server_that_never_saw_it(seeds: Corpus) -> None:
    who = seat(seeds, "a1")
    done = restore(seeds, "r1", who)
    assert (done.put_back, done.there) == (5, 0)
    assert_a_pull_gives_the_same(seeds, who)
    work = [annotation for task in raw_tasks(seeds, who) for annotation in task["annotations"]]
    assert len(work) == 5
    assert {who.studio._client.annotations.get(id=annotation["id"]).ground_truth for annotation in work} == {False}


def raw_tasks(corpus: Corpus, who: Seat) -> list[ListedTask]:
    return who.studio.tasks(projects.existing(corpus, "r1", who))


@pytest.mark.parametrize("pushed", [False, True])
def test_a_restored_layer_keeps_its_guidelines_version(seeds: Corpus, pushed: bool) -> None:
    who = seat(seeds, "a1")
    path = seeds.layer_path("r1/a1") / "tasks.jsonl"
    kept = read_table(path, schema.Tasks).with_columns(pl.lit("older").alias("guidelines_version"))
    path.write_bytes(table_bytes(kept))
    if pushed:
        push.push(seeds, "r1", who)
    restore(seeds, "r1", who)
    assert_a_pull_gives_the_same(seeds, who)
    shown = {task["data"]["guidelines_version"] for task in raw_tasks(seeds, who)}
    assert shown == {guidelines.version() if pushed else "older"}


def test_a_layer_is_put_back_on_tasks_that_were_pushed_before(seeds: Corpus) -> None:
    who = seat(seeds, "a1")
    push.push(seeds, "r1", who)
    done = restore(seeds, "r1", who)
    assert (done.put_back, done.there) == (5, 0)
    assert_a_pull_gives_the_same(seeds, who)


def test_restoring_again_does_nothing(seeds: Corpus) -> None:
    who = seat(seeds, "a1")
    restore(seeds, "r1", who)
    again = restore(seeds, "r1", who)
    assert (again.put_back, again.there) == (0, 5)
    assert len(who.studio.tasks(projects.existing(seeds, "r1", who))) == 5


def test_a_pull_into_an_empty_record_gives_the_layer(seeds: Corpus) -> None:
    who = seat(seeds, "a1")
    restore(seeds, "r1", who)
    kept = read_layer(seeds.layer_path("r1/a1"), "r1/a1")
    shutil.rmtree(seeds.annotations / "r1" / "a1")
    pull.pull(seeds, "r1", [who], accept_removals=False, tell=print)
    pulled = read_layer(seeds.layer_path("r1/a1"), "r1/a1")
    assert all(getattr(pulled, name).equals(getattr(kept, name)) for name in TABLES)


def test_other_work_on_the_server_is_never_overwritten(seeds: Corpus) -> None:
    who = seat(seeds, "a1")
    push.push(seeds, "r1", who)
    project = projects.existing(seeds, "r1", who)
    first = who.studio.tasks(project)[0]["id"]
    assert who.account
    who.studio.annotate(first, labelled()[:1], skipped=False, seconds=None, account=who.account)
    with pytest.raises(Problem, match="holds other work of a1"):
        restore(seeds, "r1", who)
    assert sum(len(task["annotations"]) for task in who.studio.tasks(project)) == 1


def test_a_skipped_article_is_put_back_as_skipped(seeds: Corpus) -> None:
    who = seat(seeds, "a1")
    path = seeds.layer_path("r1/a1") / "tasks.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"submitted"', '"skipped"', 1), encoding="utf-8")
    for name in ("spans", "relations"):
        table = seeds.layer_path("r1/a1") / f"{name}.jsonl"
        lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
        table.write_text("".join(line for line in lines if '"000_' not in line), encoding="utf-8")
    restore(seeds, "r1", who)
    assert_a_pull_gives_the_same(seeds, who)


def test_a_layer_that_the_page_cannot_show_leaves_the_server_alone(new_corpus: NewCorpus) -> None:
    corpus = new_corpus({"one": "The port said so."})
    span = blank("s", "speaker", 0, 8, "The port said so.") | {"speaker_entities": ["Port; of Lomma"]}
    key = {"round": "r1", "annotator": "a1", "article_id": "one"}
    rows = {"tasks": [key | {"status": "submitted"}], "spans": [key | span]}
    write_layer(corpus.layer_path("r1/a1"), make_layer("r1/a1", **rows))
    with pytest.raises(Problem, match="the speaker s of one has the name"):
        restore(corpus, "r1", seat(corpus, "a1"))
    assert projects.find(corpus, "r1", seat(corpus, "a1")) is None


def test_a_layer_of_an_article_that_the_corpus_lacks_is_told(new_corpus: NewCorpus) -> None:
    corpus = new_corpus({"one": "Rain."})
    row = {"round": "r1", "annotator": "a1", "article_id": "gone", "status": "skipped"}
    write_layer(corpus.layer_path("r1/a1"), make_layer("r1/a1", tasks=[row]))
    with pytest.raises(Problem, match="holds gone, which the corpus does not have"):
        restore(corpus, "r1", seat(corpus, "a1"))


def test_a_layer_that_the_record_lacks_is_told(corpus: Corpus, a1: Seat) -> None:
    with pytest.raises(Problem, match="the record has no layer r1/a1"):
        restore(corpus, "r1", a1)
