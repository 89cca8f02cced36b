from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dataset.checks.findings import CATALOGUE, Finding
from dataset.checks.shared import check_shared
from dataset.checks.statements import check_statements, settled
from dataset.checks.suite import check_record
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from dataset.storage import article_ranges
from tests.dataset.sorting import (
    DAM,
    FAIR,
    contradiction,
    of_annotator,
    put_sorted,
    put_sorting,
    quote,
    sorted_rows,
    speaker,
    statement,
    telling,
)
from tests.dataset.tiny import ONE, TWO, Row, Rows, put_jsonl, row_of

LAYER = "e1/a1"
Fault = Callable[[Rows], None]
Place = tuple[str, str | None]


def ranking(folder: Path, rows: Rows) -> list[Finding]:
    return list(check_statements(put_sorted(folder, rows)))


def found_in_annotators(folder: Path, rows: Rows) -> list[Finding]:
    corpus = put_sorted(folder, sorted_rows())
    put_sorting(corpus, rows, LAYER)
    return list(check_statements(corpus))


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def tell(*row: str) -> Fault:
    return lambda rows: rows["tellings"].append(telling(*row))


def contradict(name: str, against: str) -> Fault:
    return lambda rows: rows["contradictions"].append(contradiction(name, against))


def gist(name: str, words: str) -> Fault:
    return lambda rows: next(row for row in rows["statements"] if row["statement_id"] == name).update(gist=words)


def change(span_id: str, **changed: object) -> Fault:
    return lambda rows: row_of(rows, span_id).update(changed)


def only_partly(rows: Rows) -> None:
    tell("hold", ONE, "q2", "partly")(rows)
    rows["tellings"][1]["degree"] = "partly"


def three_statements(rows: Rows) -> None:
    rows["statements"].append(statement("made", "They are proud of it"))
    for name in ("hold", "made"):
        tell(name, ONE, "q2", "partly")(rows)


def a_number_in_a_statement(rows: Rows) -> None:
    tell("hold", ONE, "n1", "partly")(rows)


def a_figure_that_is_a_statement(rows: Rows) -> None:
    rows["statements"][0]["kind"] = "statement"


def a_statement_without_telling(rows: Rows) -> None:
    rows["statements"].append(statement("made", "They are proud of it"))


def a_quote_that_is_new(rows: Rows) -> None:
    rows["spans"].append(quote("q4", "said, “for"))


def a_degree_that_there_is_not(rows: Rows) -> None:
    rows["tellings"][0]["degree"] = "mostly"


def a_row_twice(rows: Rows) -> None:
    rows["tellings"].append(rows["tellings"][0])


def a_row_of_another_round(rows: Rows) -> None:
    rows["tellings"][0]["round"] = "e1"


def a_kind_that_there_is_not(rows: Rows) -> None:
    rows["statements"][0]["kind"] = "claim"


FAULTS: list[tuple[str, Fault, Place]] = [
    ("unsound-sorting", a_degree_that_there_is_not, ("", None)),
    ("unsound-sorting", a_row_twice, ("", None)),
    ("unsound-sorting", a_kind_that_there_is_not, ("", None)),
    ("unsound-sorting", contradict("leaks", "hold"), ("", None)),
    ("foreign-row", a_row_of_another_round, (ONE, "q1")),
    ("telling-of-other-event", tell("hold", FAIR, "q9"), (FAIR, "q9")),
    ("telling-of-other-event", tell("hold", "gone", "q9"), ("gone", "q9")),
    ("telling-of-no-span", tell("hold", ONE, "q9"), (ONE, "q9")),
    ("telling-of-wrong-span", tell("hold", ONE, "mayor"), (ONE, "mayor")),
    ("telling-of-wrong-span", tell("built", ONE, "q2b"), (ONE, "q2b")),
    ("quote-without-telling", a_quote_that_is_new, (ONE, "q4")),
    ("t4-two-statements", tell("hold", ONE, "q2"), (ONE, "q2")),
    ("t4-two-statements", only_partly, (ONE, "q2")),
    ("t4-two-statements", three_statements, (ONE, "q2")),
    ("unknown-statement", tell("gone", ONE, "q2", "partly"), (ONE, "q2")),
    ("unknown-statement", contradict("hold", "gone"), ("", None)),
    ("statement-without-telling", a_statement_without_telling, ("", None)),
    ("statement-of-quotes-and-numbers", a_number_in_a_statement, (ONE, "n1")),
    ("t2-two-sources", tell("hold", ONE, "q3", "partly"), (ONE, "q3")),
    ("t5-contradicts-itself", contradict("hold", "hold"), (ONE, "q1")),
    ("t5-statement-and-figure", contradict("age", "hold"), (ONE, "n1")),
    ("gist-too-long", gist("hold", "so " * 31), (ONE, "q1")),
    ("unsound-sorting", gist("hold", ""), ("", None)),
    ("unsound-sorting", gist("hold", " \t"), ("", None)),
    ("gist-copies-quote", gist("built", "We built it for good!"), (ONE, "q2")),
    ("gist-copies-quote", gist("leaks", "The dam will hold for another forty years."), (TWO, "p1")),
    ("figure-of-two-units", change("m1", number_unit="months"), (TWO, "m1")),
    ("tellings-share-no-word", tell("built", TWO, "p2"), (TWO, "p2")),
]


def test_gold_that_is_sorted_without_a_fault_gives_no_finding(tmp_path: Path) -> None:
    corpus = put_sorted(tmp_path, sorted_rows())
    assert list(check_shared(corpus)) == []


def test_an_annotators_sorting_without_a_fault_gives_no_finding(tmp_path: Path) -> None:
    assert found_in_annotators(tmp_path, of_annotator(sorted_rows(), LAYER)) == []


def test_a_record_without_sorting_gives_no_finding(tmp_path: Path) -> None:
    assert ranking(tmp_path, sorted_rows() | {"tellings": [], "contradictions": [], "statements": []}) == []


@pytest.mark.parametrize(("code", "fault", "place"), FAULTS)
def test_one_fault_gives_its_code_at_its_place_and_nothing_else(
    tmp_path: Path, code: str, fault: Fault, place: Place
) -> None:
    rows = sorted_rows()
    fault(rows)
    (finding,) = ranking(tmp_path, rows)
    assert (finding.code, finding.layer, (finding.article_id, finding.span_id)) == (code, GOLD, place)
    assert finding.message


def test_a_warning_has_a_place_so_that_it_can_be_acknowledged(tmp_path: Path) -> None:
    for number, (code, fault, _) in enumerate(FAULTS):
        if CATALOGUE[code].severity == "warning":
            rows = sorted_rows()
            fault(rows)
            (finding,) = ranking(tmp_path / str(number), rows)
            assert finding.start is not None and finding.end is not None


def test_the_shared_checks_include_the_statements(tmp_path: Path) -> None:
    rows = sorted_rows()
    tell("hold", ONE, "q9")(rows)
    assert codes(list(check_shared(put_sorted(tmp_path, rows)))) == ["telling-of-no-span"]


@pytest.mark.parametrize("size", [1, 400])
def test_gold_of_many_parts_gives_the_same_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    rows = sorted_rows()
    for fault in (tell("hold", ONE, "q9"), tell("hold", FAIR, "q9"), tell("built", TWO, "p2"), a_quote_that_is_new):
        fault(rows)
    corpus = put_sorted(tmp_path, rows)
    whole = list(check_statements(corpus))
    monkeypatch.setattr(article_ranges, "AT_ONCE", size)
    assert list(check_statements(corpus)) == whole
    assert len(whole) == 4


# Sources


@pytest.mark.parametrize(
    ("names", "apart"),
    [
        (["Mayor"], False),
        (["City"], False),
        (["Engineer"], False),
        (["Reports"], False),
        ([], False),
        (["Mayor", "Reports"], False),
        (["Police"], True),
        (["Mayor", "Police"], True),
        (["Unheard-of"], True),
    ],
)
def test_two_sources_are_apart_unless_they_speak_for_each_other(tmp_path: Path, names: list[str], apart: bool) -> None:
    rows = sorted_rows()
    row_of(rows, "mayor")["speaker_entities"] = names
    # The number in the mayor's quote has her as its source, too.
    places = [(finding.code, finding.span_id) for finding in ranking(tmp_path, rows)]
    assert places == ([("t2-two-sources", "p1"), ("t2-two-sources", "m1")] if apart else [])


def test_two_who_speak_for_the_same_do_not_speak_for_each_other(tmp_path: Path) -> None:
    rows = sorted_rows()
    row_of(rows, "city")["speaker_entities"] = ["Engineer"]
    first, _ = ranking(tmp_path, rows)
    assert first.message == "hold is told of Mayor and of Engineer"


def test_two_speakers_of_one_quote_are_a_joint_source(tmp_path: Path) -> None:
    rows = sorted_rows()
    rows["spans"].append(speaker("both", "said", "Police"))
    rows["relations"].append(rows["relations"][0] | {"to_span": "both"})
    first, _ = ranking(tmp_path, rows)
    assert first.message == "hold is told of Mayor with Police and of City"


def test_a_number_outside_every_quote_is_the_articles_own_and_fits_any_source(tmp_path: Path) -> None:
    rows = sorted_rows()
    row_of(rows, "city")["speaker_entities"] = ["Police"]
    row_of(rows, "m1").update(start=0, end=4, text="City")
    assert [finding.span_id for finding in ranking(tmp_path, rows)] == ["p1"]


def test_entities_that_speak_for_each_other_in_a_circle_do_not_hang_the_checks(tmp_path: Path) -> None:
    corpus = put_sorted(tmp_path, sorted_rows())
    rows: list[Row] = [
        {"event_id": DAM, "entity": name, "kind": "group", "aliases": [], "speaks_for": whom}
        for name, whom in {"Mayor": "City", "City": "Mayor", "Police": "Police", "Reports": None}.items()
    ]
    put_jsonl(corpus.seeds / "entities.jsonl", rows)
    assert codes(list(check_statements(corpus))) == ["t2-two-sources"]


# Annotators' layers


def test_a_statement_named_for_a_span_that_does_not_tell_it_is_unknown(tmp_path: Path) -> None:
    rows = of_annotator(sorted_rows(), LAYER)
    for row in rows["tellings"]:
        if row["statement"] == f"{ONE}:q1":
            row["statement"] = f"{ONE}:q3"
    rows["tellings"] = [row for row in rows["tellings"] if row["span_id"] != "q3"]
    rows["contradictions"] = []
    findings = found_in_annotators(tmp_path, rows)
    assert [(finding.code, finding.layer, finding.span_id) for finding in findings] == [
        ("unknown-statement", LAYER, "q1")
    ]


ANNOTATORS_FAULTS: list[tuple[str, Fault]] = [
    ("t4-two-statements", tell("hold", ONE, "q2")),
    ("telling-of-no-span", tell("hold", ONE, "q9")),
    ("t2-two-sources", tell("hold", ONE, "q3", "partly")),
    ("statement-of-quotes-and-numbers", a_number_in_a_statement),
    ("t5-statement-and-figure", contradict("age", "hold")),
    ("unknown-statement", contradict("hold", "gone")),
]


@pytest.mark.parametrize(("code", "fault"), ANNOTATORS_FAULTS)
def test_an_annotators_sorting_is_checked_like_the_golds(tmp_path: Path, code: str, fault: Fault) -> None:
    rows = sorted_rows()
    fault(rows)
    (finding,) = found_in_annotators(tmp_path, of_annotator(rows, LAYER))
    assert (finding.code, finding.layer) == (code, LAYER)
    assert settled(finding)


def test_a_row_of_another_annotator_is_foreign_and_not_settled_by_the_gold(tmp_path: Path) -> None:
    rows = of_annotator(sorted_rows(), LAYER)
    rows["event_tasks"][0]["annotator"] = "a2"
    (finding,) = found_in_annotators(tmp_path, rows)
    assert (finding.code, finding.message) == ("foreign-row", "a row of event_tasks belongs to e1/a2")
    assert not settled(finding)


def test_an_annotator_need_not_have_sorted_every_quote(tmp_path: Path) -> None:
    rows = of_annotator(sorted_rows(), LAYER)
    rows["tellings"] = rows["tellings"][:2]
    rows["contradictions"] = []
    assert found_in_annotators(tmp_path, rows) == []


# Damage


@pytest.fixture
def two_layers(tmp_path: Path) -> Corpus:
    """Gold without a fault, and an annotator's sorting with one."""
    rows = sorted_rows()
    corpus = put_sorted(tmp_path, rows)
    tell("hold", ONE, "q9")(rows)
    put_sorting(corpus, of_annotator(rows, LAYER), LAYER)
    return corpus


@pytest.mark.parametrize("table", ["tellings", "contradictions", "statements"])
def test_a_damaged_table_is_one_finding_and_the_other_layer_is_checked(two_layers: Corpus, table: str) -> None:
    (two_layers.layer_path(GOLD) / f"{table}.jsonl").write_bytes(b"{\n")
    findings = list(check_statements(two_layers))
    assert [(finding.code, finding.layer) for finding in findings] == [
        ("telling-of-no-span", LAYER),
        ("unreadable-table", GOLD),
    ]


@pytest.mark.parametrize("table", ["event_tasks", "tellings", "contradictions"])
def test_a_damaged_table_of_an_annotators_is_one_finding(two_layers: Corpus, table: str) -> None:
    (two_layers.layer_path(LAYER) / f"{table}.jsonl").write_bytes(b"{\n")
    (finding,) = check_statements(two_layers)
    assert (finding.code, finding.layer) == ("unreadable-table", LAYER)
    assert not settled(finding)


def test_gold_that_cannot_be_read_is_a_finding_of_the_layer_alone(two_layers: Corpus) -> None:
    (two_layers.layer_path(GOLD) / "spans.jsonl").write_bytes(b"{\n")
    assert list(check_statements(two_layers)) == []
    assert codes(list(check_record(two_layers, [GOLD]))) == ["unreadable-table"]


@pytest.mark.parametrize("table", ["tellings", "contradictions", "statements"])
def test_a_row_with_a_hole_is_a_finding_and_no_crash(tmp_path: Path, table: str) -> None:
    for number, column in enumerate(sorted_rows()[table][0]):
        rows = sorted_rows()
        rows[table][0][column] = None
        assert "unsound-sorting" in codes(ranking(tmp_path / str(number), rows))


@pytest.mark.parametrize("column", ["span_id", "label", "start", "end", "text", "speaker_entities"])
def test_a_gold_span_with_a_hole_does_not_break_the_checks(tmp_path: Path, column: str) -> None:
    rows = sorted_rows()
    for row in rows["spans"]:
        row[column] = None
    ranking(tmp_path, rows)
