from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset import schema
from dataset.agreement import figures as agreement
from dataset.agreement.figures import Draws
from dataset.agreement.wilson import wilson
from dataset.scheme import vocabulary
from tests.dataset.agreement.compared import Spans, Work, compared, figures, some_spans, span, works

Row = dict[str, Any]
Links = dict[str, list[tuple[str, str, str]]]
FEW = Draws(count=20)
TWO: Work = {
    "a1": {"one": [span("quote", 0, 10), span("hedge", 2, 4)], "two": [span("quote", 0, 9)]},
    "a2": {"one": [span("quote", 0, 10)], "two": [span("quote", 1, 9), span("quote", 20, 30)]},
}


def rows(work: Work, links: Links | None = None, draws: Draws = FEW) -> list[Row]:
    return figures(compared(work, links), draws).to_dicts()


def row(figures: list[Row], scope: str, measure: str, annotators: str | None = None) -> Row:
    (figure,) = [r for r in figures if (r["annotators"], r["scope"], r["measure"]) == (annotators, scope, measure)]
    return figure


def value(work: Work, scope: str, measure: str, annotators: str | None = None, links: Links | None = None) -> Any:
    return row(rows(work, links), scope, measure, annotators)["value"]


def rounded(number: float) -> float:
    return round(number, 6)


# By hand


def test_f1_of_two_annotators_by_hand() -> None:
    assert value(TWO, "quote", "exact") == rounded(2 * 1 / 5)
    assert value(TWO, "quote", "relaxed") == rounded(2 * 2 / 5)
    assert value(TWO, "quote", "detection") == rounded(2 * 2 / 5)
    assert value(TWO, "quote", "boundary") == 0.5
    assert value(TWO, "hedge", "exact") == 0.0
    assert value(TWO, "all", "exact") == rounded(2 * 1 / 6)


def test_a_figure_says_what_it_rests_on() -> None:
    figures = rows(TWO)
    rests = ("articles", "annotator_count", "spans")
    assert [row(figures, "quote", "exact")[name] for name in rests] == [2, 2, 5]
    assert [row(figures, "hedge", "exact")[name] for name in rests] == [1, 2, 1]
    assert [row(figures, "quote", "boundary")[name] for name in rests] == [2, 2, 2]
    assert [row(figures, "quote_form", "on_exact")[name] for name in rests] == [1, 2, 1]
    assert [row(figures, "quote", "alpha")[name] for name in rests] == [2, 2, 5]


def test_three_annotators_are_pooled_over_their_pairs() -> None:
    work: Work = {
        "a1": {"one": [span("quote", 0, 10)]},
        "a2": {"one": [span("quote", 0, 10), span("quote", 20, 25)]},
        "a3": {"one": []},
    }
    assert value(work, "quote", "exact", "a1,a2") == rounded(2 / 3)
    assert value(work, "quote", "exact", "a1,a3") == 0.0
    assert value(work, "quote", "exact") == rounded(2 / (3 + 1 + 2))
    assert row(rows(work), "quote", "exact")["spans"] == 3


def test_what_touches_is_not_found_and_what_nests_is_not_punished() -> None:
    touching: Work = {"a1": {"one": [span("quote", 0, 5)]}, "a2": {"one": [span("quote", 5, 9)]}}
    assert [value(touching, "quote", measure) for measure in ("exact", "relaxed", "detection")] == [0.0, 0.0, 0.0]
    assert value(touching, "quote", "boundary") is None
    nested = [span("quote", 0, 30), span("quote", 3, 20), span("quote", 3, 9), span("quote", 15, 35)]
    same: Work = {"a1": {"one": nested}, "a2": {"one": nested[::-1]}}
    assert [value(same, "quote", measure) for measure in vocabulary.SPAN_MEASURES] == [1.0] * 5


def test_an_article_that_one_left_empty_counts_against_them() -> None:
    more: Work = {"a1": TWO["a1"] | {"six": [span("quote", 0, 4)]}, "a2": TWO["a2"] | {"six": []}}
    assert value(more, "quote", "exact") == rounded(2 / 6)
    assert value(more, "quote", "document") == rounded((1 + 0 + 0) / 3)


def test_an_article_that_both_left_empty_counts_in_the_document_figure_alone() -> None:
    more: Work = {name: held | {"six": []} for name, held in TWO.items()}
    before, after = rows(TWO), rows(more)
    changed = {
        old["measure"]
        for old, new in zip(before, after, strict=True)
        if (old["value"], old["spans"]) != (new["value"], new["spans"])
    }
    assert changed == {"document"}
    assert row(before, "quote", "document")["value"] == 0.5
    assert row(after, "quote", "document")["value"] == rounded((1 + 0 + 1) / 3)
    assert (row(after, "quote", "exact")["articles"], row(after, "quote", "document")["articles"]) == (2, 3)


def test_attributes_are_compared_over_matched_spans() -> None:
    work: Work = {
        "a1": {
            "one": [
                span("speaker", 0, 4, speaker_entities=["Seoul", "Washington"]),
                span("quote", 5, 15, quote_form="direct", quote_source="linked"),
                span("quote", 20, 30, quote_form="direct", quote_source="linked"),
                span("number", 32, 35, number_kind="count", number_value="12", number_unit=None),
            ]
        },
        "a2": {
            "one": [
                span("speaker", 0, 4, speaker_entities=["Washington", "Seoul"]),
                span("quote", 5, 15, quote_form="mixed", quote_source="linked"),
                span("quote", 20, 29, quote_form="direct", quote_source="linked"),
                span("number", 32, 35, number_kind="count", number_value="12", number_unit="ships"),
            ]
        },
    }
    figures = rows(work)
    values = {
        scope: tuple(
            (row(figures, scope, on)["value"], row(figures, scope, on)["spans"]) for on in vocabulary.MATCHED_MEASURES
        )
        for scope in ("speaker_entities", "quote_form", "quote_source", "number_value", "number_unit", "hedge_kind")
    }
    assert values == {
        "speaker_entities": ((1.0, 1), (1.0, 1)),
        "quote_form": ((0.0, 1), (0.5, 2)),
        "quote_source": ((1.0, 1), (1.0, 2)),
        "number_value": ((1.0, 1), (1.0, 1)),
        "number_unit": ((0.0, 1), (0.0, 1)),
        "hedge_kind": ((None, 0), (None, 0)),
    }


def linked(name: str, shift: int = 0) -> Spans:
    """Two quotes and a speaker each."""
    places = [("quote", 0, 10 - shift), ("quote", 20, 30), ("speaker", 12, 16), ("speaker", 32, 36)]
    return [span(*place) | {"span_id": f"{name}{number}"} for number, place in enumerate(places)]


def test_links_are_compared_over_matched_spans() -> None:
    work: Work = {"a1": {"one": linked("x", 1)}, "a2": {"one": linked("y")}}
    links = {
        "a1": [("said_by", "x0", "x2"), ("said_by", "x1", "x3"), ("continues", "x1", "x0")],
        "a2": [("said_by", "y0", "y2"), ("said_by", "y1", "y2")],
    }
    figures = rows(work, links)
    assert row(figures, "said_by", "on_relaxed")["value"] == 0.5
    assert row(figures, "said_by", "on_relaxed")["spans"] == 4
    assert row(figures, "said_by", "on_exact")["value"] == 0.0
    assert row(figures, "said_by", "on_exact")["spans"] == 2
    assert row(figures, "continues", "on_relaxed")["value"] == 0.0
    assert row(figures, "continues", "on_exact")["value"] is None


def test_links_that_the_rule_made_are_not_compared() -> None:
    hedged = [span("quote", 0, 20), span("hedge", 2, 5)]
    work = compared({"a1": {"one": hedged}, "a2": {"one": hedged}}, {"a1": [("hedges", "hedge-2-5", "quote-0-20")]})
    drawn = figures(work, FEW).to_dicts()
    assert row(drawn, "hedges", "on_exact")["value"] == 0.0
    layer = work.layers["a1"]
    work.layers["a1"] = replace(layer, relations=layer.relations.with_columns(derived=True))
    assert row(figures(work, FEW).to_dicts(), "hedges", "on_exact")["value"] is None


def test_articles_that_only_one_submitted_are_in_no_figure() -> None:
    more: Work = {"a1": TWO["a1"] | {"six": [span("quote", 0, 4)]}, "a2": TWO["a2"]}
    assert rows(more) == rows(TWO)


def test_a_pair_without_a_common_article_has_no_figures() -> None:
    work: Work = {
        "a1": {"one": [span("quote", 0, 4)]},
        "a2": {"one": [span("quote", 0, 4)], "two": [span("quote", 0, 4)]},
        "a3": {"two": [span("quote", 0, 5)]},
    }
    figures = rows(work)
    assert {figure["annotators"] for figure in figures} == {None, "a1,a2", "a2,a3"}
    assert row(figures, "quote", "exact")["value"] == 0.5
    assert row(figures, "quote", "exact")["annotator_count"] == 3


def test_one_article_has_figures_and_no_interval() -> None:
    figure = row(rows({name: {"one": articles["one"]} for name, articles in TWO.items()}), "quote", "exact")
    assert (figure["value"], figure["low"], figure["high"]) == (1.0, None, None)


def test_where_all_draws_are_alike_the_interval_is_that_of_so_many_matches() -> None:
    work = {name: {f"n{at}": [span("quote", 0, 10), span("quote", 20, 30)] for at in range(5)} for name in ("a", "b")}
    figures = rows(work)
    exact, boundary = row(figures, "quote", "exact"), row(figures, "quote", "boundary")
    assert (exact["value"], exact["spans"]) == (1.0, 20)
    for figure in (exact, boundary):
        assert (figure["low"], figure["high"]) == pytest.approx(wilson(10, 10), abs=1e-6)
    document = row(figures, "quote", "document")
    assert (document["low"], document["high"]) == pytest.approx(wilson(5, 5), abs=1e-6)
    alpha = row(figures, "quote", "alpha")
    assert (alpha["value"], alpha["low"], alpha["high"]) == (1.0, None, None)


def test_a_figure_of_nothing_in_common_has_an_interval_that_begins_at_nothing() -> None:
    work: Work = {
        name: {f"n{at}": [span("quote", start, start + 5)] for at in range(5)}
        for name, start in {"a": 0, "b": 20}.items()
    }
    exact = row(rows(work), "quote", "exact")
    assert (exact["value"], exact["low"]) == (0.0, 0.0)
    assert exact["high"] == pytest.approx(wilson(0, 5)[1], abs=1e-6)


def test_the_figures_are_rows_of_their_table() -> None:
    assert schema.failures(schema.Agreement, figures(compared(TWO), FEW)) == []


# What always holds

few = settings(max_examples=60, deadline=None)


@pytest.mark.slow
@few
@given(works(3))
def test_nothing_depends_on_names_or_order(work: Work) -> None:
    names = {"a1": "zoe", "a2": "a1", "a3": "mid"}
    turned = {
        names[name]: {article: spans[::-1] for article, spans in reversed(articles.items())}
        for name, articles in work.items()
    }

    def by_place(figures: list[Row]) -> dict[Any, Row]:
        return {(row["annotators"], row["scope"], row["measure"]): row | {"annotators": None} for row in figures}

    def renamed(pair: str | None) -> str | None:
        return pair and ",".join(sorted(names[name] for name in pair.split(",")))

    expected = {
        (renamed(pair), scope, measure): figure for (pair, scope, measure), figure in by_place(rows(work)).items()
    }
    assert by_place(rows(turned)) == expected


@few
@given(st.dictionaries(st.sampled_from(["one", "two", "three"]), some_spans(), min_size=1))
def test_identical_work_agrees_in_all_that_exists(articles: dict[str, Spans]) -> None:
    copies = {
        article: [row | {"span_id": f"other-{row['span_id']}"} for row in spans] for article, spans in articles.items()
    }
    figures = [figure for figure in rows({"a1": articles, "a2": copies}) if figure["value"] is not None]
    assert {figure["value"] for figure in figures} == {1.0}
    assert {figure["measure"] for figure in figures if figure["scope"] == "all"} >= {"document"}


@few
@given(works(3))
def test_measures_stand_to_each_other_as_they_must(work: Work) -> None:
    figures = rows(work)
    for scope in ("all", *vocabulary.LABELS):
        exact, relaxed, seen, boundary = (
            row(figures, scope, measure)["value"] for measure in vocabulary.SPAN_MEASURES[:4]
        )
        assert (exact is None) == (relaxed is None) == (seen is None)
        if exact is not None:
            assert 0 <= exact <= relaxed <= seen <= 1
            assert exact == pytest.approx(seen * (boundary or 0), abs=2e-6)
    for figure in figures:
        if figure["value"] is None:
            assert figure["low"] is None and figure["high"] is None
        assert all(number == number for number in figure.values())


def test_the_same_seed_gives_the_same_bytes_and_another_other_intervals() -> None:
    work: Work = {"a1": {}, "a2": {}}
    for number in range(9):
        work["a1"][f"n{number}"] = [span("quote", 0, 10)]
        work["a2"][f"n{number}"] = [span("quote", 0, 10 - number % 2), *[span("quote", 20, 21)] * (number % 4)]
    first, again, reseeded = (rows(work, draws=Draws(50, seed)) for seed in (1, 1, 2))
    assert first == again
    assert [figure["value"] for figure in first] == [figure["value"] for figure in reseeded]
    assert first != reseeded


def test_an_interval_holds_its_figure() -> None:
    for figure in rows(TWO, draws=Draws(200)):
        if figure["low"] is not None:
            assert figure["low"] <= figure["value"] <= figure["high"]


def test_a_thousand_draws_are_the_default() -> None:
    assert agreement.Draws().count == 1000
