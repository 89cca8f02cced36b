from __future__ import annotations

import json
import re
from pathlib import Path

from annotation.labelstudio.result import write_result
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import read_task
from annotation.practice.material import practice_articles
from dataset.record.corpus import Corpus
from tests.commands import Done
from tests.corpora import make_corpus
from tests.scripts.test_main import assert_one_line_and_3, hedgerow


def on(corpus: Corpus, *words: str) -> Done:
    done = hedgerow(*words, "--corpus", str(corpus.root))
    assert done.returncode == 0, done.stderr
    return done


def submit_all(a1: Seat, project: int) -> None:
    """Every article as the gold has it."""
    assert a1.account
    for task in map(read_task, a1.studio.tasks(project)):
        article = practice_articles()[str(task.article_id)]
        result = write_result(article.spans, article.relations)
        a1.studio.annotate(task.id, result, skipped=False, seconds=1, account=a1.account)


def test_it_opens_the_round_shows_the_scores_and_push_names_who_has_not_passed(corpus: Corpus, a1: Seat) -> None:
    assert "Nobody practises yet" in on(corpus, "practice").stdout
    assert "practice" not in on(corpus, "push", "--round", "r1", "--annotator", "a1").stdout
    opened = on(corpus, "practice", "--annotator", "a1")
    address = re.search(r"a1: http://127\.0\.0\.1:\d+/projects/(\d+)/data", opened.stdout)
    assert address
    assert on(corpus, "practice", "--annotator", "a1").stdout == opened.stdout
    (row,) = json.loads(on(corpus, "practice", "--score", "--annotator", "a1", "--json").stdout)
    assert (row["done"], row["articles"], row["passed"]) == (0, 3, False)
    assert "a1 has not passed the practice round" in on(corpus, "push", "--round", "r1", "--annotator", "a1").stdout
    submit_all(a1, int(address[1]))
    line = ["a1", "3", "of", "3", "1.00", "1.00", "1.00", "1.00", "1.00", "yes"]
    assert line in [shown.split() for shown in on(corpus, "practice").stdout.splitlines()]
    pushed = on(corpus, "push", "--round", "r1", "--annotator", "a1", "--annotator", "a2").stdout
    assert "a2 has not passed the practice round" in pushed


def test_without_a_server_it_says_how_to_start_one(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "new", {"one": "Rain."})
    done = hedgerow("practice", "--annotator", "a1", "--corpus", str(corpus.root))
    assert_one_line_and_3(done, "hedgerow up --annotator a1")
