from __future__ import annotations

from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.entity_proposals import AcceptedEntities, ProposedEntity, accept_entities, write_proposals
from tests.corpora import EVENT, make_corpus

HEADER = "event_id,entity,kind,aliases,speaks_for"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"a": "Ilsa Brandt spoke."}, entities=("Ilsa Brandt",))


def sheet(corpus: Corpus, *lines: str) -> Path:
    path = corpus.root / "entities.csv"
    path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    return path


def registry(corpus: Corpus) -> dict[str, tuple[str, list[str], str | None]]:
    rows = open_corpus(corpus.root).entities.iter_rows(named=True)
    return {row["entity"]: (row["kind"], row["aliases"], row["speaks_for"]) for row in rows}


def test_what_is_proposed_can_be_accepted_as_it_is(corpus: Corpus) -> None:
    path = corpus.root / "entities.csv"
    write_proposals(corpus, [ProposedEntity(EVENT, "Jonas Keel", "person", ("Keel", "Jonas"), 3, 2)], path)
    assert accept_entities(corpus, path) == AcceptedEntities(added=1, extended=0)
    assert registry(corpus)["Jonas Keel"] == ("person", ["Keel", "Jonas"], None)


def test_a_sheet_that_was_not_accepted_is_not_written_over(corpus: Corpus) -> None:
    path = sheet(corpus, f"{EVENT},Jonas Keel,person,,")
    with pytest.raises(Problem, match="not accepted"):
        write_proposals(corpus, [], path)
    accept_entities(corpus, path)
    write_proposals(open_corpus(corpus.root), [], path)
    assert "Keel" not in path.read_text(encoding="utf-8-sig")


def test_rows_of_one_name_are_one_entity_and_one_that_is_there_gets_more_aliases(corpus: Corpus) -> None:
    path = sheet(
        corpus,
        f"{EVENT},Ilsa Brandt,group,Brandt | the mayor,",
        f"{EVENT},Port,organization,the port,Ilsa Brandt",
        f"{EVENT},Port,organization,harbour office,",
    )
    assert accept_entities(corpus, path) == AcceptedEntities(added=1, extended=1)
    assert registry(corpus) == {
        "Ilsa Brandt": ("group", ["Brandt", "the mayor"], None),
        "Port": ("organization", ["the port", "harbour office"], "Ilsa Brandt"),
    }


def test_accepting_again_changes_nothing(corpus: Corpus) -> None:
    path = sheet(corpus, f"{EVENT},Port,organization,the port,")
    accept_entities(corpus, path)
    before = (corpus.seeds / "entities.jsonl").read_bytes()
    assert accept_entities(corpus, path) == AcceptedEntities(added=0, extended=0)
    assert (corpus.seeds / "entities.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("nothing-2031,Port,organization,,", "nothing-2031"),
        (f"{EVENT},Port,harbour,,", "harbour"),
        (f"{EVENT},,person,,", "name"),
        (f"{EVENT},Port,organization,,Nobody", "Nobody"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_and_nothing_is_added(corpus: Corpus, line: str, named: str) -> None:
    before = (corpus.seeds / "entities.jsonl").read_bytes()
    path = sheet(corpus, f"{EVENT},Sound Entity,group,,", line)
    with pytest.raises(Problem, match=named) as refused:
        accept_entities(corpus, path)
    assert f"{path}:3" in str(refused.value)
    assert (corpus.seeds / "entities.jsonl").read_bytes() == before


def test_nothing_is_added_to_a_registry_with_a_broken_row(corpus: Corpus) -> None:
    path = corpus.seeds / "entities.jsonl"
    path.write_text(path.read_text() * 2)
    with pytest.raises(Problem, match=r"entities\.jsonl"):
        accept_entities(corpus, sheet(corpus, f"{EVENT},Port,organization,,"))
