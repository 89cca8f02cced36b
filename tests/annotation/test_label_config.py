from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from annotation.guidelines import version
from annotation.label_config import label_config, page_markdown
from annotation.results import CHOICES, LABEL, TYPED, UNNAMED
from dataset import scheme

PAGE = ET.fromstring(label_config())


def control(name: str) -> ET.Element:
    (found,) = [element for element in PAGE.iter() if element.get("name") == name]
    return found


def values(name: str) -> list[str | None]:
    return [choice.get("value") for choice in control(name).iter("Choice")]


def test_the_four_labels_have_the_keys_1_to_4() -> None:
    labels = [(label.get("value"), label.get("hotkey")) for label in control(LABEL).iter("Label")]
    assert labels == [("speaker", "1"), ("quote", "2"), ("hedge", "3"), ("number", "4")]


@pytest.mark.parametrize("name", [*CHOICES, *TYPED])
def test_every_attribute_can_be_set_on_spans_of_its_label(name: str) -> None:
    assert control(name).get("perRegion") == "true"
    assert control(name).get("whenLabelValue") == name.split("_", maxsplit=1)[0]


def test_the_choices_are_the_schemes() -> None:
    assert values("quote_form") == list(scheme.QUOTE_FORMS)
    assert values("hedge_kind") == list(scheme.HEDGE_KINDS)
    assert values("number_kind") == list(scheme.NUMBER_KINDS)
    assert values("quote_unnamed") == [UNNAMED]


@pytest.mark.parametrize("label", ["quote", "hedge", "number"])
def test_no_two_choices_of_a_label_share_a_key(label: str) -> None:
    choices = [
        choice.get("hotkey")
        for element in PAGE.iter("Choices")
        if element.get("whenLabelValue") == label
        for choice in element.iter("Choice")
    ]
    assert None not in choices
    assert max(Counter(choices).values()) == 1


def test_a_speaker_is_chosen_from_the_names_of_the_task() -> None:
    assert control("speaker_entities").get("value") == "$entities"
    assert control("speaker_entities").get("choice") == "multiple"


def test_the_page_shows_every_rule_and_the_version() -> None:
    shown = "".join(PAGE.itertext())
    for rule in [
        f"{letter}{n}" for letter, count in zip("SQHNE", (8, 11, 10, 5, 4), strict=True) for n in range(1, count + 1)
    ]:
        assert f"**{rule}**" in shown
    assert f"guidelines version {version()}" in label_config()


def test_a_dollar_sign_is_not_taken_for_task_data() -> None:
    assert page_markdown("# Title\n\nIt cost $40, or $x.") == "It cost $ 40, or $ x."
