from __future__ import annotations

from pathlib import Path

import pytest

from annotation.report.matrix import EventMatrix, MatrixCell
from annotation.report.report import ReportOptions, report
from tests.annotation.report.retold import (
    ANONYMOUS,
    BRIDGE,
    COME,
    COSTS,
    FULL,
    HOSTILE,
    NOBODY,
    PEOPLE,
    PRICE,
    SHORT,
    put_retold,
)


@pytest.fixture
def bridge(tmp_path: Path) -> EventMatrix:
    return next(event for event in report(put_retold(tmp_path)).events if event.event_id == BRIDGE)


def cell(event: EventMatrix, statement: str, article: str) -> MatrixCell:
    row = next(row for row in event.rows if row.id == statement)
    shown = row.cells[event.articles.index(article)]
    assert shown
    return shown


def test_the_words_of_a_cell_are_marked_as_in_the_article(bridge: EventMatrix) -> None:
    (telling,) = cell(bridge, COME, FULL).tellings
    assert [(run.text, run.labels) for run in telling.runs] == [
        ("“", ()),
        ("I think", ("hedge",)),
        (" ", ()),
        ("about", ("hedge",)),
        (" ", ()),
        ("300", ("number",)),
        (" people ", ()),
        ("may", ("hedge",)),
        (" come.”", ()),
    ]
    assert telling.around == ()


def test_a_cue_beside_the_words_stands_with_them(bridge: EventMatrix) -> None:
    (telling,) = cell(bridge, COME, ANONYMOUS).tellings
    assert [cue.words for cue in telling.around] == ["reportedly"]
    assert not telling.flat


def test_an_article_that_is_silent_has_no_cell(bridge: EventMatrix) -> None:
    row = next(row for row in bridge.rows if row.id == NOBODY)
    assert [article for article, shown in zip(bridge.articles, row.cells, strict=True) if shown] == [ANONYMOUS]
    assert row.differs == ()


def test_one_telling_is_the_most_complete_and_the_rest_are_laid_against_it(bridge: EventMatrix) -> None:
    assert [cell(bridge, COME, article).complete for article in (FULL, SHORT, ANONYMOUS)] == [True, False, False]
    assert cell(bridge, COME, FULL).changes == ()


def test_what_a_retelling_changes_is_put_into_words(bridge: EventMatrix) -> None:
    assert [(change.kind, change.words) for change in cell(bridge, COME, SHORT).changes] == [
        ("wording", "other words"),
        ("attribution", "wider source than Lee"),
        ("certainty", "surer; flat; hedge lost: “about”, “I think”, “may”"),
        ("numbers", "number in conflict: 400, not 300"),
        ("form", "not quoted word for word"),
    ]
    assert [change.words for change in cell(bridge, COME, ANONYMOUS).changes if change.kind == "attribution"] == [
        "source not named: Lee"
    ]
    assert [change.words for change in cell(bridge, COSTS, SHORT).changes if change.kind == "numbers"] == [
        "900 (exact), not 900 (at most)"
    ]


def test_a_speaker_has_the_statements_of_those_who_speak_for_it(bridge: EventMatrix) -> None:
    names = [name for name, _ in bridge.speakers]
    by_speaker = {name: {row.id for row in bridge.rows if at in row.speakers} for at, name in enumerate(names)}
    assert by_speaker == {"City": {COME, COSTS}, "Lee": {COME, COSTS}, "Reports": {COME}, "Rival": {NOBODY}}
    assert dict(bridge.speakers)["City"] == 4


def test_figures_differ_in_numbers_and_in_attribution(bridge: EventMatrix) -> None:
    differs = {lines.id: lines.figure.differs for plot in bridge.plots for lines in plot.figures}
    assert differs == {PEOPLE: ("attribution", "numbers"), PRICE: ("attribution", "numbers")}
    assert bridge.figures == 2


def test_an_article_that_the_page_leaves_out_is_in_the_matrix_all_the_same(tmp_path: Path) -> None:
    (event,) = report(put_retold(tmp_path), ReportOptions(articles=(FULL,))).events
    assert [telling.place for telling in cell(event, COME, SHORT).tellings] == [None]
    assert ("number",) in [run.labels for run in cell(event, COME, SHORT).tellings[0].runs]
    assert HOSTILE in "".join(run.text for run in cell(event, COSTS, SHORT).tellings[0].runs)
    (shown,) = cell(event, COME, FULL).tellings
    assert shown.place
    assert shown.place.name == "quote 1"
