"""Every test that the table of attacks names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.corpora import REPOSITORY

TABLE = Path(__file__).with_name("ATTACKS.md")
NAMED = sorted(
    set(re.findall(r"`((?:tests/[\w/]+/|tests/)?test_\w+\.py)(?:::(\w+))?`", TABLE.read_text(encoding="utf-8")))
)


def test_the_table_names_tests() -> None:
    assert len(NAMED) > 30


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_the_table_names_is_there(file: str, name: str) -> None:
    path = REPOSITORY / (file if "/" in file else f"tests/annotation/{file}")
    functions = {node.name for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.FunctionDef)}
    assert name in functions or (not name and functions)
