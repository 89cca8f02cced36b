"""A layer that is put away and written range by range is, byte for byte, the one made in memory."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.labelstudio.canonical import raw_line
from annotation.rounds import normalise
from annotation.rounds.normalise import Batch, Normaliser, normalised, taken_back
from annotation.rounds.pull import NormalisedSource, pull_file
from dataset import parallel
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import TABLES, Layer, make_layer, read_layer, removals, sort_layer
from dataset.record.lines import Spill
from dataset.record.renewal import RewrittenLayer, rewrite
from dataset.storage.tables import table_bytes
from tests.annotation.rounds.layers import rows_so_far
from tests.annotation.rounds.test_broken_exports import ARTICLES, FOLDER
from tests.dataset.layers import write_layer
from tests.dataset.tiny import put_corpus
from tests.disks import tree

Row = dict[str, Any]
NAME = "r1/a1"
TEXT = ARTICLES["whole"]
KNOWN = ["b", "B", "a-1", "a.1", "z_9"]
LOST = "lost"
(WHOLE,) = json.loads((FOLDER / "whole.json").read_text(encoding="utf-8"))
RESULT = WHOLE["annotations"][0]["result"]
WORK: dict[str, list[Row]] = {
    "nothing": [],
    "whole": [{"result": RESULT}],
    "less": [{"result": RESULT[2:]}],
    "empty": [{"result": []}],
    "skipped": [{"result": RESULT, "was_cancelled": True}],
    "twice": [{"result": RESULT}, {"result": []}],
    "broken": [{"result": [*RESULT, 5, {"id": "x", "from_name": "label", "value": {"start": 1}}]}],
}
drawn_tasks = st.lists(
    st.tuples(st.sampled_from([*KNOWN, LOST, "unheard-of", None]), st.sampled_from(list(WORK))), max_size=12
)


def tasks_of(drawn: list[tuple[str | None, str]]) -> list[Row]:
    sent = WHOLE["data"]
    return [
        {"id": number, "data": sent | {"article_id": article}, "annotations": copy.deepcopy(WORK[work])}
        for number, (article, work) in enumerate(drawn, start=8)
    ]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus whose every text can be read."""
    return put_corpus(tmp_path_factory.mktemp("before"), dict.fromkeys([*KNOWN, LOST], TEXT))


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The same, but that a text is gone."""
    corpus = put_corpus(tmp_path_factory.mktemp("now"), dict.fromkeys([*KNOWN, LOST], TEXT))
    corpus.text_path(LOST).unlink()
    return corpus


def in_memory(corpus: Corpus, tasks: list[Row], old: Layer) -> Layer:
    normaliser = Normaliser(corpus, "r1", "a1")
    for task in tasks:
        normaliser.add(task)
    layer = taken_back(rows_so_far(normaliser))
    kept = old.only(sorted(normaliser.batch([], b"").unreadable))
    beside = {name: pl.concat([getattr(layer, name), getattr(kept, name)]) for name in TABLES if name != "findings"}
    return sort_layer(Layer(NAME, findings=layer.findings, **beside))


def take(corpus: Corpus, tasks: list[Row], rows: Spill, together: int) -> NormalisedSource:
    """What tasks tell, so many of them together."""
    taken, lines = NormalisedSource(rows), list(map(raw_line, tasks))
    for first in range(0, len(lines), together):
        taken.add(normalised(corpus, "r1", "a1", None, Batch(first + 1, lines[first : first + together])))
    return taken


def on_disk(corpus: Corpus, tasks: list[Row], old: Path, folder: Path, together: int, articles: int) -> RewrittenLayer:
    with Spill(folder / "rows") as rows:
        taken = take(corpus, tasks, rows, together)
        return rewrite(NAME, old, rows, taken_back, taken.unreadable, articles)


def contents(layer: Layer) -> dict[str, bytes]:
    return {name: table_bytes(getattr(layer, name)) for name in TABLES}


@pytest.mark.slow
@settings(max_examples=60)
@given(drawn_tasks, drawn_tasks, st.integers(1, 6), st.integers(1, 4), st.sampled_from(["written", "edited"]))
def test_it_is_the_one_made_in_memory_and_so_is_what_it_takes_away(
    before: Corpus, now: Corpus, first: Any, second: Any, together: int, articles: int, form: str
) -> None:
    old = in_memory(before, tasks_of(first), make_layer(NAME))
    new = in_memory(now, tasks_of(second), old)
    with tempfile.TemporaryDirectory() as folder:
        record, scratch = Path(folder) / "record", Path(folder) / "scratch"
        scratch.mkdir()
        write_layer(record, old)
        if form == "edited":
            edit(record)
        made = on_disk(now, tasks_of(second), record, scratch, together, articles)
        assert {name: path.read_bytes() for name, path in made.files.items()} == contents(new)
    lost = removals(old, new)
    assert sorted(made.removed, key=str) == sorted(lost, key=str)
    assert (made.tasks, made.spans, made.findings) == (new.tasks.height, new.spans.height, new.findings.height)
    assert (made.relations, made.skipped) == (new.relations.height, new.tasks.filter(status="skipped").height)


def edit(record: Path) -> None:
    """Puts the lines of each file in another order and form; they say the same."""
    for path in record.glob("*.jsonl"):
        rows = [json.loads(line) for line in path.read_bytes().splitlines()]
        path.write_text("".join(json.dumps(row) + "\n" for row in reversed(rows)), encoding="utf-8")


def test_a_line_that_cannot_be_read_is_a_problem_where_its_article_changes(now: Corpus, tmp_path: Path) -> None:
    write_layer(tmp_path / "record", in_memory(now, tasks_of([("b", "whole")]), make_layer(NAME)))
    spans = tmp_path / "record" / "spans.jsonl"
    spans.write_bytes(spans.read_bytes().replace(b'"start":', b'"stray":'))
    with pytest.raises(Problem, match="cannot be read as the table Spans"):
        on_disk(now, tasks_of([("b", "less")]), tmp_path / "record", tmp_path, 1, 1)


def test_articles_come_in_the_records_order_whatever_order_the_tasks_had(now: Corpus, tmp_path: Path) -> None:
    made = on_disk(now, tasks_of([(article, "whole") for article in KNOWN]), tmp_path / "record", tmp_path, 1, 2)
    lines = made.files["tasks"].read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["article_id"] for line in lines] == ["B", "a-1", "a.1", "b", "z_9"]
    assert not read_layer(tmp_path / "record", NAME).tasks.height


@pytest.mark.parametrize("together", [1, 2, 9])
def test_an_article_is_at_its_last_task_with_work_and_else_at_its_first(
    now: Corpus, tmp_path: Path, together: int
) -> None:
    tasks = tasks_of([("b", work) for work in ("nothing", "whole", "nothing", "skipped", "nothing")])
    with Spill(tmp_path / "rows") as rows:
        assert take(now, tasks, rows, together).places() == {"b": 11}
        assert take(now, tasks[::2], rows, together).places() == {"b": 8}


def pull_of(folder: Path, export: Path) -> tuple[str, dict[str, bytes | None]]:
    """The id of a pull, and every table and raw line that it brought."""
    corpus = put_corpus(folder, dict.fromkeys(KNOWN, TEXT))
    pulled = pull_file(corpus, "r1", "a1", export, accept_removals=False)
    return pulled.pull_id, {name: content for name, content in tree(folder).items() if name.endswith(".jsonl")}


@pytest.fixture
def _a_task_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "WORTH_PROCESSES", 2)
    monkeypatch.setattr(normalise, "AT_ONCE", 1)


def test_several_processes_bring_what_one_does(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    export = tmp_path / "export.json"
    export.write_text(json.dumps(tasks_of([(name, work) for name in [*KNOWN, "unheard-of"] for work in WORK])))
    here = pull_of(tmp_path / "here", export)
    request.getfixturevalue("_a_task_a_process")
    assert pull_of(tmp_path / "there", export) == here


@pytest.mark.usefixtures("_a_task_a_process")
def test_what_is_no_task_is_told_by_its_place_whoever_reads_it(tmp_path: Path) -> None:
    corpus, export = put_corpus(tmp_path / "corpus", dict.fromkeys(KNOWN, TEXT)), tmp_path / "export.json"
    export.write_text(json.dumps([*tasks_of([(name, "whole") for name in KNOWN]), "a word"]))
    with pytest.raises(Problem, match="holds something that is not a task, at place 6; export again"):
        pull_file(corpus, "r1", "a1", export, accept_removals=False)
    assert not corpus.annotations.exists() and tree(corpus.pulls) == {}
