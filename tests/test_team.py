"""A small team's whole way, from a table of articles to a second release, by commands alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dataset.record.corpus import open_corpus
from dataset.schema import Provenance
from dataset.storage.tables import read_table
from tests.reports import reports
from tests.team import Team, in_a_fork, play


@pytest.mark.timeout(900)
def test_a_team_comes_from_a_table_of_articles_to_its_second_release(tmp_path: Path, set_up: Path) -> None:
    team = Team(tmp_path, list(reports(4)), set_up=set_up, start=in_a_fork)
    play(team)
    corpus = open_corpus(team.root)
    first, second = (json.loads((corpus.releases / f"{version}.json").read_text()) for version in ("1.0.0", "2.0.0"))
    assert (first["version"], second["version"]) == ("1.0.0", "2.0.0")
    released = {article.article_id for article in team.articles[1:]}
    gold = read_table(corpus.layer_path("gold") / "provenance.jsonl", Provenance)
    assert set(gold["article_id"]) == released
    assert set(gold["adjudicated"]) == {True, False}, "some were decided by a person, and some passed"
    assert {corpus.by_id[article]["licence"] for article in released} == {"CC-BY-4.0"}
    for version in ("1.0.0", "2.0.0"):
        assert (team.root / "dist" / version / "ATTRIBUTION.md").exists()
