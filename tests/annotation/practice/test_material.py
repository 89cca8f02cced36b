from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from annotation.guidelines import pages, statements, version
from annotation.practice.material import FOLDER, PracticeArticle, practice_articles, practice_corpus
from dataset import schema
from dataset.checks.shared import check_shared
from dataset.checks.suite import check_record
from dataset.record.layer import GOLD, read_layer
from dataset.record.rows import Lesson, MarkedSpan
from dataset.scheme import vocabulary
from dataset.storage.tables import read_table, table_bytes
from tests.corpora import REPOSITORY

ARTICLES = list(practice_articles().values())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """The runs of so many words in a text."""
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[start:] for start in range(length)), strict=False))


def spans() -> Iterator[MarkedSpan]:
    for article in ARTICLES:
        yield from article.spans


def test_validate_finds_nothing_in_the_practice_gold() -> None:
    corpus = practice_corpus()
    assert corpus.layers() == [GOLD]
    assert [*check_record(corpus, [GOLD]), *check_shared(corpus)] == []


def test_the_gold_was_made_by_the_present_guidelines() -> None:
    assert set(read_layer(FOLDER / "annotations" / GOLD, GOLD).tasks["guidelines_version"]) == {version()}


def test_there_are_three_articles_with_forty_quotes() -> None:
    assert len(ARTICLES) == 3
    assert len([span for span in spans() if span["label"] == "quote"]) >= 40


def test_every_label_value_and_link_of_the_scheme_occurs() -> None:
    shown = {
        name: {span[name] for span in spans()} - {None}
        for name in ("label", "quote_form", "quote_source", "hedge_kind", "number_kind")
    }
    assert shown == {
        "label": {*vocabulary.LABELS},
        "quote_form": {*vocabulary.QUOTE_FORMS},
        "quote_source": {*vocabulary.QUOTE_SOURCES},
        "hedge_kind": {*vocabulary.HEDGE_KINDS},
        "number_kind": {*vocabulary.NUMBER_KINDS},
    }
    assert {link["type"] for article in ARTICLES for link in article.relations} == {*vocabulary.RELATIONS}
    kinds = dict(practice_corpus().entities.select("entity", "kind").iter_rows())
    assert {kinds[name] for span in spans() for name in span["speaker_entities"]} == {*vocabulary.SPEAKER_KINDS}


def test_every_rule_and_every_hard_case_is_shown() -> None:
    lessons = [lesson for article in ARTICLES for lesson in article.lessons]
    assert {rule for lesson in lessons for rule in lesson["rules"]} == {*vocabulary.RULES}
    cases = {title.partition(".")[0] for title in statements("hard-cases")}
    assert {case for lesson in lessons for case in lesson["cases"]} == cases


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.article_id)
def test_every_span_has_a_lesson_with_a_rule(article: PracticeArticle) -> None:
    taught = {lesson["span_id"]: lesson for lesson in article.lessons if lesson["span_id"] is not None}
    assert taught.keys() == {span["span_id"] for span in article.spans}
    for span in article.spans:
        lesson = taught[span["span_id"]]
        assert (lesson["start"], lesson["end"]) == (span["start"], span["end"])
    assert all(lesson["rules"] for lesson in article.lessons)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.article_id)
def test_what_is_to_stay_unlabelled_is_no_span_of_the_gold(article: PracticeArticle) -> None:
    places = {(span["start"], span["end"]) for span in article.spans}
    assert not [lesson for lesson in article.lessons if lesson["span_id"] is None and _place(lesson) in places]


def _place(lesson: Lesson) -> tuple[int, int]:
    return lesson["start"], lesson["end"]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.article_id)
def test_no_sentence_stands_in_the_seeds_or_the_guidelines(article: PracticeArticle) -> None:
    seeds = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "seeds" / "text").glob("*.txt")]
    assert len(seeds) == 5
    for text in (*seeds, *pages().values()):
        assert not runs(article.text, 7) & runs(text, 7)


def test_the_lessons_are_written_as_every_table_is() -> None:
    path = FOLDER / "lessons.jsonl"
    assert table_bytes(read_table(path, schema.Lessons)) == path.read_bytes()
    assert not schema.failures(schema.Lessons, read_table(path, schema.Lessons))
