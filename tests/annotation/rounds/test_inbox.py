from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation.labelstudio.canonical import raw_line
from annotation.labelstudio.payloads import JsonObject
from annotation.rounds import inbox, pull
from annotation.rounds.pull import TaskSource
from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from dataset.record.notes import read_notes
from scripts.main import app
from tests.dataset.tiny import LAYER, ONE, TEXTS, TWO, put_corpus

KEPT, GONE = "Whose claim is it?", "Is this an article?"


def exported(article: str, *results: JsonObject, skipped: bool = False) -> JsonObject:
    work = {"id": 1, "result": list(results), "was_cancelled": skipped, "updated_at": "2031-05-02T10:00:00Z"}
    return {"id": 1, "data": {"article_id": article, "text": TEXTS[article]}, "annotations": [work]}


def asks(question: str, region: str | None = None) -> JsonObject:
    name = "question" if region else "article_question"
    return {"id": region or "any", "from_name": name, "type": "textarea", "value": {"text": [question]}}


def hedge(region: str = "h") -> JsonObject:
    start = TEXTS[ONE].index("may")
    return {"id": region, "from_name": "label", "value": {"start": start, "end": start + 3, "labels": ["hedge"]}}


def take_in(corpus: Corpus, *tasks: JsonObject) -> None:
    pull.take_in(corpus, "r1", [TaskSource("a1", map(raw_line, tasks))], accept_removals=True)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return put_corpus(tmp_path / "corpus")


def shown(corpus: Corpus) -> list[tuple[str, str | None, str | None]]:
    return [(each.note["question"], each.words, each.note["answer"]) for each in inbox.questions(corpus)]


def named(corpus: Corpus, question: str) -> inbox.Question:
    return next(each for each in inbox.questions(corpus) if each.note["question"] == question)


def test_questions_come_with_a_pull_and_with_the_words_that_they_are_about(corpus: Corpus) -> None:
    take_in(corpus, exported(ONE, hedge(), asks(KEPT, "h"), asks(GONE)))
    assert shown(corpus) == [(GONE, None, None), (KEPT, "may", None)]
    assert read_layer(corpus.layer_path(LAYER), LAYER).findings.is_empty()


def test_a_question_in_a_skipped_article_is_about_the_article(corpus: Corpus) -> None:
    take_in(corpus, exported(ONE, hedge(), asks(KEPT, "h"), skipped=True))
    assert shown(corpus) == [(KEPT, None, None)]


def test_an_answer_survives_the_next_pull_and_a_changed_question_is_open(corpus: Corpus) -> None:
    take_in(corpus, exported(ONE, hedge(), asks(KEPT, "h"), asks(GONE)))
    inbox.answer(corpus, named(corpus, KEPT), " Kyiv’s. ")
    take_in(corpus, exported(ONE, hedge(), asks(KEPT, "h"), asks("Is that one?")))
    assert shown(corpus) == [("Is that one?", None, None), (KEPT, "may", "Kyiv’s.")]
    take_in(corpus, exported(ONE, hedge(), asks("Whose?", "h")))
    assert shown(corpus) == [(KEPT, "may", "Kyiv’s."), ("Whose?", "may", None)]


def test_an_article_that_is_held_back_keeps_its_questions(corpus: Corpus) -> None:
    take_in(corpus, exported(ONE, hedge(), asks(KEPT, "h")))
    pull.take_in(corpus, "r1", [TaskSource("a1", [raw_line(exported(ONE, asks(GONE)))])], accept_removals=False)
    assert shown(corpus) == [(KEPT, "may", None)]


def test_an_answer_can_be_corrected_and_the_same_answer_again_changes_nothing(corpus: Corpus) -> None:
    take_in(corpus, exported(ONE, asks(GONE)))
    inbox.answer(corpus, named(corpus, GONE), "Yes.")
    before = read_notes(corpus, LAYER)
    inbox.answer(corpus, named(corpus, GONE), "Yes.")
    assert read_notes(corpus, LAYER).equals(before)
    inbox.answer(corpus, named(corpus, GONE), "No.")
    assert shown(corpus) == [(GONE, None, "No.")]


def test_a_question_is_named_by_the_beginning_of_its_id(corpus: Corpus) -> None:
    take_in(corpus, exported(ONE, asks(GONE)), exported(TWO))
    (question,) = inbox.questions(corpus)
    assert inbox.find_question(corpus, question.id[:4].upper()) == question
    for unknown in ("zzzz", question.id[:3], ""):
        with pytest.raises(Problem):
            inbox.find_question(corpus, unknown)
    with pytest.raises(Problem, match="an answer needs words"):
        inbox.answer(corpus, question, " ")


def test_a_question_that_was_taken_back_meanwhile_is_not_answered(corpus: Corpus) -> None:
    take_in(corpus, exported(ONE, asks(GONE)))
    question = named(corpus, GONE)
    take_in(corpus, exported(ONE))
    with pytest.raises(Problem, match="no longer asked"):
        inbox.answer(corpus, question, "Yes.")
    assert shown(corpus) == []


def test_no_question_and_no_answer_is_published(corpus: Corpus, tmp_path: Path) -> None:
    take_in(corpus, exported(ONE, asks(GONE)))
    build(corpus, LAYER, tmp_path / "without", allow_errors=True)
    inbox.answer(corpus, named(corpus, GONE), "It is one.")
    build(corpus, LAYER, tmp_path / "with", allow_errors=True)
    folders = [tmp_path / "without", tmp_path / "with"]
    contents = [{p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in folders]
    assert contents[0] == contents[1]
    assert not [name for name, content in contents[1].items() if GONE.encode() in content]


def test_where_no_server_answers_the_answer_is_in_the_record_and_the_command_says_what_is_left(
    corpus: Corpus,
) -> None:
    take_in(corpus, exported(ONE, asks(GONE)))
    words = ["inbox", "--answer", named(corpus, GONE).id, "Yes.", "--corpus", str(corpus.root)]
    ran = CliRunner().invoke(app, words)
    assert isinstance(ran.exception, Problem)
    assert "the answer is in the record" in str(ran.exception)
    assert shown(corpus) == [(GONE, None, "Yes.")]
