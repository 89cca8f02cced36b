"""The desk on a Label Studio that is not Hedgerow's, where the page's own script is not there: keys are typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from annotation.aligning import sorting_rounds
from annotation.embedded.server import Server
from annotation.labelstudio.seats import embedded_seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects
from annotation.rounds.projects import Role
from dataset.record.corpus import Corpus
from dataset.record.rows import ContradictionRow, TellingRow, rows_of
from dataset.statements.sheets import EventSheet, event_sheets
from dataset.statements.tables import read_sorting
from tests.annotation.embedded.unprotected import running_as_it_comes
from tests.browser import Annotator, log_in
from tests.corpora import copy_of_the_seeds

STATEMENT, PARTLY = "key of its first quote, as A3", "key of a second statement"
CONTRADICTS = "key of another statement"
FIELDS = {STATEMENT: "statement", PARTLY: "partly", CONTRADICTS: "contradicts"}
"""The fields by what stands in each while it is empty."""
REGION = "Htx.annotationStore.selected.highlightedNode"
SELECTED = f"{REGION}?.cleanId"


@pytest.fixture(scope="module")
def foreign(set_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_as_it_comes(set_up, tmp_path_factory.mktemp("foreign")) as server:
        yield server


@pytest.fixture
def corpus(foreign: Server, tmp_path: Path) -> Corpus:
    corpus = copy_of_the_seeds(tmp_path / "seeds")
    corpus.state.symlink_to(foreign.state)
    return corpus


@pytest.fixture
def sheet(corpus: Corpus) -> EventSheet:
    sorting_rounds.deal_events(corpus, "e1", ["a1"], [])
    sorting_rounds.open_events(corpus, "e1", embedded_seat(corpus, "a1"), stood={})
    (sheet,) = event_sheets(corpus)
    return sheet


@pytest.fixture
def desk(sheet: EventSheet, corpus: Corpus, foreign: Server, chromium: Browser) -> Annotator:
    known = foreign.secrets()
    assert known
    who = embedded_seat(corpus, "a1")
    (task,) = map(read_task, who.studio.tasks(projects.existing(corpus, "e1", who, role=Role.SORTER)))
    annotator = log_in(chromium, str(foreign.url()), known.annotators["a1"])
    annotator.open_task(projects.existing(corpus, "e1", who, role=Role.SORTER), task.id)
    expect(annotator.page.locator("html[data-hedgerow]")).to_have_count(0)
    return annotator


def type_key(desk: Annotator, sheet: EventSheet, quote: str, field: str, key: str) -> None:
    """Selects a quote or number by a click on it, if it is not selected, and types a key into one of its fields."""
    item = next(item for item in sheet.items if item.key == quote)
    if desk.page.evaluate(SELECTED) != quote:
        desk.page.locator(".htx-highlight", has_text=item.content.words[:40]).first.click()
        desk.page.wait_for_function(f"key => {SELECTED} === key", arg=quote)
    desk.page.get_by_placeholder(field).fill(key)
    desk.press("Enter")
    desk.page.wait_for_function(
        f"([name, key]) => {REGION}.results.some(result => result.from_name.name === name"
        " && result.mainValue.includes(key))",
        arg=[FIELDS[field], key],
    )


def test_what_is_typed_at_the_desk_without_its_script_is_what_is_pulled(
    desk: Annotator, sheet: EventSheet, corpus: Corpus
) -> None:
    type_key(desk, sheet, "A1", STATEMENT, "A1")
    type_key(desk, sheet, "A2", STATEMENT, "A2")
    type_key(desk, sheet, "A3", STATEMENT, "A1")
    type_key(desk, sheet, "A4", PARTLY, "A2")
    type_key(desk, sheet, "A4", CONTRADICTS, "A1")
    desk.submit()
    report = sorting_rounds.pull_sorting(corpus, "e1", [embedded_seat(corpus, "a1")], accept_removals=False)
    layer = read_sorting(corpus.layer_path("e1/a1"))
    keys = {item.id: item.key for item in sheet.items}
    tells = {
        (keys[f"{row['article_id']}:{row['span_id']}"], keys[row["statement"]], row["degree"])
        for row in rows_of(layer.tellings, TellingRow)
    }
    assert tells == {("A1", "A1", "whole"), ("A2", "A2", "whole"), ("A3", "A1", "whole"), ("A4", "A2", "partly")}
    against = [
        {keys[row["statement"]], keys[row["against"]]} for row in rows_of(layer.contradictions, ContradictionRow)
    ]
    assert against == [{"A1", "A2"}]
    assert report.faults == {}
    assert len(report.open["a1"][sheet.event_id]) == len(sheet.items) - 4
