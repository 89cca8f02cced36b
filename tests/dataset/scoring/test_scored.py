from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset import schema
from dataset.agreement.figures import Draws
from dataset.agreement.wilson import wilson
from dataset.problem import Problem
from dataset.scheme import vocabulary
from dataset.scoring.labelled import LabelledArticles
from dataset.scoring.scored import PredictionScore
from tests.dataset.agreement.compared import Spans, articles, compared, figures, some_spans, span
from tests.dataset.scoring.labels import FEW, Links, labelled, score_of

Articles = dict[str, Spans]
GOLD: Articles = {
    "one": [
        span("quote", 0, 10, quote_form="direct"),
        span("quote", 20, 30, quote_form="indirect"),
        span("speaker", 12, 16, speaker_entities=["Ann Bo"]),
    ],
    "two": [span("quote", 0, 10, quote_form="indirect"), span("hedge", 2, 4, hedge_kind="modal")],
}
PREDICTED: Articles = {
    "one": [
        span("quote", 0, 10, quote_form="indirect"),
        span("quote", 20, 28, quote_form="indirect"),
        span("quote", 32, 38, quote_form="direct"),
        span("speaker", 12, 16, speaker_entities=["Seoul"]),
    ],
    "two": [span("quote", 9, 18, quote_form="mixed")],
}


def numbers(score: PredictionScore, scope: str, measure: str) -> tuple[float | None, float | None]:
    return score.value(scope, measure, "precision"), score.value(scope, measure, "recall")


@pytest.fixture
def by_hand() -> PredictionScore:
    return score_of(labelled(PREDICTED), labelled(GOLD))


# By hand


def test_spans_are_right_by_each_measure_as_a_hand_counts_them(by_hand: PredictionScore) -> None:
    assert numbers(by_hand, "quote", "exact") == (1 / 4, round(1 / 3, 6))
    assert numbers(by_hand, "quote", "relaxed") == (2 / 4, round(2 / 3, 6))
    assert numbers(by_hand, "quote", "detection") == (3 / 4, 1.0)
    assert by_hand.value("quote", "boundary", "share") == round(1 / 3, 6)
    assert numbers(by_hand, "all", "relaxed") == (3 / 5, 3 / 5)
    assert by_hand.value("all", "relaxed") == 3 / 5
    assert (by_hand.value("hedge", "exact", "precision"), by_hand.value("hedge", "exact")) == (None, 0.0)


def test_a_quote_form_has_the_recall_of_its_gold_and_the_precision_of_what_is_called_so(
    by_hand: PredictionScore,
) -> None:
    assert numbers(by_hand, "quote_form=direct", "relaxed") == (0.0, 1.0)
    assert numbers(by_hand, "quote_form=indirect", "relaxed") == (1.0, 0.5)
    assert numbers(by_hand, "quote_form=mixed", "detection") == (1.0, None)


def test_attributes_are_compared_over_matched_spans(by_hand: PredictionScore) -> None:
    assert by_hand.value("quote_form", "on_relaxed", "share") == 0.5
    assert by_hand.value("quote_form", "on_exact", "share") == 0.0
    assert by_hand.value("speaker_entities", "on_exact", "share") == 0.0
    assert by_hand.value("number_value", "on_exact", "share") is None


def test_a_figure_says_what_it_rests_on(by_hand: PredictionScore) -> None:
    assert [by_hand.row("quote", "exact", figure)["count"] for figure in ("precision", "recall", "f1")] == [4, 3, 7]
    assert by_hand.row("quote_form", "on_relaxed", "share")["count"] == 2


def test_f1_over_matched_spans_is_what_agreement_gives() -> None:
    between = figures(compared({"a1": GOLD, "a2": PREDICTED}), FEW).filter(pl.col("annotators").is_null())
    score = score_of(labelled(PREDICTED), labelled(GOLD))
    for scope in ("all", *vocabulary.LABELS):
        for measure in ("exact", "relaxed", "detection", "boundary"):
            expected = between.filter(scope=scope, measure=measure)["value"][0]
            assert score.value(scope, measure, "share" if measure == "boundary" else "f1") == expected


PLACES = [("quote", 0, 10), ("quote", 20, 30), ("speaker", 12, 16), ("speaker", 32, 36), ("hedge", 2, 4)]


def linked(name: str) -> Spans:
    return [span(*place) | {"span_id": f"{name}{at}"} for at, place in enumerate(PLACES)]


def test_links_are_right_where_both_ends_are_matched_and_the_gold_has_them() -> None:
    gold = labelled({"one": linked("g")}, [("said_by", "g0", "g2"), ("said_by", "g1", "g3"), ("hedges", "g4", "g0")])
    links: Links = [("said_by", "p0", "p2"), ("said_by", "p1", "p2"), ("hedges", "p4", "p0")]
    whole = score_of(labelled({"one": linked("p")}, links), gold)
    assert numbers(whole, "said_by", "exact") == (0.5, 0.5)
    assert numbers(whole, "hedges", "exact") == (1.0, 1.0)
    without = score_of(labelled({"one": linked("p")[:3] + linked("p")[4:]}, links[:1]), gold)
    assert numbers(without, "said_by", "relaxed") == (1.0, 0.5)
    assert numbers(without, "said_by", "on_relaxed") == (1.0, 1.0)


def test_of_what_the_predictions_do_not_have_at_all_nothing_is_said() -> None:
    bare = [span("quote", 0, 10), span("speaker", 12, 16)]
    score = score_of(
        labelled({"one": bare}), labelled({"one": GOLD["one"]}, [("said_by", "quote-0-10", "speaker-12-16")])
    )
    assert score.value("quote_form", "on_exact", "share") is None
    assert numbers(score, "said_by", "exact") == (None, None)
    assert numbers(score, "quote_form=direct", "exact") == (None, 1.0)
    assert score.value("quote_form=direct", "exact") is None


def test_statements_are_compared_by_the_quotes_that_both_have() -> None:
    quotes = [span("quote", start, start + 5) for start in (0, 10, 20, 30)]
    gold = labelled(
        {"one": quotes},
        events={"one": "e"},
        tellings=[("one", row["span_id"], name, "whole") for row, name in zip(quotes, "aabb", strict=True)],
    )
    moved = [row | {"span_id": f"p{at}", "end": row["end"] - 1} for at, row in enumerate(quotes)]
    predicted = labelled({"one": moved}, tellings=[("one", f"p{at}", name, "whole") for at, name in enumerate("xxyz")])
    score = score_of(predicted, gold)
    assert score.value("statement", "pairs") == pytest.approx(2 * 1 / (2 + 1), abs=1e-6)
    assert score.row("statement", "b_cubed")["count"] == 4
    assert (
        score_of(replace(predicted, spans=predicted.spans.clear(), tellings=gold.tellings), gold).value(
            "statement", "pairs"
        )
        == 1
    )
    with pytest.raises(KeyError):
        score_of(labelled({"one": moved}), gold).value("statement", "pairs")


# Which articles count


def test_articles_that_only_one_side_has_are_counted_and_said() -> None:
    more = labelled({"one": PREDICTED["one"], "strange": [span("quote", 0, 4)] * 2}, complete=False)
    score = score_of(more, labelled(GOLD))
    assert (score.counts.unknown, score.counts.unknown_spans) == (1, 2)
    assert (score.counts.scored, score.counts.silent, score.counts.left_out) == (2, 1, 0)
    assert numbers(score, "quote", "exact") == (round(1 / 3, 6), round(1 / 3, 6))


def test_predictions_that_say_which_articles_they_are_about_are_measured_on_these() -> None:
    score = score_of(labelled({"one": PREDICTED["one"]}), labelled(GOLD))
    assert (score.counts.scored, score.counts.silent, score.counts.left_out) == (1, 0, 1)
    assert numbers(score, "quote", "exact") == (round(1 / 3, 6), 0.5)


def test_a_prediction_that_is_there_twice_counts_once_and_its_links_are_kept() -> None:
    twice = [*linked("p"), *(row | {"span_id": f"again{row['span_id']}"} for row in linked("p"))]
    gold = labelled({"one": linked("g")}, [("said_by", "g0", "g2")])
    score = score_of(labelled({"one": twice}, [("said_by", "p0", "againp2"), ("said_by", "againp0", "p2")]), gold)
    assert score.counts.repeated == 5
    assert numbers(score, "quote", "exact") == (1.0, 1.0)
    assert numbers(score, "said_by", "exact") == (1.0, 1.0)


def test_two_answers_for_one_place_are_two_predictions_and_one_of_them_is_wrong() -> None:
    answers = [span("quote", 0, 10, quote_form=form) | {"span_id": form} for form in ("direct", "mixed")]
    score = score_of(labelled({"one": answers}), labelled({"one": GOLD["one"][:1]}))
    assert numbers(score, "quote", "exact") == (0.5, 1.0)
    assert score.value("quote_form", "on_exact", "share") == 1.0


@pytest.mark.parametrize("gold", [{}, {"elsewhere": GOLD["one"]}])
def test_where_nothing_is_in_common_there_is_no_score(gold: Articles) -> None:
    with pytest.raises(Problem):
        score_of(labelled(PREDICTED), labelled(gold))


def test_an_id_of_two_spans_is_refused() -> None:
    rows = [span("quote", 0, 10) | {"span_id": "x"}, span("speaker", 0, 10) | {"span_id": "x"}]
    with pytest.raises(Problem, match="two different spans of one with the id x"):
        score_of(labelled({"one": rows}), labelled(GOLD))


def test_an_id_of_two_spans_is_refused_also_where_one_of_them_is_there_twice() -> None:
    rows = [span("quote", 0, 10) | {"span_id": "x"}, span("quote", 0, 10) | {"span_id": "w"}]
    with pytest.raises(Problem, match="with the id x"):
        score_of(labelled({"one": [*rows, span("speaker", 0, 10) | {"span_id": "x"}]}), labelled(GOLD))


# Intervals


def test_intervals_are_drawn_by_event_where_there_are_several() -> None:
    gold = {f"n{at}": [span("quote", 0, 10)] for at in range(6)}
    predicted = {f"n{at}": [span("quote", 0, 10 - at % 2)] for at in range(6)}
    alone = score_of(labelled(predicted), labelled(gold), Draws(200))
    one_event = score_of(labelled(predicted), labelled(gold, events=dict.fromkeys(gold, "e")), Draws(200))
    pairs = labelled(gold, events={f"n{at}": f"e{at // 2}" for at in range(6)})
    by_event = score_of(labelled(predicted), pairs, Draws(200))
    assert (alone.unit, one_event.unit, by_event.unit) == ("article", "article", "event")
    assert alone.figures.equals(one_event.figures)
    row = alone.row("quote", "exact", "precision")
    assert row["value"] == 0.5
    assert row["low"] is not None and row["high"] is not None
    assert row["low"] < 0.5 < row["high"]
    events = by_event.row("quote", "exact", "precision")  # every event has one right and one wrong: all draws are alike
    assert (events["low"], events["high"]) == pytest.approx(wilson(3, 6), abs=1e-6)


def test_what_rests_on_one_article_has_no_interval(by_hand: PredictionScore) -> None:
    row = by_hand.row("speaker", "exact", "precision")
    assert (row["value"], row["low"], row["high"]) == (1.0, None, None)


def test_the_figures_are_rows_of_their_table(by_hand: PredictionScore) -> None:
    assert schema.failures(schema.Scores, by_hand.figures) == []


# What always holds

few = settings(max_examples=40, deadline=None)


def with_links(work: Articles) -> LabelledArticles:
    """The work with each quote of the article `one` said by each speaker there."""
    rows = work.get("one", [])
    ids = {label: [row["span_id"] for row in rows if row["label"] == label] for label in ("quote", "speaker")}
    return labelled(work, [("said_by", quote, speaker) for quote in ids["quote"] for speaker in ids["speaker"]])


def by_name(score: PredictionScore) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(row["scope"], row["measure"], row["figure"]): row for row in score.figures.to_dicts()}


@few
@given(articles())
def test_gold_against_itself_is_one_in_all_that_exists(work: Articles) -> None:
    copies = {article: [row | {"span_id": f"p{row['span_id']}"} for row in rows] for article, rows in work.items()}
    values = {row["value"] for row in by_name(score_of(with_links(copies), with_links(work))).values()}
    assert values <= {1.0, None}
    assert 1.0 in values or not any(work.values())


@few
@given(articles(), articles(), st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(gold: Articles, predicted: Articles, shuffled: random.Random) -> None:
    assert_common(gold, predicted)
    there = with_links(predicted)
    mixed = replace(
        there,
        articles=there.articles.sample(fraction=1, shuffle=True, seed=shuffled.randrange(99)),
        spans=there.spans.sample(fraction=1, shuffle=True, seed=shuffled.randrange(99)),
        links=there.links.sample(fraction=1, shuffle=True, seed=shuffled.randrange(99)),
    )
    assert score_of(mixed, with_links(gold)).figures.equals(score_of(there, with_links(gold)).figures)


def assert_common(gold: Articles, predicted: Articles) -> None:
    """Both get an article, so that there is something to score."""
    gold.setdefault("one", [])
    predicted.setdefault("one", [])


SWAPPED = {"precision": "recall", "recall": "precision", "f1": "f1", "share": "share"}


@few
@given(articles(), articles())
def test_precision_and_recall_change_places_with_the_sides(gold: Articles, predicted: Articles) -> None:
    assert_common(gold, predicted)
    there, back = (
        by_name(score_of(*sides))
        for sides in ((with_links(predicted), with_links(gold)), (with_links(gold), with_links(predicted)))
    )
    for (scope, measure, figure), row in there.items():
        turned = back[scope, measure, SWAPPED[figure]]
        if row["value"] is not None and turned["value"] is not None:
            assert (row["value"], row["count"]) == (turned["value"], turned["count"])
    spans = [name for name in there if name[0] in ("all", *vocabulary.LABELS)]
    assert all((there[a, b, c]["value"] is None) == (back[a, b, SWAPPED[c]]["value"] is None) for a, b, c in spans)


@few
@given(articles(), articles(), st.sampled_from(vocabulary.LABELS))
def test_a_wrong_span_more_never_raises_precision_and_never_changes_recall(
    gold: Articles, predicted: Articles, label: str
) -> None:
    assert_common(gold, predicted)
    more = predicted | {"one": [*predicted["one"], span(label, 100, 110)]}
    before, after = (by_name(score_of(with_links(work), with_links(gold))) for work in (predicted, more))
    for name, row in before.items():
        if name[2] == "precision" and row["value"] is not None and name[0] not in vocabulary.RELATIONS:
            assert after[name]["value"] <= row["value"]
        if name[2] == "recall" and name[0] not in vocabulary.RELATIONS:
            assert after[name]["value"] == row["value"]
    spans = before["all", "exact", "precision"]["count"], after["all", "exact", "precision"]["count"]
    assert spans[1] == spans[0] + 1


@few
@given(articles(), articles())
def test_the_names_of_articles_mean_nothing(gold: Articles, predicted: Articles) -> None:
    assert_common(gold, predicted)
    names = {"one": "zebra", "two": "one", "three": "a"}

    def renamed(work: LabelledArticles) -> LabelledArticles:
        frames = ("articles", "spans", "links")
        changed = {name: getattr(work, name).with_columns(pl.col("article_id").replace(names)) for name in frames}
        return replace(work, **changed)

    there = score_of(with_links(predicted), with_links(gold))
    assert score_of(renamed(with_links(predicted)), renamed(with_links(gold))).figures.equals(there.figures)


@few
@given(some_spans())
def test_a_span_inside_another_is_found_beside_it(rows: Spans) -> None:
    unlike = {(row["label"], row["start"], row["end"]): row for row in rows}
    nested = {"one": [span("quote", 0, 40), *unlike.values()]}
    score = score_of(labelled(nested), labelled({"one": nested["one"][::-1]}))
    assert numbers(score, "all", "exact") == numbers(score, "all", "detection") == (1.0, 1.0)
