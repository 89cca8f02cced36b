from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from annotation.guidelines import SECTIONS, rule_ids, rules, section, version
from dataset.checks.findings import CATALOGUE
from tests.corpora import REPOSITORY

RULES = dict(zip("SQHNE", (8, 11, 10, 5, 4), strict=True))


def runs_of_five(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return zip(*(words[start:] for start in range(5)), strict=False)


def test_every_rule_stands_in_the_guidelines_once() -> None:
    stated = [rule for name in SECTIONS for rule in rule_ids(section(name))]
    assert sorted(stated) == sorted(f"{letter}{n}" for letter, count in RULES.items() for n in range(1, count + 1))


@pytest.mark.parametrize("name", SECTIONS)
def test_no_example_comes_from_an_article(name: str) -> None:
    articles = (path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "seeds" / "text").glob("*.txt")))
    seen = {run for article in articles for run in runs_of_five(article)}
    assert seen
    assert not seen & set(runs_of_five(section(name)))


@pytest.mark.parametrize("name", SECTIONS)
def test_every_rule_has_a_right_example(name: str) -> None:
    for rule in re.split(r"^- \*\*", section(name), flags=re.MULTILINE)[1:]:
        if re.match(r"[SQHNE]\d+\*\*", rule):
            assert "Right: `" in rule


def test_the_version_is_a_number() -> None:
    assert version().isdigit()


def test_every_rule_has_its_text_and_its_right_example_on_one_line() -> None:
    found = rules()
    assert list(found) == [rule for name in SECTIONS for rule in rule_ids(section(name))]
    assert all(rule.text and rule.right and "\n" not in rule.text + rule.right for rule in found.values())
    assert not any("Right:" in rule.text for rule in found.values())


def test_every_code_of_a_rule_has_its_rule_in_the_guidelines() -> None:
    assert {code.rule for code in CATALOGUE.values() if code.rule} <= set(rules())
