from __future__ import annotations

import itertools
import math
import re
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from annotation import guidelines
from annotation.guidelines.html import marked, page_markdown
from annotation.labelstudio.result import ARTICLE_QUESTION, CHOICES, LABEL, QUESTION, TYPED, UNNAMED
from annotation.page.label_config import COLOURS, LINES, label_config
from dataset.scheme import vocabulary

PAGE = ET.fromstring(label_config())


def control(name: str) -> ET.Element:
    (element,) = [element for element in PAGE.iter() if element.get("name") == name]
    return element


def values(name: str) -> list[str | None]:
    return [choice.get("value") for choice in control(name).iter("Choice")]


def test_the_four_labels_have_the_keys_1_to_4() -> None:
    labels = [(label.get("value"), label.get("hotkey")) for label in control(LABEL).iter("Label")]
    assert labels == [("speaker", "1"), ("quote", "2"), ("hedge", "3"), ("number", "4")]


@pytest.mark.parametrize("name", [*CHOICES, *TYPED])
def test_every_attribute_can_be_set_on_spans_of_its_label(name: str) -> None:
    assert control(name).get("perRegion") == "true"
    assert control(name).get("whenLabelValue") == name.split("_", maxsplit=1)[0]


def test_a_question_can_be_asked_about_any_span_and_about_the_article_but_not_in_adjudication() -> None:
    assert (control(QUESTION).get("perRegion"), control(QUESTION).get("whenLabelValue")) == ("true", None)
    assert control(ARTICLE_QUESTION).get("perRegion") is None
    adjudication = ET.fromstring(label_config(adjudicating=True))
    assert not {QUESTION, ARTICLE_QUESTION} & {element.get("name") for element in adjudication.iter()}


def test_enter_does_not_go_to_a_question_as_to_an_empty_field() -> None:
    cards = [view for view in PAGE.iter("View") if "card" in (view.get("className") or "").split()]
    assert not {QUESTION, ARTICLE_QUESTION} & {element.get("name") for card in cards for element in card.iter()}


def test_the_page_shows_whatever_a_task_says_to_its_annotator() -> None:
    shown = {element.get("value") for element in PAGE.iter("Markdown")}
    assert {"$answers", "$corrections"} <= shown


def test_the_choices_are_the_schemes() -> None:
    assert values("quote_form") == list(vocabulary.QUOTE_FORMS)
    assert values("hedge_kind") == list(vocabulary.HEDGE_KINDS)
    assert values("number_kind") == list(vocabulary.NUMBER_KINDS)
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


def test_the_page_shows_every_rule_and_every_section() -> None:
    shown = "".join(PAGE.itertext())
    assert all(f"**{rule}**" in shown for rule in guidelines.rules())
    titles = {panel.get("value") for panel in PAGE.iter("Panel")}
    assert titles == {"Keys", *map(guidelines.title, guidelines.SECTIONS)}


def test_the_page_shows_the_version_beside_all_rules_and_the_rules_of_each_label() -> None:
    shown = [element.text for element in PAGE.iter("Markdown") if element.text]
    version = f'<span class="version">Guidelines {guidelines.version()}</span>'
    beginnings = [text.removeprefix(version).strip()[:20] for text in shown if text.startswith(version)]
    sections = [page_markdown(guidelines.section(label))[:20] for label in vocabulary.LABELS]
    assert beginnings == ["", *sections]


def test_the_config_stays_small_enough_for_a_page_that_opens_fast() -> None:
    assert len(label_config().encode()) < 200_000


def test_a_dollar_sign_is_not_taken_for_task_data() -> None:
    assert page_markdown("# Title\n\nIt cost $40, or $x.") == "It cost $ 40, or $ x."


def test_every_example_stands_on_a_line_of_its_own_with_a_sign_of_its_kind() -> None:
    text = "# T\n\n- **Q1** Rule.\n  - Right: `[s a] b`\n  - Wrong (no check sees it): `a [q b]` So.\n"
    assert page_markdown(text, repeated=True) == (
        "- **Q1** Rule.\n"
        '<span class="right-example"><span class="s"><i>s</i> a</span> b</span>\n'
        '<span class="wrong-example">a <span class="q"><i>q</i> b</span> <em>So.</em> '
        "<em>· no check sees it</em></span>\n"
    )
    signs = "".join(PAGE.itertext())
    assert '.right-example::before { content: "✓ "' in signs
    assert '.wrong-example::before { content: "✗ "' in signs


def test_a_mark_shows_its_letter_its_links_and_its_attributes() -> None:
    assert marked("[q1→s1 “a [n 40 | count 40 boats],”]") == (
        '<span class="q"><i>q1→s1</i> “a <span class="n"><i>n</i> 40 <i>count 40 boats</i></span>,”</span>'
    )


def test_nothing_in_an_example_is_markup_of_the_page() -> None:
    assert marked(r"a <b> *c* & \[d\]") == "a &lt;b&gt; &#42;c&#42; &amp; &#91;d&#93;"


def test_the_id_of_a_rule_leads_to_where_it_is_stated_but_not_within_an_example() -> None:
    text = "# T\n\n- **Q1** See Q12, not A7.\n  - Wrong (caught by Q3): `[s Q4] b` Q3\n"
    assert page_markdown(text) == (
        '- <span id="rule-Q1"></span>**Q1** See <a href="#rule-Q12">Q12</a>, not A7.\n'
        '<span class="wrong-example"><span class="s"><i>s</i> Q4</span> b <em><a href="#rule-Q3">Q3</a></em></span>\n'
    )


def test_every_rule_is_stated_at_one_place_of_the_page_and_every_link_leads_to_one() -> None:
    shown = "".join(PAGE.itertext())
    stated = re.findall(r'id="rule-(\w+)"', shown)
    assert Counter(stated) == Counter(vocabulary.RULES)
    assert set(re.findall(r'href="#rule-(\w+)"', shown)) <= set(stated)


def test_a_link_to_another_section_is_plain_words() -> None:
    assert page_markdown("# T\n\nSee [Hard cases](hard-cases.md).") == "See Hard cases."


def test_the_worked_article_is_shown_by_paragraphs() -> None:
    assert page_markdown("# T\n\nSo:\n\n```text\n[h May]\n\nb\n```\n") == (
        'So:\n\n<span class="h"><i>h</i> May</span>\n\nb\n'
    )


def test_all_brackets_of_a_section_become_marks() -> None:
    for name in guidelines.SECTIONS:
        shown = page_markdown(guidelines.section(name))
        assert not [bracket for bracket in ("`", "[s", "[q", "[h", "[n") if bracket in shown]


def test_no_attribute_can_refuse_a_submit() -> None:
    assert not [element.get("name") for element in PAGE.iter() if element.get("required")]


# Machado, Oliveira and Fernandes (2009), severity 1; rows of linear RGB.
SIGHTS = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
Colour = tuple[float, ...]
WHITE: Colour = (1.0, 1.0, 1.0)
FILL = 0.3


def over(label: str, ground: Colour) -> Colour:
    """The colour that a label's fill gives the ground under it."""
    colour = (int(COLOURS[label][at : at + 2], 16) / 255 for at in (1, 3, 5))
    return tuple(FILL * top + (1 - FILL) * below for top, below in zip(colour, ground, strict=True))


def seen(colour: Colour, sight: str) -> Colour:
    """CIE L*a*b* (D65) of an sRGB colour as this sight sees it."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in SIGHTS[sight]
    )
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.0888,
    )
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("sight", SIGHTS)
def test_fills_differ_for_every_sight_inside_a_quote_too(sight: str) -> None:
    quote = over("quote", WHITE)
    alone = [WHITE, *(over(label, WHITE) for label in vocabulary.LABELS)]
    inside = [quote, *(over(label, quote) for label in vocabulary.LABELS if label != "quote")]
    for fills in (alone, inside):
        for first, second in itertools.combinations(fills, 2):
            assert math.dist(seen(first, sight), seen(second, sight)) > 7


def test_no_two_labels_have_the_same_line() -> None:
    assert len(set(LINES.values())) == len(vocabulary.LABELS)


def test_no_style_rule_has_what_label_studio_writes_out_as_an_entity() -> None:
    styles = [style.text or "" for style in PAGE.iter("Style")]
    assert styles
    assert not [line for style in styles for line in style.splitlines() if ">" in line or "&" in line]
