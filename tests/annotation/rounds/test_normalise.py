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

from annotation.labelstudio.canonical import canonical_line
from annotation.labelstudio.tasks import restored_meta
from annotation.rounds.normalise import Normaliser, taken_back
from dataset import schema
from dataset.record.corpus import Corpus
from dataset.record.layer import TABLES, Layer, read_layer, sort_layer
from dataset.record.shown import SHOWN, shown_frames
from tests.annotation.rounds.layers import rows_so_far
from tests.annotation.rounds.test_broken_exports import ARTICLES, FOLDER
from tests.dataset.checks.wrong import ARTICLE
from tests.dataset.layers import write_layer
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


def normalised(corpus: Corpus, *tasks: Row, account: int | None = None) -> Layer:
    normaliser = Normaliser(corpus, "r1", "a1", account)
    for task in tasks:
        normaliser.add(task)
    return sort_layer(taken_back(rows_so_far(normaliser)))


def whole(**changed: Any) -> Row:
    return copy.deepcopy(WHOLE) | changed


def work(**changed: Any) -> list[Row]:
    return [copy.deepcopy(WHOLE["annotations"][0]) | changed]


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON tree: what it is in, and its key there."""
    for key in tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        yield tree, key
        yield from places(tree[key])


SUGGESTIONS: Row = {
    "by": "rules",
    "least": 0.5,
    "without": 0.2,
    "regions": [
        {
            **{"id": "s1", "label": "speaker", "start": 0, "end": 3, "text": "The", "score": 0.9, "pattern": None},
            "values": {"speaker_entities": ["Ilsa Brandt"], "speaker_other": ["Ada; Penn"]},
        },
        {
            **{"id": "q1", "label": "quote", "start": 4, "end": 8, "text": "word", "score": 1, "pattern": "said"},
            "values": {"quote_form": ["direct"], "quote_unnamed": ["source not named"]},
        },
        {
            **{"id": "n1", "label": "number", "start": 4, "end": 6, "text": "wo", "score": 0.5, "pattern": None},
            "values": {"number_kind": ["count"], "number_value": ["3..5"], "number_unit": ["ships"]},
        },
    ],
    "links": [["q1", "s1"]],
}


@st.composite
def odd_tasks(draw: st.DrawFn) -> Row:
    """A real task, restored once, with up to three of its values replaced by anything."""
    restored = restored_meta({"created_at": None, "updated_at": None, "seconds": 2, "guidelines_version": "1"}, [])
    task = whole(meta={**restored, "returned": {"created_at": "2020-01-01T00:00:00Z", "updated_at": None}})
    task["data"]["corrections"] = "**Please correct**"
    task["data"]["suggestions"] = copy.deepcopy(SUGGESTIONS)
    for _ in range(draw(st.integers(0, 3))):
        within, key = draw(st.sampled_from(list(places(task))))
        within[key] = draw(anything)
    return task


@pytest.mark.slow
@settings(max_examples=120)
@given(tasks=st.lists(odd_tasks(), min_size=1, max_size=2), account=st.sampled_from([None, 1]))
def test_whatever_a_task_holds_its_layer_can_be_written_and_read(
    corpus: Corpus, tasks: list[Row], account: int | None
) -> None:
    normaliser = Normaliser(corpus, "r1", "a1", account)
    for task in tasks:
        normaliser.add(task)
    layer, shown = sort_layer(taken_back(rows_so_far(normaliser))), shown_frames(normaliser.batch([], b"").shown)
    assert all(canonical_line(task) for task in tasks)
    for model, frame in zip(SHOWN.values(), (shown.articles, shown.spans, shown.links), strict=True):
        assert list(schema.faults(model, frame, schema.KEYS[model])) == []
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
        (whole(meta={"returned": [1]}), "of task 1, `returned` is [1], not an object"),
        (whole(meta={"returned": {"created_at": 5}}), "of task 1, `created_at` is 5"),
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
    assert normalised(corpus, task).findings.select("code", "article_id", "message").rows() == [
        ("unreadable-task", ARTICLE, message)
    ]


def test_a_control_whose_name_is_no_unicode_is_a_finding(corpus: Corpus) -> None:
    result = WHOLE["annotations"][0]["result"]
    odd = [copy.deepcopy(result[0]) | {"from_name": "\ud800"}, {"from_name": "\ud800"}]
    findings = normalised(corpus, whole(annotations=work(result=[*result, *odd]))).findings
    assert findings["code"].to_list() == ["region-without-id", "unknown-control"]


def test_restored_work_keeps_its_first_times_until_it_is_touched(corpus: Corpus) -> None:
    columns = ["created_at", "updated_at", "seconds", "guidelines_version"]
    kept = normalised(corpus, whole(meta={"restored": RESTORED})).tasks.select(columns)
    assert kept.rows() == [("2020-01-01T00:00:00Z", None, 2.0, "7")]
    touched = normalised(corpus, whole(meta={"restored": RESTORED}, annotations=work(result=[]))).tasks.select(columns)
    assert touched.rows() == normalised(corpus, whole(annotations=work(result=[]))).tasks.select(columns).rows()


def test_an_article_that_ended_on_two_tasks_is_taken_back_and_is_a_finding(corpus: Corpus) -> None:
    layer = normalised(corpus, whole(), whole(id=2))
    assert layer.findings.select("article_id", "code").rows() == [(ARTICLE, "several-submissions")]
    assert layer.tasks.height == layer.spans.height == layer.relations.height == 0


def test_a_task_whose_sha_256_is_another_is_refused(corpus: Corpus) -> None:
    layer = normalised(corpus, whole(data=WHOLE["data"] | {"text_sha256": "0" * 64}))
    assert (layer.findings["code"].to_list(), layer.tasks.height) == (["task-text-differs"], 0)


# Work in a form that is not known, and values of another type


def codes(layer: Layer) -> list[str]:
    return sorted(layer.findings["code"])


def in_version_0() -> Row:
    task = whole()
    return {name: task[name] for name in ("id", "data")} | {"completions": task["annotations"], "predictions": []}


@pytest.mark.parametrize(
    "task",
    [
        in_version_0(),
        in_version_0() | {"annotations": []},
        whole(annotations=[]) | {"result": work()[0]["result"]},
        whole(annotations=[]) | {"submitted": {"1": work()[0]}},
        whole(annotations=[], total_annotations=1),
        whole(annotations=[], cancelled_annotations=1),
        {name: value for name, value in whole().items() if name != "annotations"},
    ],
)
def test_work_that_is_not_a_list_of_annotations_is_a_finding(corpus: Corpus, task: Row) -> None:
    assert set(codes(normalised(corpus, task))) == {"unreadable-task"}


def test_drafts_and_predictions_are_no_work(corpus: Corpus) -> None:
    layer = normalised(corpus, whole(annotations=[], drafts=work(), predictions=work()))
    assert codes(layer) == []
    assert layer.tasks.is_empty()


SWITCHES: list[Any] = ["false", "true", "", 0, 1, None, [], {}]
switches: st.SearchStrategy[Any] = st.sampled_from(SWITCHES) | numbers | strings


@settings(max_examples=40, deadline=None)
@given(switches)
def test_work_of_which_nobody_can_say_that_it_was_skipped_is_a_finding_and_is_not_taken(
    corpus: Corpus, value: Any
) -> None:
    layer = normalised(corpus, whole(annotations=work(was_cancelled=value)))
    assert codes(layer) == ["unreadable-task"]
    assert layer.tasks.is_empty()
    assert layer.spans.is_empty()


NOT_OF_THEIR_TYPE: dict[str, list[Any]] = {
    "ground_truth": ["false", 0, []],
    "completed_by": [True, 1.0, [1], {}, {"id": True}],
    "created_at": [20260102, True, ["2026-01-02T03:04:05"]],
    "lead_time": ["60", True, [60]],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in NOT_OF_THEIR_TYPE.items() for value in values]
)
def test_a_value_of_another_type_in_an_annotation_is_a_finding(corpus: Corpus, name: str, value: Any) -> None:
    assert codes(normalised(corpus, whole(annotations=work(**{name: value})))) == ["unreadable-task"]


def test_true_is_not_the_account_of_the_number_1(corpus: Corpus) -> None:
    layer = normalised(corpus, whole(annotations=work(completed_by=True)), account=1)
    assert "wrong-annotator" in codes(layer)
    assert layer.spans.is_empty()


@pytest.mark.parametrize(("name", "value"), [("text_sha256", 7), ("guidelines_version", 1), ("text_sha256", ["x"])])
def test_what_a_task_says_of_its_text_in_another_type_is_a_finding(corpus: Corpus, name: str, value: Any) -> None:
    assert "unreadable-task" in codes(normalised(corpus, whole(data=WHOLE["data"] | {name: value})))


def with_items(control: str, **changed: Any) -> Row:
    """The whole task, with keys of the values of a control's results changed; those of the result itself with `_`."""
    task = whole()
    for item in task["annotations"][0]["result"]:
        if item.get("from_name") == control:
            item["value"] |= {name: value for name, value in changed.items() if name[0] != "_"}
            item |= {name[1:]: value for name, value in changed.items() if name[0] == "_"}
    return task


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"start": "0"}, "unreadable-offsets"),
        ({"start": True}, "unreadable-offsets"),
        ({"end": 4.0}, "unreadable-offsets"),
        ({"end": None}, "unreadable-offsets"),
        ({"_readonly": "false"}, "unreadable-value"),
        ({"_hidden": 0}, "unreadable-value"),
        ({"_locked": None}, "unreadable-value"),
    ],
)
@pytest.mark.parametrize("control", ["label", "quote_form"])
def test_a_value_of_another_type_in_a_result_is_a_finding(
    corpus: Corpus, control: str, changed: Row, code: str
) -> None:
    assert code in codes(normalised(corpus, with_items(control, **changed)))


def test_a_link_of_a_direction_that_is_not_known_is_a_finding(corpus: Corpus) -> None:
    task = whole()
    result = task["annotations"][0]["result"]
    ends = list(dict.fromkeys(item["id"] for item in result if item.get("from_name") == "label"))[:2]
    result.append({"type": "relation", "from_id": ends[0], "to_id": ends[1], "direction": 1})
    assert codes(normalised(corpus, task)) == ["unreadable-relation"]
