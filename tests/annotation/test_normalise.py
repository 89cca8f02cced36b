from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.normalise import Normaliser, taken_back
from annotation.results import canonical_line, restored_meta
from dataset.corpus import Corpus
from dataset.layer import TABLES, Layer, read_layer, sort_layer, write_layer
from tests.annotation.test_broken_exports import ARTICLES, FOLDER
from tests.dataset.checks.wrong import ARTICLE
from tests.dataset.tiny import put_corpus

Row = dict[str, Any]
WHOLE: Row = json.loads((FOLDER / "whole.json").read_text(encoding="utf-8"))[0]
strings = st.text(st.characters(exclude_categories=[]) | st.sampled_from("\ud800;\\\n\0"), max_size=5)
numbers = st.integers() | st.floats() | st.sampled_from([2**63, -(2**63), 10**30, 10**400, 1e308])
dates = st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30", "2026-01-02T03:04:05"])
anything = st.recursive(
    st.none() | st.booleans() | numbers | strings | dates,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(strings, inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return put_corpus(tmp_path_factory.mktemp("fuzzed"), {ARTICLE: ARTICLES["whole"]})


def told(corpus: Corpus, *tasks: Row, account: int | None = None) -> Layer:
    normaliser = Normaliser(corpus, "r1", "a1", account)
    for task in tasks:
        normaliser.add(task)
    return sort_layer(taken_back(normaliser.layer()))


def whole(**changed: Any) -> Row:
    return copy.deepcopy(WHOLE) | changed


def work(**changed: Any) -> list[Row]:
    return [copy.deepcopy(WHOLE["annotations"][0]) | changed]


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON tree: what it is in, and its key there."""
    for key in tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        yield tree, key
        yield from places(tree[key])


@st.composite
def odd_tasks(draw: st.DrawFn) -> Row:
    """A real task, restored once, with up to three of its values replaced by anything."""
    task = whole(
        meta=restored_meta({"created_at": None, "updated_at": None, "seconds": 2, "guidelines_version": "1"}, [])
    )
    for _ in range(draw(st.integers(0, 3))):
        within, key = draw(st.sampled_from(list(places(task))))
        within[key] = draw(anything)
    return task


@settings(max_examples=120)
@given(tasks=st.lists(odd_tasks(), min_size=1, max_size=2), account=st.sampled_from([None, 1]))
def test_whatever_a_task_holds_its_layer_can_be_written_and_read(
    corpus: Corpus, tasks: list[Row], account: int | None
) -> None:
    layer = told(corpus, *tasks, account=account)
    assert all(canonical_line(task) for task in tasks)
    with tempfile.TemporaryDirectory() as folder:
        write_layer(Path(folder), layer)
        again = read_layer(Path(folder), layer.name)
    assert all(getattr(again, name).equals(getattr(layer, name)) for name in TABLES)


RESTORED = restored_meta(
    {"created_at": "2020-01-01T00:00:00Z", "updated_at": None, "seconds": 2.0, "guidelines_version": "7"},
    WHOLE["annotations"][0]["result"],
)["restored"]


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (whole(id="abc"), 'of task 0, its id is "abc", not a number'),
        (whole(meta={"restored": [1]}), "of task 1, `restored` is [1], not an object"),
        (whole(meta={"restored": RESTORED | {"seconds": "abc"}}), 'of task 1, `seconds` is "abc"'),
        (whole(meta={"restored": RESTORED | {"updated_at": [1]}}), "of task 1, `updated_at` is [1]"),
        (whole(annotations=5), "of task 1, `annotations` is 5, not a list"),
        (whole(annotations=[*work(), 7]), "of task 1, `annotations` holds 7, not an object"),
        (
            whole(annotations=work(created_at="0001-01-01T00:00:00+23:59")),
            'of task 1, `created_at` is "0001-01-01T00:00:00+23:59"',
        ),
        (whole(annotations=work(lead_time=10**400)), f"of task 1, `lead_time` is {'1' + 119 * '0'}"),
    ],
)
def test_a_part_of_a_task_that_cannot_be_read_is_a_finding(corpus: Corpus, task: Row, message: str) -> None:
    assert told(corpus, task).findings.select("code", "article_id", "message").rows() == [
        ("unreadable-task", ARTICLE, message)
    ]


def test_a_control_whose_name_is_no_unicode_is_a_finding(corpus: Corpus) -> None:
    result = WHOLE["annotations"][0]["result"]
    odd = [copy.deepcopy(result[0]) | {"from_name": "\ud800"}, {"from_name": "\ud800"}]
    findings = told(corpus, whole(annotations=work(result=[*result, *odd]))).findings
    assert findings["code"].to_list() == ["region-without-id", "unknown-control"]


def test_restored_work_keeps_its_first_times_until_it_is_touched(corpus: Corpus) -> None:
    columns = ["created_at", "updated_at", "seconds", "guidelines_version"]
    kept = told(corpus, whole(meta={"restored": RESTORED})).tasks.select(columns)
    assert kept.rows() == [("2020-01-01T00:00:00Z", None, 2.0, "7")]
    touched = told(corpus, whole(meta={"restored": RESTORED}, annotations=work(result=[]))).tasks.select(columns)
    assert touched.rows() == told(corpus, whole(annotations=work(result=[]))).tasks.select(columns).rows()


def test_an_article_that_ended_on_two_tasks_is_taken_back_and_is_a_finding(corpus: Corpus) -> None:
    layer = told(corpus, whole(), whole(id=2))
    assert layer.findings.select("article_id", "code").rows() == [(ARTICLE, "several-submissions")]
    assert layer.tasks.height == layer.spans.height == layer.relations.height == 0


def test_a_task_whose_sha_256_is_another_is_refused(corpus: Corpus) -> None:
    layer = told(corpus, whole(data=WHOLE["data"] | {"text_sha256": "0" * 64}))
    assert (layer.findings["code"].to_list(), layer.tasks.height) == (["task-text-differs"], 0)
