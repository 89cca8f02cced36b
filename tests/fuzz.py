"""What is fuzzed, for libFuzzer (atheris): `python -m tests.fuzz TARGET [CORPUS] -runs=N -max_total_time=SECONDS`.

The targets are plain functions of bytes, which tests call without atheris, too. Each raises where an invariant fails.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

from annotation.guidelines.html import marked
from annotation.labelstudio.canonical import canonical_line, raw_line, raw_task
from annotation.rounds.export import read_export
from annotation.rounds.normalise import Normaliser
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import TABLES
from dataset.storage.tables import read_table, table_bytes
from tests.annotation.guidelines import notation
from tests.annotation.rounds.layers import rows_so_far
from tests.dataset.checks.wrong import ARTICLE
from tests.dataset.tiny import put_corpus

EXPORTS: Final = Path(__file__).parent / "annotation" / "rounds" / "broken_exports"
HOSTILE: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 1.5, 2**62, 2**63, 2**64, -(2**70), 10**400, 1e308, -0.0, "", " ", "0", "\0", "\u202e"),
    *("\x1b[2J", "=1+1", "../../x", "9" * 5000, "1e999", "..", "1..", "2..1", "x" * 70_000, "\ud800", "🇺🇦", "NaN"),
    *([], {}, [[]], [None], {"": None}, ["a", 1], {"start": 0, "end": 1}, {"choices": [{}]}, {"text": 7}),
    *("2024-13-45T99:99:99Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "label", "relation", "hedge"),
)
PIECES: Final = (
    *(
        "[s ",
        "[s1 ",
        "[q ",
        "[q?",
        "[q→s1 ",
        "[q1→none ",
        "[h ",
        "[h→q1 ",
        "[h1 ",
        "[n ",
        "[n1 ",
        "]",
        "]",
        "] ",
        " | ",
    ),
    *(" | direct]", " | modal]", " | count 3..5 k]", " | money ? EUR]", " | A; B]", "\\[", "\\", "|", "“so”", "may"),
    *("40 %", "€ 3.5 million", "dozens", " ", "a", "9" * 400, "1e999", "½", "\0", "🇺🇦", "<script>"),
)


@cache
def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


@cache
def _corpus() -> Corpus:
    articles = json.loads((EXPORTS / "articles.json").read_text(encoding="utf-8"))
    return put_corpus(_scratch() / "corpus", {ARTICLE: articles["whole"]})


@cache
def _whole() -> bytes:
    return (EXPORTS / "whole.json").read_bytes()


def export(content: bytes) -> None:
    """Whatever a file holds, it is a Problem, or its tasks are those of `json.loads`."""
    path = _scratch() / "export.json"
    path.write_bytes(content)
    try:
        tasks = list(read_export(path))
    except Problem:
        return
    # Of repr where lists are a thousand deep; of json.loads, which takes fewer characters for blanks between values.
    with suppress(RecursionError, ValueError):
        assert repr(tasks) == repr(json.loads(content))
    tables(tasks)


def tables(tasks: list[Any]) -> None:
    """Tasks of any form become a layer that reads back as it is, or a Problem."""
    normaliser = Normaliser(_corpus(), "r1", "a1")
    try:
        for task in tasks:
            normaliser.add(task)
            assert canonical_line(raw_task(raw_line(task))) == canonical_line(task)
        layer = rows_so_far(normaliser)
    except (Problem, RecursionError):  # the latter is a Problem of every pull (annotation/raw.py)
        return
    for name, table in TABLES.items():
        path = _scratch() / f"{name}.jsonl"
        path.write_bytes(table_bytes(getattr(layer, name)))
        assert read_table(path, table).equals(getattr(layer, name)), name


def altered(content: bytes) -> None:
    """The tables of a sound export with some of its values, at places that the bytes choose, put out of order."""
    tasks = json.loads(_whole())
    steps = iter(content)
    for _ in range(1 + next(steps, 0) % 4):
        _alter(tasks, steps)
    tables(tasks)


def _alter(tasks: Any, steps: Iterator[int]) -> None:
    within, at = tasks, 0
    while isinstance(within, list | dict) and within:
        keys = list(within) if isinstance(within, dict) else range(len(within))
        at, step = keys[next(steps, 0) % len(keys)], next(steps, 0)
        if step % 3 == 0 or not isinstance(within[at], list | dict) or not within[at]:
            within[at] = deepcopy(HOSTILE[next(steps, 0) % len(HOSTILE)])
            return
        within = within[at]


def guidelines(content: bytes) -> None:
    """Text in the notation is read, and written and read again the same; else it is a Problem. HTML comes of any."""
    source = content.decode("utf-8", "replace")
    if content[:1] == b"\n":
        source = "".join(PIECES[byte % len(PIECES)] for byte in content[1:])
    shown = marked(source)
    assert "<script" not in shown
    try:
        example = notation.parse(source)
    except Problem:
        return
    assert notation.parse(notation.write(example)) == example


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "export": export,
    "altered": altered,
    "guidelines": guidelines,
}


def main() -> None:
    """Fuzzes the target that is named, in this process, until libFuzzer's own limits end it."""
    import atheris

    name = sys.argv.pop(1)
    for module in (
        "annotation.rounds.export",
        "annotation.rounds.normalise",
        "annotation.labelstudio.result",
        "tests.annotation.guidelines.notation",
    ):
        _instrument(atheris, module)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


def _instrument(atheris: Any, module: str) -> None:
    """Every function of a module, so that libFuzzer sees where it goes."""
    for name, function in list(vars(sys.modules[module]).items()):
        if callable(function) and getattr(function, "__module__", None) == module and hasattr(function, "__code__"):
            setattr(sys.modules[module], name, atheris.instrument_func(function))


if __name__ == "__main__":
    main()
