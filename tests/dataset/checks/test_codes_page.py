from __future__ import annotations

from pathlib import Path

import dataset.checks
from dataset.checks.findings import CATALOGUE, codes_page

PAGE = Path(dataset.checks.__file__).with_name("CODES.md")


def test_the_page_in_the_repository_is_the_catalogues() -> None:
    same = PAGE.read_text(encoding="utf-8") == codes_page()
    assert same, "write it anew: .venv/bin/hedgerow validate --codes > dataset/checks/CODES.md"


def test_every_code_has_its_line() -> None:
    assert [line.split("`")[1] for line in codes_page().splitlines() if line.startswith("| `")] == list(CATALOGUE)
