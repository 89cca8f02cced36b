"""Notes of a layer: what its annotator asked the lead on the labelling page, and the answers. Never published.

They are in `notes.jsonl` beside the layer's tables; a layer without that file has none. An answer is the lead's own, so
what a pull brings never takes one away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

import polars as pl

from dataset import schema
from dataset.record.corpus import Corpus
from dataset.record.rows import NoteRow, rows_of
from dataset.storage.atomic import sha256, write_bytes
from dataset.storage.tables import read_sound, table_bytes

FILE: Final = "notes.jsonl"
ID_DIGITS: Final = 8
_KEY: Final = schema.KEYS[schema.Notes]


def notes_path(corpus: Corpus, layer: str) -> Path:
    """Where the notes of a layer, named `ROUND/ANNOTATOR`, are."""
    return corpus.annotations / layer / FILE


def read_notes(corpus: Corpus, layer: str) -> pl.DataFrame:
    """The table `notes` of a layer, by article; empty where nobody asked anything.

    Raises:
        Problem: the file is not that table.
    """
    return read_sound(notes_path(corpus, layer), schema.Notes)


def layers_with_notes(corpus: Corpus, round_name: str | None = None) -> list[str]:
    """The layers that have notes, those of one round or all, sorted."""
    paths = corpus.annotations.glob(f"{round_name or '*'}/*/{FILE}")
    return sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in paths)


def note_id(note: NoteRow) -> str:
    """The id of a note, eight hexadecimal digits: the same for as long as the question is the same."""
    asked = (note["round"], note["annotator"], note["article_id"], note["span_id"] or "", note["question"])
    return sha256("\n".join(asked).encode())[:ID_DIGITS]


def notes_frame(notes: Iterable[NoteRow]) -> pl.DataFrame:
    """The table of these notes, each once, in the record's order."""
    frame = schema.frame(schema.Notes, list(notes))
    return frame.unique(_KEY, keep="first", maintain_order=True).sort(
        "article_id", "span_id", "question", nulls_last=False
    )


def renewed(old: pl.DataFrame, asked: Iterable[NoteRow], untouched: Collection[str] = ()) -> pl.DataFrame:
    """The notes of a layer after a pull that brought the questions `asked`.

    A question that was there keeps its answer, and one that was answered stays, whether or not it is still asked. An
    open one that is no longer asked goes. The notes of the articles `untouched` stay as they are.
    """
    answers = {_asked(note): note for note in rows_of(old.filter(pl.col("answer").is_not_null()), NoteRow)}
    new = [answers.pop(_asked(note), note) for note in asked]
    kept = rows_of(old.filter(pl.col("article_id").is_in(list(untouched))), NoteRow)
    return notes_frame([*new, *answers.values(), *kept])


def _asked(note: NoteRow) -> tuple[str, str | None, str]:
    return note["article_id"], note["span_id"], note["question"]


def write_notes(corpus: Corpus, layer: str, notes: pl.DataFrame) -> bool:
    """Writes the notes of a layer, and no file where it never had one. Returns whether that changed anything."""
    path = notes_path(corpus, layer)
    return write_bytes(path, table_bytes(notes)) if notes.height or path.exists() else False
