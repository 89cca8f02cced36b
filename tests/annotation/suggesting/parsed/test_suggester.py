from __future__ import annotations

import json

import pytest

from annotation.suggesting.parsed.suggester import SCORES
from annotation.suggesting.protocol import EventText, Suggestions, open_suggester
from annotation.suggesting.rules.suggester import score_of
from annotation.suggesting.sound import keep_sound
from tests.annotation.suggesting.measured import developed_on

pytest.importorskip("spacy")


def suggested(text: str, by: str = "spacy") -> Suggestions:
    registry = {"Port of Lomma": ["the port"], "Ilsa Brandt": []}
    (suggestions,) = open_suggester(by).suggest([EventText("one", text, "", registry)])
    return suggestions


def quotes(text: str, by: str = "spacy") -> list[tuple[str, str]]:
    """Each quote with the words of its speaker."""
    suggestions = suggested(text, by)
    words = {span["span_id"]: span["text"] for span in suggestions.spans}
    speakers = {link["from_span"]: words[link["to_span"]] for link in suggestions.links if link["type"] == "said_by"}
    return [(span["text"], speakers.get(span["span_id"], "")) for span in suggestions.spans if span["label"] == "quote"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Neither the port nor the union would say why the quay had been shut.",
            [("why the quay had been shut", "Neither the port nor the union")],
        ),
        (
            "The doctors' union warned members they could be fined if they took part.",
            [("they could be fined if they took part", "The doctors' union")],
        ),
        (
            "The port, which owns the quay, may shut it, said a person familiar with the plan, who asked for no name.",
            [("The port, which owns the quay, may shut it", "a person familiar with the plan")],
        ),
        (
            "The union has argued for months that pay had fallen; ministers counter that it had not.",
            [("that pay had fallen", "The union"), ("that it had not", "ministers")],
        ),
        ("Farm groups that backed her in May say they will vote.", [("they will vote", "Farm groups")]),
        ("Organisers claim about 300 people marched.", [("about 300 people marched", "Organisers")]),
    ],
)
def test_the_parse_sees_what_the_words_alone_do_not(text: str, expected: list[tuple[str, str]]) -> None:
    assert quotes(text) == expected
    assert quotes(text, "rules") != expected


@pytest.mark.parametrize(
    "text",
    [
        "The bank reported a loss of £3 million.",
        "The union denied the charge of theft.",
        "The notes and claims lay on the desk for weeks.",
        "The estimates were late, and the reports worse.",
    ],
)
def test_a_noun_phrase_is_no_quote(text: str) -> None:
    assert quotes(text) == []


def test_a_quotation_of_several_sentences_is_read_as_one() -> None:
    text = "“We lost. We are sad, and so is the town,” said Ilsa Brandt, head of the port, “but we learned.”"
    assert quotes(text) == [
        ("“We lost. We are sad, and so is the town,”", "Ilsa Brandt, head of the port"),
        ("“but we learned.”", ""),
    ]


def test_a_heading_does_not_run_into_what_follows() -> None:
    text = "Port shuts quay\n\nThe port said it was late\n\nThe union said nobody had asked."
    assert quotes(text) == [("it was late", "The port"), ("nobody had asked", "The union")]


@pytest.mark.parametrize(
    "text",
    [
        "A Category 4 storm came at 1700 UTC.",
        "They met on March 4 and 5.",
        "If it rains, the match is off.",
        "In May the quay opens.",
    ],
)
def test_what_only_looks_like_a_hedge_or_number_is_left_alone(text: str) -> None:
    assert suggested(text).spans == []


def test_names_are_those_of_the_registry() -> None:
    spans = {span["text"]: span for span in suggested("The port said Ilsa Brandt was ill. She denied it was so.").spans}
    assert spans["The port"]["speaker_entities"] == ["Port of Lomma"]


def test_many_texts_are_parsed_together_and_come_back_in_their_order() -> None:
    texts = [EventText(str(number), f"The port said {number + 2} boats sank." * 2, "", {}) for number in range(20)]
    texts.insert(3, EventText("empty", "", "", {}))
    together = open_suggester("spacy").suggest(texts)
    assert together == [open_suggester("spacy").suggest([text])[0] for text in texts]
    assert together[3] == Suggestions()


def test_each_span_has_the_score_of_its_pattern_from_the_counts() -> None:
    counted = json.loads(SCORES.read_text(encoding="utf-8"))
    suggestions = suggested("The port said it was late. Organisers claim about 300 people marched.")
    assert [score["span_id"] for score in suggestions.scores] == [span["span_id"] for span in suggestions.spans]
    for score in suggestions.scores:
        assert score["score"] == score_of(*counted[score["pattern"]])


def test_what_it_suggests_breaks_hardly_any_rule() -> None:
    texts = [EventText(article.article_id, article.text, "", {}) for article in developed_on()]
    sound = keep_sound("r1", "spacy", "5", texts, open_suggester("spacy").suggest(texts))
    assert sum(sound.dropped.values()) <= 0.01 * sound.given


@pytest.mark.parametrize(
    "words", ["The mayor said that any of 40 boats could sink if it rained. “We ran,” he said.\n", "said if it would "]
)
@pytest.mark.parametrize("size", [200_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
@pytest.mark.slow
def test_a_megabyte_is_read(words: str, size: int) -> None:
    suggestions = suggested(words * (size // len(words)))
    assert len(suggestions.scores) == len(suggestions.spans)


@pytest.mark.parametrize(
    "text", ["“”", "“", "\u200b", "''", "“ ” said he", "😀 said 😀 that 😀 was 😀.", "a\u00a0said\u2028b"]
)
def test_odd_texts_are_read(text: str) -> None:
    keep_sound("r1", "spacy", "5", [EventText("one", text, "", {})], [suggested(text)])
