from __future__ import annotations

import re

import pytest

from dataset.checks.findings import CATALOGUE, Finding


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_code_is_kebab_case_and_says_what_it_is(code: str) -> None:
    entry = CATALOGUE[code]
    assert entry.code == code
    assert re.fullmatch(r"[a-z]+\d*(-[a-z]+)*", code)
    assert entry.severity in ("error", "warning")
    assert entry.title and entry.example


def test_no_two_codes_have_one_title() -> None:
    titles = [entry.title for entry in CATALOGUE.values()]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_finding_is_as_severe_as_its_code(code: str) -> None:
    assert Finding(code, "r1/a1", "one", "seen").severity == CATALOGUE[code].severity


@pytest.mark.parametrize(("layer", "annotator"), [("r1/a1", "a1"), ("gold", "gold")])
def test_a_finding_names_whose_work_it_is_about(layer: str, annotator: str) -> None:
    assert Finding("unknown-label", layer, "one", "seen").annotator == annotator


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_code_begins_with_its_rule(code: str) -> None:
    rule = CATALOGUE[code].rule
    begins = re.match(r"[shqnet]\d+(?=-)", code)
    assert (begins[0].upper() if begins else None) == rule
