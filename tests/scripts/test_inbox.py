from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dataset.record.corpus import Corpus
from dataset.record.notes import note_id, notes_frame, write_notes
from dataset.record.rows import NoteRow, as_row
from scripts.main import app
from tests.dataset.tiny import LAYER, ONE, TWO, key, put_corpus, put_layer, valid_rows


def note(question: str, article: str = ONE, answer: str | None = None, span: str | None = None) -> NoteRow:
    at = "2031-05-02T10:15:00Z" if answer else None
    return as_row(key(article) | {"span_id": span, "question": question, "answer": answer, "answered_at": at}, NoteRow)


OPEN, DONE = note("Is \x1b[2J this one?", span="may"), note("Which one?", TWO, "The first.")


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = put_corpus(tmp_path / "corpus")
    put_layer(made, valid_rows(), LAYER)
    return made


def inbox(corpus: Corpus, *words: str) -> Result:
    return CliRunner().invoke(app, ["inbox", *words, "--corpus", str(corpus.root)])


def test_open_questions_are_listed_with_their_ids_and_words(corpus: Corpus) -> None:
    write_notes(corpus, LAYER, notes_frame([OPEN, DONE]))
    shown = inbox(corpus).output
    assert f"{note_id(OPEN)}  {LAYER}  {ONE}: “may”" in shown
    assert "Which one?" not in shown
    assert "\x1b" not in shown


def test_answered_ones_are_listed_when_asked_for(corpus: Corpus) -> None:
    write_notes(corpus, LAYER, notes_frame([OPEN, DONE]))
    assert "→ The first." in inbox(corpus, "--all").output
    rows = json.loads(inbox(corpus, "--all", "--json").output)
    assert {row["id"]: (row["words"], row["answer"]) for row in rows} == {
        note_id(OPEN): ("may", None),
        note_id(DONE): (None, "The first."),
    }


@pytest.mark.parametrize(("notes", "sentence"), [([], "Nobody has asked"), ([DONE], "No question is open")])
def test_an_empty_inbox_says_why(corpus: Corpus, notes: list[NoteRow], sentence: str) -> None:
    write_notes(corpus, LAYER, notes_frame(notes))
    assert sentence in inbox(corpus).output


def test_another_round_has_its_own_questions(corpus: Corpus) -> None:
    write_notes(corpus, LAYER, notes_frame([OPEN]))
    assert json.loads(inbox(corpus, "--round", "r2", "--json").output) == []


@pytest.mark.parametrize("words", [["--answer", "3f9a01c2"], ["Yes."]])
def test_an_answer_without_its_question_or_its_words_is_wrong_usage(corpus: Corpus, words: list[str]) -> None:
    assert inbox(corpus, *words).exit_code == 2
