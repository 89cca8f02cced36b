from __future__ import annotations

import json
from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.record import event_proposals
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.event_proposals import AssignedEvents, assign_events, read_proposals, write_proposals
from dataset.similarity.events import ProposedEvent
from dataset.storage.sheets import read_sheet
from tests.corpora import make_corpus

TEXTS = {name: f"What {name} reports.\nAnd more." for name in ("a", "b", "c", "d")}
PROPOSED = [ProposedEvent("ferry-2031", known=False, articles=("b", "a"), nearness=(0.7, 0.6))]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Articles a, b and c without an event, and d with one."""
    made = make_corpus(tmp_path / "corpus", TEXTS)
    path = made.seeds / "articles.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        row["event_id"] = "old-event" if row["article_id"] == "d" else None
    path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))
    return open_corpus(made.root)


def events_of(corpus: Corpus) -> dict[str, str | None]:
    return {article: row["event_id"] for article, row in open_corpus(corpus.root).by_id.items()}


def sheet(corpus: Corpus, *lines: str) -> Path:
    path = corpus.root / "events.csv"
    path.write_text("\n".join(["event_id,article_id", *lines]), encoding="utf-8")
    return path


def test_the_sheet_has_the_groups_first_and_then_what_is_in_none(corpus: Corpus) -> None:
    path = corpus.root / "events.csv"
    assert write_proposals(corpus, PROPOSED, path) == 1
    rows = [(row.cells["event_id"], row.cells["article_id"]) for row in read_sheet(path, ("event_id", "article_id"))]
    assert rows == [("ferry-2031", "b"), ("ferry-2031", "a"), ("", "c")]


def test_a_sheet_that_was_edited_and_not_accepted_is_not_written_over(corpus: Corpus) -> None:
    path = corpus.root / "events.csv"
    write_proposals(corpus, PROPOSED, path)
    edited = path.read_bytes().replace(b"ferry-2031", b"ferry-of-2031")
    path.write_bytes(edited)
    with pytest.raises(Problem, match="not accepted"):
        write_proposals(corpus, PROPOSED, path)
    assert path.read_bytes() == edited
    assign_events(corpus, read_proposals(corpus, path))
    write_proposals(open_corpus(corpus.root), [], path)
    assert path.read_bytes() != edited


def test_an_article_without_a_title_is_shown_by_its_first_words(corpus: Corpus) -> None:
    (first, _) = event_proposals.shown(corpus, PROPOSED[0])
    assert first.title == "What b reports. And more."


def test_what_the_sheet_says_is_taken_and_other_rows_stay_byte_for_byte(corpus: Corpus) -> None:
    path = corpus.seeds / "articles.jsonl"
    before = path.read_bytes().splitlines()
    events = read_proposals(corpus, sheet(corpus, "ferry-2031,a", "ferry-2031,c", ",b"))
    assert assign_events(corpus, events) == AssignedEvents(articles=2, left=1)
    assert events_of(corpus) == {"a": "ferry-2031", "b": None, "c": "ferry-2031", "d": "old-event"}
    after = path.read_bytes().splitlines()
    assert (after[1], after[3]) == (before[1], before[3])


def test_taking_a_sheet_again_changes_nothing(corpus: Corpus) -> None:
    path = sheet(corpus, "ferry-2031,a", "old-event,d")
    assert assign_events(corpus, read_proposals(corpus, path)).articles == 1
    once = (corpus.seeds / "articles.jsonl").read_bytes()
    again = open_corpus(corpus.root)
    assert assign_events(again, read_proposals(again, path)).articles == 0
    assert (corpus.seeds / "articles.jsonl").read_bytes() == once


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (("e,nobody",), "nobody"),
        (("new-event,d",), "old-event"),
        (("e,a", "f,a"), "earlier line"),
        (("no id,a",), "no id"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named(corpus: Corpus, lines: tuple[str, ...], named: str) -> None:
    path = sheet(corpus, *lines)
    with pytest.raises(Problem, match=named) as refused:
        read_proposals(corpus, path)
    assert f"{path}:{1 + len(lines)}" in str(refused.value)
