"""One word, one meaning: what nothing is called, and what no two classes are called."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import jinja2
import pytest
from jinja2 import nodes
from pygments.lexers.javascript import JavascriptLexer
from pygments.token import Name

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("dataset", "annotation", "scripts")
VAGUE: Final = frozenset({"told", "found", "one", "other", "others", "said", "mend"})
CONSTANT: Final = "ONE"
"""The tests' own first article, row or annotator, beside TWO."""
MAKERS: Final = frozenset({"TypedDict", "NamedTuple", "namedtuple"})
NAMING: Final = ("id", "arg", "attr", "name", "asname", "rest", "kwd_attrs")
"""The fields in which nodes of Python's syntax tree have identifiers."""


def files(ending: str, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob(f"*{ending}"))


def in_python(code: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(code)):
        for field in NAMING:
            name = getattr(node, field, None)
            yield from [name] if isinstance(name, str) else name if field == "kwd_attrs" and name else []


def in_script(code: str) -> Iterator[str]:
    return (word for kind, word in JavascriptLexer().get_tokens(code) if kind in Name)


def in_template(code: str) -> Iterator[str]:
    parsed = jinja2.Environment().parse(code)
    yield from (node.name for node in parsed.find_all(nodes.Name))
    yield from (node.name for node in parsed.find_all(nodes.Macro))


def vague(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if name.strip("_").lower() in VAGUE and name != CONSTANT})


def declared(code: str) -> Iterator[str]:
    """The classes of a module, within functions and classes, too."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            maker = node.value.func
            if getattr(maker, "id", getattr(maker, "attr", None)) in MAKERS:
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))


@pytest.mark.parametrize(
    ("ending", "names"), [(".py", in_python), (".js", in_script), (".j2", in_template)], ids=["Python", "JS", "Jinja"]
)
def test_nothing_has_a_name_that_would_fit_anything(ending: str, names: Callable[[str], Iterator[str]]) -> None:
    read = {path: vague(names(path.read_text(encoding="utf-8"))) for path in files(ending, *PACKAGES, "tests")}
    assert read
    assert {path.relative_to(ROOT).as_posix(): words for path, words in read.items() if words} == {}


@pytest.mark.parametrize(
    "code",
    ["told = 1", "def f(_one): ...", "import os as found", "f(other=1)", "row.said", "class Mend: ...", "OTHERS = ()"],
)
def test_wherever_python_names_something_the_name_is_seen(code: str) -> None:
    assert vague(in_python(code))


def test_a_word_in_a_string_or_a_comment_is_no_name() -> None:
    assert vague(in_script("const others = `${one} said`; // told")) == ["one", "others"]
    assert vague(in_template("told {% for one in rows %}{{ one }}{{ 'said' }}{% endfor %}")) == ["one"]


def test_no_two_modules_declare_a_class_of_one_name() -> None:
    modules = defaultdict(set)
    for path in files(".py", *PACKAGES):
        for name in declared(path.read_text(encoding="utf-8")):
            modules[name].add(path.relative_to(ROOT).as_posix())
    assert "Corpus" in modules
    assert {name: sorted(paths) for name, paths in modules.items() if len(paths) > 1} == {}


def test_a_class_that_a_call_makes_is_declared_as_well() -> None:
    assert list(declared("A = TypedDict('A', {})\nB = collections.namedtuple('B', '')\nC = make()")) == ["A", "B"]
