from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from annotation.practice import sheet
from annotation.practice.comparison import compare
from annotation.practice.material import PracticeArticle, practice_articles
from annotation.practice.sheet import PracticeSheet, scores, sheet_of
from dataset.record.rows import Lesson, MarkedSpan
from dataset.scheme import vocabulary
from tests.annotation.labelstudio.written import result_of

Row = dict[str, Any]
ADRIFT, MAST, LATER = practice_articles().values()


def span(article: PracticeArticle, words: str, label: str) -> MarkedSpan:
    """The gold's span of these words; one only has to begin with them."""
    (only,) = [span for span in article.spans if span["label"] == label and span["text"].startswith(words)]
    return only


def unlabelled(article: PracticeArticle, words: str) -> Lesson:
    """A place that the gold leaves unlabelled."""
    places = [lesson for lesson in article.lessons if lesson["span_id"] is None]
    (only,) = [lesson for lesson in places if article.text[lesson["start"] : lesson["end"]] == words]
    return only


def marked(article: PracticeArticle, label: str, start: int, end: int, **values: object) -> Row:
    blank = dict.fromkeys(article.spans[0]) | {"speaker_entities": [], "label": label, "start": start, "end": end}
    return blank | {"span_id": "mine", "text": article.text[start:end], "article_id": article.article_id} | values


def seen(
    article: PracticeArticle,
    spans: Sequence[Mapping[str, object]],
    relations: Sequence[Mapping[str, object]] | None = None,
) -> PracticeSheet:
    links = article.relations if relations is None else relations
    made = sheet_of(article.article_id, article.text_sha256, result_of(spans, links))
    assert made
    return made


def without(article: PracticeArticle, left_out: MarkedSpan) -> list[MarkedSpan]:
    return [span for span in article.spans if span["span_id"] != left_out["span_id"]]


def changed(article: PracticeArticle, of: MarkedSpan, **values: object) -> list[Mapping[str, object]]:
    return [{**span, **values} if span["span_id"] == of["span_id"] else span for span in article.spans]


@pytest.mark.parametrize("article", [ADRIFT, MAST, LATER], ids=lambda article: article.article_id)
def test_the_gold_itself_has_nothing_to_look_at(article: PracticeArticle) -> None:
    sheet = seen(article, article.spans)
    assert sheet["items"] == []
    assert {score["f1"] for score in sheet["scores"]} == {1.0}


@pytest.mark.parametrize("article", [ADRIFT, MAST, LATER], ids=lambda article: article.article_id)
def test_of_an_empty_submission_every_span_is_missed(article: PracticeArticle) -> None:
    sheet = seen(article, [], [])
    assert {item["kind"] for item in sheet["items"]} == {"missed"}
    assert [item["gold"] for item in sheet["items"]] == sorted((row["start"], row["end"]) for row in article.spans)
    assert {score["f1"] for score in sheet["scores"]} == {0.0}


def test_a_missed_span_is_shown_with_its_rule_and_that_rules_right_example() -> None:
    hedge = span(ADRIFT, "likely", "hedge")
    sheet = seen(ADRIFT, without(ADRIFT, hedge))
    (item,) = sheet["items"]
    assert (item["kind"], item["label"], item["gold"]) == ("missed", "hedge", (hedge["start"], hedge["end"]))
    assert item["rules"] == ["H5", "H9", "H10", "27"]
    assert "likely" in sheet["rules"]["H5"]["text"]
    assert sheet["rules"]["H9"]["right"].count('class="h"') == 1
    assert sheet["rules"]["27"]["title"].startswith("Hard case 27")


def test_a_span_too_much_is_shown_with_the_rule_of_the_words_that_stay_unlabelled() -> None:
    place = unlabelled(LATER, "to scrap the mast")
    extra = marked(LATER, "quote", place["start"], place["end"], quote_form="indirect", quote_source="linked")
    (item,) = seen(LATER, [*LATER.spans, extra])["items"]
    assert (item["kind"], item["own"], item["gold"]) == ("extra", (place["start"], place["end"]), None)
    assert item["rules"] == ["Q7", "19"]


def test_a_span_too_much_elsewhere_is_in_doubt_not_marked() -> None:
    start = ADRIFT.text.index("barley, it")
    (item,) = seen(ADRIFT, [*ADRIFT.spans, marked(ADRIFT, "speaker", start, start + 6)])["items"]
    assert (item["kind"], item["rules"]) == ("extra", ["E3"])


def test_other_edges_of_a_span_are_no_miss() -> None:
    speaker = span(MAST, "Its chief executive, Mirta Savelin", "speaker")
    shorter = changed(MAST, speaker, start=speaker["end"] - 14, text="Mirta Savelin")
    sheet = seen(MAST, shorter)
    (item,) = sheet["items"]
    assert (item["kind"], item["gold"]) == ("edges", (speaker["start"], speaker["end"]))
    assert item["own"] == (speaker["end"] - 14, speaker["end"])
    assert "S2" in item["rules"]
    total, of_speakers = sheet["scores"][:2]
    assert of_speakers["same"] == of_speakers["gold"] - 1
    assert total["f1"] == pytest.approx(1 - 1 / total["gold"])


def test_another_label_is_shown_once() -> None:
    number = span(LATER, "84 m", "number")
    kinds = dict.fromkeys(("number_kind", "number_value", "number_unit", "number_low", "number_high"))
    spans = changed(LATER, number, label="hedge", hedge_kind="approximator", **kinds)
    (item,) = seen(LATER, spans)["items"]
    assert (item["kind"], item["was"], item["wanted"]) == ("label", "hedge", "number")


def test_each_attribute_that_differs_is_shown_with_both_values() -> None:
    number = span(LATER, "90 to 120 euros", "number")
    spans = changed(LATER, number, number_value="90", number_unit=None)
    items = seen(LATER, spans)["items"]
    assert [(item["kind"], item["name"], item["was"], item["wanted"]) for item in items] == [
        ("attribute", "value", "90", "90..120"),
        ("attribute", "unit", "", "EUR"),
    ]


def test_a_value_that_is_typed_otherwise_and_means_the_same_is_no_difference() -> None:
    assert seen(LATER, changed(LATER, span(LATER, "84 m", "number"), number_value="84.0"))["items"] == []


def test_a_link_left_out_is_shown_at_the_span_that_it_starts_from() -> None:
    quote = span(ADRIFT, "to send the passengers", "quote")
    links = [link for link in ADRIFT.relations if link["from_span"] != quote["span_id"]]
    (item,) = seen(ADRIFT, ADRIFT.spans, links)["items"]
    assert (item["kind"], item["gold"]) == ("link", (quote["start"], quote["end"]))
    assert (item["was"], item["wanted"]) == ("", "speaker “Ilmgard”")
    assert item["rules"][0] == "S8"


def test_a_link_to_another_span_shows_both_ends() -> None:
    quote = span(ADRIFT, "to send the passengers", "quote")
    pronoun = next(row for row in ADRIFT.spans if row["text"] == "She")
    links = [
        link | {"to_span": pronoun["span_id"]} if link["from_span"] == quote["span_id"] else link
        for link in ADRIFT.relations
    ]
    (item,) = seen(ADRIFT, ADRIFT.spans, links)["items"]
    assert (item["kind"], item["was"], item["wanted"]) == ("link", "speaker “She”", "speaker “Ilmgard”")


def test_a_link_to_a_span_that_was_missed_is_no_difference_of_its_own() -> None:
    speaker = span(ADRIFT, "Pell Widdern", "speaker")
    (item,) = seen(ADRIFT, without(ADRIFT, speaker))["items"]
    assert item["kind"] == "missed"


def test_links_that_the_rule_makes_need_not_be_drawn_but_one_that_it_does_not_make_must() -> None:
    drawn = span(LATER, "did not deny", "hedge")
    links = [link for link in LATER.relations if link["from_span"] != drawn["span_id"]]
    (item,) = seen(LATER, LATER.spans, links)["items"]
    assert (item["kind"], item["label"], item["wanted"]) == ("link", "hedge", "quote “that some were rusty”")
    assert item["rules"][0] == "H10"


def test_the_rule_of_another_form_is_that_of_the_right_form() -> None:
    quote = span(MAST, "the log was “a scrap of paper”", "quote")
    (item,) = seen(MAST, changed(MAST, quote, quote_form="indirect"))["items"]
    assert (item["name"], item["was"], item["wanted"]) == ("form", "indirect", "mixed")
    assert item["rules"][0] == "Q3"


def test_scores_add_up_over_articles() -> None:
    comparisons = [compare(ADRIFT, result_of(ADRIFT.spans, ADRIFT.relations)), compare(MAST, [])]
    total, *each = scores(comparisons)
    assert [score["label"] for score in each] == [*vocabulary.LABELS]
    assert total["same"] == total["own"] == len(ADRIFT.spans)
    assert total["f1"] == pytest.approx(2 * total["same"] / (2 * len(ADRIFT.spans) + len(MAST.spans)))


def test_there_is_no_sheet_for_another_article_or_another_text() -> None:
    assert sheet_of("000_73d2ca8b78dfd929", ADRIFT.text_sha256, []) is None
    assert sheet_of(ADRIFT.article_id, MAST.text_sha256, []) is None


@pytest.mark.parametrize("result", [None, "x", [{"id": 1}], [{"id": "q", "from_name": "label", "value": {}}]])
def test_a_result_that_cannot_be_read_counts_as_nothing_marked(result: object) -> None:
    sheet = sheet_of(ADRIFT.article_id, ADRIFT.text_sha256, result)
    assert sheet
    assert len(sheet["items"]) == len(ADRIFT.spans)


def test_every_attribute_has_a_name_on_the_sheet() -> None:
    assert set(sheet._NAMES) == {name for names in vocabulary.ATTRIBUTES.values() for name in names}
