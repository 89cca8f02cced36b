from __future__ import annotations

from pathlib import Path

import pytest

from dataset import schema
from dataset.checks.shared import check_tables
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from dataset.record.notes import (
    layers_with_notes,
    note_id,
    notes_frame,
    notes_path,
    read_notes,
    renewed,
    write_notes,
)
from dataset.record.rows import NoteRow, rows_of
from dataset.record.withdrawal import withdraw
from dataset.storage.tables import table_bytes
from tests.dataset.release_setup import put_under_git
from tests.dataset.tiny import LAYER, ONE, TWO, put_corpus, put_layer, valid_rows

WHEN = "2031-05-02T10:15:00Z"


def note(question: str, span: str | None = None, article: str = ONE, answer: str | None = None) -> NoteRow:
    return {
        "article_id": article,
        "round": "r1",
        "annotator": "a1",
        "span_id": span,
        "question": question,
        "answer": answer,
        "answered_at": WHEN if answer else None,
    }


def after(old: list[NoteRow], asked: list[NoteRow], untouched: tuple[str, ...] = ()) -> list[NoteRow]:
    return list(rows_of(renewed(notes_frame(old), asked, untouched), NoteRow))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = put_corpus(tmp_path / "corpus")
    put_layer(made, valid_rows(), LAYER)
    return made


def test_the_same_question_keeps_its_answer() -> None:
    answered = note("Who?", "kyiv", answer="Ukraine.")
    assert after([answered], [note("Who?", "kyiv")]) == [answered]


def test_a_changed_question_is_open_and_the_answered_one_stays() -> None:
    answered, changed = note("Who?", "kyiv", answer="Ukraine."), note("Who says so?", "kyiv")
    assert after([answered], [changed]) == [changed, answered]


@pytest.mark.parametrize("elsewhere", [note("Who?", "ann"), note("Who?"), note("Who?", "kyiv", TWO)])
def test_the_same_words_about_something_else_are_another_question(elsewhere: NoteRow) -> None:
    answered = note("Who?", "kyiv", answer="Ukraine.")
    assert elsewhere in after([answered], [elsewhere])
    assert note_id(elsewhere) != note_id(answered)


def test_an_open_question_that_is_no_longer_asked_goes() -> None:
    assert after([note("Who?")], []) == []


def test_of_an_article_that_a_pull_could_not_read_every_question_stays() -> None:
    assert after([note("Who?"), note("What?", article=TWO)], [], (ONE,)) == [note("Who?")]


def test_a_question_that_came_twice_is_one_row() -> None:
    answered = note("Who?", answer="Ukraine.")
    assert after([answered], [note("Who?"), note("Who?")]) == [answered]


def test_an_answer_does_not_change_the_id() -> None:
    assert note_id(note("Who?")) == note_id(note("Who?", answer="Ukraine."))


def test_notes_read_back_as_they_were_written(corpus: Corpus) -> None:
    notes = notes_frame([note("What?", article=TWO), note("Who?", "kyiv", answer="Ukraine."), note("Who?")])
    assert write_notes(corpus, LAYER, notes)
    assert read_notes(corpus, LAYER).equals(notes)
    assert layers_with_notes(corpus) == layers_with_notes(corpus, "r1") == [LAYER]
    assert layers_with_notes(corpus, "r2") == []
    assert not write_notes(corpus, LAYER, notes)


def test_a_layer_that_never_had_notes_gets_no_file_and_has_none(corpus: Corpus) -> None:
    assert not write_notes(corpus, LAYER, schema.empty(schema.Notes))
    assert not notes_path(corpus, LAYER).exists()
    assert read_notes(corpus, LAYER).is_empty()


def test_notes_leave_the_layer_as_it_was(corpus: Corpus) -> None:
    before = read_layer(corpus.layer_path(LAYER), LAYER)
    write_notes(corpus, LAYER, notes_frame([note("Who?")]))
    assert corpus.layers() == [LAYER]
    assert table_bytes(read_layer(corpus.layer_path(LAYER), LAYER).spans) == table_bytes(before.spans)


def test_a_file_that_is_not_the_table_is_a_problem_and_a_finding(corpus: Corpus) -> None:
    notes_path(corpus, LAYER).write_text('{"article_id":"one"}\n', encoding="utf-8")
    with pytest.raises(Problem, match=r"notes\.jsonl"):
        read_notes(corpus, LAYER)
    assert [finding.code for finding in check_tables(corpus)] == ["unreadable-table"]


def test_a_withdrawal_takes_the_questions_about_the_article(corpus: Corpus) -> None:
    write_notes(corpus, LAYER, notes_frame([note("Who?"), note("What?", article=TWO)]))
    put_under_git(corpus)
    withdraw(corpus, ONE, "asked for")
    assert list(rows_of(read_notes(corpus, LAYER), NoteRow)) == [note("What?", article=TWO)]
