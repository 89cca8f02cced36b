from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.checks.findings import CATALOGUE, Finding
from dataset.checks.suite import HINTS, STRUCTURE, check_layer, errors_of, found_by
from dataset.record.corpus import Corpus
from dataset.record.layer import make_layer
from tests.dataset.checks.wrong import ARTICLE, MISSED, WRONG
from tests.dataset.drawn import Record, broken_rows, records
from tests.dataset.faults import FAULTS, SEEN_BY_THE_PULL_ALONE, WHERE
from tests.dataset.tiny import (
    LAYER,
    ONE,
    TWO,
    Rows,
    finding,
    hedge,
    link,
    mark,
    put_corpus,
    quote,
    row_of,
    speaker,
    task,
    valid_rows,
)

OF_THE_WHOLE = (
    "unsound-decision",
    "unsound-provenance",
    "stale-acknowledgement",
    "missing-table",
    "unreadable-table",
    "unsound-entity",
    "speaks-for-unknown",
    "speaks-for-itself",
    "speaks-for-circle",
    "unsound-sorting",
    "telling-of-other-event",
    "telling-of-no-span",
    "telling-of-wrong-span",
    "quote-without-telling",
    "t4-two-statements",
    "unknown-statement",
    "statement-without-telling",
    "statement-of-quotes-and-numbers",
    "t2-two-sources",
    "t5-contradicts-itself",
    "t5-statement-and-figure",
    "gist-too-long",
    "gist-copies-quote",
    "figure-of-two-units",
    "tellings-share-no-word",
    "ids-differ-in-case",
    "withdrawal-unfinished",
)


@pytest.fixture
def tiny(tmp_path: Path) -> Corpus:
    return put_corpus(tmp_path)


def check(corpus: Corpus, rows: Rows, name: str = LAYER) -> list[Finding]:
    """Whether the record holds together; whether it keeps the rules is tested label by label."""
    return found_by(STRUCTURE, corpus, make_layer(name, **rows))


def check_all(corpus: Corpus, rows: Rows, name: str = LAYER) -> list[Finding]:
    return check_layer(corpus, make_layer(name, **rows))


def with_faults(corpus: Corpus, *codes: str) -> list[Finding]:
    rows = valid_rows()
    for code in codes:
        FAULTS[code](corpus, rows)
    return check_all(corpus, rows)


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def test_a_layer_without_a_fault_gives_no_finding(tiny: Corpus) -> None:
    assert check_all(tiny, valid_rows()) == []


def test_an_empty_layer_gives_no_finding(tiny: Corpus) -> None:
    assert check_all(tiny, {}) == []


@settings(max_examples=30, deadline=None)
@given(records())
def test_a_layer_that_keeps_the_rules_gives_no_finding(
    tmp_path_factory: pytest.TempPathFactory, record: Record
) -> None:
    assert check(put_corpus(tmp_path_factory.mktemp("drawn"), record.texts), record.rows) == []


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(broken_rows())
def test_the_errors_are_all_findings_that_are_errors(tmp_path_factory: pytest.TempPathFactory, rows: Rows) -> None:
    corpus, layer = put_corpus(tmp_path_factory.mktemp("broken")), make_layer(LAYER, **rows)
    assert errors_of(corpus, layer) == [
        finding for finding in check_layer(corpus, layer) if finding.severity == "error"
    ]


@pytest.mark.parametrize("code", [*WRONG, *MISSED])
def test_a_hint_is_never_an_error(tmp_path: Path, code: str) -> None:
    for number, work in enumerate((WRONG | MISSED)[code]):
        corpus = put_corpus(tmp_path / str(number), {ARTICLE: work.text})
        findings = found_by(HINTS, corpus, make_layer(LAYER, **work.rows))
        assert all(CATALOGUE[finding.code].severity == "warning" for finding in findings)


# One fault gives one code, whatever else is wrong


def test_every_code_is_tested() -> None:
    tested = {*FAULTS, *SEEN_BY_THE_PULL_ALONE, *WRONG, *MISSED, *OF_THE_WHOLE}
    untested, unknown = CATALOGUE.keys() - tested, tested - CATALOGUE.keys()
    assert not untested, f"neither WRONG nor FAULTS has {untested}"
    assert not unknown, f"_CODES lacks {unknown}"


@pytest.mark.parametrize("code", FAULTS)
def test_one_fault_gives_its_code_and_its_place_and_nothing_else(tiny: Corpus, code: str) -> None:
    findings = with_faults(tiny, code)
    assert set(codes(findings)) == {code}
    assert [(finding.article_id, finding.span_id, finding.start, finding.end) for finding in findings] == WHERE[code]
    assert all(finding.layer == LAYER and finding.message for finding in findings)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.sets(st.sampled_from(sorted(FAULTS)), min_size=2))
def test_no_fault_hides_another(tmp_path_factory: pytest.TempPathFactory, faults: set[str]) -> None:
    findings = with_faults(put_corpus(tmp_path_factory.mktemp("faults")), *sorted(faults))
    assert Counter(codes(findings)) == Counter({code: len(WHERE[code]) for code in faults})


def test_all_faults_at_once_are_all_found(tiny: Corpus) -> None:
    expected = Counter({code: len(places) for code, places in WHERE.items()})
    assert Counter(codes(with_faults(tiny, *FAULTS))) == expected


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_findings_are_in_one_order_whatever_the_order_of_the_rows(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random
) -> None:
    corpus = put_corpus(tmp_path_factory.mktemp("shuffled"))
    rows = valid_rows() | {"findings": [finding("several-values", "b"), finding("several-values", "a", article=TWO)]}
    for fault in FAULTS.values():
        fault(corpus, rows)
    shuffled = {name: chance.sample(table, len(table)) for name, table in rows.items()}
    assert check(corpus, shuffled) == check(corpus, rows)


def test_findings_are_in_the_order_of_article_and_place(tiny: Corpus) -> None:
    places = [
        (finding.article_id, -1 if finding.start is None else finding.start) for finding in with_faults(tiny, *FAULTS)
    ]
    assert places == sorted(places)
    assert len({article for article, _ in places}) == 4


def test_findings_name_their_layer(tiny: Corpus) -> None:
    rows = valid_rows()
    row_of(rows, "kyiv")["text"] = "Kiev"
    assert [(finding.layer, finding.annotator) for finding in check(tiny, rows, "gold")] == [("gold", "gold")]


# What the pull saw


@pytest.mark.slow
@pytest.mark.parametrize("code", CATALOGUE)
def test_what_the_pull_saw_comes_out_with_its_code_and_region(tiny: Corpus, code: str) -> None:
    (reported,) = check_all(tiny, valid_rows() | {"findings": [finding(code, "region", "it was odd", TWO)]})
    assert (reported.code, reported.article_id, reported.span_id, reported.message) == (
        code,
        TWO,
        "region",
        "it was odd",
    )
    assert (reported.layer, reported.start, reported.end) == (LAYER, None, None)


def test_what_the_pull_saw_may_have_no_region_and_be_of_no_article(tiny: Corpus) -> None:
    (reported,) = check(tiny, {"findings": [finding("unknown-article", None, "task 12", "task-12")]})
    assert (reported.code, reported.article_id, reported.span_id) == ("unknown-article", "task-12", None)


def test_what_the_pull_saw_is_found_as_often_as_it_saw_it(tiny: Corpus) -> None:
    rows = valid_rows() | {"findings": [finding("several-values", "r"), finding("several-values", "r")]}
    assert codes(check(tiny, rows)) == ["several-values"] * 2


# Ids, overlaps, tasks


def test_one_id_may_stand_in_two_articles(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["spans"].append(speaker("kyiv", "Reports", "Reports", article=TWO))
    assert check(tiny, rows) == []


def test_every_span_of_a_shared_id_is_found(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["spans"] += [hedge("may", words, "modal") for words in ("troops", "bridge")]
    assert [(finding.code, finding.start) for finding in check(tiny, rows)] == [
        ("duplicate-span-id", 41),
        ("duplicate-span-id", 48),
        ("duplicate-span-id", 96),
    ]


@pytest.mark.parametrize("words", ["claim", "Kyiv’s", "yiv", "Kyiv", "Kyiv’s claim 🇺🇦"])
def test_a_span_may_overlap_one_of_another_label(tiny: Corpus, words: str) -> None:
    rows = valid_rows()
    rows["spans"].append(mark("s", "hedge", words, hedge_kind="modal"))
    assert check(tiny, rows) == []


def test_spans_that_touch_do_not_overlap(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["spans"].append(speaker("s", "’s claim", "Ukraine"))
    assert check(tiny, rows) == []


def test_two_spans_of_one_label_at_one_place_are_a_duplicate_and_no_overlap(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["spans"].append(speaker("other", "Kyiv", "Ukraine"))
    assert [(finding.code, finding.span_id) for finding in check(tiny, rows)] == [("e4-duplicate-span", "other")]


@pytest.mark.parametrize("words", ["yi", "v’s", "Ky"])
def test_two_spans_of_one_label_overlap_where_they_share_a_character(tiny: Corpus, words: str) -> None:
    rows = valid_rows()
    rows["spans"].append(speaker("other", words, "Ukraine"))
    assert [(finding.code, finding.span_id) for finding in check(tiny, rows)] == [("e4-overlap", "other")]


def test_a_long_span_is_not_forgotten_after_a_short_one(tiny: Corpus) -> None:
    rows: Rows = {"tasks": [task(ONE)], "spans": [], "relations": []}
    rows["spans"] = [speaker(words, words, "Ukraine") for words in ("Kyiv’s claim 🇺🇦 that up", "claim", "that")]
    assert [(finding.code, finding.span_id) for finding in check(tiny, rows)] == [
        ("e4-overlap", "claim"),
        ("e4-overlap", "that"),
    ]


def test_a_quote_within_a_quote_is_that_and_no_overlap(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["spans"] += [quote("inner", "12,000 troops", "indirect"), quote("across", "may cross\n“We", "indirect")]
    places = [(finding.code, finding.span_id) for finding in check(tiny, rows)]
    assert sorted(places) == [("e4-overlap", "across"), ("e4-overlap", "seen"), ("q6-quote-within-quote", "inner")]


def test_spans_of_two_articles_do_not_overlap(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["spans"].append(speaker("s", "Reports", "Reports", article=TWO))
    assert check(tiny, rows) == []


def test_every_span_of_an_article_that_was_not_ended_is_found(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["tasks"] = [row for row in rows["tasks"] if row["article_id"] != TWO]
    assert [(finding.code, finding.span_id) for finding in check(tiny, rows)] == [
        ("span-without-task", "unsaid"),
        ("span-without-task", "some"),
    ]


def test_an_article_that_was_submitted_empty_gives_no_finding(tiny: Corpus) -> None:
    assert check(tiny, {"tasks": [task(ONE), task(TWO)]}) == []


def test_a_skipped_article_without_spans_gives_no_finding(tiny: Corpus) -> None:
    assert check(tiny, {"tasks": [task(ONE, "skipped")]}) == []


def test_only_the_article_is_unknown_where_it_is_unknown(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["tasks"].append(task("unheard-of"))
    rows["spans"].append(speaker("s", "Kyiv", "Ukraine") | {"article_id": "unheard-of"})
    assert codes(check(tiny, rows)) == ["unknown-article"]


def test_a_task_without_status_is_one_finding(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["tasks"][0]["status"] = None
    assert codes(check(tiny, rows)) == ["value-missing"]


# Links


@pytest.mark.parametrize(("start", "end"), [("seen", "gone"), ("gone", "seen")])
def test_a_link_with_one_end_is_found_at_the_end_that_is_there(tiny: Corpus, start: str, end: str) -> None:
    (finding,) = check(tiny, valid_rows() | {"relations": [link(None, start, end)]})
    assert (finding.code, finding.span_id, finding.start) == ("relation-end-missing", "seen", 58)
    assert f"{start} → {end}" in finding.message


def test_a_link_without_any_end_is_found_in_its_article(tiny: Corpus) -> None:
    (finding,) = check(tiny, valid_rows() | {"relations": [link(None, "gone", "lost")]})
    assert (finding.code, finding.article_id, finding.span_id, finding.start) == (
        "relation-end-missing",
        ONE,
        "gone",
        None,
    )


def test_a_link_does_not_reach_into_another_article(tiny: Corpus) -> None:
    findings = check(tiny, valid_rows() | {"relations": [link("hedges", "may", "unsaid")]})
    assert [(finding.code, finding.span_id) for finding in findings] == [("relation-end-missing", "may")]


@pytest.mark.parametrize(
    ("relation", "start", "end"),
    [
        (None, "claim", "kyiv"),
        ("hedges", "claim", "kyiv"),
        ("said_by", "kyiv", "claim"),
        (None, "kyiv", "ann"),
        (None, "may", "short"),
        ("hedges", "may", "kyiv"),
        (None, "many", "claim"),
        ("continues", "seen", "seen"),
    ],
)
def test_a_link_that_means_nothing_is_found(tiny: Corpus, relation: str | None, start: str, end: str) -> None:
    (finding,) = check(tiny, valid_rows() | {"relations": [link(relation, start, end)]})
    assert (finding.code, finding.span_id) == ("relation-wrong-types", start)


def another_annotators_row(rows: Rows) -> None:
    rows["spans"][0].update(annotator="a2", round="r9")


def an_article_ended_twice(rows: Rows) -> None:
    rows["tasks"].append(task(ONE))


def a_link_twice(rows: Rows) -> None:
    rows["relations"].append(rows["relations"][0])


def a_hedge_with_two_targets(rows: Rows) -> None:
    rows["relations"].append(link("hedges", "may", "seen"))


def a_segment_that_goes_on_with_two_quotes(rows: Rows) -> None:
    rows["relations"].append(link("continues", "near", "claim"))


def a_segment_that_goes_on_with_a_later_one(rows: Rows) -> None:
    rows["relations"].append(link("continues", "claim", "crossed"))


def bounds_that_are_not_the_values(rows: Rows) -> None:
    row_of(rows, "many").update(number_low=5.0)


def a_bound_of_a_speaker(rows: Rows) -> None:
    row_of(rows, "kyiv").update(number_low=5.0)


def an_entity_that_is_null(rows: Rows) -> None:
    row_of(rows, "kyiv").update(speaker_entities=[None])


@pytest.mark.parametrize(
    "fault",
    [
        another_annotators_row,
        an_article_ended_twice,
        a_link_twice,
        a_hedge_with_two_targets,
        a_segment_that_goes_on_with_two_quotes,
        a_segment_that_goes_on_with_a_later_one,
        bounds_that_are_not_the_values,
        a_bound_of_a_speaker,
        an_entity_that_is_null,
    ],
)
def test_what_the_record_must_not_hold_is_found(tiny: Corpus, fault: Callable[[Rows], None]) -> None:
    rows = valid_rows()
    fault(rows)
    assert check(tiny, rows)


# Bad data never raises


def a_task_without_article(rows: Rows) -> None:
    rows["tasks"].append(task("x") | {"article_id": None})


def findings_without_message(rows: Rows) -> None:
    rows["findings"] = [finding("several-values", "r"), finding("several-values", "r") | {"message": None}]


def findings_without_article(rows: Rows) -> None:
    rows["findings"] = [finding("several-values", "r"), finding("several-values", "r") | {"article_id": None}]


@pytest.mark.parametrize("fault", [a_task_without_article, findings_without_message, findings_without_article])
def test_a_row_with_a_hole_is_a_finding_and_no_crash(tiny: Corpus, fault: Callable[[Rows], None]) -> None:
    rows = valid_rows()
    fault(rows)
    assert check(tiny, rows)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(broken_rows())
def test_whatever_the_rows_hold_no_check_raises(tmp_path_factory: pytest.TempPathFactory, rows: Rows) -> None:
    corpus = put_corpus(tmp_path_factory.mktemp("broken"))
    for reported in check(corpus, rows):
        assert reported.severity == CATALOGUE[reported.code].severity
        assert isinstance(reported.article_id, str) and isinstance(reported.message, str)


def test_a_link_that_starts_nowhere_is_not_blamed_on_a_span_called_none(tiny: Corpus) -> None:
    findings = check(tiny, valid_rows() | {"relations": [link(None, "gone", "lost") | {"from_span": None}]})
    assert "None" not in [finding.span_id for finding in findings]
