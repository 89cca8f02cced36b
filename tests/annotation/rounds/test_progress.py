from __future__ import annotations

import pytest

from annotation.labelstudio.seats import Seat
from annotation.rounds import progress, push
from annotation.rounds.progress import RoundProgress
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import make_layer
from tests.annotation.rounds.test_pull import draft, labelled, pulled, submit
from tests.dataset.layers import write_layer


def test_a_fresh_round_is_all_open(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    assert progress.on_server(corpus, "r1", a1) == RoundProgress("a1", 3, 3, 0, 0, None, None, "server")
    assert progress.in_record(corpus, "r1") == [RoundProgress("a1", 3, 3, 0, 0, None, None, "record")]


def test_a_submit_a_skip_and_a_draft_are_told_apart(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], labelled())
    submit(a1, tasks["two"], [], skipped=True)
    draft(a1, tasks["three"])
    counts = progress.on_server(corpus, "r1", a1)
    assert counts == RoundProgress("a1", 3, 1, 1, 1, 0.21, 0.21, "server")


def test_the_record_tells_the_same_once_it_is_pulled(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], labelled())
    submit(a1, tasks["two"], [], skipped=True)
    assert progress.in_record(corpus, "r1")[0].open == 3
    pulled(corpus, a1)
    (counts,) = progress.in_record(corpus, "r1")
    assert counts == RoundProgress("a1", 3, 1, 1, 1, 0.21, 0.21, "record")


def test_minutes_are_median_and_mean_of_what_was_submitted(corpus: Corpus) -> None:
    push.deal(corpus, "r1", ["a1", "a2"])
    ends = [
        ("one", "submitted", 60.0),
        ("two", "submitted", 120.0),
        ("three", "submitted", 600.0),
        ("four", "skipped", 9000.0),
        ("five", "submitted", None),
    ]
    rows = [
        {"article_id": article, "round": "r1", "annotator": "a1", "status": status, "seconds": seconds}
        for article, status, seconds in ends
    ]
    write_layer(corpus.layer_path("r1/a1"), make_layer("r1/a1", tasks=rows))
    assert progress.in_record(corpus, "r1") == [
        RoundProgress("a1", 5, 0, 1, 4, 2.0, 4.33, "record"),
        RoundProgress("a2", 3, 3, 0, 0, None, None, "record"),
    ]


def test_the_server_is_asked_for_neither_text_nor_result(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], labelled())
    ends = a1.studio.ends(push.push(corpus, "r1", a1).project)
    assert len(ends) == 3
    assert not any({"data", "meta"} & set(task) for task in ends)
    (work,) = next(task["annotations"] for task in ends if task["annotations"])
    assert "result" not in work
    assert work["lead_time"] == 12.5


def test_a_project_that_is_not_there_is_told(corpus: Corpus, a1: Seat) -> None:
    push.deal(corpus, "r1", ["a1"])
    with pytest.raises(Problem, match="no project for a1 in round r1"):
        progress.on_server(corpus, "r1", a1)


def test_a_round_that_nobody_knows_is_told(corpus: Corpus) -> None:
    with pytest.raises(Problem, match="nothing was pushed for round r9"):
        progress.in_record(corpus, "r9")
