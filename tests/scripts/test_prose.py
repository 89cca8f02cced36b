"""What the pages say is what the data and the commands say, and what they point to is there."""

from __future__ import annotations

import re

import pytest

from dataset.agreement.figures import is_stale
from dataset.record.corpus import open_corpus
from dataset.releasing.figures import filled
from dataset.schema import CONFIGS
from scripts.main import COMMANDS
from tests.corpora import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
DATASHEET = (REPOSITORY / "DATASHEET.md").read_text(encoding="utf-8")
NAMES = (
    *("README.md", "CONTRIBUTING.md", "SECURITY.md", "annotation/README.md", "annotation/SERVER.md"),
    "dataset/README.md",
    *("tests/benchmarks/README.md", "tests/faults/ATTACKS.md"),
)
PAGES = {name: (REPOSITORY / name).read_text(encoding="utf-8") for name in NAMES}


@pytest.mark.parametrize(("name", "prose"), [("README.md", README), ("DATASHEET.md", DATASHEET)])
def test_figures_are_the_datas(name: str, prose: str) -> None:
    assert "<!-- figures: counts -->" in prose
    assert "<!-- figures: statements -->" in README
    assert "<!-- figures: sorting -->" in DATASHEET
    assert filled(open_corpus(REPOSITORY), prose) == prose, (
        f"{name} is stale: bring it to the data with figures.refresh"
    )


def test_the_datasheet_tells_the_agreement_that_the_record_gives() -> None:
    assert "<!-- figures: agreement -->" in DATASHEET
    assert not is_stale(open_corpus(REPOSITORY), "r1")


GEBRU = {1: 4, 2: 16, 3: 12, 4: 4, 5: 6, 6: 7, 7: 8, 8: 7}
_ANSWERS = re.findall(r"^### (\d)\.(\d+) ([^\n]+)\n(.*?)(?=^##|\Z)", DATASHEET, re.MULTILINE | re.DOTALL)


def test_the_datasheet_asks_every_question_of_its_sections_in_order() -> None:
    assert [(int(section_number), int(question_number)) for section_number, question_number, _, _ in _ANSWERS] == [
        (section, number) for section, count in GEBRU.items() for number in range(1, count + 1)
    ]
    assert [question for _, _, question, _ in _ANSWERS if not (question.endswith("?") or "else" in question)] == []


def test_every_question_of_the_datasheet_has_an_answer_and_no_template_text() -> None:
    empty = [question for _, _, question, answer in _ANSWERS if len(answer.strip()) < 3]
    assert empty == []
    assert (
        re.findall(r"\b(?:XX+|TODO|TBD|FIXME|lorem|insert|your name|N/A)\b|\[[^\]]*\.\.\.\]", DATASHEET, re.IGNORECASE)
        == []
    )


def test_every_config_is_described_where_versions_are_loaded() -> None:
    page = PAGES["dataset/README.md"]
    assert re.findall(r"^\| `(\w+)`", page, re.MULTILINE)[: len(CONFIGS)] == list(CONFIGS)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_only_commands_that_exist(name: str) -> None:
    named = set(re.findall(r"^hedgerow ([a-z]+)|`hedgerow ([a-z]+)", PAGES[name], re.MULTILINE))
    assert {at_start or in_code for at_start, in_code in named} <= set(COMMANDS)


def test_every_command_is_in_one_of_the_pages() -> None:
    whole = "".join(PAGES.values())
    assert [command for command in COMMANDS if f"hedgerow {command}" not in whole] == []


@pytest.mark.parametrize("name", PAGES)
def test_links_and_pictures_of_a_page_are_there(name: str) -> None:
    folder = (REPOSITORY / name).parent
    for target in re.findall(r"\]\(([^)]+)\)", PAGES[name]):
        if not target.startswith("http"):
            path, _, heading = target.partition("#")
            assert (folder / path).exists(), target
            assert not heading or heading in headings((folder / path).read_text(encoding="utf-8")), target


def headings(page: str) -> list[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]


@pytest.mark.parametrize("name", PAGES)
def test_modules_and_tests_that_a_page_names_are_there(name: str) -> None:
    for path in re.findall(r"`((?:dataset|annotation|scripts|tests)/[\w./]+\.(?:py|j2|js|md))`", PAGES[name]):
        assert (REPOSITORY / path).exists(), path
    threats = (REPOSITORY / "tests/test_threats.py").read_text(), (REPOSITORY / "tests/test_connections.py").read_text()
    for start in re.findall(r"`(?:…)?(\w+)_?…?`", PAGES["SECURITY.md"]):
        if start.startswith("test_"):
            assert any(start in text for text in threats), start


def test_datasheet_says_who_made_the_labels() -> None:
    assert "A language model made every label." in DATASHEET
    assert "Two passes of one language model are not two independent people." in DATASHEET
    assert "tuned on these same five articles" in DATASHEET
