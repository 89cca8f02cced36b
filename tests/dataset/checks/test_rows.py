from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dataset import schema
from dataset.checks.facts import gather
from dataset.checks.findings import Finding
from dataset.checks.rows import row_findings
from dataset.record.corpus import Corpus
from dataset.record.layer import make_layer
from dataset.schema import failures
from tests.dataset.tiny import BLANK, LAYER, ONE, TEXTS, TWO, Rows, mark, place, put_corpus, row_of, valid_rows

FindingsOf = Callable[[Rows], list[Finding]]


@pytest.fixture
def findings_of(tmp_path: Path) -> FindingsOf:
    corpus: Corpus = put_corpus(tmp_path)
    return lambda rows: list(row_findings(gather(corpus, make_layer(LAYER, **rows))))


def changed(which: str, /, **values: Any) -> Rows:
    rows = valid_rows()
    row_of(rows, which).update(values)
    return rows


def codes(findings: list[Finding]) -> list[str]:
    return sorted(finding.code for finding in findings)


def test_rows_that_are_right_give_no_finding(findings_of: FindingsOf) -> None:
    assert findings_of(valid_rows()) == []


def test_no_rows_give_no_finding(findings_of: FindingsOf) -> None:
    assert findings_of({}) == []


@pytest.mark.parametrize(("start", "end"), [(-5, 2000), (-1, 4), (0, len(TEXTS[ONE]) + 1), (1000, 1001)])
def test_a_span_outside_its_article_is_out_of_range_and_nothing_else(
    findings_of: FindingsOf, start: int, end: int
) -> None:
    (finding,) = findings_of(changed("kyiv", start=start, end=end))
    assert (finding.code, finding.start, finding.end) == ("offsets-out-of-range", start, end)
    assert finding.message == f"{start}:{end} is outside the article, which has {len(TEXTS[ONE])} characters"


def test_a_span_may_reach_from_the_first_character_to_the_last(findings_of: FindingsOf) -> None:
    assert findings_of(changed("claim", start=0, end=len(TEXTS[ONE]), text=TEXTS[ONE])) == []


@pytest.mark.parametrize(("start", "end"), [(4, 4), (9, 3)])
def test_a_span_that_ends_where_it_starts_or_before_is_one_finding(
    findings_of: FindingsOf, start: int, end: int
) -> None:
    (finding,) = findings_of(changed("kyiv", start=start, end=end))
    assert (finding.code, finding.message) == ("end-not-after-start", f"it starts at {start} and ends at {end}")


@pytest.mark.parametrize("text", ["Kiev", "kyiv", "Kyi", "", None])
def test_words_that_are_not_the_articles_are_a_finding_that_shows_both(
    findings_of: FindingsOf, text: str | None
) -> None:
    (finding,) = findings_of(changed("kyiv", text=text))
    assert (finding.code, finding.span_id) == ("text-not-slice", "kyiv")
    assert finding.message == f"the record has “{text}”, the article has “Kyiv”"


def test_offsets_count_code_points_and_not_bytes_or_what_a_reader_sees(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(changed("ann", start=72, end=78))
    assert finding.message == "the record has “Ann Bo”, the article has “ Ann B”"


@pytest.mark.parametrize("blank", [" ", "\n", "\t", "\u00a0", "\u2028", "\u0085", "\u3000"])
def test_white_space_of_any_kind_at_an_edge_is_a_finding(tmp_path: Path, blank: str) -> None:
    text = f"a{blank}b{blank}c"
    corpus = put_corpus(tmp_path, {ONE: text})
    for start, end in ((1, 3), (2, 4), (1, 4), (1, 2)):
        span = place("s", "hedge", start, end, text=text[start:end], hedge_kind="modal")
        assert codes(list(row_findings(gather(corpus, make_layer(LAYER, spans=[span]))))) == ["e1-blank-at-edge"]


@pytest.mark.parametrize("blank", ["\x1c", "\x1d", "\x1e", "\x1f"])
def test_what_no_token_holds_is_white_space_to_the_check_too(tmp_path: Path, blank: str) -> None:
    corpus = put_corpus(tmp_path, {ONE: f"a{blank}b"})
    span = place("s", "hedge", 1, 3, text=f"{blank}b", hedge_kind="modal")
    assert codes(list(row_findings(gather(corpus, make_layer(LAYER, spans=[span]))))) == ["e1-blank-at-edge"]


def test_a_zero_width_space_is_not_white_space(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path, {ONE: "\u200bb"})
    span = place("s", "hedge", 0, 2, text="\u200bb", hedge_kind="modal")
    assert list(row_findings(gather(corpus, make_layer(LAYER, spans=[span])))) == []


@pytest.mark.parametrize(
    ("span_id", "name"),
    [
        ("claim", "quote_form"),
        ("claim", "quote_source"),
        ("may", "hedge_kind"),
        ("many", "number_kind"),
        ("many", "number_value"),
    ],
)
def test_an_attribute_that_its_label_requires_is_missed_by_name(
    findings_of: FindingsOf, span_id: str, name: str
) -> None:
    (finding,) = findings_of(changed(span_id, **{name: None}))
    assert (finding.code, finding.span_id) == ("missing-attribute", span_id)
    assert finding.message.endswith(f"has no {name}")


def test_a_speaker_without_an_entity_lacks_its_attribute(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(changed("kyiv", speaker_entities=[]))
    assert (finding.code, finding.message) == ("missing-attribute", "the speaker has no speaker_entities")


def test_all_attributes_that_a_span_lacks_are_one_finding(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(changed("claim", quote_form=None, quote_source=None))
    assert finding.message == "the quote has no quote_form, quote_source"


def test_a_number_may_have_no_unit(findings_of: FindingsOf) -> None:
    assert findings_of(changed("many", number_unit=None)) == []


FOREIGN = {
    "speaker_entities": ["Ukraine"],
    "quote_form": "direct",
    "quote_source": "linked",
    "hedge_kind": "modal",
    "number_kind": "count",
    "number_unit": "troops",
}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("span_id", ["kyiv", "claim", "may", "many"])
def test_an_attribute_of_another_label_is_a_finding_that_names_it(
    findings_of: FindingsOf, span_id: str, name: str
) -> None:
    own = {"kyiv": "speaker", "claim": "quote", "may": "hedge", "many": "number"}[span_id]
    findings = findings_of(changed(span_id, **{name: FOREIGN[name]}))
    if name.startswith(own):
        assert findings == []
    else:
        assert codes(findings) == ["foreign-attribute"]
        assert f"{name} {FOREIGN[name]!r}" in findings[0].message


@pytest.mark.parametrize(("name", "value"), [("number_low", 0.0), ("number_unit", ""), ("quote_form", "")])
def test_an_attribute_of_another_label_is_named_even_if_it_is_zero_or_empty(
    findings_of: FindingsOf, name: str, value: object
) -> None:
    messages = [
        finding.message
        for finding in findings_of(changed("kyiv", **{name: value}))
        if finding.code == "foreign-attribute"
    ]
    assert messages == [f"the speaker has {name} {value!r}"]


def test_an_entity_that_is_null_beside_another_is_missed_by_name(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(changed("kyiv", speaker_entities=["Ukraine", None]))
    assert (finding.code, finding.message) == ("missing-attribute", "the speaker has no speaker_entities")


@pytest.mark.parametrize(("span_id", "names"), [("may", [None]), ("kyiv", [""]), ("kyiv", ["Ukraine", " "])])
def test_a_name_that_is_null_or_blank_is_a_finding(
    findings_of: FindingsOf, span_id: str, names: list[str | None]
) -> None:
    assert findings_of(changed(span_id, speaker_entities=names))


def test_a_label_that_the_scheme_does_not_know_is_all_that_is_said_of_its_span(findings_of: FindingsOf) -> None:
    attributes = BLANK | FOREIGN
    (finding,) = findings_of({"spans": [mark("s", "nope", "Kyiv", **attributes)]})
    assert (finding.code, finding.message) == ("unknown-label", "label is 'nope'")


def test_a_label_that_is_not_there_is_unknown(findings_of: FindingsOf) -> None:
    assert codes(findings_of({"spans": [place("s", "hedge", 0, 4) | {"label": None}]})) == ["unknown-label"]


@pytest.mark.parametrize(
    ("span_id", "name"),
    [("claim", "quote_form"), ("claim", "quote_source"), ("may", "hedge_kind"), ("many", "number_kind")],
)
@pytest.mark.parametrize("value", ["reported", "", "DIRECT"])
def test_a_value_that_the_column_does_not_allow_is_shown(
    findings_of: FindingsOf, span_id: str, name: str, value: str
) -> None:
    (finding,) = findings_of(changed(span_id, **{name: value}))
    assert (finding.code, finding.span_id, finding.message) == ("value-not-allowed", span_id, f"{name} is {value!r}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "done"),
        ("created_at", "yesterday"),
        ("updated_at", "2024-10-29"),
        ("seconds", -0.5),
        ("round", "r 1"),
        ("annotator", "a/1"),
        ("annotator", ""),
    ],
)
def test_a_value_that_a_tasks_column_does_not_allow_is_a_finding(
    findings_of: FindingsOf, name: str, value: object
) -> None:
    rows = valid_rows()
    rows["tasks"][0][name] = value
    (finding,) = findings_of(rows)
    assert (finding.code, finding.article_id, finding.span_id) == ("value-not-allowed", ONE, None)
    assert finding.message.startswith(f"{name} is ")


@pytest.mark.parametrize("name", ["guidelines_version", "created_at", "updated_at", "seconds"])
def test_what_is_not_known_of_a_task_may_be_null(findings_of: FindingsOf, name: str) -> None:
    rows = valid_rows()
    rows["tasks"][0][name] = None
    assert findings_of(rows) == []


@pytest.mark.parametrize("name", ["status", "round", "annotator"])
def test_what_a_task_must_say_is_missed_by_name(findings_of: FindingsOf, name: str) -> None:
    rows = valid_rows()
    rows["tasks"][0][name] = None
    (finding,) = findings_of(rows)
    assert (finding.code, finding.message) == ("value-missing", f"{name} is empty")


@pytest.mark.parametrize("name", ["span_id", "start", "end", "round", "annotator"])
def test_what_a_span_must_say_is_missed_by_name(findings_of: FindingsOf, name: str) -> None:
    (finding,) = findings_of(changed("may", **{name: None}))
    assert (finding.code, finding.message) == ("value-missing", f"{name} is empty")


def test_a_row_without_an_article_is_one_finding(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(changed("may", article_id=None))
    assert (finding.code, finding.span_id, finding.message) == ("value-missing", "may", "article_id is empty")


@pytest.mark.parametrize("name", ["from_span", "to_span", "derived", "round"])
def test_what_a_link_must_say_is_missed_by_name(findings_of: FindingsOf, name: str) -> None:
    rows = valid_rows()
    rows["relations"][0][name] = None
    (finding,) = findings_of(rows)
    assert (finding.code, finding.message) == ("value-missing", f"{name} is empty")


def test_a_link_whose_ends_do_not_decide_may_have_no_type(findings_of: FindingsOf) -> None:
    rows = valid_rows()
    rows["relations"][0]["type"] = None
    assert findings_of(rows) == []


def test_a_link_of_a_type_that_the_scheme_does_not_know_is_a_finding(findings_of: FindingsOf) -> None:
    rows = valid_rows()
    rows["relations"][0]["type"] = "denies"
    (finding,) = findings_of(rows)
    assert (finding.code, finding.span_id, finding.message) == ("value-not-allowed", "claim", "type is 'denies'")


@pytest.mark.parametrize("value", ["about 5", "5..3", "..", ""])
def test_a_number_whose_value_has_no_bounds_cannot_be_read(findings_of: FindingsOf, value: str) -> None:
    (finding,) = findings_of(changed("many", number_value=value, number_low=None, number_high=None))
    assert finding.code == "unreadable-number"
    assert repr(value) in finding.message


@pytest.mark.parametrize(("value", "low", "high"), [("5..", 5.0, None), ("..5", None, 5.0)])
def test_a_number_may_have_one_open_end(
    findings_of: FindingsOf, value: str, low: float | None, high: float | None
) -> None:
    assert findings_of(changed("many", number_value=value, number_low=low, number_high=high)) == []


def test_several_faults_of_one_row_are_all_found(findings_of: FindingsOf) -> None:
    rows = changed("kyiv", text=" Kiev", quote_form="reported", label="hedge", round=None)
    assert codes(findings_of(rows)) == [
        "e1-blank-at-edge",
        "foreign-attribute",
        "missing-attribute",
        "text-not-slice",
        "value-missing",
        "value-not-allowed",
    ]


def test_a_fault_is_found_in_every_row_that_has_it(findings_of: FindingsOf) -> None:
    rows = valid_rows()
    for row in rows["spans"]:
        row["text"] = "x"
    assert [finding.span_id for finding in findings_of(rows)] == [
        row["span_id"] for row in sorted(rows["spans"], key=lambda row: (row["article_id"], row["start"], row["end"]))
    ]


def test_nothing_is_said_of_words_and_offsets_where_the_text_cannot_be_read(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path)
    corpus.text_path(TWO).unlink()
    rows = valid_rows()
    row_of(rows, "some").update(end=1000, text="hundreds")
    assert list(row_findings(gather(corpus, make_layer(LAYER, **rows)))) == []


def test_what_is_wrong_with_a_span_itself_is_said_where_the_text_cannot_be_read(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path)
    corpus.text_path(TWO).unlink()
    rows = valid_rows()
    row_of(rows, "some").update(start=26, text=" thousands", number_kind=None)
    findings = list(row_findings(gather(corpus, make_layer(LAYER, **rows))))
    assert codes(findings) == ["e1-blank-at-edge", "end-not-after-start", "missing-attribute"]


def test_failures_name_check_column_value_and_row() -> None:
    rows = [{"event_id": "a", "split": "train"}, {"event_id": "b", "split": "dev"}, {"event_id": "c d"}]
    failed = failures(schema.Splits, schema.frame(schema.Splits, rows))
    assert sorted((failure.column, failure.value, failure.row) for failure in failed if failure.value) == [
        ("event_id", "c d", 2),
        ("split", "dev", 1),
    ]
    assert [(failure.column, failure.row) for failure in failed if failure.check == "not_nullable"] == [("split", 2)]
