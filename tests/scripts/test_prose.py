"""What README and datasheet say is what the data and the commands say."""

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


@pytest.mark.parametrize(("name", "prose"), [("README.md", README), ("DATASHEET.md", DATASHEET)])
def test_figures_are_the_datas(name: str, prose: str) -> None:
    assert "<!-- figures: counts -->" in prose
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


def test_readme_shows_every_config() -> None:
    assert re.findall(r"^\| `(\w+)`", README, re.MULTILINE) == list(CONFIGS)


def test_readme_names_only_commands_that_exist() -> None:
    named = set(re.findall(r"^hedgerow ([a-z]+)|`hedgerow ([a-z]+)", README, re.MULTILINE))
    assert {at_start or in_code for at_start, in_code in named} <= set(COMMANDS)


def test_links_and_pictures_of_the_readme_are_there() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    assert not [target for target in targets if not target.startswith("http") and not (REPOSITORY / target).exists()]


def test_datasheet_says_who_made_the_labels() -> None:
    assert "A language model made every label." in DATASHEET
    assert "Two passes of one language model are not two independent people." in DATASHEET
    assert "tuned on these same five articles" in DATASHEET
