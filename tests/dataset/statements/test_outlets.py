from __future__ import annotations

from pathlib import Path

import pytest

from dataset.record.corpus import Corpus
from dataset.statements.event_comparisons import ComparedEvent, compared_events
from dataset.statements.outlets import OutletCounts, outlet_counts
from tests.annotation.report.retold import ALONE, ANONYMOUS, BRIDGE, FULL, SHORT, put_retold

OUTLETS = {FULL: "Echo", SHORT: "Gazette", ANONYMOUS: "Gazette", ALONE: "Echo"}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return put_retold(tmp_path / "retold")


@pytest.fixture
def events(corpus: Corpus) -> list[ComparedEvent]:
    return list(compared_events(corpus))


def counted(events: list[ComparedEvent]) -> dict[str, OutletCounts]:
    return {counts.outlet: counts for counts in outlet_counts(events, OUTLETS)}


def test_each_outlet_is_counted_over_all_events(events: list[ComparedEvent]) -> None:
    outlets = counted(events)
    assert list(outlets) == ["Echo", "Gazette"]
    assert (outlets["Echo"].events, outlets["Echo"].articles) == (2, 2)
    assert (outlets["Gazette"].events, outlets["Gazette"].articles) == (1, 2)


def test_what_another_outlet_of_the_event_tells_alone_is_left_out(events: list[ComparedEvent]) -> None:
    by_outlet = {
        outlet: {
            statement.id
            for event in events
            for statement in event.statements
            if event.event_id == BRIDGE and statement.kind == "statement"
            if any(OUTLETS[article] == outlet for article in statement.articles())
        }
        for outlet in ("Echo", "Gazette")
    }
    outlets = counted(events)
    assert outlets["Echo"].left_out == len(by_outlet["Gazette"] - by_outlet["Echo"]) > 0
    assert outlets["Gazette"].left_out == len(by_outlet["Echo"] - by_outlet["Gazette"])
    assert outlets["Gazette"].statements == len(by_outlet["Gazette"])


def test_hedges_sources_and_numbers_are_those_of_its_own_tellings(events: list[ComparedEvent]) -> None:
    outlets = counted(events)
    assert outlets["Echo"].sources["Lee"] >= 1
    assert "Lee" not in outlets["Gazette"].sources
    assert 0 < outlets["Echo"].hedged <= outlets["Echo"].tellings


def test_an_article_without_an_outlet_is_of_none(events: list[ComparedEvent]) -> None:
    outlet_of = {**OUTLETS, ALONE: None}
    echo = {counts.outlet: counts for counts in outlet_counts(events, outlet_of)}["Echo"]
    assert (echo.events, echo.articles) == (1, 1)


def test_an_event_of_some_articles_has_what_these_tell_and_no_difference_from_another(
    events: list[ComparedEvent],
) -> None:
    bridge = next(event for event in events if event.event_id == BRIDGE)
    some = bridge.only({FULL, SHORT})
    assert some is not None
    assert some.articles == tuple(sorted((FULL, SHORT)))
    assert {article for statement in some.statements for article in statement.articles()} == {FULL, SHORT}
    pairs = {(each.first, each.second) for statement in some.statements for each in statement.differences}
    assert all({*pair} == {FULL, SHORT} for pair in pairs)
    assert pairs
    assert bridge.only({ALONE}) is None
