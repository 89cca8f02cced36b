from __future__ import annotations

from dataclasses import replace

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from annotation.labelstudio.result import TICKED, Result
from annotation.rounds import push
from annotation.served.findings import ShownFinding, findings_on_page
from dataset.checks.findings import CATALOGUE
from dataset.checks.suite import check_layer
from dataset.record.corpus import open_corpus
from dataset.record.layer import GOLD, read_layer
from tests.annotation.labelstudio.written import result_of
from tests.corpora import REPOSITORY

TEXT = "👍 The mayor said it may rain, and 40 boats sank. Perhaps 3."


def result(*spans: tuple[str, str, dict[str, str]]) -> list[Result]:
    items: list[Result] = []
    for number, (label, words, values) in enumerate(spans):
        start = TEXT.index(words)
        place = {"start": start, "end": start + len(words)}
        items.append({"id": f"r{number}", "from_name": "label", "value": {**place, "text": words, "labels": [label]}})
        for name, value in values.items():
            kind = "text" if name in ("number_value", "speaker_other") else "choices"
            items.append({"id": f"r{number}", "from_name": name, "value": {**place, kind: [value]}})
    return items


def shown_for(work: object, **data: object) -> list[ShownFinding]:
    return findings_on_page({"text": TEXT, **data}, work)


def codes(findings: list[ShownFinding]) -> list[str]:
    return [finding["code"] for finding in findings]


def test_the_page_shows_what_validate_finds_in_the_same_work() -> None:
    corpus = open_corpus(REPOSITORY)
    gold = read_layer(corpus.layer_path(GOLD), GOLD)
    for article in gold.tasks["article_id"]:
        layer = gold.only([article])
        whole = layer.spans.with_columns(hedge_kind=pl.lit(None, pl.String))
        for spans in (layer.spans, whole):
            validated = check_layer(corpus, replace(layer, spans=spans))
            data = push.task(corpus, article)["data"]
            rows = [*spans.iter_rows(named=True)]
            work = result_of(rows, [*layer.relations.iter_rows(named=True)], [e["value"] for e in data["entities"]])
            shown = {(each["code"], each["region"], each["start"]) for each in findings_on_page(data, work)}
            assert shown == {(each.code, each.span_id, each.start) for each in validated}


def test_errors_come_before_warnings_and_these_before_notes() -> None:
    work = result(("speaker", "The mayor", {"speaker_other": "Nobody"}), ("hedge", "may", {}))
    severities = [finding["severity"] for finding in shown_for(work)]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert {"error", "warning", "note"} == set(severities)


def test_a_finding_names_its_span_words_and_rule() -> None:
    (finding,) = [
        each
        for each in shown_for(result(("number", "40 boats", {"number_value": "40", "number_kind": "count"})))
        if each["code"] == "n1-counted-noun-inside"
    ]
    assert (finding["region"], finding["words"]) == ("r0", "40 boats")
    assert finding["rule"]["id"] == "N1"
    assert 'class="n"' in finding["rule"]["right"]


def test_what_no_span_covers_has_a_place_in_code_points() -> None:
    (finding,) = [each for each in shown_for([]) if each["words"] == "Perhaps"]
    assert (finding["region"], finding["start"]) == (None, TEXT.index("Perhaps"))


def test_a_name_that_is_not_offered_is_nothing_to_correct() -> None:
    work = result(("speaker", "The mayor", {"speaker_other": "The Mayor"}))
    (finding,) = [each for each in shown_for(work) if each["code"] == "entity-not-registered"]
    assert finding["severity"] == "note"
    offered = shown_for(work, entities=[{"value": "The Mayor"}])
    assert "entity-not-registered" not in codes(offered)


def test_a_warning_that_was_ticked_is_shown_as_ticked() -> None:
    (warning,) = [each for each in shown_for([]) if each["words"] == "Perhaps"]
    assert not warning["ticked"]
    entry = f"{warning['code']} {warning['start']}:{warning['end']} {warning['words']}"
    work: list[Result] = [{"id": "t", "from_name": TICKED, "type": "textarea", "value": {"text": [entry]}}]
    assert [each["words"] for each in shown_for(work) if each["ticked"]] == ["Perhaps"]
    assert codes(shown_for(work)) == codes(shown_for([]))


ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(ANYTHING, st.lists(st.fixed_dictionaries({"value": ANYTHING})), st.dictionaries(st.text(), ANYTHING))
def test_whatever_is_sent_the_answer_is_findings(work: object, entities: object, aliases: object) -> None:
    assert set(codes(shown_for(work, entities=entities, aliases=aliases))) <= CATALOGUE.keys()
