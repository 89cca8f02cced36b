from __future__ import annotations

from pathlib import Path

import pytest

from annotation.labelstudio.seats import seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, pull, push
from annotation.rounds.assistance import Assistance, goes_without
from annotation.rounds.restore import restore
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from dataset.record.shown import read_shown
from tests.annotation.rounds.assisted import (
    ANNOTATOR,
    HALF,
    ROUND,
    NewCorpus,
    article_id,
    pushed,
    with_suggestions,
)
from tests.annotation.rounds.test_pull import files

LAYER = f"{ROUND}/{ANNOTATOR}"


def shares(share: float) -> float:
    articles = [f"article-{number}" for number in range(2_000)]
    return sum(goes_without("r1", "a1", article, share) for article in articles) / len(articles)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5])
def test_about_the_share_that_is_asked_for_goes_without(share: float) -> None:
    assert shares(share) == pytest.approx(share, abs=0.04 if share else 0)


def test_whoever_goes_without_at_a_small_share_does_so_at_a_larger_one_and_annotators_differ() -> None:
    articles = [f"article-{number}" for number in range(200)]
    small, large = ({a for a in articles if goes_without("r1", "a1", a, share)} for share in (0.2, 0.4))
    assert small < large
    assert small != {a for a in articles if goes_without("r1", "a2", a, 0.2)}


def test_tasks_hold_what_is_suggested_and_those_without_say_so(new_corpus: NewCorpus, tmp_path: Path) -> None:
    corpus = with_suggestions(new_corpus, tmp_path)
    who, project = pushed(corpus, Assistance("file", without=0.5, least=0.5))
    tasks = {task.article_id: task for task in map(read_task, who.studio.tasks(project))}
    helped, alone = tasks[article_id(assisted=True)].suggested, tasks[article_id(assisted=False)].suggested
    assert helped and alone
    assert (helped.by, helped.least, len(helped.regions)) == ("file", 0.5, 9)  # the tenth scores .4
    assert (alone.by, alone.regions) == (None, [])
    again = push.push(corpus, ROUND, who, assistance=Assistance("file", without=0.5, least=0.5))
    assert (again.sent, again.there, again.without) == (0, 2, 1)


def test_a_project_keeps_to_the_help_that_it_was_opened_with(new_corpus: NewCorpus, tmp_path: Path) -> None:
    corpus = with_suggestions(new_corpus, tmp_path)
    who, _ = pushed(corpus)
    for less in (None, Assistance("file"), Assistance("file", without=0.5, least=0.9)):
        with pytest.raises(Problem, match=r"--suggestions file --without 0.5"):
            push.push(corpus, ROUND, who, assistance=less)
    push.deal(corpus, "r8", [ANNOTATOR])
    push.push(corpus, "r8", who)
    (corpus.annotations / "r8").mkdir(exist_ok=True)
    (corpus.annotations / ROUND / "suggestions").rename(corpus.annotations / "r8" / "suggestions")
    with pytest.raises(Problem, match="without suggestions"):
        push.push(corpus, "r8", who, assistance=HALF)


def test_a_layer_that_is_not_there_or_lacks_an_article_is_named_before_anything_is_sent(
    new_corpus: NewCorpus, tmp_path: Path
) -> None:
    corpus = with_suggestions(new_corpus, tmp_path)
    who = seat(corpus, ANNOTATOR)
    with pytest.raises(Problem, match="suggestions/rules"):
        push.push(corpus, ROUND, who, assistance=Assistance("rules"))
    for table in ("tasks", "spans", "relations"):
        path = corpus.annotations / ROUND / "suggestions" / "file" / f"{table}.jsonl"
        lines = [line for line in path.read_bytes().splitlines(True) if article_id(assisted=True).encode() not in line]
        path.write_bytes(b"".join(lines))
    with pytest.raises(Problem, match=article_id(assisted=True)):
        push.push(corpus, ROUND, who, assistance=HALF)
    assert projects.find(corpus, ROUND, who) is None


def submitted_in_part(corpus: Corpus) -> None:
    """Both articles submitted: of the one with suggestions some are kept, one is changed, one dropped, some left."""
    who = seat(corpus, ANNOTATOR)
    for task in map(read_task, who.studio.tasks(projects.existing(corpus, ROUND, who))):
        assert task.suggested
        result = [item for item in task.suggested.result if item.get("id") != "s3" and item.get("to_id") != "s3"]
        for item in result:
            if item.get("from_name") == "number_unit" and item["id"] == "n1":
                item["value"]["text"] = ["coaches"]
        speaker = next((item for item in result if item.get("id") == "s1"), None)
        if speaker:
            place = {name: speaker["value"][name] for name in ("start", "end")}
            base = {"id": "s1", "to_name": "text"}
            keep = {"from_name": "suggestion", "type": "choices", "value": {**place, "choices": ["keep"]}}
            after = {"from_name": "decided_after", "type": "textarea", "value": {**place, "text": ["1.5"]}}
            result += [{**base, **keep}, {**base, **after}]
        who.studio.annotate(task.id, result, skipped=False, seconds=30, account=who.studio.whoami()[0])
    pull.pull(corpus, ROUND, [who], accept_removals=False, tell=print)


def test_restored_work_is_pulled_with_the_same_outcomes(new_corpus: NewCorpus, tmp_path: Path) -> None:
    corpus = with_suggestions(new_corpus, tmp_path)
    who, project = pushed(corpus)
    submitted_in_part(corpus)
    became = dict(read_shown(corpus, LAYER).spans.select("span_id", "outcome").iter_rows())
    assert became["s1"] == "kept"
    assert (became["n1"], became["s3"], became["q2"]) == ("changed", "dropped", "unseen")
    assert set(read_layer(corpus.layer_path(LAYER), LAYER).spans["span_id"]) == {"s1", "n1"}
    before = files(corpus.annotations / ROUND / ANNOTATOR)
    who.studio.delete_project(project)
    restore(corpus, ROUND, who)
    pull.pull(corpus, ROUND, [who], accept_removals=False, tell=print, full=True)
    assert files(corpus.annotations / ROUND / ANNOTATOR) == before
