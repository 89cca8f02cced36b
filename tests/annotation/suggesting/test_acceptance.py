from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from annotation.suggesting.acceptance import Acceptance, acceptance
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import make_layer
from dataset.record.rows import LayerKey, ShownSpanRow
from dataset.record.shown import ShownRows, shown_frames, write_shown
from tests.annotation.labelstudio.test_result import blank
from tests.corpora import make_corpus
from tests.dataset.layers import write_layer

WORDS = "word " * 100
OUTCOMES = ["kept"] * 5 + ["changed"] * 2 + ["dropped"] * 2 + ["unseen"]


def key(article: str, annotator: str) -> LayerKey:
    return {"article_id": article, "round": "r1", "annotator": annotator}


def shown_span(number: int, outcome: str, score: float = 0.95, seconds: float = 2.0) -> dict[str, Any]:
    span = blank(f"n{number}", "number", number * 5, number * 5 + 4, "word")
    changes = ["number_value", "words"] if outcome == "changed" else []
    known = {"pattern": None, "score": score, "outcome": outcome, "changes": changes}
    return {**span, **known, "seconds": seconds if outcome == "kept" else None}


def write(corpus: Corpus, annotator: str, helped: dict[str, list[dict[str, Any]]], alone: dict[str, int]) -> None:
    """A layer: articles with what was suggested on them, and articles without help with so many spans."""
    name, rows = f"r1/{annotator}", ShownRows()
    tasks, spans = list[dict[str, Any]](), list[dict[str, Any]]()
    for article, suggested in helped.items():
        rows.articles.append({**key(article, annotator), "suggester": "rules", "least": 0.0, "without": 0.5})
        rows.spans += [cast("ShownSpanRow", {**key(article, annotator), **span}) for span in suggested]
        tasks.append({**key(article, annotator), "status": "submitted", "seconds": 60.0})
        for span in suggested:
            if span["outcome"] in ("kept", "changed"):
                spans.append({**key(article, annotator), **blank(span["span_id"], "number", 0, 4, "word")})
        spans.append({**key(article, annotator), **blank("own", "hedge", 5, 9, "word")})
    for article, count in alone.items():
        rows.articles.append({**key(article, annotator), "suggester": None, "least": 0.0, "without": 0.5})
        tasks.append({**key(article, annotator), "status": "submitted", "seconds": 90.0})
        spans += [
            {**key(article, annotator), **blank(f"m{at}", "number", at, at + 9, "word word")} for at in range(count)
        ]
    write_layer(corpus.layer_path(name), make_layer(name, tasks=tasks, spans=spans))
    write_shown(corpus, name, shown_frames(rows))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {f"t{number}": WORDS for number in range(8)})


def number_shares(accepted: Acceptance) -> list[tuple[float, int, int, int, int]]:
    return [(each.low, each.kept, each.changed, each.dropped, each.unseen) for each in accepted.shares]


def test_outcomes_are_counted_by_label_and_score_with_the_share_that_was_kept(corpus: Corpus) -> None:
    write(corpus, "a1", {"t0": [shown_span(at, outcome) for at, outcome in enumerate(OUTCOMES)]}, {})
    write(corpus, "a2", {"t0": [shown_span(0, "dropped", score=0.6), shown_span(1, "kept", score=1.0)]}, {})
    accepted = acceptance(corpus, "r1")
    assert number_shares(accepted) == [(0.5, 0, 0, 1, 0), (0.9, 6, 2, 2, 1)]
    assert accepted.shares[1].precision is not None
    value, low, high = accepted.shares[1].precision
    assert value == pytest.approx(0.6)
    assert low < 0.6 < high
    assert accepted.changes == {"number_value": 2, "words": 2}
    assert accepted.added == {"speaker": 0, "quote": 0, "hedge": 2, "number": 0}
    assert accepted.articles == (2, 0)


def test_what_was_never_decided_has_no_precision(corpus: Corpus) -> None:
    write(corpus, "a1", {"t0": [shown_span(0, "unseen")]}, {})
    assert acceptance(corpus, "r1").shares[0].precision is None


def test_articles_with_and_without_help_are_compared_with_intervals(corpus: Corpus) -> None:
    helped = {f"t{number}": [shown_span(at, "kept") for at in range(3)] for number in range(4)}
    write(corpus, "a1", helped, {f"t{number}": 1 for number in range(4, 8)})
    accepted = acceptance(corpus, "r1")
    figures = {each.figure: each for each in accepted.differences}
    assert accepted.articles == (4, 4)
    seconds = figures["seconds an article"]
    assert (seconds.with_help, seconds.without, seconds.interval) == (60.0, 90.0, (-30.0, -30.0))
    numbers = figures["numbers a thousand words"]
    assert (numbers.with_help, numbers.without, numbers.interval) == (30.0, 10.0, (20.0, 20.0))
    assert (figures["words a number"].with_help, figures["words a number"].without) == (1.0, 2.0)
    assert figures["words a quote"].interval is None


def test_a_share_of_one_article_has_figures_and_no_interval(corpus: Corpus) -> None:
    write(corpus, "a1", {"t0": [shown_span(0, "kept")]}, {"t1": 2})
    seconds = acceptance(corpus, "r1").differences[0]
    assert (seconds.with_help, seconds.without, seconds.interval) == (60.0, 90.0, None)


@pytest.mark.parametrize(
    ("outcomes", "seconds", "hasty"),
    [
        (["kept"] * 20, 0.4, ["a1"]),
        (["kept"] * 20, 0.6, []),
        (["kept"] * 19 + ["dropped"], 0.4, []),
        (["kept"] * 19, 0.4, []),
    ],
)
def test_who_keeps_everything_within_half_a_second_is_named(
    corpus: Corpus, outcomes: list[str], seconds: float, hasty: list[str]
) -> None:
    write(corpus, "a1", {"t0": [shown_span(at, each, seconds=seconds) for at, each in enumerate(outcomes)]}, {})
    write(corpus, "a2", {"t0": [shown_span(0, "kept")]}, {})
    assert acceptance(corpus, "r1").hasty == hasty


def test_a_round_without_suggestions_says_how_to_show_some(corpus: Corpus) -> None:
    with pytest.raises(Problem, match="suggestions"):
        acceptance(corpus, "r1")
