from __future__ import annotations

import pytest

from dataset.statements.registry import Registry, registry_of

STATE = Registry(
    {"Minister": "Ministry", "Ministry": "State", "State": None, "Spy agency": "State", "Reports": None},
    {"Minister": "person", "Ministry": "organization", "State": "state", "Reports": "document"},
)
CIRCLE = Registry({"A": "B", "B": "C", "C": "A", "Tail": "A", "Self": "Self"})


def test_a_minister_speaks_for_the_ministry_and_then_the_state() -> None:
    assert STATE.principals("Minister") == ("Ministry", "State")
    assert STATE.principals("State") == ()
    assert {STATE.root(name) for name in ("Minister", "Ministry", "State", "Spy agency")} == {"State"}


def test_an_entity_that_is_not_registered_speaks_for_itself() -> None:
    assert STATE.principals("Stranger") == ()
    assert STATE.root("Stranger") == "Stranger"
    assert STATE.named(["Stranger"]) == {"Stranger"}


def test_those_in_a_circle_speak_for_one_another_and_have_one_root() -> None:
    assert CIRCLE.principals("B") == ("C", "A")
    assert {CIRCLE.root(name) for name in ("A", "B", "C", "Tail")} == {"A"}
    assert CIRCLE.principals("Tail") == ("A", "B", "C")
    assert CIRCLE.principals("Self") == ()
    assert CIRCLE.root("Self") == "Self"


@pytest.mark.parametrize(
    ("sources", "specific"),
    [
        (["State", "Minister"], {"Minister"}),
        (["State", "Minister", "Spy agency"], {"Minister", "Spy agency"}),
        (["State"], {"State"}),
        ([], set()),
    ],
)
def test_of_a_minister_and_the_state_the_minister_is_the_source(sources: list[str], specific: set[str]) -> None:
    assert STATE.most_specific(sources) == specific


def test_of_a_circle_all_remain() -> None:
    assert CIRCLE.most_specific(["A", "B", "C"]) == {"A", "B", "C"}
    assert CIRCLE.most_specific(["A", "B", "Tail"]) == {"Tail"}


def test_a_document_names_nobody() -> None:
    assert STATE.named(["Reports", "State"]) == {"State"}


def test_a_registry_is_made_of_the_rows_of_entities() -> None:
    made = registry_of(
        [
            {"event_id": "e", "entity": "Kim", "kind": "person", "aliases": [], "speaks_for": "North Korea"},
            {"event_id": "e", "entity": "Reports", "kind": "document", "aliases": [], "speaks_for": None},
        ]
    )
    assert made.root("Kim") == "North Korea"
    assert made.named(["Kim", "Reports"]) == {"Kim"}
