from __future__ import annotations

import json

import pytest

from annotation.suggesting.protocol import EventText, Suggestions, open_suggester
from annotation.suggesting.rules.suggester import SCORES, score_of, scores_in
from annotation.suggesting.sound import keep_sound
from dataset.problem import Problem
from tests.annotation.suggesting.measured import developed_on

TEXT = """Port says it may close

The port said that about 40 boats could sink. “We are sorry,” said Ilsa Brandt, “but it rained.”

She added that nobody was hurt.

Also read: Port may lose 12 boats, mayor says
"""


def suggested(text: str = TEXT) -> Suggestions:
    registry = {"Port of Lomma": ["the port"], "Ilsa Brandt": []}
    (suggestions,) = open_suggester("rules").suggest([EventText("one", text, "", registry)])
    return suggestions


def test_every_label_is_suggested_with_its_attributes() -> None:
    rows = {(span["label"], span["text"]): span for span in suggested().spans}
    assert rows["speaker", "The port"]["speaker_entities"] == ["Port of Lomma"]
    assert rows["speaker", "She"]["speaker_entities"] == ["Ilsa Brandt"]
    assert rows["quote", "“We are sorry,”"]["quote_form"] == "direct"
    assert rows["hedge", "about"]["hedge_kind"] == "approximator"
    number = rows["number", "40"]
    assert [number[name] for name in ("number_kind", "number_value", "number_unit")] == ["count", "40", "boats"]
    assert (number["number_low"], number["number_high"]) == (40.0, 40.0)


def test_quotes_are_linked_to_their_speakers_and_segments_to_what_they_continue() -> None:
    suggestions = suggested()
    words = {span["span_id"]: span["text"] for span in suggestions.spans}
    links = {(link["type"], words[link["from_span"]], words[link["to_span"]]) for link in suggestions.links}
    assert links == {
        ("said_by", "it may close", "Port"),
        ("said_by", "that about 40 boats could sink", "The port"),
        ("said_by", "“We are sorry,”", "Ilsa Brandt"),
        ("continues", "“but it rained.”", "“We are sorry,”"),
        ("said_by", "that nobody was hurt", "She"),
    }


def test_page_furniture_gets_no_suggestion() -> None:
    assert all(span["end"] <= TEXT.index("Also read") for span in suggested().spans)


def test_an_empty_text_gets_none() -> None:
    assert suggested("") == Suggestions()


def test_each_span_has_the_score_of_its_pattern_from_the_counts() -> None:
    suggestions = suggested()
    assert [score["span_id"] for score in suggestions.scores] == [span["span_id"] for span in suggestions.spans]
    counted = json.loads(SCORES.read_text(encoding="utf-8"))
    for score in suggestions.scores:
        assert score["score"] == score_of(*counted[score["pattern"]])


def test_a_score_is_lower_the_less_it_rests_on() -> None:
    assert score_of(3, 3) < score_of(30, 30) < 1
    assert score_of(0, 4) < score_of(2, 4) == 0.5
    assert all(0 <= score <= 1 for score in scores_in(SCORES).values())


def test_what_the_rules_suggest_breaks_hardly_any_rule() -> None:
    texts = [EventText(article.article_id, article.text, "", {}) for article in developed_on()]
    sound = keep_sound("r1", "rules", "5", texts, open_suggester("rules").suggest(texts))
    assert sum(sound.dropped.values()) <= 0.01 * sound.given


@pytest.mark.parametrize(
    "words", ["The mayor said that any of 40 boats could sink if it rained. “We ran,” he said.\n", "said if it would "]
)
@pytest.mark.slow
def test_a_megabyte_is_read(words: str) -> None:
    text = words * (1_000_000 // len(words))
    (suggestions,) = open_suggester("rules").suggest([EventText("one", text, "", {})])
    assert len(suggestions.scores) == len(suggestions.spans)


def test_nothing_may_follow_the_name_of_the_rules() -> None:
    with pytest.raises(Problem, match="write --by rules"):
        open_suggester("rules:strict")
