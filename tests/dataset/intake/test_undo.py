from __future__ import annotations

import json
from pathlib import Path

import pytest

from dataset.intake import undo as undo_module
from dataset.intake.sources import sources_of
from dataset.intake.taking_in import intake
from dataset.intake.undo import UndoResult, undo
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.rights import rights_path
from tests.corpora import make_corpus
from tests.disks import tree


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"one": "Rain."})


def take_in(corpus: Corpus, *articles: str, licence: str | None = "CC-BY-4.0") -> None:
    feed = corpus.root.parent / "feed.jsonl"
    rows = [{"article_id": name, "text": f"Text of {name}.", "licence": licence} for name in articles]
    feed.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    intake(corpus, sources_of([str(feed)]))


def seeds(corpus: Corpus) -> dict[str, bytes]:
    """The seeds, without tables that have no row."""
    return {str(path): content for path, content in tree(corpus.seeds).items() if content}


def test_the_seeds_are_as_they_were_before_byte_for_byte(corpus: Corpus) -> None:
    take_in(corpus, "kept")
    before = tree(corpus.seeds)
    take_in(corpus, "a", "b")
    assert undo(corpus) == UndoResult(["a", "b"], 0)
    assert tree(corpus.seeds) == before


def test_one_after_the_other_can_be_taken_out_until_none_is_left(corpus: Corpus) -> None:
    before = seeds(corpus)
    take_in(corpus, "a")
    take_in(corpus, "b")
    assert [undo(corpus).removed, undo(corpus).removed] == [["b"], ["a"]]
    assert seeds(corpus) == before
    with pytest.raises(Problem, match="no intake is remembered"):
        undo(corpus)


def test_what_was_there_before_stays(corpus: Corpus) -> None:
    take_in(corpus, "a")
    take_in(corpus, "a", "b")
    assert undo(corpus).removed == ["b"]
    assert open_corpus(corpus.root).has("a")


def test_an_intake_that_added_nothing_is_none(corpus: Corpus) -> None:
    take_in(corpus, "a")
    take_in(corpus, "a")
    assert undo(corpus).removed == ["a"]


def test_an_article_whose_text_is_another_by_now_is_not_the_intakes(corpus: Corpus) -> None:
    take_in(corpus, "a", "b")
    path = corpus.seeds / "articles.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    changed = [row | {"text_sha256": "0" * 64} if row["article_id"] == "a" else row for row in rows]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in changed))
    assert undo(corpus) == UndoResult(["b"], 1)


@pytest.mark.parametrize("table", ["deals", "notes"])
def test_what_was_dealt_or_labelled_meanwhile_is_named_and_all_stays(corpus: Corpus, table: str) -> None:
    take_in(corpus, "a", "b")
    path = corpus.annotations / "r1" / f"{table}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text('{"round":"r1","annotator":"a1","article_id":"b"}\n')
    before = tree(corpus.seeds)
    with pytest.raises(Problem, match="1 of the 2 articles were dealt or labelled since they were taken in: b;"):
        undo(corpus)
    assert tree(corpus.seeds) == before


def test_a_line_of_the_record_that_cannot_be_read_stops_it(corpus: Corpus) -> None:
    take_in(corpus, "a")
    path = corpus.annotations / "r1" / "deals.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("{broken\n")
    with pytest.raises(Problem, match="cannot be read at line 1, so nothing was taken out"):
        undo(corpus)


def test_what_was_cut_off_after_the_rows_is_finished_by_the_same_call(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(corpus, "a")
    take_in(corpus, "b", "c")

    def killed(entry: Path) -> None:
        corpus.text_path("b").write_text("Text of b.")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(undo_module, "forget", killed)
        with pytest.raises(KeyboardInterrupt):
            undo(corpus)
    assert undo(corpus).removed == ["b"]
    assert not corpus.text_path("b").exists()
    assert open_corpus(corpus.root).has("a")


def test_statements_of_other_articles_stay(corpus: Corpus) -> None:
    take_in(corpus, "a")
    take_in(corpus, "b")
    undo(corpus)
    rows = [json.loads(line) for line in rights_path(corpus).read_text().splitlines()]
    assert [row["article_id"] for row in rows] == ["a"]


def test_what_a_person_has_changed_since_is_not_taken_out(corpus: Corpus) -> None:
    take_in(corpus, "a", "b")
    text = corpus.text_path("b")
    text.write_text("Text of b, put right.", encoding="utf-8")
    before = tree(corpus.seeds)
    with pytest.raises(Problem, match="texts of b were changed"):
        undo(corpus)
    assert tree(corpus.seeds) == before
    text.write_text("Text of b.", encoding="utf-8")
    path = corpus.seeds / "articles.jsonl"
    path.write_bytes(path.read_bytes().replace(b"CC-BY-4.0", b"CC-BY-SA-4.0", 1))
    with pytest.raises(Problem, match="texts of a were changed"):
        undo(open_corpus(corpus.root))


def test_an_event_that_was_accepted_since_is_no_change(corpus: Corpus) -> None:
    take_in(corpus, "a")
    path = corpus.seeds / "articles.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"event_id":null', b'"event_id":"ferry-2031"'))
    assert undo(open_corpus(corpus.root)).removed == ["a"]
