"""No command changes the record, or reads it for a result, without its lock: each runs under the eyes of a watch."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from annotation.adjudication import feedback, rounds_to_gold
from annotation.aligning import sorting_rounds
from annotation.aligning.sorting_rounds import OpenedEvents
from annotation.labelstudio import seats
from annotation.rounds import inbox, letting_off, push, restore, returning
from annotation.rounds.push import PushResult
from annotation.rounds.restore import RestoreResult
from annotation.rounds.returning import ReturnResult
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, read_layer
from dataset.record.locks import FOLDER, RECORD
from dataset.record.notes import note_id, notes_frame, write_notes
from dataset.record.rows import NoteRow, as_row
from dataset.statements.tables import make_sorting, write_sorting
from scripts.main import COMMANDS, app
from tests.annotation.adjudication.test_gold import adjudicator, put_round
from tests.dataset.release_setup import put_ready, put_repository
from tests.dataset.tiny import EVENT, LAYER, ONE, TEXTS, TWO, hedge, put_corpus

Words = list[str]
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Watch:
    """Sees each file of a record that this process opens, renames or removes, and whether the lock is held then."""

    def __init__(self) -> None:
        self._corpus: Corpus | None = None
        self.changes: list[str] = []
        self.reads: list[str] = []
        self.changes_unlocked: list[str] = []
        self.reads_unlocked: list[str] = []
        sys.addaudithook(self._audit)

    @contextmanager
    def over(self, corpus: Corpus) -> Iterator[None]:
        self.changes, self.reads, self.changes_unlocked, self.reads_unlocked = [], [], [], []
        self._corpus = corpus
        try:
            yield
        finally:
            self._corpus = None

    def _audit(self, event: str, about: tuple[Any, ...]) -> None:
        corpus = self._corpus
        if corpus is None or event not in ("open", "os.rename", "os.remove"):
            return
        path = about[1] if event == "os.rename" else about[0]
        if not isinstance(path, str | os.PathLike) or not _in_record(corpus, Path(path)):
            return
        self._corpus = None  # what the watch does itself is not watched
        reads = event == "open" and not (isinstance(about[2], int) and about[2] & _WRITES)
        (self.reads if reads else self.changes).append(str(path))
        if not _is_held(corpus, fcntl.LOCK_EX if reads else fcntl.LOCK_SH):
            (self.reads_unlocked if reads else self.changes_unlocked).append(f"{event} {path}")
        self._corpus = corpus


def _in_record(corpus: Corpus, path: Path) -> bool:
    inside = any(path.is_relative_to(folder) for folder in (corpus.annotations, corpus.seeds, corpus.splits))
    return inside and not path.name.endswith(".aside")


def _is_held(corpus: Corpus, against: int) -> bool:
    """Whether somebody holds the lock so that a lock of the other kind is not to be had."""
    path = corpus.state / FOLDER / RECORD
    if not path.exists():
        return False
    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, against | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


def intake(corpus: Corpus) -> Words:
    (corpus.root / "new.txt").write_text("Other words.", encoding="utf-8")
    return [str(corpus.root / "new.txt"), "--event", EVENT]


def events(corpus: Corpus) -> Words:
    path = corpus.seeds / "articles.jsonl"
    path.write_bytes(path.read_bytes().replace(f'"event_id":"{EVENT}"'.encode(), b'"event_id":null', 1))
    (corpus.root / "events.csv").write_text(f"event_id,article_id\n{EVENT},{min(TEXTS)}\n", encoding="utf-8")
    return [str(corpus.root / "events.csv")]


def entities(corpus: Corpus) -> Words:
    lines = ("event_id,entity,kind,aliases,speaks_for", f"{EVENT},Port of Lomma,organization,,")
    (corpus.root / "entities.csv").write_text("\n".join(lines), encoding="utf-8")
    return [str(corpus.root / "entities.csv")]


def pull(corpus: Corpus) -> Words:
    task = {"id": 1, "data": {"article_id": TWO, "text": TEXTS[TWO]}, "annotations": [{"id": 1, "result": []}]}
    (corpus.root / "export.json").write_text(json.dumps([task]), encoding="utf-8")
    return ["--round", "r2", "--annotator", "a1", "--from-file", str(corpus.root / "export.json")]


def acknowledge(corpus: Corpus) -> Words:
    start = TEXTS[ONE].index("may")
    return ["h9-unlabelled-cue", ONE, "--place", f"{start}:{start + 3}", "--reason", "it is none"]


def adjudicate(corpus: Corpus) -> Words:
    return ["--round", "r1", "--adjudicator", "adj", "--pull"]


def compare(corpus: Corpus) -> Words:
    span = read_layer(corpus.layer_path(GOLD), GOLD).spans.filter(label="quote").row(0, named=True)
    statement = f"{span['article_id']}:{span['span_id']}"
    key = {"event_id": EVENT, "round": "e1", "annotator": "a1"}
    where = {"article_id": span["article_id"], "span_id": span["span_id"]}
    row = {**key, **where, "statement": statement, "degree": "whole"}
    write_sorting(corpus.layer_path("e1/a1"), make_sorting(tellings=[row]))
    return ["--layer", "e1/a1"]


def asked(corpus: Corpus) -> NoteRow:
    row = {"article_id": ONE, "round": "r1", "annotator": "a1", "question": "Who?"}
    note = as_row(row | dict.fromkeys(("span_id", "answer", "answered_at")), NoteRow)
    write_notes(corpus, LAYER, notes_frame([note]))
    return note


def ask(corpus: Corpus) -> Words:
    asked(corpus)
    return []


def dealt(*words: str) -> Make:
    """A round of two annotators, for the command with these words."""

    def make(corpus: Corpus) -> Words:
        push.deal(corpus, "r2", ["a1", "a2"])
        return ["--round", "r2", *words]

    return make


Make = Callable[[Corpus], Words]
CHANGING: Final[dict[str, Make]] = {
    "intake": intake,
    "events --accept": events,
    "entities --accept": entities,
    "push": lambda corpus: ["--round", "r2", "--annotator", "a1"],
    "reassign": dealt("--from", "a1", "--to", "a2"),
    "unassign": dealt("--annotator", "a1"),
    "pull": pull,
    "align": lambda corpus: ["--round", "e2", "--annotator", "a1"],
    "acknowledge": acknowledge,
    "inbox --answer": lambda corpus: [note_id(asked(corpus)), "Ann Bo."],
    "suggest": lambda corpus: ["--round", "r1", "--by", "rules"],
    "score --baseline": lambda corpus: ["rules"],
    "agree": lambda corpus: ["--round", "r1"],
    "adjudicate": adjudicate,
    "convert": lambda corpus: ["--to", "parquet"],
    "release --prepare": lambda corpus: ["1.0.0"],
    "withdraw": lambda corpus: [TWO, "--reason", "asked for"],
}
READING: Final[dict[str, Make]] = {
    "compare": compare,
    "events": lambda corpus: ["--out", str(corpus.root.parent / "events.csv")],
    "entities": lambda corpus: ["--out", str(corpus.root.parent / "entities.csv")],
    "inbox": ask,
    "validate": lambda corpus: ["--layer", "gold"],
    "score": lambda corpus: [LAYER],
    "build": lambda corpus: ["--layer", LAYER, "--out", str(corpus.root / "dist" / "built")],
    "release": lambda corpus: ["1.0.0"],
    "report": lambda corpus: [],
    **dict.fromkeys(("feedback", "restore", "return"), lambda corpus: ["--round", "r1", "--annotator", "a1"]),
}
LEAVE_IT_ALONE: Final = {
    *("up", "down", "invite", "remove", "status", "doctor", "progress", "backup", "demo", "discard", "practice"),
    *("new", "publish", "fetch", "rehydrate", "diff", "pulls"),
}
"""The server, published versions, and what looks at the record and makes no result of it; `demo` calls the others."""


def test_of_every_command_it_is_known_what_it_does_with_the_record() -> None:
    assert set(COMMANDS) == {name.partition(" ")[0] for name in CHANGING | READING} | LEAVE_IT_ALONE


@pytest.fixture
def at_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks a server gets its answer here."""
    _, who = adjudicator()
    monkeypatch.setattr(seats, "seat", lambda corpus, name: replace(who, annotator=name))
    monkeypatch.setattr(push, "push", lambda *_: PushResult("a1", 1, 0, 0, blind=True))
    monkeypatch.setattr(letting_off, "projects", SimpleNamespace(find=lambda *_: None))
    opened = OpenedEvents("a1", 1, 0, 0, 0, 0, blind=True, changed={})
    monkeypatch.setattr(sorting_rounds, "open_events", lambda *_, **__: opened)
    monkeypatch.setattr(returning, "_hand_back", lambda *_: ReturnResult("a1", "http://127.0.0.1:1/projects/1/data"))
    monkeypatch.setattr(inbox, "put_on_page", lambda *_: "http://127.0.0.1:1/projects/1/data?task=1")
    monkeypatch.setattr(feedback, "projects", SimpleNamespace(existing=lambda *_: 1))
    monkeypatch.setattr(feedback, "show_on_pages", lambda *_: [])
    monkeypatch.setattr(restore, "_restore", lambda *_: RestoreResult(1, 0, 0))


def corpus_for(command: str, folder: Path) -> Corpus:
    if command == "adjudicate":
        made = put_corpus(folder)
        put_round(made, "r1", a1=[hedge("h", "may", "modal")], a2=[])
        who = seats.seat(made, "adj")
        rounds_to_gold.open_round(made, "r1", who, again=False)
        who.studio.submit({"h": ("keep", "H4")})  # type: ignore[attr-defined]
        return made
    return put_repository(folder) if command == "release --prepare" else put_ready(folder)


def run(watch: Watch, command: str, make: Make, corpus: Corpus) -> None:
    words = [*command.split(), *make(corpus), "--corpus", str(corpus.root)]
    with watch.over(corpus):
        ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 0, (ran.output, ran.exception)


@pytest.mark.parametrize("command", CHANGING)
@pytest.mark.usefixtures("at_no_server")
def test_a_command_that_changes_the_record_has_it_to_itself(watch: Watch, command: str, tmp_path: Path) -> None:
    corpus = corpus_for(command, tmp_path / "corpus")
    run(watch, command, CHANGING[command], corpus)
    assert watch.changes
    assert watch.changes_unlocked == []


@pytest.mark.parametrize("command", READING)
@pytest.mark.usefixtures("at_no_server")
def test_a_command_that_makes_a_result_of_the_record_reads_it_under_the_lock(
    watch: Watch, command: str, tmp_path: Path
) -> None:
    corpus = corpus_for(command, tmp_path / "corpus")
    run(watch, command, READING[command], corpus)
    assert watch.reads
    assert (watch.changes, watch.reads_unlocked) == ([], [])
