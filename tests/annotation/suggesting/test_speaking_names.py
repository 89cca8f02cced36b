from __future__ import annotations

from pathlib import Path

import pytest

from annotation.suggesting.protocol import open_suggester
from annotation.suggesting.speaking_names import speaking_names
from dataset.record.entity_proposals import ProposedEntity
from tests.corpora import EVENT, make_corpus

TEXTS = {
    "a": "“The bridge is safe,” said Prime Minister Ilsa Brandt.\n\nBrandt said that it would reopen.\n",
    "b": "Officials said that the bridge was shut. “We were not asked,” said Jonas Keel.\n",
    "c": "“It may take a year,” Brandt said. She said that nobody was to blame.\n",
}


@pytest.fixture
def names(tmp_path: Path) -> dict[str, ProposedEntity]:
    corpus = make_corpus(tmp_path / "corpus", TEXTS, entities=("Jonas Keel",))
    return {entity.entity: entity for entity in speaking_names(corpus, [EVENT], open_suggester("rules"))}


def test_a_surname_alone_counts_for_the_whole_name_of_another_article(names: dict[str, ProposedEntity]) -> None:
    brandt = names["Ilsa Brandt"]
    assert (brandt.kind, brandt.articles) == ("person", 2)
    assert brandt.times >= 3
    assert "Brandt" in brandt.aliases
    assert "Brandt" not in names


def test_who_is_in_the_registry_is_not_proposed_again_and_pronouns_never(names: dict[str, ProposedEntity]) -> None:
    assert names.keys() == {"Ilsa Brandt", "Officials"}
    assert names["Officials"].kind == "group"


def test_the_most_frequent_stands_first(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", TEXTS, entities=())
    proposed = list(speaking_names(corpus, [EVENT], open_suggester("rules")))
    assert [entity.times for entity in proposed] == sorted((entity.times for entity in proposed), reverse=True)


def test_an_event_that_no_article_reports_has_no_names(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", TEXTS)
    assert list(speaking_names(corpus, ["nothing-2031"], open_suggester("rules"))) == []
