from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import ijson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ijson.backends import python as exact

from annotation.labelstudio.canonical import has_long_number
from annotation.rounds import export
from annotation.rounds.export import pieces, read_export, task_in
from dataset.problem import Problem

_TEXTS = st.sampled_from(('},{"id": 1', '"}]', "“a”", "\\", "ab", "\u2028", "[{", "1" * 30)) | st.text(max_size=5)
_NUMBERS = st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
_LEAVES = st.none() | st.booleans() | _NUMBERS | _TEXTS
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner), max_leaves=6
)
_NESTED = st.lists(st.fixed_dictionaries({"id": st.integers(0, 9) | _TEXTS, "value": _VALUES}), max_size=4)
_TASKS = st.lists(
    st.fixed_dictionaries({"id": st.integers(0, 99), "data": _VALUES, "annotations": _NESTED}), max_size=6
)
_FORMS = st.fixed_dictionaries(
    {
        "ensure_ascii": st.booleans(),
        "indent": st.none() | st.just(1),
        "separators": st.sampled_from((None, (",", ":"))),
    }
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "CHUNK", 64)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "export.json"
    path.write_bytes(content)
    return path


@settings(max_examples=100, deadline=None)
@given(_TASKS, _FORMS, st.integers(8, 200), st.sampled_from((40, 2**20)))
@example([{"id": 1, "data": '},{"id": 1', "annotations": [{"id": 1}, {"id": 2}]}], {}, 8, 2**20)
def test_the_tasks_are_those_of_the_file_however_it_is_written_and_read(
    tmp_path_factory: pytest.TempPathFactory, tasks: list[Any], form: dict[str, Any], chunk: int, longest: int
) -> None:
    path = written(tmp_path_factory.mktemp("export"), json.dumps(tasks, **form).encode("utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "CHUNK", chunk)
        patch.setattr(export, "LONGEST", longest)
        assert list(map(repr, read_export(path))) == list(map(repr, tasks))


@settings(max_examples=100, deadline=None)
@given(_TASKS, st.data())
def test_what_is_cut_or_changed_gives_what_ijson_gives(
    tmp_path_factory: pytest.TempPathFactory, tasks: list[Any], data: st.DataObject
) -> None:
    content = bytearray(json.dumps(tasks).encode())
    at = data.draw(st.integers(1, len(content) - 1))
    content[at : at + data.draw(st.integers(0, 3))] = data.draw(
        st.sampled_from((b"", b"}", b",", b"]", b"\xff", b"1e999", b'"\\ud800"', b"9" * 25, b"NaN", b"[{"))
    )
    path = written(tmp_path_factory.mktemp("export"), bytes(content))
    expected: list[str] = []
    try:
        with path.open("rb") as stream:
            reader = exact if b"\\ud" in content or has_long_number(bytes(content)) else ijson
            expected.extend(map(repr, reader.items(stream, "item", use_float=True)))
    except (ijson.JSONError, ValueError):
        expected.append("Problem")
    tasks_read = read(path)
    assert ("Problem" in tasks_read) == ("Problem" in expected)
    # How many tasks come before what is not JSON depends on how much of the file a reader takes at once.
    alike = min(len(tasks_read), len(expected)) - 1 if expected[-1:] == ["Problem"] else None
    assert tasks_read[:alike] == expected[:alike]


def read(path: Path) -> list[str]:
    tasks: list[str] = []
    try:
        tasks.extend(map(repr, read_export(path)))
    except Problem:
        tasks.append("Problem")
    return tasks


@pytest.mark.parametrize("digits", [18, 19, 20, 60, 400, 4000])
@pytest.mark.parametrize("beside", ["", "\ud800"])
def test_a_long_whole_number_is_read_to_its_last_digit(tmp_path: Path, digits: int, beside: str) -> None:
    tasks = [{"id": 1, "n": 1}, {"id": 2, "n": -int("9" * digits), "beside": beside}, {"id": 3, "n": 1.5}]
    assert list(read_export(written(tmp_path, json.dumps(tasks).encode()))) == tasks


def test_tasks_come_before_the_file_is_read_to_its_end(tmp_path: Path, small: None) -> None:
    content = json.dumps([{"id": number, "data": "x" * 40} for number in range(1000)]).encode()[:-1000]
    tasks = read_export(written(tmp_path, content))
    assert [next(tasks)["id"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Problem):
        list(tasks)


@pytest.mark.parametrize("count", [1, 9, 20, 50])
def test_tasks_of_many_annotations_are_parted_where_they_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(export, "CHUNK", 1 << 16)
    monkeypatch.setattr(export, "LONGEST", 1 << 19)
    annotations = [{"id": number, "result": []} for number in range(count)]
    tasks = [{"id": number, "annotations": annotations, "data": {"text": "x" * 500}} for number in range(500)]
    path = written(tmp_path, json.dumps(tasks).encode())
    assert [task_in(piece) for piece in pieces(path)] == tasks


def test_a_pipe_is_refused_because_it_can_be_read_only_once() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"[]")
    os.close(writing)
    with pytest.raises(Problem, match="only once"):
        list(pieces(Path(f"/dev/fd/{reading}")))
    os.close(reading)
