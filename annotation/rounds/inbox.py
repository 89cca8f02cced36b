"""What annotators ask the lead, as the record has it, and answers, which go into the record and onto the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl

from annotation.labelstudio.seats import Seat
from annotation.page.messages import answers_markdown
from annotation.rounds import projects
from annotation.rounds.locks import one_at_a_time
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import table_path
from dataset.record.locks import Tell, changing, in_silence, reading
from dataset.record.notes import layers_with_notes, note_id, notes_frame, read_notes, write_notes
from dataset.record.rows import MarkedSpan, NoteRow, rows_of
from dataset.storage.tables import read_table

SHORTEST: Final = 4
"""Of an id, so many digits have to be typed."""


@dataclass(frozen=True)
class Question:
    """A question with its id, and the words of the span that it is about; None where it is about the article."""

    id: str
    note: NoteRow
    words: str | None

    @property
    def layer(self) -> str:
        """The layer of whoever asked."""
        return f"{self.note['round']}/{self.note['annotator']}"


def questions(corpus: Corpus, round_name: str | None = None, tell: Tell = in_silence) -> list[Question]:
    """All questions of a round, or of all rounds, by layer and article, answered ones among them.

    Raises:
        Problem: the notes or the spans of a layer cannot be read.
    """
    with reading(corpus, tell):
        return [each for layer in layers_with_notes(corpus, round_name) for each in _of_layer(corpus, layer)]


def _of_layer(corpus: Corpus, layer: str) -> list[Question]:
    notes = read_notes(corpus, layer)
    spans = read_table(table_path(corpus.layer_path(layer), "spans"), schema.Spans)
    asked = spans.join(notes.select("article_id", "span_id"), on=["article_id", "span_id"], how="semi")
    words = {(article, span): text for article, span, text in asked.select("article_id", "span_id", "text").iter_rows()}
    return [
        Question(note_id(note), note, words.get((note["article_id"], note["span_id"])))
        for note in rows_of(notes, NoteRow)
    ]


def find_question(corpus: Corpus, named: str) -> Question:
    """The question whose id begins with what is named.

    Raises:
        Problem: there is none, or there are several.
    """
    fitting = [each for each in questions(corpus) if each.id.startswith(named.lower())]
    if len(named) < SHORTEST or len(fitting) > 1:
        raise Problem(
            f"“{named}” could be the id of several questions", "give the whole id that `hedgerow inbox` shows"
        )
    if not fitting:
        raise Problem(f"there is no question {named}", "take its id from what `hedgerow inbox --all` shows")
    return fitting[0]


def answer(corpus: Corpus, question: Question, words: str, tell: Tell = in_silence) -> None:
    """Writes the answer to a question into the record, in the place of an earlier answer.

    Raises:
        Problem: the answer is empty, or the question was taken back meanwhile.
    """
    if not words.strip():
        raise Problem("an answer needs words", f'write them after the id: `hedgerow inbox --answer {question.id} "…"`')
    note = question.note
    with one_at_a_time(corpus, note["round"], [note["annotator"]], tell), changing(corpus, tell):
        notes = list(rows_of(read_notes(corpus, question.layer), NoteRow))
        at = next((at for at, each in enumerate(notes) if note_id(each) == question.id), None)
        if at is None:
            raise Problem(f"the question {question.id} is no longer asked", "see `hedgerow inbox`")
        if notes[at]["answer"] != words.strip():
            now = datetime.now(UTC).isoformat().replace("+00:00", "Z")  # as a server notes when work was submitted
            notes[at] = {**notes[at], "answer": words.strip(), "answered_at": now}
            write_notes(corpus, question.layer, notes_frame(notes))


def put_on_page(corpus: Corpus, round_name: str, seat: Seat, article: str, tell: Tell = in_silence) -> str:
    """Shows the answers about an article, as the record has them, on its page. Returns the page's address.

    Raises:
        Problem: the server cannot be asked, or does not hold the article.
    """
    layer = f"{round_name}/{seat.annotator}"
    with one_at_a_time(corpus, round_name, [seat.annotator], tell):
        with reading(corpus, tell):
            about = [each for each in _of_layer(corpus, layer) if each.note["article_id"] == article]
        words = {each.note["span_id"]: each.words for each in about if each.note["span_id"] and each.words}
        shown = answers_markdown((each.note for each in about), words)
        project = projects.existing(corpus, round_name, seat)
        tasks = show_on_pages(seat, project, "answers", {article: shown})
    if not tasks:
        raise Problem(
            f"{seat.studio.project_url(project)} does not hold {article}",
            f"push it again with `hedgerow push --round {round_name}`",
        )
    return seat.studio.task_url(project, tasks[0])


def show_on_pages(seat: Seat, project: int, name: str, texts: Mapping[str, str]) -> list[int]:
    """Puts Markdown, by article_id, on the pages of a project, in the task data of this name. Returns the tasks."""
    tasks = list[int]()
    if not texts:
        return tasks
    for raw in seat.studio.listing(project, annotations=False):
        data: dict[str, Any] = dict(raw.get("data") or {})
        article = str(data.get("article_id"))
        if article not in texts:
            continue
        tasks.append(raw["id"])
        if data.get(name, "") != texts[article]:
            seat.studio.set_data(raw["id"], {**data, name: texts[article]})
    return tasks


def words_of(spans: Iterable[MarkedSpan]) -> dict[str, str]:
    """The words of an article's spans, by span_id."""
    return {span["span_id"]: span["text"] for span in spans}


def open_only(asked: Iterable[Question]) -> list[Question]:
    """Those that wait for an answer."""
    return [each for each in asked if each.note["answer"] is None]


def answered_since(notes: pl.DataFrame, ended: Mapping[str, str | None]) -> set[str]:
    """The articles with an answer that is younger than their work. `ended`: when each was last submitted."""
    answered = ((note["article_id"], note["answered_at"]) for note in rows_of(notes, NoteRow))
    return {article for article, at in answered if at and _moment(ended.get(article)) < _moment(at)}


def _moment(time: str | None) -> datetime:
    """A time of the record; one that is not known is before all others."""
    return datetime.fromisoformat(time) if time else datetime.min.replace(tzinfo=UTC)
