from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotation.guidelines import SECTIONS, RuleExample, pages, rules, section, statements, title, version
from dataset.checks.findings import CATALOGUE, Finding
from dataset.scheme import vocabulary
from tests.annotation.guidelines import notation
from tests.annotation.guidelines.labelled import found_in
from tests.annotation.guidelines.sections import rule_ids, worked_article
from tests.corpora import REPOSITORY

EXAMPLES = [
    (name, example) for part in SECTIONS for name, rule in statements(part).items() for example in rule.examples
]
WORKED = notation.parse(worked_article())

Checked = list[list[Finding]]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """What the checks find in each example, in their order."""
    sources = {f"x{place}": example.source for place, (_, example) in enumerate(EXAMPLES)}
    return list(found_in(tmp_path_factory.mktemp("examples") / "corpus", sources).values())


def judged(
    checked: Checked, *, right: bool, caught: bool
) -> Iterator[tuple[str, RuleExample, list[str], set[str | None]]]:
    """Examples of a kind: their rule or case, the codes that the checks find in them, and the rules of these codes."""
    for (name, example), findings in zip(EXAMPLES, checked, strict=True):
        if example.right is right and (example.caught_by is not None) is caught:
            codes = [finding.code for finding in findings]
            yield name, example, codes, {CATALOGUE[code].rule for code in codes}


def runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return zip(*(words[start:] for start in range(length)), strict=False)


def test_every_rule_of_the_vocabulary_stands_in_the_guidelines_once() -> None:
    stated = [rule for name in SECTIONS for rule in rule_ids(section(name))]
    assert Counter(stated) == Counter(vocabulary.RULES)
    assert list(rules()) == stated


@pytest.mark.parametrize("rule", rules())
def test_every_rule_has_an_example_that_is_right_and_one_that_is_wrong(rule: str) -> None:
    assert {example.right for example in rules()[rule].examples} == {True, False}


def test_every_line_that_looks_like_an_example_is_one() -> None:
    lines = [line for name in SECTIONS for line in section(name).splitlines() if re.match(r" *- (Right|Wrong)\b", line)]
    assert len(lines) == len(EXAMPLES)


def test_no_check_finds_anything_in_a_right_example(checked: Checked) -> None:
    faults = [
        (name, example.notation, codes)
        for name, example, codes, _ in judged(checked, right=True, caught=False)
        if codes
    ]
    assert faults == []


def test_a_wrong_example_is_found_by_the_check_of_its_rule_and_by_no_other(checked: Checked) -> None:
    shown = list(judged(checked, right=False, caught=True))
    assert [
        (name, example.notation, codes) for name, example, codes, broken in shown if broken != {example.caught_by}
    ] == []
    elsewhere = {name for name, example, _, _ in shown if example.caught_by != name}
    assert elsewhere <= {"H1", "H2", "H5", "H6", "H7", "H8", "N3"}


def test_no_check_finds_what_is_said_to_be_seen_by_people_only(checked: Checked) -> None:
    faults = [
        (name, example.notation, codes)
        for name, example, codes, _ in judged(checked, right=False, caught=False)
        if codes
    ]
    assert faults == []


def test_every_rule_that_has_a_check_shows_what_it_finds() -> None:
    shown = {name for name, example in EXAMPLES if example.caught_by == name}
    lacking = {code.rule for code in CATALOGUE.values() if code.rule in vocabulary.RULES} - shown
    assert not lacking, f"the guidelines have no wrong example, caught by its check, under {lacking}"


def test_there_are_twelve_hard_cases_or_more_and_each_shows_what_is_right() -> None:
    cases = statements("hard-cases").values()
    assert len(cases) >= 12
    assert all(any(example.right for example in case.examples) for case in cases)


# The worked article


def test_the_worked_article_keeps_every_rule_and_misses_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("worked") / "corpus"
    assert found_in(folder, {"worked": worked_article()}) == {"worked": []}


def test_the_worked_article_has_every_label_every_form_and_every_kind() -> None:
    assert {span.label for span in WORKED.spans} == set(vocabulary.LABELS)
    for column, values in (
        ("quote_form", vocabulary.QUOTE_FORMS),
        ("quote_source", vocabulary.QUOTE_SOURCES),
        ("hedge_kind", vocabulary.HEDGE_KINDS),
        ("number_kind", vocabulary.NUMBER_KINDS),
    ):
        assert {span.attributes[column] for span in WORKED.spans if column in span.attributes} == set(values)


def test_the_worked_article_has_every_relation_and_marks_inside_marks() -> None:
    labels = [span.label for span in WORKED.spans]
    assert {vocabulary.relation_type(labels[a], labels[b]) for a, b in WORKED.links} == {"said_by", "continues"}
    quotes = [span for span in WORKED.spans if span.label == "quote"]
    assert any(
        span.label == "hedge" and quote.start <= span.start and span.end <= quote.end
        for span in WORKED.spans
        for quote in quotes
    )
    assert 240 <= len(WORKED.text.split()) <= 350


@pytest.mark.parametrize("source", [*(example.source for _, example in EXAMPLES), worked_article()])
def test_every_example_is_read_again_as_it_is_written(source: str) -> None:
    read = notation.parse(source)
    assert notation.parse(notation.write(read)) == read


def test_what_the_first_page_shows_of_the_notation_keeps_the_rules(tmp_path: Path) -> None:
    shown = re.findall(r"`(\[s[^`]+\.)`", section("start"))
    assert len(shown) == 2
    sources = {f"x{place}": source for place, source in enumerate(shown)}
    assert found_in(tmp_path / "corpus", sources) == {"x0": [], "x1": []}


def test_the_first_page_leads_to_all_others() -> None:
    linked = re.findall(r"\]\(([\w-]+)\.md\)", section("start"))
    assert linked == [name for name in SECTIONS if name != "start"]


# Text


@pytest.mark.parametrize("name", SECTIONS)
def test_no_example_comes_from_an_article(name: str) -> None:
    articles = (path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "seeds" / "text").glob("*.txt")))
    seen = {run for article in articles for run in runs(article, 5)}
    own = [
        section(name),
        *(notation.parse(example.source).text for rule in statements(name).values() for example in rule.examples),
    ]
    own += [WORKED.text] if name == "worked-article" else []
    assert seen
    assert not [run for text in own for run in runs(text, 5) if run in seen]


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_begins_with_its_title(name: str) -> None:
    assert section(name).startswith(f"# {title(name)}\n")
    assert title(name)


def test_the_version_is_a_number() -> None:
    assert version().isdigit()


def test_every_rule_has_its_text_and_its_right_example_on_one_line() -> None:
    assert all(rule.text and rule.right and "\n" not in rule.text + rule.right for rule in rules().values())
    assert not any("Right:" in rule.text for rule in rules().values())


def test_the_quick_reference_names_every_rule() -> None:
    named = set(re.findall(r"[SQHNE]\d+", section("quick-reference")))
    assert named == set(rules())


def test_the_pages_are_all_there_are_with_their_version() -> None:
    folder = REPOSITORY / "annotation" / "guidelines"
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert pages() == {**there, "VERSION": (folder / "VERSION").read_text(encoding="utf-8")}
